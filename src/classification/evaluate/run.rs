//! One evaluation run: read, forecast, measure.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde::Serialize;
use thiserror::Error;

use super::bootstrap::compare;
use super::cases::cases_of;
use super::decisions::{self, Decision, DecisionFileError};
use super::estimate::{Case, CellModel, Estimator};
use super::metrics::{Metrics, Scored, reliability};
use super::peers::PEERS;
use super::report::{PeerReport, Report, YearReport};
use super::served::{self, AS_SERVED};

/// What a forecast may have seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// The training file alone.
    Static,
    /// The training file and all test cases of earlier years.
    Prequential,
}

/// How to run an evaluation.
#[derive(Debug, Clone)]
pub struct Options {
    /// What a forecast may have seen.
    pub mode: Mode,
    /// Resamples of the paired bootstrap.
    pub bootstrap_samples: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Static,
            bootstrap_samples: 1000,
            seed: 1,
        }
    }
}

/// Why an evaluation could not run.
#[derive(Debug, Error)]
pub enum EvaluateError {
    /// The training file can't be read.
    #[error("training file: {0}")]
    Train(#[source] DecisionFileError),
    /// The test file can't be read.
    #[error("test file: {0}")]
    Test(#[source] DecisionFileError),
    /// The training file has no usable row.
    #[error("the training file holds no decision")]
    NothingToLearn,
    /// The test file has no usable row.
    #[error("the test file holds no decision")]
    NothingToForecast,
    /// The registries, which make precedents of decisions, are damaged.
    #[error("the registries can't be used")]
    Registries,
}

/// Learns from one file, forecasts the other, measures, and does the same for
/// the simple peers. A test case that the training file holds too (by its
/// reference) is left out of the training.
///
/// # Errors
/// When a file can't be read or holds no usable row. Refused rows are no error;
/// the report lists them.
pub fn run(train: &Path, test: &Path, options: &Options) -> Result<Report, EvaluateError> {
    let train = decisions::read(train).map_err(EvaluateError::Train)?;
    let test = decisions::read(test).map_err(EvaluateError::Test)?;
    let tested: HashSet<&str> = test.rows.iter().map(|row| row.reference_id.as_str()).collect();
    let fresh = |row: &&Decision| !tested.contains(row.reference_id.as_str());
    let known: Vec<&Decision> = train.rows.iter().filter(fresh).collect();
    let asked_of: Vec<&Decision> = test.rows.iter().collect();
    let (seen, asked) = (cases_of(&known), cases_of(&asked_of));
    if seen.is_empty() {
        return Err(EvaluateError::NothingToLearn);
    }
    let as_served = served::Cases::of(&known, &asked_of).ok_or(EvaluateError::Registries)?;
    let mut report = evaluate(&seen, &asked, &as_served, options).ok_or(EvaluateError::NothingToForecast)?;
    report.train_also_in_test = train.rows.len() - seen.len();
    report.train_refused = train.refused;
    report.test_refused = test.refused;
    Ok(report)
}

/// Forecasts and measures; none when nothing is asked.
fn evaluate(seen: &[Case], asked: &[Case], as_served: &served::Cases, options: &Options) -> Option<Report> {
    let rounds = rounds(seen, asked, options.mode);
    let mut answered = 0_u32;
    let ours = forecast(&rounds, asked, |seen, asked| {
        estimated(seen, asked, CellModel::decisions(), &mut answered)
    });
    let metrics = Metrics::of(&ours)?;
    let of_service = forecast(
        &self::rounds(&as_served.seen, &as_served.asked, options.mode),
        &as_served.asked,
        |seen, asked| estimated(seen, asked, served::settings(), &mut 0),
    );
    let peers = PEERS.iter().filter_map(|peer| {
        let theirs = forecast(&rounds, asked, peer.forecast);
        Some(PeerReport {
            name: peer.name,
            metrics: Metrics::of(&theirs)?,
            difference: compare(&ours, &theirs, options.bootstrap_samples, options.seed),
        })
    });
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    Some(Report {
        mode: options.mode,
        train_n: seen.len(),
        train_also_in_test: 0,
        n: asked.len(),
        answered: f64::from(answered) / asked.len() as f64,
        metrics,
        years: by_year(&ours, asked),
        reliability: reliability(&ours),
        served: PeerReport {
            name: AS_SERVED,
            metrics: Metrics::of(&of_service)?,
            difference: compare(&ours, &of_service, options.bootstrap_samples, options.seed),
        },
        served_reliability: reliability(&of_service),
        peers: peers.collect(),
        train_refused: Vec::new(),
        test_refused: Vec::new(),
    })
}

/// Our forecasts; counts those that are not the prior.
fn estimated(seen: &[Case], asked: &[Case], settings: CellModel, answered: &mut u32) -> Vec<f64> {
    let estimator = Estimator::fit(seen, settings, i32::MAX);
    let forecasts = asked.iter().map(|case| {
        let estimate = estimator.estimate(&case.facts, case.year);
        if estimate.insufficient_evidence {
            return estimate.prior;
        }
        *answered += 1;
        estimate.probability
    });
    forecasts.collect()
}

/// Some test cases, by position, with all that their forecasts may see.
struct Round {
    seen: Vec<Case>,
    asked: Vec<usize>,
}

fn rounds(seen: &[Case], asked: &[Case], mode: Mode) -> Vec<Round> {
    let everything = || (0..asked.len()).collect();
    match mode {
        Mode::Static => vec![Round {
            seen: seen.to_vec(),
            asked: everything(),
        }],
        Mode::Prequential => years(asked)
            .into_iter()
            .map(|(year, positions)| {
                let earlier = asked.iter().filter(|case| case.year < year);
                Round {
                    seen: seen.iter().chain(earlier).cloned().collect(),
                    asked: positions,
                }
            })
            .collect(),
    }
}

/// Positions of the cases of each year.
fn years(asked: &[Case]) -> BTreeMap<i32, Vec<usize>> {
    let mut years: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for (position, case) in asked.iter().enumerate() {
        years.entry(case.year).or_default().push(position);
    }
    years
}

fn forecast(rounds: &[Round], asked: &[Case], mut model: impl FnMut(&[Case], &[Case]) -> Vec<f64>) -> Vec<Scored> {
    let mut scored = vec![
        Scored {
            probability: 0.5,
            outcome: 0.0,
        };
        asked.len()
    ];
    for round in rounds {
        let cases = round.asked.iter().filter_map(|&position| asked.get(position));
        let cases: Vec<Case> = cases.cloned().collect();
        let forecasts = model(&round.seen, &cases);
        for ((&position, case), probability) in round.asked.iter().zip(&cases).zip(forecasts) {
            if let Some(slot) = scored.get_mut(position) {
                *slot = Scored {
                    probability,
                    outcome: case.outcome.win_share(),
                };
            }
        }
    }
    scored
}

fn by_year(scored: &[Scored], asked: &[Case]) -> Vec<YearReport> {
    let of_year = |(year, positions): (i32, Vec<usize>)| {
        let scored = positions.iter().filter_map(|&position| scored.get(position).copied());
        let scored: Vec<Scored> = scored.collect();
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let n = scored.len() as f64;
        Some(YearReport {
            year,
            n: scored.len(),
            win_rate: scored.iter().map(|case| case.outcome).sum::<f64>() / n,
            metrics: Metrics::of(&scored)?,
        })
    };
    years(asked).into_iter().filter_map(of_year).collect()
}
