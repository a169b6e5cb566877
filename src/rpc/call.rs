//! The frame around every handler. A handler gets a validated request and a transaction bound to the
//! caller's tenant, and must answer with [`Facts`] for the audit log: there is no other way to tenant
//! data and no reply without its event. Each unit of work runs in a task of its own, so that a client
//! that goes away can't leave it half done.

mod batch;
mod export;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use prost::Message;
use tonic::{Request, Response, Status};

use super::error::{Error, Result};
use super::idempotency::{self, Claim};
use super::identity::Caller;
use super::page::PageTokens;
use super::policy::AuditMode;
use super::telemetry::CallContext;
use super::validate::{Validate, Violation, violations};
use crate::audit::event::{AuditEvent, Facts};
use crate::audit::writer::AuditWriter;
use crate::db::{Db, TenantTx};
use crate::privacy::guard::AllowList;
use crate::privacy::{FreeTextGuard, allow_list};
use crate::proto::google::api::HttpBody;

/// What a handler gives back: the reply, and what the audit log says about it.
#[derive(Debug)]
pub struct Answer<R> {
    reply: R,
    facts: Facts,
}

impl<R> Answer<R> {
    /// A reply with its facts.
    pub fn new(reply: R, facts: Facts) -> Self {
        Self { reply, facts }
    }
}

pub use batch::{Batch, BatchCount};
pub use export::{ByteStream, ExportPage, Exporter};

/// A request whose mutation can be repeated safely.
pub trait Idempotent: Message {
    /// The `request_id`; empty when the client gave none.
    fn request_id(&self) -> &str;
}

/// Everything a call needs around its handler. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Calls(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    db: Db,
    audit: AuditWriter,
    guard: Arc<dyn FreeTextGuard>,
    pages: Arc<PageTokens>,
}

/// Which transaction a read runs in.
#[derive(Debug, Clone, Copy)]
enum Reading {
    TenantData,
    AuditLog,
}

impl Calls {
    /// A frame over these parts.
    #[must_use]
    pub fn new(db: Db, audit: AuditWriter, guard: Arc<dyn FreeTextGuard>, pages: PageTokens) -> Self {
        Self(Arc::new(Shared {
            db,
            audit,
            guard,
            pages: Arc::new(pages),
        }))
    }

    /// The guard that every free text passes.
    #[must_use]
    pub fn guard(&self) -> Arc<dyn FreeTextGuard> {
        self.0.guard.clone()
    }

    /// The keeper of page tokens.
    #[must_use]
    pub fn pages(&self) -> Arc<PageTokens> {
        self.0.pages.clone()
    }

    /// Reads tenant data; the event is durable before the reply leaves.
    ///
    /// # Errors
    /// The handler's, or those of validation, database and audit log.
    pub async fn read<Q, R, F>(&self, request: Request<Q>, handler: F) -> std::result::Result<Response<R>, Status>
    where
        Q: Validate + Send + Sync + 'static,
        R: Send + 'static,
        F: for<'t> FnOnce(&'t mut TenantTx, Q, CallContext) -> BoxFuture<'t, Result<Answer<R>>> + Send + 'static,
    {
        self.reading(Reading::TenantData, request, handler).await
    }

    /// Reads the audit log of the caller's tenant.
    ///
    /// # Errors
    /// As [`Calls::read`].
    pub async fn read_audit<Q, R, F>(&self, request: Request<Q>, handler: F) -> std::result::Result<Response<R>, Status>
    where
        Q: Validate + Send + Sync + 'static,
        R: Send + 'static,
        F: for<'t> FnOnce(&'t mut TenantTx, Q, CallContext) -> BoxFuture<'t, Result<Answer<R>>> + Send + 'static,
    {
        self.reading(Reading::AuditLog, request, handler).await
    }

    async fn reading<Q, R, F>(
        &self,
        reading: Reading,
        request: Request<Q>,
        handler: F,
    ) -> std::result::Result<Response<R>, Status>
    where
        Q: Validate + Send + Sync + 'static,
        R: Send + 'static,
        F: for<'t> FnOnce(&'t mut TenantTx, Q, CallContext) -> BoxFuture<'t, Result<Answer<R>>> + Send + 'static,
    {
        let shared = self.0.clone();
        self.run(request, move |request, call, caller| async move {
            let request = shared.valid(&caller, request).await?;
            let mut tx = match reading {
                Reading::TenantData => shared.db.begin_read(&caller).await?,
                Reading::AuditLog => shared.db.begin_audit_read(&caller).await?,
            };
            let answer = handler(&mut tx, request, call.clone()).await?;
            // The connection goes back before the event is waited for.
            drop(tx);
            shared.audit.append(AuditEvent::success(&call, answer.facts)).await?;
            Ok(answer.reply)
        })
        .await
    }

    /// Answers from memory: no tenant data is touched, but the call is audited as its policy says.
    /// There is nothing that a client which goes away could leave half done, so there is no task either.
    ///
    /// # Errors
    /// The handler's, or those of validation and audit log.
    pub async fn answer<Q, R, F>(&self, request: Request<Q>, handler: F) -> std::result::Result<Response<R>, Status>
    where
        Q: Validate + Send + Sync + 'static,
        R: Send + 'static,
        F: FnOnce(Q, CallContext) -> Result<Answer<R>> + Send + 'static,
    {
        let (message, call, caller) = identified(request)?;
        let answering = async { handler(self.0.valid(&caller, message).await?, call.clone()) };
        let result = match AssertUnwindSafe(answering).catch_unwind().await {
            Ok(Ok(answer)) => self.0.noted(&call, answer).await,
            Ok(Err(error)) => Err(error),
            Err(_panic) => Err(Error::internal(PANICKED)),
        };
        self.reply(&call, result).await
    }

    /// Changes tenant data. Work, audit event and idempotency record share one transaction: they are
    /// all there afterwards, or none is.
    ///
    /// # Errors
    /// The handler's, or those of validation, idempotency, database and audit log.
    pub async fn mutate<Q, R, F>(&self, request: Request<Q>, handler: F) -> std::result::Result<Response<R>, Status>
    where
        Q: Validate + Idempotent + Send + Sync + 'static,
        R: Message + Default + 'static,
        F: for<'t> FnOnce(&'t mut TenantTx, Q, CallContext) -> BoxFuture<'t, Result<Answer<R>>> + Send + 'static,
    {
        self.mutating(|_| true, request, handler).await
    }

    async fn mutating<Q, R, F>(
        &self,
        counts: fn(&Violation) -> bool,
        request: Request<Q>,
        handler: F,
    ) -> std::result::Result<Response<R>, Status>
    where
        Q: Validate + Idempotent + Send + Sync + 'static,
        R: Message + Default + 'static,
        F: for<'t> FnOnce(&'t mut TenantTx, Q, CallContext) -> BoxFuture<'t, Result<Answer<R>>> + Send + 'static,
    {
        let shared = self.0.clone();
        self.run(request, move |request, call, caller| async move {
            let request = shared.valid_where(&caller, counts, request).await?;
            let key = idempotency::Key::of(&call, &request)?;
            let mut tx = shared.db.begin(&caller).await?;
            let claim = match &key {
                Some(key) => idempotency::claim(&mut tx, key).await?,
                None => Claim::Fresh,
            };
            let answer = match claim {
                Claim::Replay(stored) => stored.answer()?,
                Claim::Fresh => {
                    let answer = handler(&mut tx, request, call.clone()).await?;
                    if let Some(key) = &key {
                        idempotency::keep(&mut tx, key, &answer.reply, &answer.facts).await?;
                    }
                    answer
                }
            };
            shared
                .audit
                .append_in(&mut tx, &AuditEvent::success(&call, answer.facts))
                .await?;
            tx.commit().await?;
            Ok(answer.reply)
        })
        .await
    }

    /// As [`Calls::mutate`], for batches: what is wrong within an item is left to the handler, which
    /// checks each item with [`Calls::valid_part`].
    ///
    /// # Errors
    /// As [`Calls::mutate`].
    pub async fn mutate_each<Q, R, F>(
        &self,
        request: Request<Q>,
        handler: F,
    ) -> std::result::Result<Response<R>, Status>
    where
        Q: Validate + Idempotent + Send + Sync + 'static,
        R: Message + Default + 'static,
        F: for<'t> FnOnce(&'t mut TenantTx, Q, CallContext) -> BoxFuture<'t, Result<Answer<R>>> + Send + 'static,
    {
        self.mutating(batch::is_of_the_whole, request, handler).await
    }

    /// Streams tenant data in bulk: a START event before the first byte, a FINISH event with count and
    /// digest before the end is told. Pages are read in short transactions, so a slow client holds none.
    ///
    /// # Errors
    /// Those of validation and audit log; later ones end the stream.
    pub async fn export<Q, E>(
        &self,
        request: Request<Q>,
        exporter: impl FnOnce(Q) -> E + Send + 'static,
    ) -> std::result::Result<Response<ByteStream<HttpBody>>, Status>
    where
        Q: Validate + Send + Sync + 'static,
        E: Exporter,
    {
        let shared = self.0.clone();
        self.run(request, move |request, call, caller| async move {
            let exporter = exporter(shared.valid(&caller, request).await?);
            let facts = Facts {
                filter_sha256: Some(exporter.filter_sha256()),
                ..Facts::call()
            };
            shared
                .audit
                .append(AuditEvent::success(&call, facts.step("START")))
                .await?;
            Ok(export::stream(
                shared.db.clone(),
                shared.audit.clone(),
                call,
                caller,
                exporter,
            ))
        })
        .await
    }

    /// Runs a unit of work in a task of its own and leaves an event when it fails.
    async fn run<Q, R, W, Fut>(&self, request: Request<Q>, work: W) -> std::result::Result<Response<R>, Status>
    where
        Q: Send + 'static,
        R: Send + 'static,
        W: FnOnce(Q, CallContext, Caller) -> Fut + Send + 'static,
        Fut: Future<Output = Result<R>> + Send + 'static,
    {
        let (message, call, caller) = identified(request)?;
        let unit = tokio::spawn(work(message, call.clone(), caller));
        let result = unit
            .await
            .unwrap_or_else(|panic| Err(Error::internal(panic_cause(&panic))));
        self.reply(&call, result).await
    }

    /// What leaves: a reply whose event is written, or a refusal with its own.
    async fn reply<R>(&self, call: &CallContext, result: Result<R>) -> std::result::Result<Response<R>, Status> {
        match result {
            Ok(reply) => {
                call.mark_audited();
                Ok(Response::new(reply))
            }
            Err(error) => Err(self.refuse(call, error).await.into()),
        }
    }

    /// Leaves the event of a refused or failed call, in a transaction of its own.
    pub(super) async fn refuse(&self, call: &CallContext, error: Error) -> Error {
        if error.is_ours() {
            tracing::error!(target: "stratum::call", request_id = call.request_id(), reason = ?error.reason(),
                cause = ?error.cause().map(ToString::to_string), "call failed");
        }
        match self.0.audit.append(AuditEvent::failure(call, &error)).await {
            Ok(()) => {
                call.mark_audited();
                error
            }
            Err(unavailable) => unavailable,
        }
    }

    /// Leaves the event of a call whose handler is not ours, before it runs.
    pub(super) async fn note(&self, call: &CallContext) -> Result<()> {
        self.0.audit.append(AuditEvent::success(call, Facts::call())).await?;
        call.mark_audited();
        Ok(())
    }
}

/// A request's message, and whose it is.
fn identified<Q>(request: Request<Q>) -> Result<(Q, CallContext, Caller)> {
    let (_, extensions, message) = request.into_parts();
    let call = extensions
        .get::<CallContext>()
        .and_then(|call| Some((call.clone(), call.caller()?.clone())));
    // A handler reached without the stack before it: nobody is known, so nothing is done.
    let (call, caller) = call.ok_or_else(|| Error::internal("call did not pass the request stack"))?;
    Ok((message, call, caller))
}

impl Shared {
    /// The reply, once its event is durable where the policy wants one.
    async fn noted<R>(&self, call: &CallContext, answer: Answer<R>) -> Result<R> {
        if call.policy().is_none_or(|p| p.audit != AuditMode::None) {
            self.audit.append(AuditEvent::success(call, answer.facts)).await?;
        }
        Ok(answer.reply)
    }

    /// The request without what only the server may set, once it keeps every rule.
    async fn valid<Q: Validate + Sync>(&self, caller: &Caller, request: Q) -> Result<Q> {
        self.valid_where(caller, |_| true, request).await
    }

    /// The tenant's allow-list is asked for only when the guard finds something: most requests never read
    /// it, and what was allowed or is no longer holds from the next request on, on every replica.
    async fn valid_where<Q: Validate + Sync>(
        &self,
        caller: &Caller,
        counts: fn(&Violation) -> bool,
        mut request: Q,
    ) -> Result<Q> {
        request.clear_output_only();
        let mut found = violations(&request, &*self.guard, &AllowList::default());
        found.retain(counts);
        if found.iter().any(|violation| violation.is_phi) && caller.credential_id().is_some() {
            let allowed = self.allow_list(caller).await?;
            found = violations(&request, &*self.guard, &allowed);
            found.retain(counts);
        }
        if found.is_empty() {
            Ok(request)
        } else {
            Err(Error::violations(found))
        }
    }

    /// What the tenant allows. On the heap, because few calls come here and all would carry its size.
    fn allow_list<'c>(&'c self, caller: &'c Caller) -> BoxFuture<'c, Result<AllowList>> {
        Box::pin(async { allow_list::of_tenant(&mut self.db.begin_read(caller).await?).await })
    }
}

/// A panic's message can quote data, so only the fact is kept.
const PANICKED: &str = "handler panicked";

fn panic_cause(error: &tokio::task::JoinError) -> &'static str {
    if error.is_panic() {
        PANICKED
    } else {
        "handler was cancelled"
    }
}

impl<R> idempotency::Stored<R> {
    fn answer(self) -> Result<Answer<R>>
    where
        R: Message + Default,
    {
        let (reply, facts) = self.decode()?;
        Ok(Answer { reply, facts })
    }
}
