//! CPU time of other processes, as the scheduler counts it: nanoseconds, user and system together.

use std::collections::HashMap;
use std::fs;

use super::Failure;
use super::client::Driven;

/// Whose CPU time is counted: a server's, and that of the database behind it.
pub struct Meter {
    server: u32,
    postmaster: Option<u32>,
}

/// CPU time of one call, microseconds.
#[derive(Clone, Copy)]
pub struct Cost {
    /// The server's process.
    pub server: f64,
    /// Every process of PostgreSQL: backends, writers, workers.
    pub postgres: f64,
}

impl Cost {
    pub fn total(&self) -> f64 {
        self.server + self.postgres
    }
}

impl Meter {
    /// Counts a server alone.
    pub fn of(server: u32) -> Self {
        Self {
            server,
            postmaster: None,
        }
    }

    /// Counts PostgreSQL too.
    pub fn with_postgres(self, postmaster: u32) -> Self {
        Self {
            postmaster: Some(postmaster),
            ..self
        }
    }

    /// The cost of a call while calls are made.
    pub async fn during(&self, calls: impl Driven) -> Result<Cost, Failure> {
        let before = self.read()?;
        let count = calls.await?;
        let after = self.read()?;
        Ok(Cost {
            server: spent(&before.0, &after.0) / count,
            postgres: spent(&before.1, &after.1) / count,
        })
    }

    fn read(&self) -> Result<(ByThread, ByThread), Failure> {
        let mut postgres = ByThread::new();
        if let Some(postmaster) = self.postmaster {
            for process in children(postmaster)? {
                // A worker may end between the two looks.
                postgres.extend(threads(process).unwrap_or_default());
            }
        }
        Ok((threads(self.server)?, postgres))
    }
}

/// CPU time so far, nanoseconds, by thread id.
type ByThread = HashMap<String, u64>;

/// Microseconds between two readings. What ended in between is not counted: PostgreSQL's helpers of a
/// second's life, and no thread of a server.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52 nanoseconds")]
fn spent(before: &ByThread, after: &ByThread) -> f64 {
    let nanoseconds: u64 = after
        .iter()
        .map(|(id, now)| now - before.get(id).copied().unwrap_or(0))
        .sum();
    nanoseconds as f64 / 1e3
}

/// The first figure of `schedstat`: nanoseconds on a CPU.
fn threads(process: u32) -> Result<ByThread, Failure> {
    let mut threads = ByThread::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?;
        let Ok(text) = fs::read_to_string(thread.path().join("schedstat")) else {
            continue;
        };
        let nanoseconds = text.split(' ').next().unwrap_or_default().parse()?;
        threads.insert(thread.file_name().to_string_lossy().into_owned(), nanoseconds);
    }
    Ok(threads)
}

fn children(parent: u32) -> Result<Vec<u32>, Failure> {
    let text = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
    Ok(text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}
