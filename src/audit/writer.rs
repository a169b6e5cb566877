//! Appends events outside a caller's transaction, many in one commit: a read's event is durable
//! before its reply, and the cost of the commit is shared by every call that waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::event::AuditEvent;
use super::store;
use crate::db::{Db, TenantTx};
use crate::proto::v1::ErrorReason;
use crate::rpc::error::{Error, Result};

/// Events that may wait for a commit; more callers wait for room.
const QUEUE: usize = 4_096;
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
    while pending.recv_many(&mut batch, BATCH).await > 0 {
        let append = store::append_many(db.audit_writer(), batch.iter().map(|p| &*p.event));
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
