//! What the estimator learns from: facts, a year, an outcome.

use std::sync::Arc;

use serde::Serialize;

/// One thing known about a case: a field and its value, both compared exactly. Many cases share a fact, and its
/// texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Fact {
    /// Namespace of the value, such as `payer` or `treatment`.
    pub field: Arc<str>,
    /// The value; a field may have several.
    pub value: Arc<str>,
}

impl Fact {
    /// A fact of a field and a value.
    pub fn new(field: impl Into<Arc<str>>, value: impl Into<Arc<str>>) -> Self {
        Self {
            field: field.into(),
            value: value.into(),
        }
    }
}

/// How an appeal that was decided on its merits ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Overturned in full.
    Won,
    /// Overturned in part: half a win.
    Partial,
    /// Upheld.
    Lost,
}

impl Outcome {
    /// The share of a win: 1, ½ or 0.
    #[must_use]
    pub fn win_share(self) -> f64 {
        match self {
            Self::Won => 1.0,
            Self::Partial => 0.5,
            Self::Lost => 0.0,
        }
    }
}

/// A quarter of a calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quarter {
    /// January to March.
    First,
    /// April to June.
    Second,
    /// July to September.
    Third,
    /// October to December.
    Fourth,
}

impl Quarter {
    /// All of a year, in order.
    pub const ALL: [Self; 4] = [Self::First, Self::Second, Self::Third, Self::Fourth];

    /// 0 for the first, 3 for the last.
    #[must_use]
    pub fn index(self) -> u8 {
        match self {
            Self::First => 0,
            Self::Second => 1,
            Self::Third => 2,
            Self::Fourth => 3,
        }
    }
}

/// A decided case. Facts that are not known are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What is known about it, in any order.
    pub facts: Vec<Fact>,
    /// The calendar year of its decision.
    pub year: i32,
    /// The quarter of that year, where it is known.
    pub quarter: Option<Quarter>,
    /// How it ended.
    pub outcome: Outcome,
}

/// Counts of outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Overturned in full.
    pub won: u32,
    /// Overturned in part.
    pub partial: u32,
    /// Upheld.
    pub lost: u32,
}

impl Tally {
    /// Counts one more outcome.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Won => self.won += 1,
            Outcome::Partial => self.partial += 1,
            Outcome::Lost => self.lost += 1,
        }
    }

    /// Adds another tally.
    pub fn add(&mut self, other: Self) {
        self.won += other.won;
        self.partial += other.partial;
        self.lost += other.lost;
    }

    /// All outcomes counted.
    #[must_use]
    pub fn n(self) -> u64 {
        u64::from(self.won) + u64::from(self.partial) + u64::from(self.lost)
    }

    /// Wins, a partial one counting one half.
    #[must_use]
    pub fn wins(self) -> f64 {
        f64::from(self.won) + f64::from(self.partial) / 2.0
    }

    /// Wins per outcome; none without outcomes.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn win_rate(self) -> Option<f64> {
        (self.n() > 0).then(|| self.wins() / self.n() as f64)
    }
}
