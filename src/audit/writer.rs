//! Appends events outside a caller's transaction, many in one commit: a read's event is durable
//! before its reply, and the cost of the commit is shared by every call that waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::{mpsc, oneshot};

use super::event::AuditEvent;
use super::store;
use crate::db::{Db, TenantTx};
use crate::proto::v1::ErrorReason;
use crate::rpc::error::{Error, Result};

/// Events that may wait for a commit; more callers wait for room.
const QUEUE: usize = 4_096;
/// How long a connection is kept before another is asked for, so that the pool can replace old ones.
const HELD_AT_MOST: Duration = Duration::from_mins(1);
/// Most events in one commit.
const BATCH: usize = 512;
/// How long a commit may take before every call that waits for it fails.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(5);

struct Pending {
    /// On the heap, so that half a kilobyte is not moved from hand to hand.
    event: Box<AuditEvent>,
    done: oneshot::Sender<bool>,
}

/// The way into the audit log.
#[derive(Debug, Clone)]
pub struct AuditWriter {
    queue: mpsc::Sender<Pending>,
    failures: Arc<AtomicU64>,
}

impl AuditWriter {
    /// Starts the task that commits; it ends when the last writer is dropped.
    #[must_use]
    pub fn start(db: Db) -> Self {
        let (queue, pending) = mpsc::channel(QUEUE);
        let failures = Arc::new(AtomicU64::new(0));
        tokio::spawn(commit_batches(db, pending, failures.clone()));
        Self { queue, failures }
    }

    /// Appends an event and waits until it is durable.
    ///
    /// # Errors
    /// `AUDIT_UNAVAILABLE` when it can't be written.
    pub fn append(&self, event: AuditEvent) -> impl Future<Output = Result<()>> {
        let (done, durable) = oneshot::channel();
        let event = Box::new(event);
        async move {
            let queued = self.queue.send(Pending { event, done }).await.is_ok();
            if queued && durable.await.unwrap_or(false) {
                Ok(())
            } else {
                Err(unavailable())
            }
        }
    }

    /// Appends an event in the caller's own transaction: it is durable exactly when the work is.
    ///
    /// # Errors
    /// `AUDIT_UNAVAILABLE` when it can't be written; the transaction can only be rolled back then.
    pub async fn append_in(&self, tx: &mut TenantTx, event: &AuditEvent) -> Result<()> {
        store::append(tx, event).await.map_err(|cause| {
            self.failures.fetch_add(1, Ordering::Relaxed);
            let cause = Error::from(cause);
            tracing::error!(target: "stratum::audit", event_id = %event.id, cause = ?cause.cause().map(ToString::to_string),
                "audit event can't be written; the call is refused");
            unavailable()
        })
    }

    /// How many events could not be written since the start (`audit_write_failures_total`).
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

async fn commit_batches(db: Db, mut pending: mpsc::Receiver<Pending>, failures: Arc<AtomicU64>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut line = Line::new(db.audit_writer().clone());
    while line.unless_closed(pending.recv_many(&mut batch, BATCH)).await > 0 {
        let append = line.append(&batch);
        let is_durable = match tokio::time::timeout(COMMIT_TIMEOUT, append).await {
            Ok(Ok(())) => true,
            Ok(Err(cause)) => report(&batch, &failures, &Error::from(cause)),
            Err(_elapsed) => report(&batch, &failures, &unavailable()),
        };
        for Pending { event: _, done } in batch.drain(..) {
            // A caller that went away no longer waits; its event is written all the same.
            done.send(is_durable).unwrap_or_default();
        }
    }
}

/// The connection that commits, kept from batch to batch: to give it back and take it again costs as much as a
/// small commit.
struct Line {
    pool: PgPool,
    held: Option<(PoolConnection<Postgres>, Instant)>,
}

impl Line {
    fn new(pool: PgPool) -> Self {
        Self { pool, held: None }
    }

    /// Waits for what is to come, and lets go of the connection when the pool closes meanwhile, which waits for it.
    async fn unless_closed<T>(&mut self, coming: impl Future<Output = T>) -> T {
        let mut coming = std::pin::pin!(coming);
        if self.held.is_some() {
            tokio::select! {
                biased;
                ready = &mut coming => return ready,
                () = self.pool.close_event() => self.held = None,
            }
        }
        coming.await
    }

    /// Commits a batch. A connection that failed, or was left in the middle, is closed and not used again.
    async fn append(&mut self, batch: &[Pending]) -> sqlx::Result<()> {
        let (mut connection, since) = match self.held.take() {
            Some((connection, since)) if since.elapsed() < HELD_AT_MOST => (connection, since),
            _ => (self.pool.acquire().await?, Instant::now()),
        };
        connection.close_on_drop();
        store::append_many(&mut *connection, batch.iter().map(|pending| &*pending.event)).await?;
        self.held = Some((connection, since));
        Ok(())
    }
}

/// Loudly, with ids and nothing else.
fn report(batch: &[Pending], failures: &AtomicU64, error: &Error) -> bool {
    failures.fetch_add(batch.len() as u64, Ordering::Relaxed);
    let ids: Vec<String> = batch.iter().take(20).map(|p| p.event.id.to_string()).collect();
    tracing::error!(target: "stratum::audit", events = batch.len(), ?ids,
        cause = ?error.cause().map(ToString::to_string), "audit events can't be written; the calls are refused");
    false
}

fn unavailable() -> Error {
    Error::new(
        ErrorReason::AuditUnavailable,
        "the audit log can't be written, so nothing was done",
    )
    .retry_after(Duration::from_secs(1))
}
