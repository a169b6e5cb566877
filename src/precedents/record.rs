//! The rules of one precedent that no single field can tell, and its two forms: the message of the
//! contract and the stored record.

use std::collections::BTreeSet;

use prost::Message as _;
use uuid::Uuid;

use super::store::Row;
use crate::db::PLATFORM_TENANT;
use crate::db::stored::{StoredEnum as _, stored, stored_list};
use crate::proto::v1::{
    DataOrigin, DenialType, LineOfBusiness, NarrativeTemplate, Outcome, OutcomeEvidence, Precedent, PrecedentStatus,
    RecoveryAction, Scenario, SharingScope, TraceabilityLedger,
};
use crate::rpc::error::{Error, Result};
use crate::rpc::etag::etag;
use crate::rpc::validate::Violation;
use crate::rpc::wire::timestamp;
use crate::similarity::engine::{FEATURES_VERSION, FeatureSet};
use crate::similarity::scenario::own_features;

/// What the columns beside `content` say, derived from the message so that both agree.
#[derive(Debug)]
pub struct Columns {
    pub(super) data_origin: &'static str,
    pub(super) sharing_scope: &'static str,
    pub(super) consent_id: Option<Uuid>,
    pub(super) external_ref: Option<String>,
    pub(super) denial_types: Vec<String>,
    pub(super) payer_id: Option<String>,
    pub(super) plan_id: Option<String>,
    pub(super) line_of_business: Option<&'static str>,
    pub(super) service_category: Option<String>,
    pub(super) diagnosis_group: Option<String>,
    pub(super) event_year: Option<i16>,
    pub(super) action_taken: Option<&'static str>,
    pub(super) outcome: &'static str,
    pub(super) outcome_evidence: Option<&'static str>,
    pub(super) quality_score: i16,
    pub(super) content: Vec<u8>,
    /// What it is compared by; none of what is restricted.
    pub(super) features: Option<String>,
    pub(super) features_version: Option<i32>,
}

/// Who writes a precedent decides which origins it may claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A tenant.
    Tenant,
    /// The service: imports and demonstration data.
    Service,
}

/// Checks a precedent as a whole and fills in what follows from it.
///
/// # Errors
/// `VALIDATION` with every violation at once, `SUD_NOT_SHAREABLE` for a restricted origin.
pub fn complete(mut precedent: Precedent, author: Author) -> Result<Precedent> {
    if precedent.data_origin == DataOrigin::Unspecified as i32 {
        precedent.data_origin = DataOrigin::General as i32;
    }
    if precedent.sharing_scope == SharingScope::Unspecified as i32 {
        precedent.sharing_scope = SharingScope::Private as i32;
    }
    if precedent.outcome == Outcome::Unspecified as i32 {
        precedent.outcome = Outcome::Pending as i32;
    }
    let violations = violations(&precedent, author);
    if !violations.is_empty() {
        return Err(Error::violations(violations));
    }
    if is_restricted(&precedent) && precedent.sharing_scope() != SharingScope::Private {
        return Err(Error::restricted("private_scope"));
    }
    if let Some(ledger) = &mut precedent.traceability {
        ledger.completeness = completeness(ledger);
    }
    precedent.quality_score = quality(&precedent);
    Ok(precedent)
}

/// Whether a record is of an origin that 42 CFR Part 2 or the rule on psychotherapy notes restricts.
#[must_use]
pub fn is_restricted(precedent: &Precedent) -> bool {
    is_restricted_origin(precedent.data_origin())
}

/// As [`is_restricted`], of the origin itself.
#[must_use]
pub const fn is_restricted_origin(origin: DataOrigin) -> bool {
    match origin {
        DataOrigin::Sud | DataOrigin::Psychotherapy => true,
        DataOrigin::Unspecified
        | DataOrigin::General
        | DataOrigin::Behavioral
        | DataOrigin::Reproductive
        | DataOrigin::Hiv
        | DataOrigin::Genetic
        | DataOrigin::PublicDecision
        | DataOrigin::Synthetic => false,
    }
}

fn violations(precedent: &Precedent, author: Author) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut report = |field: &str, description: &str| {
        found.push(Violation {
            field: format!("precedent.{field}"),
            description: description.to_owned(),
            is_phi: false,
        });
    };
    let scenario = precedent.scenario.as_ref();
    if scenario.is_some_and(|s| s.dates.is_some()) {
        report("scenario.dates", "is never stored; give event_year");
    }
    if let Some(types) = scenario.map(|s| &s.denial_types)
        && types.iter().collect::<BTreeSet<_>>().len() != types.len()
    {
        report("scenario.denial_types", "names a type twice");
    }
    let origin = precedent.data_origin();
    if author == Author::Tenant && matches!(origin, DataOrigin::PublicDecision | DataOrigin::Synthetic) {
        report("data_origin", "is set by the service alone");
    }
    if !is_restricted_origin(origin) && !precedent.consent_id.is_empty() {
        report("consent_id", "is for SUD and PSYCHOTHERAPY origin alone");
    }
    if precedent.outcome() == Outcome::Pending && precedent.outcome_evidence != 0 {
        report("outcome_evidence", "needs an outcome");
    }
    evidence_links(precedent, &mut report);
    if let Some(template) = &precedent.narrative_template {
        template_variables(template, &mut report);
    }
    found
}

/// Items and assertions have ids of their own, and assertions name items that exist.
fn evidence_links(precedent: &Precedent, report: &mut impl FnMut(&str, &str)) {
    let mut items = BTreeSet::new();
    for (i, item) in precedent.evidence_kit.iter().flat_map(|k| &k.items).enumerate() {
        if !items.insert(item.item_id.as_str()) {
            report(&format!("evidence_kit.items[{i}].item_id"), "is used twice");
        }
    }
    let mut assertions = BTreeSet::new();
    for (i, assertion) in precedent.traceability.iter().flat_map(|t| &t.assertions).enumerate() {
        if !assertions.insert(assertion.assertion_id.as_str()) {
            report(&format!("traceability.assertions[{i}].assertion_id"), "is used twice");
        }
        for (j, id) in assertion.evidence_item_ids.iter().enumerate() {
            if !items.contains(id.as_str()) {
                report(
                    &format!("traceability.assertions[{i}].evidence_item_ids[{j}]"),
                    "is no item of the evidence kit",
                );
            }
        }
    }
}

/// The variables of a template are a closed list.
fn template_variables(template: &NarrativeTemplate, report: &mut impl FnMut(&str, &str)) {
    let mut declared = BTreeSet::new();
    for (i, variable) in template.variables.iter().enumerate() {
        if !declared.insert(variable.name.as_str()) {
            report(&format!("narrative_template.variables[{i}].name"), "is declared twice");
        }
    }
    match placeholders(&template.body) {
        None => report("narrative_template.body", "has an opening {{ without its }}"),
        Some(names) if names.iter().any(|n| !declared.contains(n)) => {
            report("narrative_template.body", "uses a placeholder that is not in variables");
        }
        Some(_) => {}
    }
}

/// The names between double braces; `None` when one is not closed.
fn placeholders(body: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = body;
    while let Some((_, after)) = rest.split_once("{{") {
        let (name, tail) = after.split_once("}}")?;
        names.push(name.trim());
        rest = tail;
    }
    Some(names)
}

fn completeness(ledger: &TraceabilityLedger) -> f64 {
    let supported = ledger
        .assertions
        .iter()
        .filter(|a| !a.evidence_item_ids.is_empty() || !a.citation.is_empty())
        .count();
    match ledger.assertions.len() {
        0 => 0.0,
        #[expect(clippy::cast_precision_loss, reason = "at most 100 assertions")]
        n => supported as f64 / n as f64,
    }
}

/// How complete a record is, 0 to 100: what a colleague would need to use it.
fn quality(precedent: &Precedent) -> i32 {
    let scenario = precedent.scenario.clone().unwrap_or_default();
    let has_evidence = precedent.evidence_kit.as_ref().is_some_and(|k| !k.items.is_empty());
    let has_narrative = precedent
        .narrative_template
        .as_ref()
        .is_some_and(|t| !t.body.is_empty());
    let is_traceable = precedent.traceability.as_ref().is_some_and(|t| t.completeness >= 1.0);
    let is_decided = precedent.outcome() != Outcome::Pending;
    let is_verified = !matches!(
        precedent.outcome_evidence(),
        OutcomeEvidence::Unspecified | OutcomeEvidence::SelfReported
    );
    [
        (10, !scenario.denial_types.is_empty()),
        (10, scenario.lines.iter().any(|l| !l.adjustments.is_empty())),
        (10, !scenario.denial_trigger.is_empty()),
        (10, scenario.payer.as_ref().is_some_and(|p| !p.payer_id.is_empty())),
        (
            5,
            !scenario.service_category.is_empty() || !scenario.procedure_codes.is_empty(),
        ),
        (5, precedent.event_year != 0),
        (10, precedent.action_taken != 0),
        (10, is_decided),
        (10, is_verified),
        (10, has_evidence),
        (5, has_narrative),
        (5, is_traceable),
    ]
    .iter()
    .filter(|(_, holds)| *holds)
    .map(|(points, _)| points)
    .sum()
}

impl Columns {
    /// The columns of a completed precedent.
    #[must_use]
    pub fn of(precedent: &Precedent) -> Self {
        let scenario = precedent.scenario.clone().unwrap_or_default();
        let Scenario {
            denial_types,
            payer,
            line_of_business,
            service_category,
            diagnosis_group,
            ..
        } = scenario;
        let payer = payer.unwrap_or_default();
        let features = (!is_restricted(precedent)).then(|| own_features(precedent));
        let some = |text: String| (!text.is_empty()).then_some(text);
        Self {
            data_origin: precedent.data_origin().stored(),
            sharing_scope: precedent.sharing_scope().stored(),
            consent_id: Uuid::try_parse(&precedent.consent_id).ok(),
            external_ref: some(precedent.external_ref.clone()),
            denial_types: stored_list::<DenialType>(&denial_types),
            payer_id: some(payer.payer_id),
            plan_id: some(payer.plan_id),
            line_of_business: stored::<LineOfBusiness>(line_of_business),
            service_category: some(service_category),
            diagnosis_group: some(diagnosis_group),
            event_year: i16::try_from(precedent.event_year).ok().filter(|y| *y != 0),
            action_taken: stored::<RecoveryAction>(precedent.action_taken),
            outcome: precedent.outcome().stored(),
            outcome_evidence: stored::<OutcomeEvidence>(precedent.outcome_evidence),
            quality_score: i16::try_from(precedent.quality_score).unwrap_or(0),
            content: content(precedent),
            features_version: features.as_ref().map(|_| FEATURES_VERSION),
            features: features.map(FeatureSet::into_stored),
        }
    }
}

/// What `content` holds: everything that does not stand in a column of its own and change with it.
pub(super) fn content(precedent: &Precedent) -> Vec<u8> {
    let content = Precedent {
        id: String::new(),
        version: 0,
        etag: String::new(),
        status: 0,
        reuse_count: 0,
        success_on_reuse: 0,
        last_applied_at: None,
        last_validated_at: None,
        outcome_recorded_at: None,
        created_at: None,
        updated_at: None,
        archived_at: None,
        is_public: false,
        review_reasons: Vec::new(),
        ..precedent.clone()
    };
    content.encode_to_vec()
}

/// The message of a stored row.
///
/// # Errors
/// `INTERNAL` when the stored bytes are no precedent.
pub fn precedent(row: Row) -> Result<Precedent> {
    let content = Precedent::decode(row.content.as_slice()).map_err(Error::internal)?;
    let status =
        PrecedentStatus::from_stored(&row.status).ok_or_else(|| Error::internal("unknown precedent status stored"))?;
    Ok(Precedent {
        id: row.id.to_string(),
        version: row.version,
        etag: etag(row.version),
        status: status.into(),
        reuse_count: row.reuse_count,
        success_on_reuse: row.success_on_reuse,
        last_applied_at: row.last_applied_at.map(timestamp),
        last_validated_at: row.last_validated_at.map(timestamp),
        outcome_recorded_at: row.outcome_recorded_at.map(timestamp),
        created_at: Some(timestamp(row.created_at)),
        updated_at: Some(timestamp(row.updated_at)),
        archived_at: row.archived_at.map(timestamp),
        is_public: row.tenant_id == PLATFORM_TENANT,
        review_reasons: row.review_reasons,
        ..content
    })
}

/// The codes of a scenario as `CO-197` and `N706`, in order, each once.
#[must_use]
pub fn codes(scenario: &Scenario) -> Vec<String> {
    let mut codes = Vec::new();
    for adjustment in scenario.lines.iter().flat_map(|line| &line.adjustments) {
        let pair = format!("{}-{}", adjustment.group_code().stored(), adjustment.carc);
        codes.push(pair);
        codes.extend(adjustment.rarcs.iter().cloned());
    }
    let mut seen = BTreeSet::new();
    codes.retain(|code| seen.insert(code.clone()));
    codes
}

/// Whether a status may become another (DOMAIN §5.4).
#[must_use]
pub const fn may_become(from: PrecedentStatus, to: PrecedentStatus) -> bool {
    use PrecedentStatus as S;
    match (from, to) {
        (S::Draft | S::NeedsReview, S::Active | S::Archived)
        | (S::Active, S::NeedsReview | S::Archived)
        | (S::Archived, S::Active) => true,
        (S::Unspecified | S::Draft | S::Active | S::NeedsReview | S::Archived, _) => false,
    }
}

/// A new id.
#[must_use]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
