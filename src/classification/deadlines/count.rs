//! Counting one clock.

use prost_types::Timestamp;
use time::{Date, Duration, OffsetDateTime, Time};

use super::super::super::registries::{AppealRule, ClockKind, Roll, TimeUnit, Word};
use super::dates::{Start, start};
use super::select::is_reliable;
use super::{Clock, Query, calendar, warnings};
use crate::proto::stratum::v1::Deadline;

/// A rule with the day its clock ends.
#[derive(Clone, Debug)]
pub(super) struct Counted<'a> {
    /// The rule.
    pub(super) rule: &'a AppealRule,
    /// The day it runs from; `None` when the dates do not tell.
    pub(super) start: Option<Start>,
    /// The last day, rolled if the rule rolls; `None` without a start.
    pub(super) due: Option<Date>,
    /// The last day before it was rolled.
    pub(super) unrolled: Option<Date>,
    /// The instant an hour-counted clock ends.
    due_at: Option<OffsetDateTime>,
}

/// Counts the clock of a rule.
pub(super) fn count<'a>(rule: &'a AppealRule, query: &Query) -> Counted<'a> {
    let start = start(rule, query);
    let due_at = start
        .filter(|_| rule.unit == TimeUnit::Hours)
        .and_then(|start| hours_end(rule, start.day));
    let unrolled = start.map(|start| last_day(rule, start.day, due_at));
    let due = unrolled.map(|day| match rule.roll {
        Roll::None => day,
        Roll::NextBusinessDay => calendar::next_business_day(day),
    });
    Counted {
        rule,
        start,
        due,
        unrolled,
        due_at,
    }
}

fn last_day(rule: &AppealRule, from: Date, hours_end: Option<OffsetDateTime>) -> Date {
    match rule.unit {
        // The last day that ends no later than the clock does.
        TimeUnit::Hours => hours_end.and_then(|end| end.date().previous_day()).unwrap_or(from),
        TimeUnit::CalendarDays => calendar::add_days(from, rule.amount),
        TimeUnit::BusinessDays => calendar::add_business_days(from, rule.amount),
        TimeUnit::Months => calendar::add_months(from, rule.amount),
        TimeUnit::Years => calendar::add_months(from, rule.amount.saturating_mul(12)),
    }
}

/// The end of an hour-counted clock that runs from the midnight (UTC) ending the given day.
fn hours_end(rule: &AppealRule, from: Date) -> Option<OffsetDateTime> {
    let midnight = OffsetDateTime::new_utc(from.next_day()?, Time::MIDNIGHT);
    midnight.checked_add(Duration::hours(i64::from(rule.amount)))
}

impl Counted<'_> {
    /// Dated clocks by due date, then the others; filing before deciding; ties by rule.
    pub(super) fn order(&self) -> (bool, Option<Date>, ClockKind, &str) {
        (self.due.is_none(), self.due, self.rule.kind, &self.rule.id)
    }

    /// Whether this may be the clock to keep.
    pub(super) fn may_bind(&self, query: &Query) -> bool {
        self.rule.kind == ClockKind::Filing
            && is_reliable(self.rule)
            && self.due.is_some_and(|due| due >= query.as_of)
            && !self.is_below_amount(query)
    }

    /// Whether the amount in controversy is known to be too small.
    pub(super) fn is_below_amount(&self, query: &Query) -> bool {
        match (
            self.rule.min_amount_in_controversy_minor,
            query.amount_in_controversy_minor,
        ) {
            (Some(least), Some(amount)) => amount < least,
            (Some(_) | None, None) | (None, Some(_)) => false,
        }
    }

    /// The clock as the contract has it.
    pub(super) fn answer(&self, query: &Query, binding: bool) -> Clock {
        let rule = self.rule;
        let mut deadline = Deadline {
            rule_id: rule.id.clone(),
            due_date: self.due.map(|due| due.to_string()).unwrap_or_default(),
            days_left: self.due.map(|due| days_between(query.as_of, due)).unwrap_or_default(),
            anchor: rule.anchor.word().to_owned(),
            citation: rule.citation.clone(),
            source_url: rule.source_url.clone(),
            verified_on: rule
                .provenance
                .verified_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
            binding,
            reliable: is_reliable(rule),
            warnings: warnings::of(self, query),
            due_at: self.due_at.map(|end| Timestamp {
                seconds: end.unix_timestamp(),
                nanos: 0,
            }),
            ..Deadline::default()
        };
        deadline.set_level(rule.level);
        Clock {
            kind: rule.kind,
            deadline,
        }
    }
}

/// Whole days from one date to another; negative when it has passed.
fn days_between(from: Date, to: Date) -> i32 {
    to.to_julian_day() - from.to_julian_day()
}
