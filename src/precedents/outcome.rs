//! How a precedent, or an application of one, ended.

use uuid::Uuid;

use super::change::{author_of, facts, own, status, transition, versioned};
use super::record::{self, Columns, complete};
use super::store::{self, Row};
use crate::db::TenantTx;
use crate::db::stored::{StoredEnum as _, stored};
use crate::proto::v1::{
    AppealLevel, ChangeKind, ErrorReason, Outcome, OutcomeEvidence, Precedent, PrecedentStatus, RecordOutcomeRequest,
    RecordOutcomeResponse,
};
use crate::rpc::call::Answer;
use crate::rpc::error::{Error, Result};
use crate::rpc::telemetry::CallContext;
use crate::rpc::wire::required_id;

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
