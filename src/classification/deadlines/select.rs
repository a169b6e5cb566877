//! Which rules govern a denial: conditions, versions, and the most specific one.

use std::collections::BTreeMap;

use time::Date;

use super::super::super::registries::{AppealRule, ClockKind, Confidence, RuleScope};
use super::Query;
use crate::proto::stratum::v1::{AdjudicationState, AppealLevel, Funding, LineOfBusiness, ServiceTiming, Urgency};

/// Whether a rule may be relied on: it was read in its source.
pub(super) fn is_reliable(rule: &AppealRule) -> bool {
    rule.provenance.confidence == Confidence::Verified
}

/// The rules that apply, one for each kind, level and step; a rule that nobody verified stands
/// beside a verified one only where it is more specific.
pub(super) fn applicable<'a>(rules: &'a [AppealRule], query: &Query) -> Vec<&'a AppealRule> {
    let mut by_slot: BTreeMap<(ClockKind, i32, &str), Vec<&AppealRule>> = BTreeMap::new();
    for rule in in_force(rules, query) {
        if fits(rule, query) {
            let slot = (rule.kind, i32::from(rule.level), rule.step.as_str());
            by_slot.entry(slot).or_default().push(rule);
        }
    }
    by_slot.into_values().flat_map(|slot| most_specific(&slot)).collect()
}

/// Of each series the version in force on the day asked about. Later versions don't exist yet on
/// that day, so adding one never changes an answer "as of" an earlier day.
fn in_force<'a>(rules: &'a [AppealRule], query: &Query) -> Vec<&'a AppealRule> {
    let mut latest: BTreeMap<&str, &AppealRule> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.provenance.holds_on(query.as_of)) {
        let newer = latest
            .get(rule.series.as_str())
            .is_none_or(|known| version(rule) > version(known));
        if newer {
            latest.insert(&rule.series, rule);
        }
    }
    latest.into_values().collect()
}

/// What orders the versions of a series.
fn version(rule: &AppealRule) -> (Option<Date>, &str) {
    (rule.provenance.effective_from, &rule.id)
}

/// Whether a rule's conditions hold for a denial.
fn fits(rule: &AppealRule, query: &Query) -> bool {
    fits_program(rule, query)
        && fits_place(rule, query)
        && fits_owner(rule.payer_id.as_deref(), query.payer_id.as_deref())
        && fits_owner(rule.plan_id.as_deref(), query.plan_id.as_deref())
        && rule.urgency.is_none_or(|urgency| urgency == query.effective_urgency())
        && fits_timing(rule, query)
        && fits_level(rule, query)
}

fn fits_program(rule: &AppealRule, query: &Query) -> bool {
    let program = rule.programs.is_empty() || rule.programs.contains(&query.effective_program());
    let funding = rule.funding.is_empty() || rule.funding.contains(&query.funding);
    program && funding
}

/// A state's rule holds in that state, and not for self-funded plans: ERISA pre-empts it.
fn fits_place(rule: &AppealRule, query: &Query) -> bool {
    match rule.scope {
        RuleScope::State => rule.jurisdiction == query.state && !query.is_self_funded(),
        RuleScope::Federal => true,
        RuleScope::Payer | RuleScope::Plan | RuleScope::Contract => {
            rule.jurisdiction == "US" || rule.jurisdiction == query.state
        }
    }
}

fn fits_owner(rule: Option<&str>, query: Option<&str>) -> bool {
    rule.is_none() || rule == query
}

/// A rule about some timings holds for them, and for all when the timing is not said.
fn fits_timing(rule: &AppealRule, query: &Query) -> bool {
    query.service_timing == ServiceTiming::Unspecified
        || rule.timings.is_empty()
        || rule.timings.contains(&query.service_timing)
}

/// Whether the clock runs where the denial stands.
fn fits_level(rule: &AppealRule, query: &Query) -> bool {
    let reached = query.effective_level();
    match (stage(query), rule.kind) {
        // Nothing was decided yet: the payer's clock on what was asked for runs.
        (Stage::Undecided, ClockKind::Decision) => rule.level == reached,
        // No determination was made: the claim itself must still be filed in time.
        (Stage::NoDetermination, ClockKind::Filing) => rule.level == AppealLevel::InitialDetermination,
        (Stage::Denied, ClockKind::Filing | ClockKind::Decision) => rule.after_levels.contains(&reached),
        (Stage::Undecided, ClockKind::Filing)
        | (Stage::NoDetermination, ClockKind::Decision)
        | (Stage::Nothing, ClockKind::Filing | ClockKind::Decision) => false,
    }
}

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Asked for and not decided.
    Undecided,
    /// Not adjudicated, or never filed.
    NoDetermination,
    /// Refused: the next levels are open.
    Denied,
    /// Nothing to pursue.
    Nothing,
}

fn stage(query: &Query) -> Stage {
    match query.adjudication {
        AdjudicationState::Pended => Stage::Undecided,
        AdjudicationState::Rejected | AdjudicationState::Unprocessable => Stage::NoDetermination,
        AdjudicationState::Denied | AdjudicationState::PartiallyDenied => Stage::Denied,
        AdjudicationState::Paid | AdjudicationState::Reversed => Stage::Nothing,
        AdjudicationState::Unspecified => stage_by_dates(query),
    }
}

/// What the dates tell when nobody said how far adjudication went.
fn stage_by_dates(query: &Query) -> Stage {
    let dates = &query.dates;
    let decisions = [dates.notice, dates.receipt, dates.remittance, dates.prior_decision];
    let decided = decisions.iter().any(Option::is_some);
    match (decided, dates.request.is_some(), dates.service.is_some()) {
        (true, _, _) | (false, false, false) => Stage::Denied,
        (false, true, _) => Stage::Undecided,
        (false, false, true) => Stage::NoDetermination,
    }
}

/// The most specific verified rule of a slot, and the most specific unverified one if it beats it.
///
/// Equally specific rules stand together: the timing may be unknown, and then each is shown.
fn most_specific<'a>(slot: &[&'a AppealRule]) -> Vec<&'a AppealRule> {
    let best = |reliable: bool| {
        slot.iter()
            .filter(|rule| is_reliable(rule) == reliable)
            .map(|rule| specificity(rule))
            .max()
    };
    let (verified, unverified) = (best(true), best(false));
    let kept = |rule: &&&'a AppealRule| {
        let own = specificity(rule);
        if is_reliable(rule) {
            Some(own) == verified
        } else {
            Some(own) == unverified && verified.is_none_or(|verified| own > verified)
        }
    };
    slot.iter().filter(kept).copied().collect()
}

/// Contract over plan over payer over state over federal law; then the rule for the funding.
fn specificity(rule: &AppealRule) -> (RuleScope, bool) {
    (rule.scope, !rule.funding.is_empty())
}

impl Query {
    /// The level whose decision is contested; the initial determination when not said, and where
    /// only a reopening or a conversation came after it.
    pub(super) fn effective_level(&self) -> AppealLevel {
        let after_initial = [
            AppealLevel::Unspecified,
            AppealLevel::Reopening,
            AppealLevel::PeerToPeer,
        ];
        if after_initial.contains(&self.level) {
            AppealLevel::InitialDetermination
        } else {
            self.level
        }
    }

    /// The urgency; standard when not said.
    fn effective_urgency(&self) -> Urgency {
        if self.urgency == Urgency::Expedited {
            Urgency::Expedited
        } else {
            Urgency::Standard
        }
    }

    /// The program; a self-funded commercial plan when only that is said.
    fn effective_program(&self) -> LineOfBusiness {
        match (self.line_of_business, self.funding) {
            (LineOfBusiness::Unspecified, Funding::SelfFunded) => LineOfBusiness::CommercialSelfFunded,
            (LineOfBusiness::Unspecified, Funding::FullyInsured) => LineOfBusiness::CommercialFullyInsured,
            (program, _) => program,
        }
    }

    /// Whether ERISA takes the plan out of the state's hands.
    pub(super) fn is_self_funded(&self) -> bool {
        self.funding == Funding::SelfFunded || self.line_of_business == LineOfBusiness::CommercialSelfFunded
    }
}
