//! What to check before relying on a clock.

use time::Duration;

use super::super::super::registries::{ClockKind, FiledWhen, TimeUnit, Word};
use super::count::Counted;
use super::dates::Found;
use super::select::is_reliable;
use super::{Query, calendar};

/// Days after which a verification counts as old.
const STALE_AFTER_DAYS: i64 = 365;

/// Every warning about a clock, the weightiest first.
pub(super) fn of(clock: &Counted<'_>, query: &Query) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(missing_date(clock));
    warnings.extend(passed(clock, query));
    warnings.extend(unreliable(clock));
    warnings.extend(stale(clock, query));
    warnings.extend(amount(clock, query));
    warnings.extend(start_assumed(clock));
    warnings.extend(rule_changed(clock));
    warnings.extend(weekend(clock));
    warnings.extend(preempted(query, clock));
    if !clock.rule.note.is_empty() {
        warnings.push(clock.rule.note.clone());
    }
    warnings.push(match clock.rule.kind {
        ClockKind::Filing => "Confirm the date against the notice and the contract.".to_owned(),
        ClockKind::Decision => "This clock is the payer's: it must decide by then.".to_owned(),
    });
    warnings
}

fn missing_date(clock: &Counted<'_>) -> Option<String> {
    let missing = clock.start.is_none();
    missing.then(|| format!("The date it runs from is not known: {}.", clock.rule.anchor.word()))
}

fn passed(clock: &Counted<'_>, query: &Query) -> Option<String> {
    let passed = clock.due.is_some_and(|due| due < query.as_of);
    passed.then(|| match clock.rule.kind {
        ClockKind::Filing => "Passed; a good-cause extension may apply.".to_owned(),
        ClockKind::Decision => "Passed; the payer is late, which may open the next level.".to_owned(),
    })
}

fn unreliable(clock: &Counted<'_>) -> Option<String> {
    let text = "Not verified in its source: shown for orientation, never binding.";
    (!is_reliable(clock.rule)).then(|| text.to_owned())
}

/// A rule that was read long ago may have changed since.
fn stale(clock: &Counted<'_>, query: &Query) -> Option<String> {
    let verified_on = clock.rule.provenance.verified_on?;
    let old = query.as_of - verified_on > Duration::days(STALE_AFTER_DAYS);
    old.then(|| format!("Last verified on {verified_on}: check whether the rule has changed."))
}

fn amount(clock: &Counted<'_>, query: &Query) -> Option<String> {
    let least = clock.rule.min_amount_in_controversy_minor?;
    let dollars = format!("${}.{:02}", least / 100, least % 100);
    match query.amount_in_controversy_minor {
        None => Some(format!(
            "Open only from {dollars} in controversy; the amount is not known."
        )),
        Some(_) if clock.is_below_amount(query) => Some(format!("Not open: {dollars} must be in controversy.")),
        Some(_) => None,
    }
}

fn start_assumed(clock: &Counted<'_>) -> Option<String> {
    match clock.start?.found {
        Found::Given => None,
        Found::PresumedReceipt(days) => Some(format!(
            "Receipt is presumed {days} days after the notice; an earlier receipt shortens the time."
        )),
        Found::NoticeForReceipt => {
            Some("The day of receipt is not known: counted from the notice, the cautious reading.".to_owned())
        }
    }
}

/// A version that came into force while the clock was running may not govern it.
fn rule_changed(clock: &Counted<'_>) -> Option<String> {
    let from = clock.rule.provenance.effective_from?;
    let began_before = clock.start?.day < from;
    began_before.then(|| format!("The rule changed on {from}, after the clock started: confirm which version governs."))
}

fn weekend(clock: &Counted<'_>) -> Option<String> {
    let (due, unrolled) = (clock.due?, clock.unrolled?);
    if due != unrolled {
        return Some(format!(
            "Moved from {unrolled}, a weekend day or holiday; filing by then is safer."
        ));
    }
    let counts_days = clock.rule.unit != TimeUnit::Hours;
    let must_arrive = match clock.rule.filed_when {
        FiledWhen::Received => "must arrive",
        FiledWhen::Sent | FiledWhen::Postmarked => "must leave",
    };
    let filing = clock.rule.kind == ClockKind::Filing && counts_days;
    (filing && !calendar::is_business_day(due))
        .then(|| format!("Ends on a weekend day or holiday and does not move: it {must_arrive} before."))
}

/// Why a state's clock does not show for a plan that ERISA governs.
fn preempted(query: &Query, clock: &Counted<'_>) -> Option<String> {
    use crate::proto::stratum::v1::AppealLevel::{ExpeditedExternal, ExternalReview};
    let external = matches!(clock.rule.level, ExternalReview | ExpeditedExternal);
    let text =
        "Self-funded plans follow the federal process; plans of public employers and churches may follow the state's.";
    (external && query.is_self_funded() && !query.state.is_empty()).then(|| text.to_owned())
}
