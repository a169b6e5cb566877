//! Batches: each item passes the rules on its own. Here also the stream of a batch that is answered item by item: short
//! transactions, a bounded queue before the client, events that say how it began and ended.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use grpc_gateway::RestOrigin;
use prost::Message;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{ByteStream, Calls, PANICKED};
use crate::audit::event::{AuditEvent, Facts, Resource};
use crate::db::TenantTx;
use crate::privacy::allow_list;
use crate::privacy::guard::AllowList;
use crate::proto::v1::ErrorReason;
use crate::rpc::error::{Error, Result};
use crate::rpc::identity::Caller;
use crate::rpc::stack::{MAX_STREAM_DEADLINE, grpc_timeout};
use crate::rpc::telemetry::CallContext;
use crate::rpc::validate::{Validate, Violation, violations_at};

/// Items answered in one transaction, and answers that may wait for a slow client: with those being made, this bounds the
/// memory of a batch.
const CHUNK: usize = 8;
/// How long a client may leave an answer unread.
const PATIENCE: Duration = Duration::from_mins(2);

/// What answers the items of a batch.
pub trait Batch: Send + 'static {
    /// One item.
    type Item: Validate + Send + 'static;
    /// One message of the stream.
    type Reply: Message + 'static;

    /// What the field of an item is called in the request, for violations.
    fn item_name(&self) -> &'static str;
    /// What kind of resource leaves.
    fn resource(&self) -> Resource;
    /// Whether something of restricted origin was answered.
    fn is_restricted(&self) -> bool {
        false
    }
    /// The answer to an item that keeps every rule.
    fn answer<'a>(
        &'a mut self,
        tx: &'a mut TenantTx,
        index: i32,
        item: Self::Item,
    ) -> BoxFuture<'a, Result<Self::Reply>>;
    /// What is said of an item that is refused.
    fn refuse(&self, index: i32, error: &Error) -> Self::Reply;
    /// The last message, after which nothing is missing.
    fn end(&self, count: BatchCount, sha256: &[u8; 32]) -> Self::Reply;
}

/// What a batch came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct BatchCount {
    /// Items answered.
    pub answered: i32,
    /// Items refused.
    pub refused: i32,
}

/// What is wrong within an item is the item's own.
pub(super) fn is_of_the_whole(violation: &Violation) -> bool {
    !violation.field.contains("].")
}

impl Calls {
    /// One item of a batch, without what only the server may set, once it keeps every rule.
    ///
    /// # Errors
    /// `VALIDATION` or `PHI_DETECTED`, naming fields below `path`.
    pub fn valid_part<Q: Validate>(&self, path: &str, mut part: Q, allowed: &AllowList) -> Result<Q> {
        part.clear_output_only();
        let violations = violations_at(path, &part, &*self.0.guard, allowed);
        if violations.is_empty() {
            Ok(part)
        } else {
            Err(Error::violations(violations))
        }
    }

    /// Answers the items of a batch one after the other: a START event before the first answer, a FINISH event with count and
    /// digest before the end is told. An item that breaks a rule is refused alone; a fault of ours, the call's deadline or a
    /// client that goes away end the stream.
    ///
    /// # Errors
    /// Those of validation of the whole and of the audit log; later ones end the stream.
    pub async fn batch<Q, B>(
        &self,
        request: Request<Q>,
        open: impl FnOnce(Q) -> (B, Vec<B::Item>) + Send + 'static,
    ) -> std::result::Result<Response<ByteStream<B::Reply>>, Status>
    where
        Q: Validate + Send + Sync + 'static,
        B: Batch,
    {
        let (calls, deadline) = (self.clone(), deadline_of(&request));
        self.run(request, move |request, call, caller| async move {
            let request = calls.0.valid_where(&caller, is_of_the_whole, request).await?;
            let (batch, items) = open(request);
            let started = AuditEvent::success(&call, Facts::call().step("START"));
            calls.0.audit.append(started).await?;
            let (replies, receiver) = mpsc::channel(CHUNK);
            let run = Run {
                calls,
                call,
                caller,
                batch,
                replies,
                count: BatchCount::default(),
                digest: Sha256::new(),
            };
            tokio::spawn(run.run_to_the_end(items, deadline));
            let stream: ByteStream<B::Reply> = Box::pin(ReceiverStream::new(receiver));
            Ok(stream)
        })
        .await
    }
}

/// When a call must be over: what its client asked for, within what a stream may take.
fn deadline_of<Q>(request: &Request<Q>) -> Instant {
    if let Some(RestOrigin { deadline }) = request.extensions().get::<RestOrigin>() {
        return *deadline;
    }
    let asked = request
        .metadata()
        .get("grpc-timeout")
        .and_then(|text| text.to_str().ok());
    let asked = asked.and_then(grpc_timeout).unwrap_or(MAX_STREAM_DEADLINE);
    Instant::now() + asked.min(MAX_STREAM_DEADLINE)
}

struct Run<B: Batch> {
    calls: Calls,
    call: CallContext,
    caller: Caller,
    batch: B,
    replies: mpsc::Sender<std::result::Result<B::Reply, Status>>,
    count: BatchCount,
    digest: Sha256,
}

impl<B: Batch> Run<B> {
    async fn run_to_the_end(mut self, items: Vec<B::Item>, deadline: Instant) {
        let work = AssertUnwindSafe(timeout_at(deadline, self.items(items)))
            .catch_unwind()
            .await;
        let ended = match work {
            Ok(Ok(ended)) => ended,
            Ok(Err(_elapsed)) => Err(Error::new(ErrorReason::Deadline, "the call's deadline passed")),
            Err(_panic) => Err(Error::internal(PANICKED)),
        };
        if let Err(error) = &ended
            && error.is_ours()
        {
            tracing::error!(target: "stratum::call", request_id = self.call.request_id(), reason = ?error.reason(),
                cause = ?error.cause().map(ToString::to_string), "stream failed");
        }
        let sha256: [u8; 32] = self.digest.clone().finalize().into();
        let facts = Facts {
            resource: self.batch.resource(),
            row_count: i64::from(self.count.answered),
            content_sha256: Some(sha256),
            ..Facts::call()
        };
        let facts = facts.restricted(self.batch.is_restricted());
        let finished = AuditEvent::finish(&self.call, facts, ended.as_ref().err());
        let noted = self.calls.0.audit.append(finished).await;
        let last = match ended.and(noted) {
            Ok(()) => Ok(self.batch.end(self.count, &sha256)),
            Err(error) => Err(error.into()),
        };
        // Whoever reads no more misses nothing that is kept.
        self.replies.send_timeout(last, PATIENCE).await.unwrap_or_default();
    }

    async fn items(&mut self, items: Vec<B::Item>) -> Result<()> {
        let mut rest = (0_i32..).zip(items);
        loop {
            let chunk: Vec<(i32, B::Item)> = rest.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            // The connection goes back before a slow client is waited for.
            for (reply, is_answer) in self.chunk(chunk).await? {
                self.send(reply, is_answer).await?;
            }
        }
    }

    /// Replies to a chunk, each with whether it is an answer.
    async fn chunk(&mut self, items: Vec<(i32, B::Item)>) -> Result<Vec<(B::Reply, bool)>> {
        let mut tx = self.calls.0.db.begin_read(&self.caller).await?;
        let allowed = allow_list::of_tenant(&mut tx).await?;
        let mut replies = Vec::with_capacity(items.len());
        for (index, item) in items {
            if self.replies.is_closed() {
                return Err(gone());
            }
            let answered = match self.calls.valid_part(self.batch.item_name(), item, &allowed) {
                Ok(item) => self.batch.answer(&mut tx, index, item).await,
                Err(error) => Err(error),
            };
            replies.push(match answered {
                Ok(reply) => (reply, true),
                Err(error) if error.is_ours() => return Err(error),
                Err(error) => (self.batch.refuse(index, &error), false),
            });
        }
        Ok(replies)
    }

    /// Counts and digests what is sent, as gRPC carries it.
    async fn send(&mut self, reply: B::Reply, is_answer: bool) -> Result<()> {
        let bytes = reply.encode_to_vec();
        let sent = self.replies.send_timeout(Ok(reply), PATIENCE).await;
        sent.map_err(|_unread| gone())?;
        self.digest.update(bytes);
        if is_answer {
            self.count.answered += 1;
        } else {
            self.count.refused += 1;
        }
        Ok(())
    }
}

fn gone() -> Error {
    Error::new(ErrorReason::Deadline, "the client stopped reading")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use grpc_gateway::RestOrigin;
    use tokio::time::Instant;
    use tonic::Request;

    use super::{MAX_STREAM_DEADLINE, deadline_of};

    #[tokio::test(start_paused = true)]
    async fn a_batch_is_over_when_its_client_wants_it_to_be() {
        let of = |timeout: &'static str| {
            let mut request = Request::new(());
            request
                .metadata_mut()
                .insert("grpc-timeout", tonic::metadata::MetadataValue::from_static(timeout));
            deadline_of(&request) - Instant::now()
        };
        assert_eq!(of("5S"), Duration::from_secs(5));
        assert_eq!(of("90H"), MAX_STREAM_DEADLINE);
        assert_eq!(of("soon"), MAX_STREAM_DEADLINE);
        assert_eq!(deadline_of(&Request::new(())) - Instant::now(), MAX_STREAM_DEADLINE);
        let deadline = Instant::now() + Duration::from_secs(7);
        let mut request = Request::new(());
        request.extensions_mut().insert(RestOrigin { deadline });
        assert_eq!(deadline_of(&request), deadline);
    }
}
