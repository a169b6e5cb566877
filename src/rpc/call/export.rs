//! The stream of an export: pages in short transactions, a bounded queue before the client, and an
//! event that says how it ended.

use std::pin::Pin;
use std::time::Duration;

use futures_util::Stream;
use futures_util::future::BoxFuture;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::audit::event::{AuditEvent, Facts, Resource};
use crate::audit::writer::AuditWriter;
use crate::db::{Db, TenantTx};
use crate::proto::google::api::HttpBody;
use crate::proto::v1::ErrorReason;
use crate::rpc::error::{Error, Result};
use crate::rpc::identity::Caller;
use crate::rpc::telemetry::CallContext;

/// A stream of messages to a client.
pub type ByteStream<M> = Pin<Box<dyn Stream<Item = std::result::Result<M, Status>> + Send>>;

/// Chunks that may wait for a slow client; with one being made, this bounds an export's memory.
const CHUNKS: usize = 2;
/// How long a client may leave a chunk unread.
const PATIENCE: Duration = Duration::from_mins(2);

/// One page of an export, rendered.
#[derive(Debug)]
pub struct ExportPage {
    /// The rendered rows.
    pub bytes: Vec<u8>,
    /// How many rows.
    pub rows: i64,
    /// Whether there are no more.
    pub is_last: bool,
}

/// What a slice exports, page by page.
pub trait Exporter: Send + 'static {
    /// The media type of the whole.
    fn content_type(&self) -> &'static str;
    /// What kind of resource leaves.
    fn resource(&self) -> Resource;
    /// SHA-256 of the filter, for the audit log.
    fn filter_sha256(&self) -> [u8; 32];
    /// The next page.
    fn next<'a>(&'a mut self, tx: &'a mut TenantTx) -> BoxFuture<'a, Result<ExportPage>>;
    /// Whether records of restricted origin were among the rows.
    fn is_restricted(&self) -> bool {
        false
    }
    /// What is written behind the last row, when the format has a place for it.
    fn terminal(&self, rows: i64, sha256: &[u8; 32]) -> Option<Vec<u8>>;
}

/// Starts an export whose START event is durable.
pub(super) fn stream(
    db: Db,
    audit: AuditWriter,
    call: CallContext,
    caller: Caller,
    exporter: impl Exporter,
) -> ByteStream<HttpBody> {
    let (chunks, receiver) = mpsc::channel(CHUNKS);
    tokio::spawn(async move {
        let mut run = Run {
            db,
            caller,
            exporter,
            chunks,
            rows: 0,
            digest: Sha256::new(),
        };
        let ended = run.pages().await;
        let sha256: [u8; 32] = run.digest.clone().finalize().into();
        let facts = Facts {
            resource: run.exporter.resource(),
            row_count: run.rows,
            filter_sha256: Some(run.exporter.filter_sha256()),
            content_sha256: Some(sha256),
            ..Facts::call()
        };
        let facts = facts.restricted(run.exporter.is_restricted());
        let noted = audit
            .append(AuditEvent::finish(&call, facts, ended.as_ref().err()))
            .await;
        let last = match ended.and(noted) {
            Ok(()) => run
                .exporter
                .terminal(run.rows, &sha256)
                .map(|bytes| Ok(run.chunk(bytes))),
            Err(error) => Some(Err(error.into())),
        };
        if let Some(last) = last {
            run.chunks.send(last).await.unwrap_or_default();
        }
    });
    Box::pin(ReceiverStream::new(receiver))
}

struct Run<E> {
    db: Db,
    caller: Caller,
    exporter: E,
    chunks: mpsc::Sender<std::result::Result<HttpBody, Status>>,
    rows: i64,
    digest: Sha256,
}

impl<E: Exporter> Run<E> {
    async fn pages(&mut self) -> Result<()> {
        loop {
            let page = {
                let mut tx = self.db.begin_read(&self.caller).await?;
                self.exporter.next(&mut tx).await?
            };
            let ExportPage { bytes, rows, is_last } = page;
            self.digest.update(&bytes);
            self.rows += rows;
            let chunk = self.chunk(bytes);
            match tokio::time::timeout(PATIENCE, self.chunks.send(Ok(chunk))).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => {
                    return Err(Error::new(ErrorReason::Deadline, "the client stopped reading"));
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    fn chunk(&self, data: Vec<u8>) -> HttpBody {
        HttpBody {
            content_type: self.exporter.content_type().to_owned(),
            data,
            ..Default::default()
        }
    }
}
