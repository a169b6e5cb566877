//! What the precedents say about one case: by group, and one by one.

use std::cmp::Reverse;

use super::estimator::{Estimator, SHOWN_PRECEDENTS};
use super::fit::probability_of;
use super::history::{Membership, Row};
use super::time::Time;
use super::{Fact, GroupEvidence, SimilarPrecedent, Tally};

/// The evidence about one case, before it is told.
pub(super) struct Evidence<'a> {
    estimator: &'a Estimator,
    facts: &'a [Fact],
    time: Time,
    memberships: Vec<Membership>,
    /// For each row that shares a fact, its similarity, 0 to 1.
    similar: Vec<(usize, f64)>,
    /// The similarity in log-odds that counts as 1.
    identity: f64,
}

impl<'a> Evidence<'a> {
    pub fn of(estimator: &'a Estimator, facts: &'a [Fact], time: Time) -> Self {
        let memberships = estimator.history.memberships(facts);
        let scale = |membership: &Membership| {
            let cell = estimator.model.cells.get(membership.cell);
            cell.map_or(0.0, |cell| cell.scale)
        };
        let identity = specific(&memberships).map(scale).sum();
        let mut shared = vec![0.0; estimator.history.rows.len()];
        for membership in specific(&memberships) {
            for (moment, weight) in estimator.fading(membership, time) {
                for &row in estimator.history.rows_at(moment) {
                    if let Some(sum) = shared.get_mut(row as usize) {
                        *sum += weight;
                    }
                }
            }
        }
        let similar = shared.into_iter().enumerate();
        Self {
            estimator,
            facts,
            time,
            memberships,
            similar: similar
                .filter(|&(_, sum)| sum > 0.0)
                .map(|(row, sum)| (row, sum / identity))
                .collect(),
            identity,
        }
    }

    /// The groups of the case, broad to narrow, with what each adds.
    pub fn groups(&self) -> Vec<GroupEvidence> {
        let told = self.memberships.iter().map(|membership| self.group(membership));
        let mut groups: Vec<GroupEvidence> = told.collect();
        groups.sort_by(|left, right| {
            let breadth = |group: &GroupEvidence| (group.facts.len(), Reverse(group.counts.n()));
            breadth(left)
                .cmp(&breadth(right))
                .then_with(|| left.facts.cmp(&right.facts))
        });
        let mut log_odds = self.estimator.base_log_odds;
        for group in &mut groups {
            log_odds += group.log_odds;
            group.estimate = probability_of(log_odds);
        }
        groups
    }

    fn group(&self, membership: &Membership) -> GroupEvidence {
        let facts = membership.facts.iter();
        let (mut counts, mut wins, mut n) = (Tally::default(), 0.0, 0.0);
        for (index, weight) in self.estimator.fading(membership, self.time) {
            if let Some(moment) = self.estimator.history.moments.get(index) {
                counts.add(moment.tally);
                wins += weight * moment.tally.wins();
                n += weight * cases(moment.tally);
            }
        }
        GroupEvidence {
            facts: facts.filter_map(|&fact| self.facts.get(fact).cloned()).collect(),
            counts,
            faded_win_rate: (n > 0.0).then(|| wins / n),
            log_odds: self.estimator.effect(membership, self.time),
            estimate: 0.0,
        }
    }

    /// Similarities raised to `power`, summed over all precedents.
    pub fn sum_of_similarities(&self, power: i32) -> f64 {
        let of_row = |&(row, similarity): &(usize, f64)| {
            let row = self.estimator.history.rows.get(row);
            row.map_or(0.0, |row| cases(row.tally) * similarity.powi(power))
        };
        self.similar.iter().map(of_row).sum()
    }

    /// The most similar precedents: by similarity, then recency, then position.
    pub fn precedents(&self) -> Vec<SimilarPrecedent> {
        let history = &self.estimator.history;
        let mut nearest: Vec<(usize, f64, &Row)> = self
            .similar
            .iter()
            .filter_map(|&(index, similarity)| Some((index, similarity, history.rows.get(index)?)))
            .collect();
        let order = |left: &(usize, f64, &Row), right: &(usize, f64, &Row)| {
            let by_similarity = right.1.total_cmp(&left.1);
            by_similarity
                .then_with(|| right.2.time.cmp(&left.2.time))
                .then_with(|| history.cases_of(left.2).cmp(history.cases_of(right.2)))
        };
        if nearest.len() > SHOWN_PRECEDENTS {
            nearest.select_nth_unstable_by(SHOWN_PRECEDENTS, order);
            nearest.truncate(SHOWN_PRECEDENTS);
        }
        nearest.sort_by(order);
        let told = nearest.iter().flat_map(|&(index, similarity, row)| {
            let expected = self.expected(index, row);
            let weight = similarity * self.identity + self.common(row.time);
            let cases = history.cases_of(row).iter();
            cases.map(move |&(case, outcome)| SimilarPrecedent {
                index: case as usize,
                similarity,
                outcome,
                expected,
                log_odds: weight * (outcome.win_share() - expected),
            })
        });
        told.take(SHOWN_PRECEDENTS).collect()
    }

    /// The win rate that the model expected of a row's cases.
    fn expected(&self, index: usize, row: &Row) -> f64 {
        let surprise = self.estimator.surprise.get(index).copied().unwrap_or(0.0);
        (row.tally.wins() - surprise) / cases(row.tally)
    }

    /// The similarity that every precedent of that time has with the case.
    fn common(&self, time: Time) -> f64 {
        let all = self.memberships.iter().filter(|membership| membership.facts.is_empty());
        let at_time = |membership: &Membership| {
            let cell = self.estimator.model.cells.get(membership.cell)?;
            let lasting = self.estimator.model.lasting_share;
            Some(cell.scale * cell.correlation(lasting, self.time.years_from(time)))
        };
        all.filter_map(at_time).sum()
    }
}

/// Memberships of groups that share a fact: all but the group of all cases.
fn specific(memberships: &[Membership]) -> impl Iterator<Item = &Membership> {
    memberships.iter().filter(|membership| !membership.facts.is_empty())
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn cases(tally: Tally) -> f64 {
    tally.n() as f64
}
