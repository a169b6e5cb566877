//! The estimator: fitted once to a set of precedents, asked many times.

use super::evidence::Evidence;
use super::fit::{Kernel, fit, log_odds_of, probability_of};
use super::history::{History, Membership};
use super::interval::beta_interval;
use super::time::Time;
use super::{Case, CellModel, Fact, WinEstimate};

/// Precedents that an answer needs, counted by similarity: the smallest cell
/// size that may be published (CMS cell-size policy).
pub const MIN_EFFECTIVE_N: f64 = 11.0;

/// Precedents that an estimate lists.
pub const SHOWN_PRECEDENTS: usize = 10;

/// Probability inside an estimate's interval.
const INTERVAL_COVERAGE: f64 = 0.9;

/// Observations that the interval grants to the prior: two, a uniform rate.
const PRIOR_STRENGTH: f64 = 2.0;

/// A win estimator over a fixed set of precedents.
pub struct Estimator {
    pub(super) model: CellModel,
    pub(super) history: History,
    pub(super) base_log_odds: f64,
    /// For each row of the history, wins minus expected wins.
    pub(super) surprise: Vec<f64>,
    /// For each moment, the surprise of its rows, summed.
    pub(super) surprise_of_moment: Vec<f64>,
}

impl Estimator {
    /// Fits to the cases decided in or before the year `as_of`; later ones are
    /// not looked at. The order of the cases doesn't matter.
    #[must_use]
    pub fn fit(cases: &[Case], model: CellModel, as_of: i32) -> Self {
        let history = History::of(cases, &model, as_of);
        let surprise = fit(&history, &model);
        let surprise_of_moment = Kernel::of(&history, &model).sum_by_moment(&surprise);
        Self {
            base_log_odds: log_odds_of(model.base_win_rate),
            model,
            history,
            surprise,
            surprise_of_moment,
        }
    }

    /// Memory held, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let numbers = self.surprise.len() + self.surprise_of_moment.len();
        self.history.bytes() + numbers * size_of::<f64>()
    }

    /// The win probability of a case to be decided in `year`, of which these
    /// facts are known: the number alone, for evaluation and ranking.
    #[must_use]
    pub fn probability(&self, facts: &[Fact], year: i32) -> f64 {
        let (memberships, time) = (self.history.memberships(facts), Time::mid_year(year));
        let effects = memberships.iter().map(|membership| self.effect(membership, time));
        probability_of(self.base_log_odds + effects.sum::<f64>())
    }

    /// The win estimate of a case to be decided in `year`, of which these facts
    /// are known (any subset), with everything that it rests on.
    #[must_use]
    pub fn estimate(&self, facts: &[Fact], year: i32) -> WinEstimate {
        let evidence = Evidence::of(self, facts, Time::mid_year(year));
        let groups = evidence.groups();
        let probability = groups.last().map_or(self.model.base_win_rate, |group| group.estimate);
        let effective_n = evidence.sum_of_similarities(1);
        // A precedent whose correlation with the case is s explains s² of its
        // uncertainty, so the interval narrows with the squares.
        let strength = evidence.sum_of_similarities(2) + PRIOR_STRENGTH;
        let (low, high) = beta_interval(probability, strength, INTERVAL_COVERAGE);
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let quotable = |n: u64| n as f64 >= MIN_EFFECTIVE_N;
        let basis = groups.iter().rposition(|group| quotable(group.counts.n()));
        WinEstimate {
            probability,
            low,
            high,
            counts: basis
                .and_then(|basis| groups.get(basis))
                .map(|group| group.counts)
                .unwrap_or_default(),
            basis,
            effective_n,
            insufficient_evidence: effective_n < MIN_EFFECTIVE_N,
            prior: self.prior(year),
            groups,
            precedents: evidence.precedents(),
        }
    }

    /// The estimate for a case of that year about which nothing is known.
    #[must_use]
    pub fn prior(&self, year: i32) -> f64 {
        self.probability(&[], year)
    }

    /// What a group adds to the log-odds of a member decided at `time`.
    pub(super) fn effect(&self, membership: &Membership, time: Time) -> f64 {
        let fading = self.fading(membership, time);
        let pushes =
            fading.map(|(moment, weight)| weight * self.surprise_of_moment.get(moment).copied().unwrap_or(0.0));
        pushes.sum()
    }

    /// The moments of a group with their similarity to a member decided at `time`.
    pub(super) fn fading(&self, membership: &Membership, time: Time) -> impl Iterator<Item = (usize, f64)> {
        let group = membership.group.and_then(|group| self.history.groups.get(group));
        let cell = self.model.cells.get(membership.cell);
        let parts = group.zip(cell).into_iter();
        parts.flat_map(move |(group, cell)| {
            group.moments().filter_map(move |index| {
                let years = time.years_from(self.history.moments.get(index)?.time);
                let correlation = cell.correlation(self.model.lasting_share, years);
                Some((index, cell.scale * correlation))
            })
        })
    }
}
