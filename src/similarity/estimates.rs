//! What a corpus' decided precedents say about winning: an estimator over them, fitted beside the calls.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use super::engine::{Contained, Contents};
use super::entry::column;
use super::scenario::{FACT_FIELDS, ended, fact_of, fact_of_action, fact_of_type, facts_from};
use crate::classification::estimate::{Case, CellModel, Estimator, Fact, Outcome as Ended};
use crate::proto::v1::{DenialType, Outcome, RecoveryAction};
use crate::rpc::error::{Error, Result};

/// Most precedents an estimator learns from, the latest. What is older than so many has faded from an estimate,
/// and the time and the memory of a fit stay bounded.
pub const MOST_CASES: usize = 1 << 15;

/// An estimator and the ids behind its cases.
pub struct Estimates {
    /// The estimator.
    pub estimator: Estimator,
    /// Ids of the cases, in the estimator's order.
    pub ids: Vec<Uuid>,
    /// The last year of its cases; 0 without any.
    pub as_of: i32,
}

impl std::fmt::Debug for Estimates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Estimates")
            .field("cases", &self.ids.len())
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}

impl Estimates {
    /// Fits to the latest decided precedents, in the order of their ids, so that the same ones give the same
    /// estimator.
    pub(super) fn fit(contents: &Contents) -> Self {
        let decided = latest_decided(contents, MOST_CASES);
        let facts: Vec<Option<Fact>> = contents.names().iter().map(|name| fact_of(name)).collect();
        let cases: Vec<Case> = decided.iter().map(|decided| decided.case(&facts)).collect();
        let as_of = cases.iter().map(|case| case.year).max().unwrap_or(0);
        Self {
            estimator: Estimator::fit(&cases, CellModel::of_fields(FACT_FIELDS), as_of),
            ids: decided.iter().map(|decided| decided.precedent.id()).collect(),
            as_of,
        }
    }

    fn bytes(&self) -> usize {
        self.estimator.bytes() + self.ids.len() * size_of::<Uuid>()
    }
}

/// A precedent that was decided: when, and how.
struct Decided<'a> {
    precedent: Contained<'a>,
    year: i32,
    outcome: Ended,
}

impl<'a> Decided<'a> {
    fn of(precedent: Contained<'a>) -> Option<Self> {
        let outcome = Outcome::try_from(number(precedent, column::OUTCOME)).ok()?;
        Some(Self {
            precedent,
            year: number(precedent, column::YEAR),
            outcome: ended(outcome)?,
        })
    }

    /// The facts of features are made once and shared by every case.
    fn case(&self, facts: &[Option<Fact>]) -> Case {
        let features = self.precedent.features().iter();
        let of_features = features.filter_map(|feature| facts.get(*feature as usize)?.clone());
        let primary = DenialType::try_from(number(self.precedent, column::PRIMARY_TYPE)).unwrap_or_default();
        let action = RecoveryAction::try_from(number(self.precedent, column::ACTION)).unwrap_or_default();
        Case {
            facts: facts_from(of_features, fact_of_type(primary), fact_of_action(action)),
            year: self.year,
            quarter: None,
            outcome: self.outcome,
        }
    }
}

/// At most so many decided precedents, those of the last years, in the order of their ids.
fn latest_decided(contents: &Contents, most: usize) -> Vec<Decided<'_>> {
    let mut decided: Vec<Decided<'_>> = contents.precedents().filter_map(Decided::of).collect();
    if decided.len() > most {
        decided.select_nth_unstable_by_key(most, |of| Reverse((of.year, of.precedent.id())));
        decided.truncate(most);
    }
    decided.sort_unstable_by_key(|of| of.precedent.id());
    decided
}

fn number(precedent: Contained<'_>, column: usize) -> i32 {
    i32::try_from(precedent.attribute(column)).unwrap_or(0)
}

/// The last estimates fitted, and whether new ones are on their way.
#[derive(Debug, Default)]
pub(super) struct Fitted {
    /// None until the first are fitted.
    last: watch::Sender<Option<Arc<Estimates>>>,
    progress: Mutex<Progress>,
}

/// Whether the estimator is being fitted (or rests after that), and cases have changed since it began.
#[derive(Debug, Default)]
struct Progress {
    is_running: bool,
    is_stale: bool,
}

impl Fitted {
    /// The estimates as they were last fitted; waits for the first fit.
    pub(super) async fn last(&self) -> Result<Arc<Estimates>> {
        let mut last = self.last.subscribe();
        let first = last.wait_for(Option::is_some).await;
        let first = first.map_err(|_gone| Error::internal("the estimator was not fitted"))?;
        let first = first.clone();
        first.ok_or_else(|| Error::internal("the estimator was not fitted"))
    }

    /// Whether the caller is to fit: nobody else does. Who does, learns by [`goes_on`](Self::goes_on) of this call.
    pub(super) fn begins(&self) -> bool {
        let mut progress = self.progress();
        progress.is_stale = progress.is_running;
        !std::mem::replace(&mut progress.is_running, true)
    }

    /// Whether to fit once more; if not, the next who begins is to.
    pub(super) fn goes_on(&self) -> bool {
        let mut progress = self.progress();
        progress.is_running = std::mem::take(&mut progress.is_stale);
        progress.is_running
    }

    pub(super) fn put(&self, estimates: Estimates) {
        self.last.send_replace(Some(Arc::new(estimates)));
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.last.borrow().as_ref().map_or(0, |estimates| estimates.bytes())
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::{BaseTable, CorpusGatherer, Document, FeatureSet, RankKey};
    use super::*;

    /// A corpus of one precedent for each year and outcome given, its id its place.
    fn contents(precedents: &[(u32, Outcome)]) -> Contents {
        let mut gatherer = CorpusGatherer::default();
        for (id, (year, outcome)) in (0..).zip(precedents) {
            let mut attributes = [0; column::COUNT];
            attributes[column::OUTCOME] = *outcome as u32;
            attributes[column::YEAR] = *year;
            attributes[column::PRIMARY_TYPE] = DenialType::PriorAuthorization as u32;
            attributes[column::ACTION] = RecoveryAction::PeerToPeer as u32;
            gatherer.push(&Document {
                id: Uuid::from_u128(id),
                rank: RankKey::default(),
                attributes: &attributes,
                features: &FeatureSet::from_names(["carc:CO-197", "payer:aetna", "sex:f", "word:mri"]),
            });
        }
        gatherer.finish(BaseTable::shipped(), 1).contents()
    }

    #[test]
    fn the_latest_that_were_decided_are_learnt_from() {
        let contents = contents(&[
            (2020, Outcome::Won),
            (2024, Outcome::Pending),
            (2023, Outcome::Lost),
            (2019, Outcome::Partial),
            (2023, Outcome::Won),
            (2025, Outcome::Withdrawn),
        ]);
        let latest = |most| -> Vec<u128> {
            let decided = latest_decided(&contents, most);
            decided.iter().map(|of| of.precedent.id().as_u128()).collect()
        };
        assert_eq!(latest(1), [4]);
        assert_eq!(latest(3), [0, 2, 4]);
        assert_eq!(latest(9), [0, 2, 3, 4]);
        let estimates = Estimates::fit(&contents);
        assert_eq!((estimates.ids.len(), estimates.as_of), (4, 2023));
        assert!(estimates.bytes() > 0);
    }

    #[test]
    fn a_case_says_what_a_question_of_the_same_denial_says() {
        let contents = contents(&[(2020, Outcome::Won)]);
        let facts: Vec<Option<Fact>> = contents.names().iter().map(|name| fact_of(name)).collect();
        let decided = latest_decided(&contents, 1);
        let asked = FeatureSet::from_names(["carc:CO-197", "payer:aetna", "sex:f", "word:mri"]);
        let (primary, action) = (DenialType::PriorAuthorization, RecoveryAction::Appeal);
        let asked = super::super::scenario::facts(&asked, primary, action);
        assert_eq!(decided[0].case(&facts).facts, asked);
        let named: Vec<String> = asked.iter().map(|f| format!("{}:{}", f.field, f.value)).collect();
        let expected = "denial_type:prior authorization remedy:appeal carc:CO-197 payer:aetna word:mri";
        assert_eq!(named.join(" "), expected);
    }

    #[test]
    fn whoever_begins_fits_and_is_told_of_what_came_meanwhile() {
        let fitted = Fitted::default();
        assert!(fitted.begins());
        assert!(!fitted.begins(), "somebody fits already");
        assert!(fitted.goes_on(), "and is told to do it once more");
        assert!(!fitted.goes_on());
        assert!(fitted.begins(), "the next begins anew");
    }
}
