//! Everything that this process logs, of any crate, for the test that looks for what must not be there.

use std::io;
use std::sync::{LazyLock, Mutex, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

static WRITTEN: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(Mutex::default);

/// Everything of ours and of the libraries below; but of HTTP/2 and TLS only what an operator would
/// switch on, because they write the frames of this test's own clients too.
const FILTER: &str = "trace,h2=info,hyper=info,hyper_util=info,rustls=info,reqwest=info,tower=info";

struct Sink;

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Sink {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        Self
    }
}

/// Starts to capture, once a process, in the format of the service.
pub(crate) fn capture() {
    static STARTED: LazyLock<()> = LazyLock::new(|| {
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_env_filter(EnvFilter::new(FILTER))
            .with_writer(Sink)
            .init();
    });
    LazyLock::force(&STARTED);
}

/// What has been logged so far.
pub(crate) fn written() -> String {
    String::from_utf8_lossy(&WRITTEN.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
