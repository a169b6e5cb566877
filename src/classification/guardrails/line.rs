//! The judgement of one service line.

use super::super::super::registries::{CodeAction, Registries, Word};
use super::judgement::{Judgement, rank};
use super::rules::Guardrail;
use super::{Context, is_appeal};
use crate::proto::stratum::v1::{
    AdjudicationState, Adjustment, CoreScenario, EvidenceKind, GroupCode, RecoveryAction, ServiceLine, ServiceTiming,
};

/// Modifiers that mark a repeated or distinct service, so that it is no duplicate.
const DISTINCT_MODIFIERS: [&str; 9] = ["59", "76", "77", "91", "25", "XE", "XP", "XS", "XU"];

/// Registry category of remarks that deny the right of appeal.
const NO_APPEAL: &str = "no_appeal";

/// Registry category of the remark that makes a line unprocessable.
const UNPROCESSABLE: &str = "unprocessable";

/// What one line amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineVerdict {
    /// What decided, or `None` when the line says nothing that could be judged.
    pub(super) judgement: Option<Judgement>,
    /// Actions that the line's other denials ask for.
    pub(super) further: Vec<RecoveryAction>,
    /// Labels of the adjustments that are no denial, sorted.
    pub(super) set_aside: Vec<String>,
    /// Labels of adjustments that the registry does not know, sorted.
    pub(super) unknown: Vec<String>,
    /// Cents the judged adjustments hold back; 0 when not said.
    pub(super) at_stake_minor: i64,
}

/// Judges a line with all its adjustments together.
pub(super) fn judge(line: &ServiceLine, context: Context, registries: &Registries) -> LineVerdict {
    let (aside, left): (Vec<&Adjustment>, Vec<&Adjustment>) =
        line.adjustments.iter().partition(|adjustment| is_no_denial(adjustment));
    let mut judgements: Vec<Judgement> = left
        .iter()
        .filter_map(|adjustment| judge_adjustment(adjustment, line, context, registries))
        .collect();
    judgements.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let unknown = left.iter().filter(|a| action_of(a, registries).is_none());
    let unknown = sorted_labels(unknown.copied());
    let leader = judgements
        .first()
        .cloned()
        .or_else(|| nothing_left(line, &aside, &left));
    let judgement = whole_line_rule(line, leader, context, registries);
    let further = match &judgement {
        Some(leader) if leader.guardrail.is_none() => judgements
            .iter()
            .map(|j| j.action)
            .filter(|a| *a != leader.action)
            .collect(),
        Some(_) | None => Vec::new(),
    };
    LineVerdict {
        judgement,
        further,
        set_aside: sorted_labels(aside.iter().copied()),
        unknown,
        at_stake_minor: left.iter().filter_map(|a| a.amount_minor).fold(0, i64::saturating_add),
    }
}

/// What is no denial: the patient's share, contractual reductions, earlier payers, sequestration.
#[must_use]
pub fn is_no_denial(adjustment: &Adjustment) -> bool {
    is_patient_share(adjustment)
        || matches!(
            (adjustment.group_code(), adjustment.carc.as_str()),
            (GroupCode::Co, "45" | "253") | (GroupCode::Oa, "23")
        )
}

fn is_patient_share(adjustment: &Adjustment) -> bool {
    adjustment.group_code() == GroupCode::Pr && matches!(adjustment.carc.as_str(), "1" | "2" | "3")
}

/// The rules about the whole line, in order: they override what one adjustment says.
fn whole_line_rule(
    line: &ServiceLine,
    leader: Option<Judgement>,
    context: Context,
    registries: &Registries,
) -> Option<Judgement> {
    let has_remark = |category: &str| {
        let remarks = line.adjustments.iter().flat_map(|adjustment| &adjustment.rarcs);
        remarks
            .filter_map(|remark| registries.rarc(remark))
            .any(|remark| remark.category == category)
    };
    let rejected = context.adjudication == AdjudicationState::Rejected;
    let unprocessable = context.adjudication == AdjudicationState::Unprocessable || has_remark(UNPROCESSABLE);
    let first = line.adjustments.iter().map(label).min().unwrap_or_default();
    if rejected {
        return Some(Judgement::by_rule(
            Guardrail::RejectedAtFrontEnd,
            first,
            RecoveryAction::CorrectedClaim,
        ));
    }
    if context.adjudication == AdjudicationState::Reversed {
        return Some(Judgement::by_rule(
            Guardrail::ReversalIsNoDenial,
            first,
            RecoveryAction::Close,
        ));
    }
    if unprocessable {
        let deciding = leader.map_or(first, |leader| leader.deciding);
        return Some(Judgement::by_rule(
            Guardrail::UnprocessableMa130,
            deciding,
            RecoveryAction::CorrectedClaim,
        ));
    }
    if context.adjudication == AdjudicationState::Pended {
        return leader
            .map(|leader| leader.without_appeal(Guardrail::NotDecidedYet, RecoveryAction::SubmitDocumentation));
    }
    if has_remark(NO_APPEAL) {
        let leader =
            leader.unwrap_or_else(|| Judgement::by_rule(Guardrail::NoAppealRight, first, RecoveryAction::Close));
        return Some(leader.without_appeal(Guardrail::NoAppealRight, instead_of_appeal(line)));
    }
    leader
}

/// What to do when only amounts that are no denial are on the line.
fn nothing_left(line: &ServiceLine, aside: &[&Adjustment], left: &[&Adjustment]) -> Option<Judgement> {
    if !left.is_empty() || aside.is_empty() {
        return None;
    }
    let shares = aside.iter().copied().filter(|adjustment| is_patient_share(adjustment));
    let Some(share) = shares.map(label).min() else {
        let deciding = aside.iter().copied().map(label).min().unwrap_or_default();
        return Some(Judgement::by_rule(Guardrail::NoDenial, deciding, RecoveryAction::Close));
    };
    let action = if line.other_coverage() {
        RecoveryAction::BillSecondary
    } else {
        RecoveryAction::BillPatient
    };
    let mut judgement = Judgement::by_rule(Guardrail::PatientShare, share, action);
    if line.other_coverage() {
        judgement.alternatives.push(RecoveryAction::BillPatient);
        judgement.evidence.push(EvidenceKind::PrimaryEob);
    }
    Some(judgement)
}

/// Judges one adjustment that may be a denial; `None` when the registry does not know it.
fn judge_adjustment(
    adjustment: &Adjustment,
    line: &ServiceLine,
    context: Context,
    registries: &Registries,
) -> Option<Judgement> {
    let row = action_of(adjustment, registries)?;
    let (action, alternatives) = liable(adjustment.group_code(), line, row);
    let (action, alternatives) = timed(action, alternatives, context);
    let judgement = Judgement {
        deciding: label(adjustment),
        action,
        alternatives,
        appealable: row.appealable,
        denial_type: row.denial_type,
        core_scenario: row.core_scenario.unwrap_or(CoreScenario::Unspecified),
        evidence: row.evidence.clone(),
        rationale: row.rationale.clone(),
        guardrail: None,
    };
    Some(rule_about_code(judgement, adjustment, line))
}

/// The hard rules about one code, and the indicators that change its action.
fn rule_about_code(judgement: Judgement, adjustment: &Adjustment, line: &ServiceLine) -> Judgement {
    use Guardrail::{Duplicate, PairMayBeUnbundled, PairNeverUnbundled, PatientLiableByAbn, UnitsAbovePolicyLimit};
    use RecoveryAction::{Appeal, BillPatient, Close, CorrectedClaim};
    let distinct = line.modifiers.iter().any(|m| DISTINCT_MODIFIERS.contains(&m.as_str()));
    let group = adjustment.group_code();
    match adjustment.carc.as_str() {
        "236" if line.ncci_modifier_indicator == Some(0) => judgement.ruled(PairNeverUnbundled, Close),
        "236" if line.ncci_modifier_indicator == Some(1) => judgement.ruled(PairMayBeUnbundled, CorrectedClaim),
        "151" if line.mue_adjudication_indicator == Some(2) => judgement.ruled(UnitsAbovePolicyLimit, Close),
        "151" if line.mue_adjudication_indicator == Some(1) => judgement.led_by(CorrectedClaim),
        "151" if line.mue_adjudication_indicator == Some(3) => judgement.led_by(Appeal),
        "50" if group == GroupCode::Pr && line.abn_on_file() => judgement.ruled(PatientLiableByAbn, BillPatient),
        "18" if distinct => judgement.led_by(Appeal),
        "18" => judgement.ruled(Duplicate, Close),
        _ => judgement,
    }
}

/// What is left to do about a line that may not be appealed: whoever bears the balance pays it.
fn instead_of_appeal(line: &ServiceLine) -> RecoveryAction {
    let patients = line.adjustments.iter().any(|a| a.group_code() == GroupCode::Pr);
    match (patients, line.other_coverage()) {
        (true, true) => RecoveryAction::BillSecondary,
        (true, false) => RecoveryAction::BillPatient,
        (false, _) => RecoveryAction::Close,
    }
}

/// The actions of a row as far as they fit who bears the balance and who else covers the patient.
fn liable(group: GroupCode, line: &ServiceLine, row: &CodeAction) -> (RecoveryAction, Vec<RecoveryAction>) {
    let allowed = |action: RecoveryAction| match action {
        // A contractual obligation is the provider's: the patient may not be billed for it.
        RecoveryAction::BillPatient => group != GroupCode::Co,
        RecoveryAction::BillSecondary => line.other_coverage != Some(false),
        RecoveryAction::Unspecified
        | RecoveryAction::Appeal
        | RecoveryAction::PeerToPeer
        | RecoveryAction::CorrectedClaim
        | RecoveryAction::SubmitDocumentation
        | RecoveryAction::RebillOtherPayer
        | RecoveryAction::Close => true,
    };
    let rest = row.alternatives.iter().copied().filter(|other| allowed(*other));
    if allowed(row.action) {
        return (row.action, rest.collect());
    }
    let action = rest
        .clone()
        .find(|other| !is_appeal(*other))
        .unwrap_or(RecoveryAction::Close);
    (action, rest.filter(|other| *other != action).collect())
}

/// Before and during a service, a conversation between physicians comes before the appeal.
pub(super) fn timed(
    action: RecoveryAction,
    mut alternatives: Vec<RecoveryAction>,
    context: Context,
) -> (RecoveryAction, Vec<RecoveryAction>) {
    let early = matches!(
        context.service_timing,
        ServiceTiming::PreService | ServiceTiming::Concurrent
    );
    if early && action == RecoveryAction::Appeal && alternatives.contains(&RecoveryAction::PeerToPeer) {
        alternatives.retain(|other| *other != RecoveryAction::PeerToPeer);
        alternatives.insert(0, action);
        return (RecoveryAction::PeerToPeer, alternatives);
    }
    (action, alternatives)
}

fn action_of<'a>(adjustment: &Adjustment, registries: &'a Registries) -> Option<&'a CodeAction> {
    registries.code_action(adjustment.group_code(), &adjustment.carc, &adjustment.rarcs)
}

/// `CO-197`; only the number when the group is not said.
fn label(adjustment: &Adjustment) -> String {
    let group = adjustment.group_code();
    if group == GroupCode::Unspecified {
        return adjustment.carc.clone();
    }
    format!("{}-{}", group.word(), adjustment.carc)
}

fn sorted_labels<'a>(adjustments: impl Iterator<Item = &'a Adjustment>) -> Vec<String> {
    let mut labels: Vec<String> = adjustments.map(label).collect();
    labels.sort();
    labels.dedup();
    labels
}
