//! When cases are decided, on a line that holds both what is known to the year and what is known to the quarter.

use super::Case;

/// A point in time in eighths of a year: the middle of a year is its fourth
/// eighth, the middles of its quarters are the first, third, fifth and seventh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time(i32);

const EIGHTHS_A_YEAR: i32 = 8;
/// Years further away than this are taken for it.
const LAST_YEAR: i32 = i32::MAX / EIGHTHS_A_YEAR - 1;

impl Time {
    /// The middle of a calendar year: when a case was decided of which only the
    /// year is known, and the time that a question about a year is about.
    pub fn mid_year(year: i32) -> Self {
        Self(start_of(year) + EIGHTHS_A_YEAR / 2)
    }

    /// The middle of what is known of a case's time.
    pub fn of(case: &Case) -> Self {
        let Some(quarter) = case.quarter else {
            return Self::mid_year(case.year);
        };
        Self(start_of(case.year) + 2 * i32::from(quarter.index()) + 1)
    }

    /// How far two points lie apart, in years.
    pub fn years_from(self, other: Self) -> f64 {
        f64::from(self.0.abs_diff(other.0)) / f64::from(EIGHTHS_A_YEAR)
    }
}

fn start_of(year: i32) -> i32 {
    year.clamp(-LAST_YEAR, LAST_YEAR) * EIGHTHS_A_YEAR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classification::estimate::{Outcome, Quarter};

    fn decided(quarter: Option<Quarter>) -> Time {
        Time::of(&Case {
            facts: Vec::new(),
            year: 2012,
            quarter,
            outcome: Outcome::Won,
        })
    }

    fn apart(left: Time, right: Time, years: f64) {
        assert!((left.years_from(right) - years).abs() < 1e-12, "{left:?} {right:?}");
        assert!((right.years_from(left) - years).abs() < 1e-12, "{left:?} {right:?}");
    }

    #[test]
    fn a_case_of_a_year_stands_in_its_middle_and_its_quarters_around_it() {
        apart(decided(None), Time::mid_year(2012), 0.0);
        apart(decided(Some(Quarter::First)), decided(None), 0.375);
        apart(decided(Some(Quarter::Second)), decided(None), 0.125);
        apart(decided(Some(Quarter::Fourth)), decided(None), 0.375);
        apart(decided(Some(Quarter::First)), decided(Some(Quarter::Fourth)), 0.75);
        apart(decided(Some(Quarter::Fourth)), Time::mid_year(2013), 0.625);
        apart(Time::mid_year(2010), Time::mid_year(2013), 3.0);
    }

    #[test]
    fn the_extremes_of_the_calendar_do_not_overflow() {
        let span = 2.0 * f64::from(LAST_YEAR);
        apart(Time::mid_year(i32::MIN), Time::mid_year(i32::MAX), span);
        apart(
            Time::mid_year(2012),
            Time::mid_year(i32::MAX),
            f64::from(LAST_YEAR - 2012),
        );
    }
}
