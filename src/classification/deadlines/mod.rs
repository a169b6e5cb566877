//! Deadlines: every clock that runs on a denial, and the one to keep.
//!
//! Rules are data ([`AppealRule`]); this module only selects and counts. Days are counted from
//! the day after the anchor. Months clip to the end of a shorter month. Business days leave out
//! weekends and federal holidays. A clock counted in hours runs from the midnight, in UTC, that
//! ends the day of the request: the hour is not known, and a payer is late for certain only then.
//!
//! Only a rule that was read in its source may bind. Others are shown and marked.

mod calendar;
mod count;
mod dates;
mod select;
#[cfg(test)]
mod tests;
mod warnings;

pub use dates::{BadDate, Dates};

use time::Date;

use super::super::registries::{AppealRule, ClockKind};
use crate::proto::stratum::v1::{
    AdjudicationState, AppealLevel, Deadline, Funding, LineOfBusiness, ServiceTiming, Urgency,
};

/// A denial as far as clocks depend on it. `Unspecified`, `None` and empty mean "not known".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The program.
    pub line_of_business: LineOfBusiness,
    /// Who bears the risk.
    pub funding: Funding,
    /// Two letters of the state whose law governs the plan; empty when not known.
    pub state: String,
    /// Registry id of the payer.
    pub payer_id: Option<String>,
    /// Registry id of the plan.
    pub plan_id: Option<String>,
    /// The level whose decision is contested; the initial determination when not said.
    pub level: AppealLevel,
    /// How far adjudication went; when not said, the dates tell.
    pub adjudication: AdjudicationState,
    /// How fast a decision is needed; standard when not said.
    pub urgency: Urgency,
    /// When the service happens.
    pub service_timing: ServiceTiming,
    /// Amount in controversy in cents, where known.
    pub amount_in_controversy_minor: Option<i64>,
    /// The dates that clocks run from.
    pub dates: Dates,
    /// The day asked about: it decides the version of the rules and the days left.
    pub as_of: Date,
}

impl Query {
    /// A query that knows nothing but the day asked about.
    #[must_use]
    pub fn on(as_of: Date) -> Self {
        Self {
            line_of_business: LineOfBusiness::Unspecified,
            funding: Funding::Unspecified,
            state: String::new(),
            payer_id: None,
            plan_id: None,
            level: AppealLevel::Unspecified,
            adjudication: AdjudicationState::Unspecified,
            urgency: Urgency::Unspecified,
            service_timing: ServiceTiming::Unspecified,
            amount_in_controversy_minor: None,
            dates: Dates::default(),
            as_of,
        }
    }
}

/// One clock: whose it is, and the deadline as the contract has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// Whether the appellant must file by then or the payer decide.
    pub kind: ClockKind,
    /// The deadline. Its `due_date` is empty when the date it runs from is not known.
    pub deadline: Deadline,
}

/// Every clock that runs on a denial: dated ones by due date, then those that lack their date.
///
/// At most one binds: the earliest filing deadline that is reliable, not passed, and open to the
/// amount in controversy.
#[must_use]
pub fn compute(rules: &[AppealRule], query: &Query) -> Vec<Clock> {
    let mut counted: Vec<count::Counted<'_>> = select::applicable(rules, query)
        .into_iter()
        .filter(|rule| rule.kind == ClockKind::Filing || dates::is_asked(query))
        .map(|rule| count::count(rule, query))
        .collect();
    counted.sort_by(|a, b| a.order().cmp(&b.order()));
    let binding = counted.iter().position(|clock| clock.may_bind(query));
    counted
        .iter()
        .enumerate()
        .map(|(index, clock)| clock.answer(query, binding == Some(index)))
        .collect()
}
