//! What one adjustment, or a hard rule, makes of a line.

use super::is_appeal;
use super::rules::Guardrail;
use crate::proto::stratum::v1::{CoreScenario, DenialType, EvidenceKind, RecoveryAction};

/// What one adjustment, or a rule about the whole line, amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    /// The adjustment, such as `CO-197`.
    pub(super) deciding: String,
    /// What to do.
    pub(super) action: RecoveryAction,
    /// Other actions worth weighing, best first.
    pub(super) alternatives: Vec<RecoveryAction>,
    /// Whether an appeal right exists.
    pub(super) appealable: bool,
    /// What kind of denial it is.
    pub(super) denial_type: DenialType,
    /// CORE scenario.
    pub(super) core_scenario: CoreScenario,
    /// Evidence it needs.
    pub(super) evidence: Vec<EvidenceKind>,
    /// Why, in one sentence; empty when the guardrail says it all.
    pub(super) rationale: String,
    /// The hard rule that decided.
    pub(super) guardrail: Option<Guardrail>,
}

impl Judgement {
    /// A judgement that a rule makes by itself.
    pub(super) fn by_rule(rule: Guardrail, deciding: String, action: RecoveryAction) -> Self {
        let denial_type = rule.denial_type().unwrap_or(DenialType::Other);
        let core_scenario = if denial_type == DenialType::Unprocessable {
            CoreScenario::MissingClaimData
        } else {
            CoreScenario::Unspecified
        };
        Self {
            deciding,
            action,
            alternatives: Vec::new(),
            appealable: false,
            denial_type,
            core_scenario,
            evidence: Vec::new(),
            rationale: String::new(),
            guardrail: Some(rule),
        }
    }

    /// This judgement with a rule's action in place of its own.
    pub(super) fn ruled(mut self, rule: Guardrail, action: RecoveryAction) -> Self {
        self.action = action;
        self.alternatives.retain(|other| *other != action && !is_appeal(*other));
        self.appealable = false;
        self.guardrail = Some(rule);
        self
    }

    /// This judgement with another action first and its own next.
    pub(super) fn led_by(mut self, action: RecoveryAction) -> Self {
        if self.action != action {
            self.alternatives.retain(|other| *other != action);
            self.alternatives.insert(0, self.action);
            self.action = action;
        }
        self
    }

    /// This judgement with every kind of appeal taken out.
    pub(super) fn without_appeal(self, rule: Guardrail, instead: RecoveryAction) -> Self {
        let own = std::iter::once(self.action).chain(self.alternatives.iter().copied());
        let action = own.clone().find(|action| !is_appeal(*action)).unwrap_or(instead);
        let alternatives = own.filter(|other| *other != action && !is_appeal(*other)).collect();
        Self {
            action,
            alternatives,
            appealable: false,
            guardrail: Some(rule),
            ..self
        }
    }
}

/// The order in which judgements lead, total whatever the order they came in: hard rules in their
/// order, then what can be contested, then what else recovers money.
pub(super) fn rank(judgement: &Judgement) -> (u8, u8, u8, &str, &str) {
    let rule = judgement
        .guardrail
        .and_then(|rule| Guardrail::ALL.iter().position(|own| *own == rule));
    let rule = rule.and_then(|position| u8::try_from(position).ok()).unwrap_or(u8::MAX);
    (
        rule,
        tier(judgement),
        action_order(judgement.action),
        &judgement.deciding,
        &judgement.rationale,
    )
}

/// How worthwhile a judgement is: 0 contested, 1 recoverable otherwise, 2 the patient's, 3 nothing.
pub(super) fn tier(judgement: &Judgement) -> u8 {
    match judgement.action {
        RecoveryAction::Appeal | RecoveryAction::PeerToPeer if judgement.appealable => 0,
        RecoveryAction::Appeal
        | RecoveryAction::PeerToPeer
        | RecoveryAction::CorrectedClaim
        | RecoveryAction::SubmitDocumentation
        | RecoveryAction::RebillOtherPayer
        | RecoveryAction::BillSecondary => 1,
        RecoveryAction::BillPatient => 2,
        RecoveryAction::Close | RecoveryAction::Unspecified => 3,
    }
}

fn action_order(action: RecoveryAction) -> u8 {
    u8::try_from(i32::from(action)).unwrap_or(u8::MAX)
}
