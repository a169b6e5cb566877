//! Guardrails: what a denial's codes amount to, decided by hard rules before any score.
//!
//! Each service line is judged with all its adjustments together, and the order in which they
//! come never matters:
//!
//! 1. remark MA130: the line is unprocessable; a corrected claim, never an appeal;
//! 2. remark N211, or another that denies the right: never an appeal;
//! 3. what is no denial (PR-1/2/3, CO-45, OA-23, CO-253) is set aside, and the rest is judged:
//!    hard rules about one code first, then the code actions of the registry;
//! 4. only when nothing is left: the patient's share is billed, all else is closed.
//!
//! A line is paid only when every denial on it falls, so a hard rule about one adjustment decides
//! for its whole line. Of several lines the most valuable one that can be appealed leads.
//!
//! Nothing a score says can change this: [`determine`] takes no score, and a [`Verdict`] accepts
//! a [`Suggestion`] only where the codes decided nothing.

mod judgement;
mod line;
mod overall;
mod rules;
#[cfg(test)]
mod tests;

pub use line::is_no_denial;
pub use rules::Guardrail;

use super::super::registries::{Registries, Word};
use crate::proto::stratum::v1::{
    AdjudicationState, CoreScenario, DenialType, Determination, EvidenceKind, RecoveryAction, ServiceLine,
    ServiceTiming,
};

/// What is known about a claim beside its lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// How far adjudication went, as far as the caller knows; `Unspecified` derives it from the lines.
    pub adjudication: AdjudicationState,
    /// When the service happens. Before and during it, a peer-to-peer conversation comes first.
    pub service_timing: ServiceTiming,
}

/// What words or similar cases suggest where codes decide nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The denial type.
    pub denial_type: DenialType,
    /// Why, in one sentence.
    pub rationale: String,
}

/// What the codes of a claim amount to.
///
/// Closed when codes or a hard rule decided; then nothing else can change it. Open when there
/// was nothing to decide by; then words may fill it in.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    determination: Determination,
    open: bool,
}

impl Verdict {
    /// The determination as the codes leave it.
    #[must_use]
    pub fn determination(&self) -> &Determination {
        &self.determination
    }

    /// Whether the codes decided nothing.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The final determination. A suggestion counts only when the verdict is open, and brings the
    /// default action of its denial type.
    #[must_use]
    pub fn conclude(self, suggestion: Option<&Suggestion>, context: Context, registries: &Registries) -> Determination {
        let mut determination = self.determination;
        let Some(suggestion) = suggestion.filter(|_| self.open) else {
            return determination;
        };
        let Some(info) = registries.denial_type(suggestion.denial_type) else {
            return determination;
        };
        let appealable = !matches!(
            suggestion.denial_type,
            DenialType::Unprocessable | DenialType::NotADenial | DenialType::Unspecified
        );
        let (action, alternatives) = line::timed(
            info.default_action,
            default_alternatives(info.default_action, appealable),
            context,
        );
        determination.set_denial_type(suggestion.denial_type);
        determination.set_core_scenario(info.core_scenario.unwrap_or(CoreScenario::Unspecified));
        determination.set_action(action);
        determination.alternatives = alternatives.into_iter().map(i32::from).collect();
        determination.appealable = appealable;
        determination.required_evidence = info.typical_evidence.iter().map(|kind| i32::from(*kind)).collect();
        determination.rationale.push(suggestion.rationale.clone());
        determination
    }
}

/// Judges the lines of a claim. `deadlines` of the answer is left empty.
///
/// Enum numbers that this version does not know are read as not said.
#[must_use]
pub fn determine(lines: &[ServiceLine], context: Context, registries: &Registries) -> Verdict {
    let judged: Vec<line::LineVerdict> = lines
        .iter()
        .map(|line| line::judge(line, context, registries))
        .collect();
    overall::combine(&judged, context, registries)
}

/// Other actions worth weighing where only the denial type is known.
fn default_alternatives(action: RecoveryAction, appealable: bool) -> Vec<RecoveryAction> {
    let usual = [
        RecoveryAction::Appeal,
        RecoveryAction::PeerToPeer,
        RecoveryAction::CorrectedClaim,
    ];
    let worth = |other: &RecoveryAction| *other != action && (appealable || !is_appeal(*other));
    usual.into_iter().filter(worth).collect()
}

/// Whether an action contests the decision.
fn is_appeal(action: RecoveryAction) -> bool {
    matches!(action, RecoveryAction::Appeal | RecoveryAction::PeerToPeer)
}

/// An evidence list as numbers of the contract.
fn numbers(kinds: &[EvidenceKind]) -> Vec<i32> {
    kinds.iter().map(|kind| i32::from(*kind)).collect()
}

/// The word of an action, for sentences.
fn words_of(action: RecoveryAction) -> String {
    action.word().to_lowercase().replace('_', " ")
}
