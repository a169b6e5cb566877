//! The log: one JSON object a line. A line is put together without intermediate values and handed to
//! a thread that writes many at once, so that no call waits for a disk or a pipe. A killed process
//! loses the lines of its last milliseconds; what must not be lost stands in the audit log.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

/// How long lines gather before they are written.
const GATHERING: Duration = Duration::from_millis(5);
/// When more than this waits, bytes, whoever logs writes it out and is held up by a slow sink.
const WAITING_MAX: usize = 1 << 20;

/// Starts the log of the process; `STRATUM_LOG` narrows or widens it, but for what may never be in it. What still waits is written when the
/// returned value is dropped.
#[must_use]
pub fn start(sink: impl Write + Send + 'static) -> Log {
    let filter = EnvFilter::try_from_env("STRATUM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = Log(Arc::new(Shared {
        waiting: Mutex::default(),
        arrived: Condvar::new(),
        sink: Mutex::new(Box::new(sink)),
    }));
    let lines = Lines(log.0.clone());
    tracing_subscriber::fmt()
        .event_format(JsonLine)
        .with_env_filter(filter)
        .with_writer(lines.clone())
        .init();
    thread::spawn(move || lines.0.write_while_open());
    std::panic::set_hook(Box::new(note_panic));
    log
}

/// Logs a panic by its place alone: its message can quote a request, as that of a cut through a character
/// does. [`start`] makes it the hook of the process.
pub fn note_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(target: "stratum::panic", place, "panicked");
}

/// Whether an event may be in the log. Below INFO, libraries write what passes through them: headers, frames.
fn may_be_logged(event: &Metadata<'_>) -> bool {
    let is_ours = event.target() == "stratum" || event.target().starts_with("stratum::");
    is_ours || *event.level() <= Level::INFO
}

/// The log of the process; dropping it writes out what waits.
pub struct Log(Arc<Shared>);

impl Drop for Log {
    fn drop(&mut self) {
        lock(&self.0.waiting).is_closed = true;
        self.0.arrived.notify_one();
        self.0.write_out();
    }
}

/// Where the lines of every thread go.
#[derive(Clone)]
struct Lines(Arc<Shared>);

struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    sink: Mutex<Box<dyn Write + Send>>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    is_closed: bool,
}

impl Shared {
    fn add(&self, line: &[u8]) {
        let mut waiting = lock(&self.waiting);
        let was_empty = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        let is_full = waiting.lines.len() > WAITING_MAX;
        let is_closed = waiting.is_closed;
        drop(waiting);
        if is_full || is_closed {
            self.write_out();
        } else if was_empty {
            self.arrived.notify_one();
        }
    }

    fn write_while_open(&self) {
        loop {
            let waiting = lock(&self.waiting);
            let waiting = self.arrived.wait_while(waiting, |w| w.lines.is_empty() && !w.is_closed);
            if waiting.unwrap_or_else(PoisonError::into_inner).is_closed {
                return;
            }
            thread::sleep(GATHERING);
            self.write_out();
        }
    }

    /// Holds the sink while it takes the lines, so that they keep their order.
    fn write_out(&self) {
        let mut sink = lock(&self.sink);
        let lines = std::mem::take(&mut lock(&self.waiting).lines);
        // A log that can't be written has nowhere to say so.
        drop(sink.write_all(&lines).and_then(|()| sink.flush()));
    }
}

/// Nothing that is done under these locks leaves a half-changed value behind.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'w> MakeWriter<'w> for Lines {
    type Writer = &'w Shared;

    fn make_writer(&'w self) -> &'w Shared {
        &self.0
    }
}

impl Write for &Shared {
    /// Takes a whole line, which is how the subscriber hands them over.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.add(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An event as a flat JSON object: time, level, the event's fields, target. Spans are left out,
/// because every line names its request.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut line: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if !may_be_logged(event.metadata()) {
            return Ok(());
        }
        line.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut line)?;
        write!(line, "\",\"level\":\"{}\"", event.metadata().level())?;
        let mut fields = Fields { line, written: Ok(()) };
        event.record(&mut fields);
        let Fields { mut line, written } = fields;
        written?;
        line.write_str(",\"target\":\"")?;
        Escaped(&mut line).write_str(event.metadata().target())?;
        line.write_str("\"}\n")
    }
}

struct Fields<'w> {
    line: Writer<'w>,
    written: fmt::Result,
}

impl Fields<'_> {
    /// Adds a field whose value is JSON as it stands.
    fn put(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if self.written.is_ok() {
            self.written = write!(self.line, ",\"{}\":{value}", field.name());
        }
    }

    /// Adds a field whose value is text.
    fn put_text(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        self.put(field, format_args!("\""));
        if self.written.is_ok() {
            self.written = Escaped(&mut self.line)
                .write_fmt(value)
                .and_then(|()| self.line.write_char('"'));
        }
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.put(field, format_args!("{value}"));
        } else {
            self.put(field, format_args!("null"));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, format_args!("{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put_text(field, format_args!("{value:?}"));
    }
}

/// Writes the inside of a JSON string.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let must_escape = |c: char| c == '"' || c == '\\' || c < ' ';
        let mut rest = text;
        while let Some((plain, c)) = rest
            .find(must_escape)
            .and_then(|at| Some((rest.get(..at)?, rest.get(at..)?.chars().next()?)))
        {
            self.0.write_str(plain)?;
            match c {
                '"' => self.0.write_str("\\\"")?,
                '\\' => self.0.write_str("\\\\")?,
                '\n' => self.0.write_str("\\n")?,
                control => write!(self.0, "\\u{:04x}", u32::from(control))?,
            }
            rest = rest.get(plain.len() + 1..).unwrap_or_default();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests;
