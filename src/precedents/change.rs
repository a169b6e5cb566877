//! Changes of precedents: each under its own lock, each with its version.

use std::sync::Arc;

use prost::Message as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::mask::Masks;
use super::record::{self, Author, Columns, complete, is_restricted, may_become};
use super::store::{self, Row, Version};
use super::{rescan, words};
use crate::audit::event::{Facts, Resource};
use crate::db::stored::{StoredEnum as _, stored};
use crate::db::{PLATFORM_TENANT, TenantTx};
use crate::privacy::{FreeTextGuard, allow_list, consent};
use crate::proto::v1::{
    AppealLevel, ApplyPrecedentRequest, ApplyPrecedentResponse, ArchivePrecedentRequest, ArchivePrecedentResponse,
    BatchCreatePrecedentsRequest, BatchCreatePrecedentsResponse, BatchCreateResult, ChangeKind, CreatePrecedentRequest,
    CreatePrecedentResponse, DataOrigin, ErrorReason, Outcome, OutcomeEvidence, Precedent, PrecedentStatus,
    RecordOutcomeRequest, RecordOutcomeResponse, RestorePrecedentRequest, RestorePrecedentResponse,
    UpdatePrecedentRequest, UpdatePrecedentResponse, ValidatePrecedentRequest, ValidatePrecedentResponse,
};
use crate::rpc::call::{Answer, Calls};
use crate::rpc::error::{Error, Result, reason_name};
use crate::rpc::etag::check_etag;
use crate::rpc::identity::Caller;
use crate::rpc::permission::Permission;
use crate::rpc::telemetry::CallContext;
use crate::rpc::wire::required_id;

/// What a precedent is held for that may rest on substance use records.
pub(crate) const SUD_SUSPECTED: &str = "SUD_SUSPECTED";
/// What a precedent is held for in which newer detectors find identifiers.
pub(crate) const PHI_RULES: &str = "PHI_RULES";

pub(super) async fn create_one(
    tx: &mut TenantTx,
    request: CreatePrecedentRequest,
    call: CallContext,
) -> Result<Answer<CreatePrecedentResponse>> {
    let CreatePrecedentRequest {
        precedent,
        request_id: _,
    } = request;
    let (precedent, revision) = create(tx, precedent.unwrap_or_default(), Author::Tenant, call.caller()).await?;
    let facts = facts(&precedent)?;
    Ok(Answer::new(
        CreatePrecedentResponse {
            precedent: Some(precedent),
            revision,
        },
        facts,
    ))
}

/// Each item passes the rules on its own and is stored under a savepoint of its own.
pub(super) async fn create_many(
    calls: Calls,
    tx: &mut TenantTx,
    request: BatchCreatePrecedentsRequest,
    call: CallContext,
) -> Result<Answer<BatchCreatePrecedentsResponse>> {
    let BatchCreatePrecedentsRequest {
        precedents,
        request_id: _,
    } = request;
    let mut reply = BatchCreatePrecedentsResponse::default();
    let allowed = allow_list::of_tenant(tx).await?;
    for (index, precedent) in precedents.into_iter().enumerate() {
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        tx.savepoint().await?;
        let stored = match calls.valid_part("precedent", precedent, &allowed) {
            // A repeat of the batch would be answered without asking each consent again.
            Ok(precedent) if is_restricted(&precedent) => Err(Error::restricted("single_call")),
            Ok(precedent) => create(tx, precedent, Author::Tenant, call.caller()).await,
            Err(error) => Err(error),
        };
        match stored {
            Ok((precedent, revision)) => {
                tx.keep_savepoint().await?;
                reply.created += 1;
                reply.revision = revision;
                reply.results.push(BatchCreateResult {
                    index,
                    precedent: Some(precedent),
                    ..Default::default()
                });
            }
            Err(error) if error.is_ours() => return Err(error),
            Err(error) => {
                tx.undo_savepoint().await?;
                reply.results.push(BatchCreateResult {
                    index,
                    precedent: None,
                    reason: reason_name(error.reason()).to_owned(),
                    violations: error.violation_texts(),
                });
            }
        }
    }
    let facts = Facts {
        row_count: i64::from(reply.created),
        resource: Resource::Precedent,
        ..Facts::call()
    };
    Ok(Answer::new(reply, facts))
}

pub(super) async fn update(
    masks: Masks,
    tx: &mut TenantTx,
    request: UpdatePrecedentRequest,
    call: CallContext,
) -> Result<Answer<UpdatePrecedentResponse>> {
    let UpdatePrecedentRequest {
        precedent,
        update_mask,
        request_id: _,
    } = request;
    let change = precedent.unwrap_or_default();
    let id = required_id("precedent.id", &change.id)?;
    let current = own(tx, id, &change.etag).await?;
    let status = status(&current)?;
    if status == PrecedentStatus::Archived {
        return Err(transition(status, PrecedentStatus::Active));
    }
    let before = record::precedent(current)?;
    let paths = update_mask.unwrap_or_default().paths;
    let after = complete(masks.apply(&before, &change, &paths)?, author_of(&before))?;
    let fields = masks.changed(&before, &after)?;
    permit(tx, &after).await?;
    let held = Held::of(&after, status, &before.review_reasons);
    let row = store::update(tx, id, held.status, &held.reasons, Columns::of(&after)).await?;
    store::put_words(tx, id, is_restricted(&after), &words::of_precedent(&after)).await?;
    let (precedent, revision) = versioned(tx, row, ChangeKind::Updated, &fields, "", call.caller()).await?;
    let facts = facts(&precedent)?.fields(fields);
    Ok(Answer::new(
        UpdatePrecedentResponse {
            precedent: Some(precedent),
            revision,
        },
        facts,
    ))
}

pub(super) async fn archive(
    tx: &mut TenantTx,
    request: ArchivePrecedentRequest,
    call: CallContext,
) -> Result<Answer<ArchivePrecedentResponse>> {
    let ArchivePrecedentRequest {
        id,
        etag,
        request_id: _,
        reason,
    } = request;
    let moved = Move {
        to: PrecedentStatus::Archived,
        kind: ChangeKind::Archived,
        from_only: None,
        guard: None,
    };
    let (precedent, revision) = moved.apply(tx, &id, &etag, &reason, &call).await?;
    let facts = facts(&precedent)?;
    Ok(Answer::new(
        ArchivePrecedentResponse {
            precedent: Some(precedent),
            revision,
        },
        facts,
    ))
}

/// What comes back is looked at anew: nobody may have looked since it was put away.
pub(super) async fn restore(
    guard: Arc<dyn FreeTextGuard>,
    tx: &mut TenantTx,
    request: RestorePrecedentRequest,
    call: CallContext,
) -> Result<Answer<RestorePrecedentResponse>> {
    let RestorePrecedentRequest {
        id,
        etag,
        request_id: _,
    } = request;
    let moved = Move {
        to: PrecedentStatus::Active,
        kind: ChangeKind::Restored,
        from_only: Some(PrecedentStatus::Archived),
        guard: Some(guard),
    };
    let (precedent, revision) = moved.apply(tx, &id, &etag, "", &call).await?;
    let facts = facts(&precedent)?;
    Ok(Answer::new(
        RestorePrecedentResponse {
            precedent: Some(precedent),
            revision,
        },
        facts,
    ))
}

pub(super) async fn validate(
    tx: &mut TenantTx,
    request: ValidatePrecedentRequest,
    call: CallContext,
) -> Result<Answer<ValidatePrecedentResponse>> {
    let ValidatePrecedentRequest {
        id,
        etag,
        request_id: _,
    } = request;
    let id = required_id("id", &id)?;
    let current = own(tx, id, &etag).await?;
    let from = status(&current)?;
    if from == PrecedentStatus::Archived {
        return Err(transition(from, PrecedentStatus::Active));
    }
    let before = record::precedent(current)?;
    let to = PrecedentStatus::Active;
    store::update(tx, id, to.stored(), &[], Columns::of(&before)).await?;
    let row = store::mark_validated(tx, id).await?;
    let (precedent, revision) = versioned(tx, row, ChangeKind::Validated, &[], "", call.caller()).await?;
    let facts = facts(&precedent)?;
    Ok(Answer::new(
        ValidatePrecedentResponse {
            precedent: Some(precedent),
            revision,
        },
        facts,
    ))
}

/// One statement counts the use, so that a hundred at once are a hundred.
pub(super) async fn apply(
    tx: &mut TenantTx,
    request: ApplyPrecedentRequest,
    call: CallContext,
) -> Result<Answer<ApplyPrecedentResponse>> {
    let ApplyPrecedentRequest { id, request_id: _ } = request;
    let id = required_id("id", &id)?;
    let Some(row) = store::count_use(tx, id).await? else {
        let current = own(tx, id, "").await?;
        return Err(transition(status(&current)?, PrecedentStatus::Active));
    };
    let application = Uuid::now_v7();
    store::add_application(tx, application, id, row.version, call.caller()).await?;
    let revision = row.revision;
    let precedent = record::precedent(row)?;
    let facts = facts(&precedent)?;
    let reply = ApplyPrecedentResponse {
        precedent: Some(precedent),
        revision,
        application_id: application.to_string(),
    };
    Ok(Answer::new(reply, facts))
}

pub(super) async fn record_outcome(
    tx: &mut TenantTx,
    request: RecordOutcomeRequest,
    call: CallContext,
) -> Result<Answer<RecordOutcomeResponse>> {
    let id = required_id("id", &request.id)?;
    let current = own(tx, id, &request.etag).await?;
    let (precedent, revision) = if request.application_id.is_empty() {
        own_outcome(tx, id, current, request, &call).await?
    } else {
        let application = required_id("application_id", &request.application_id)?;
        let outcome = stored::<Outcome>(request.outcome).filter(|o| *o != "PENDING");
        let outcome = outcome.ok_or_else(|| Error::field("outcome", "must be final for an application"))?;
        let is_won = matches!(request.outcome(), Outcome::Won | Outcome::Partial);
        let row = store::end_application(tx, id, application, outcome, is_won)
            .await?
            .ok_or_else(|| Error::not_found(application))?;
        let revision = row.revision;
        (record::precedent(row)?, revision)
    };
    let facts = facts(&precedent)?.fields(vec!["outcome".to_owned()]);
    Ok(Answer::new(
        RecordOutcomeResponse {
            precedent: Some(precedent),
            revision,
        },
        facts,
    ))
}

/// The outcome of the precedent itself. What was final changes only for a reason that is said; what was
/// lost, in full or in part, may go on at a higher level.
async fn own_outcome(
    tx: &mut TenantTx,
    id: Uuid,
    current: Row,
    request: RecordOutcomeRequest,
    call: &CallContext,
) -> Result<(Precedent, i64)> {
    let status = status(&current)?;
    if status == PrecedentStatus::Archived {
        return Err(transition(status, PrecedentStatus::Active));
    }
    let mut precedent = record::precedent(current)?;
    let (from, to) = (precedent.outcome(), request.outcome());
    let goes_on = to == Outcome::Pending
        && matches!(from, Outcome::Lost | Outcome::Partial)
        && request.appeal_level_reached > precedent.appeal_level_reached;
    if from != Outcome::Pending && !goes_on && request.correction_reason.is_empty() {
        return Err(Error::new(
            ErrorReason::InvalidTransition,
            "the outcome is final; say why it is corrected",
        )
        .with("from", from.stored())
        .with("to", to.stored()));
    }
    precedent.outcome = to.into();
    precedent.outcome_evidence = if to == Outcome::Pending {
        0
    } else {
        request.outcome_evidence
    };
    if to != Outcome::Pending && precedent.outcome_evidence == OutcomeEvidence::Unspecified as i32 {
        precedent.outcome_evidence = OutcomeEvidence::SelfReported.into();
    }
    if request.days_to_decision.is_some() {
        precedent.days_to_decision = request.days_to_decision;
    }
    if request.appeal_level_reached != AppealLevel::Unspecified as i32 {
        precedent.appeal_level_reached = request.appeal_level_reached;
    }
    let reasons = precedent.review_reasons.clone();
    let precedent = complete(precedent.clone(), author_of(&precedent))?;
    let row = store::update(tx, id, status.stored(), &reasons, Columns::of(&precedent)).await?;
    let fields = ["outcome", "outcome_evidence"].map(str::to_owned);
    versioned(
        tx,
        row,
        ChangeKind::OutcomeRecorded,
        &fields,
        &request.correction_reason,
        call.caller(),
    )
    .await
}

/// A move from one status to another.
struct Move {
    to: PrecedentStatus,
    kind: ChangeKind,
    from_only: Option<PrecedentStatus>,
    /// What looks at the record on the way, where it comes back.
    guard: Option<Arc<dyn FreeTextGuard>>,
}

impl Move {
    async fn apply(
        self,
        tx: &mut TenantTx,
        id: &str,
        etag: &str,
        reason: &str,
        call: &CallContext,
    ) -> Result<(Precedent, i64)> {
        let id = required_id("id", id)?;
        let current = own(tx, id, etag).await?;
        let from = status(&current)?;
        if !may_become(from, self.to) || self.from_only.is_some_and(|only| only != from) {
            return Err(transition(from, self.to));
        }
        let before = record::precedent(current)?;
        let held = match self.guard {
            Some(guard) => Held::anew(tx, &*guard, &before, self.to).await?,
            None => Held {
                status: self.to.stored(),
                reasons: Vec::new(),
            },
        };
        let row = store::update(tx, id, held.status, &held.reasons, Columns::of(&before)).await?;
        versioned(tx, row, self.kind, &[], reason, call.caller()).await
    }
}

/// Stores a precedent with its words and its first version.
pub(crate) async fn create(
    tx: &mut TenantTx,
    precedent: Precedent,
    author: Author,
    caller: Option<&Caller>,
) -> Result<(Precedent, i64)> {
    let precedent = complete(precedent, author)?;
    permit(tx, &precedent).await?;
    let held = Held::of(&precedent, PrecedentStatus::Active, &[]);
    let id = record::new_id();
    let row = store::insert(tx, id, held.status, &held.reasons, Columns::of(&precedent)).await?;
    store::put_words(tx, id, is_restricted(&precedent), &words::of_precedent(&precedent)).await?;
    versioned(tx, row, ChangeKind::Created, &[], "", caller).await
}

/// What is of restricted origin is stored under permission, agreement and consent, or not at all.
async fn permit(tx: &mut TenantTx, precedent: &Precedent) -> Result<()> {
    if is_restricted(precedent) {
        consent::require(tx, precedent.data_origin(), &precedent.consent_id).await?;
    }
    Ok(())
}

/// Makes a stored precedent what its source says now, in a new version.
pub(super) async fn replace(
    tx: &mut TenantTx,
    masks: &Masks,
    current: Row,
    precedent: Precedent,
    reasons: &[String],
    caller: &Caller,
) -> Result<()> {
    let id = current.id;
    let status = status(&current)?;
    let before = record::precedent(current)?;
    let fields = masks.changed(&before, &precedent)?;
    // What waited for a review that nothing asks for any more is active again.
    let status = if status == PrecedentStatus::NeedsReview {
        PrecedentStatus::Active
    } else {
        status
    };
    let held = Held::of(&precedent, status, reasons);
    let row = store::update(tx, id, held.status, &held.reasons, Columns::of(&precedent)).await?;
    store::put_words(tx, id, is_restricted(&precedent), &words::of_precedent(&precedent)).await?;
    versioned(tx, row, ChangeKind::Updated, &fields, "", Some(caller)).await?;
    Ok(())
}

/// Whether a precedent is held for review, and why.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) status: &'static str,
    pub(crate) reasons: Vec<String>,
}

impl Held {
    /// For a reason more.
    pub(crate) fn because(reason: &str, reasons: &[String]) -> Self {
        let mut reasons = reasons.to_vec();
        if !reasons.iter().any(|r| r == reason) {
            reasons.push(reason.to_owned());
        }
        Self {
            status: PrecedentStatus::NeedsReview.stored(),
            reasons,
        }
    }

    /// By everything that is known now of a record that had been put away.
    async fn anew(
        tx: &mut TenantTx,
        guard: &dyn FreeTextGuard,
        precedent: &Precedent,
        status: PrecedentStatus,
    ) -> Result<Self> {
        let allowed = allow_list::of_tenant(tx).await?;
        let held = Self::of(precedent, status, &[]);
        let has_findings = rescan::has_findings(precedent, guard, &allowed);
        Ok(if has_findings {
            Self::because(PHI_RULES, &held.reasons)
        } else {
            held
        })
    }

    /// What looks like substance use records is held until a person has looked; what is declared as such is
    /// restricted already.
    pub(crate) fn of(precedent: &Precedent, status: PrecedentStatus, reasons: &[String]) -> Self {
        let mut reasons = reasons.to_vec();
        if is_restricted(precedent) {
            reasons.retain(|reason| reason != SUD_SUSPECTED);
        } else if record::is_sud_suspected(precedent) && !reasons.iter().any(|r| r == SUD_SUSPECTED) {
            reasons.push(SUD_SUSPECTED.to_owned());
        }
        let status = if reasons.is_empty() {
            status
        } else {
            PrecedentStatus::NeedsReview
        };
        Self {
            status: status.stored(),
            reasons,
        }
    }
}

/// The tenant's own precedent, locked; public ones are read-only, others do not exist.
async fn own(tx: &mut TenantTx, id: Uuid, etag: &str) -> Result<Row> {
    match store::get_for_update(tx, id).await? {
        Some(row) if row.is_restricted() && !tx.allows(Permission::SudWrite) => Err(Error::restricted("permission")),
        Some(row) => {
            check_etag(etag, row.version)?;
            Ok(row)
        }
        None if tx.tenant_id() != PLATFORM_TENANT && store::get(tx, id).await?.is_some() => Err(Error::new(
            ErrorReason::PublicReadOnly,
            "the public corpus is read-only",
        )),
        None => Err(Error::not_found(id)),
    }
}

/// The message of a row just written, kept as a version.
pub(super) async fn versioned(
    tx: &mut TenantTx,
    row: Row,
    change_kind: ChangeKind,
    changed_fields: &[String],
    reason: &str,
    caller: Option<&Caller>,
) -> Result<(Precedent, i64)> {
    let (id, number, revision) = (row.id, row.version, row.revision);
    let precedent = record::precedent(row)?;
    let snapshot = precedent.encode_to_vec();
    let version = Version {
        change_kind: change_kind.stored(),
        snapshot: &snapshot,
        snapshot_sha256: Sha256::digest(&snapshot).into(),
        changed_fields,
        reason,
        identity_kind: caller.map_or("SYSTEM", |c| c.kind().stored()),
        credential_id: caller.and_then(Caller::credential_id),
        actor_user_id: caller.and_then(Caller::user_id),
    };
    store::add_version(tx, id, number, version).await?;
    Ok((precedent, revision))
}

fn facts(precedent: &Precedent) -> Result<Facts> {
    let id = required_id("precedent.id", &precedent.id)?;
    Ok(Facts::one(Resource::Precedent, id)
        .version(precedent.version)
        .restricted(is_restricted(precedent)))
}

/// A record that the service wrote keeps the origin that only the service may set.
fn author_of(precedent: &Precedent) -> Author {
    match precedent.data_origin() {
        DataOrigin::PublicDecision | DataOrigin::Synthetic => Author::Service,
        DataOrigin::Unspecified
        | DataOrigin::General
        | DataOrigin::Sud
        | DataOrigin::Behavioral
        | DataOrigin::Psychotherapy
        | DataOrigin::Reproductive
        | DataOrigin::Hiv
        | DataOrigin::Genetic => Author::Tenant,
    }
}

fn status(row: &Row) -> Result<PrecedentStatus> {
    PrecedentStatus::from_stored(&row.status).ok_or_else(|| Error::internal("unknown precedent status stored"))
}

fn transition(from: PrecedentStatus, to: PrecedentStatus) -> Error {
    Error::new(
        ErrorReason::InvalidTransition,
        "the precedent's status does not allow this",
    )
    .with("from", from.stored())
    .with("to", to.stored())
}
