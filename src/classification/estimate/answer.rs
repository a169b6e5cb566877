//! The answer of an estimate, with everything it rests on.

use serde::Serialize;

use super::{Fact, Outcome, Tally};

/// A win estimate: never a bare percentage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WinEstimate {
    /// Estimated probability of a win, 0 to 1.
    pub probability: f64,
    /// Lower end of the 90 % credible interval.
    pub low: f64,
    /// Upper end of the 90 % credible interval.
    pub high: f64,
    /// Outcomes of the precedents in `basis`; their number is the raw n.
    pub counts: Tally,
    /// Position in `groups` of the narrowest group that still holds as many
    /// precedents as an answer needs: the one to quote. None if no group does.
    pub basis: Option<usize>,
    /// Precedents counted by their similarity: one of the same facts and time
    /// counts 1, one that shares half of what matters counts ½.
    pub effective_n: f64,
    /// True when `effective_n` is below the minimum: show the prior and the
    /// counts, not the probability.
    pub insufficient_evidence: bool,
    /// The estimate for a case of this year about which nothing is known.
    pub prior: f64,
    /// The back-off path, from all cases to the narrowest group of the case;
    /// the last level's `estimate` is `probability`.
    pub groups: Vec<GroupEvidence>,
    /// The most similar precedents, best first.
    pub precedents: Vec<SimilarPrecedent>,
}

/// What one group says about a case that belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupEvidence {
    /// The facts that its members share; none for the group of all cases.
    pub facts: Vec<Fact>,
    /// Outcomes of its precedents, all years alike.
    pub counts: Tally,
    /// Its win rate with older years fading as they do in the estimate; none
    /// for a group without precedents.
    pub faded_win_rate: Option<f64>,
    /// What it adds to the log-odds, beyond what the others explain.
    pub log_odds: f64,
    /// The estimate from this and all broader groups.
    pub estimate: f64,
}

/// One precedent behind an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SimilarPrecedent {
    /// Its position among the cases that the estimator was fitted to.
    pub index: usize,
    /// Similarity, 0 to 1: 1 for a case of the same facts and time.
    pub similarity: f64,
    /// How it ended.
    pub outcome: Outcome,
    /// The win rate that the model expected of it, knowing all the others.
    pub expected: f64,
    /// What it adds to the log-odds; all precedents' additions, shown or not,
    /// sum to the estimate's distance from the base rate.
    pub log_odds: f64,
}
