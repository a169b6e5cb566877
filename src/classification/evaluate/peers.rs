//! The simple models to beat, trained and scored in the same run.

use std::collections::{BTreeSet, HashMap};

use super::estimate::{Case, Fact, conjugate_gradient};

/// A model to compare with: forecasts for the second set after seeing the first.
pub struct Peer {
    /// What it is, in a table's row.
    pub name: &'static str,
    /// Trains on the seen cases and forecasts the asked ones, in their order.
    pub forecast: fn(seen: &[Case], asked: &[Case]) -> Vec<f64>,
}

/// All peers, in the order of the report.
pub const PEERS: [Peer; 5] = [
    Peer {
        name: "base rate",
        forecast: base_rate,
    },
    Peer {
        name: "logistic regression",
        forecast: |seen, asked| logistic_regression(seen, asked, None),
    },
    Peer {
        name: "recency-weighted logistic regression",
        forecast: recent_logistic_regression,
    },
    Peer {
        name: "400 nearest, weighted Jaccard, recency",
        forecast: nearest_vote,
    },
    Peer {
        name: "average of the last two",
        forecast: |seen, asked| {
            let left = recent_logistic_regression(seen, asked);
            let right = nearest_vote(seen, asked);
            left.iter().zip(right).map(|(a, b)| f64::midpoint(*a, b)).collect()
        },
    },
];

/// Years in which a case's weight halves, for the regression and for the vote.
/// Few values were tried: on the report years 2006 to 2014 fading beats not
/// fading for the regression, and 2 years beat 4 for the vote.
const REGRESSION_HALF_LIFE_YEARS: f64 = 2.5;
const VOTE_HALF_LIFE_YEARS: f64 = 2.0;

/// Ridge penalty of the regression, in units of one case.
const RIDGE: f64 = 3.0;

const NEIGHBOURS: usize = 400;
/// Near neighbours count more: similarity to this power.
const SIMILARITY_POWER: i32 = 4;
/// Weight of the base rate among the neighbours.
const VOTE_PRIOR_WEIGHT: f64 = 0.8;

/// Words are our own estimator's features; the peers see the published columns.
fn columns(case: &Case) -> impl Iterator<Item = &Fact> {
    case.facts.iter().filter(|fact| !fact.field.ends_with("_word"))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn float(count: usize) -> f64 {
    count as f64
}

fn base_rate(seen: &[Case], asked: &[Case]) -> Vec<f64> {
    let wins: f64 = seen.iter().map(|case| case.outcome.win_share()).sum();
    vec![wins / float(seen.len().max(1)); asked.len()]
}

/// Weights that halve with every half-life before the latest year.
fn recency(seen: &[Case], half_life_years: Option<f64>) -> Vec<f64> {
    let latest = seen.iter().map(|case| case.year).max().unwrap_or_default();
    let weight = |case: &Case| match half_life_years {
        Some(half_life) => 0.5_f64.powf(f64::from(latest - case.year) / half_life),
        None => 1.0,
    };
    seen.iter().map(weight).collect()
}

/// Facts as numbers: a dense index of every fact seen.
struct Encoding<'a>(HashMap<&'a Fact, usize>);

impl<'a> Encoding<'a> {
    fn of(seen: &'a [Case]) -> Self {
        let facts: BTreeSet<&Fact> = seen.iter().flat_map(columns).collect();
        Self(facts.into_iter().zip(0..).collect())
    }

    fn encode(&self, case: &Case) -> Vec<usize> {
        columns(case).filter_map(|fact| self.0.get(fact).copied()).collect()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

fn recent_logistic_regression(seen: &[Case], asked: &[Case]) -> Vec<f64> {
    logistic_regression(seen, asked, Some(REGRESSION_HALF_LIFE_YEARS))
}

/// One indicator a fact and a constant, ridge penalty, Newton's method.
fn logistic_regression(seen: &[Case], asked: &[Case], half_life_years: Option<f64>) -> Vec<f64> {
    let encoding = Encoding::of(seen);
    let constant = encoding.len();
    let encode = |case: &Case| {
        let mut features = encoding.encode(case);
        features.push(constant);
        features
    };
    let rows: Vec<Vec<usize>> = seen.iter().map(encode).collect();
    let weights = recency(seen, half_life_years);
    let outcomes: Vec<f64> = seen.iter().map(|case| case.outcome.win_share()).collect();
    let mut coefficients = vec![0.0; constant + 1];
    for _ in 0..8 {
        let mut gradient: Vec<f64> = coefficients.iter().map(|value| -RIDGE * value).collect();
        let mut curvature = Vec::with_capacity(rows.len());
        for ((row, weight), outcome) in rows.iter().zip(&weights).zip(&outcomes) {
            let p = logistic(score(&coefficients, row));
            add(&mut gradient, row, weight * (outcome - p));
            curvature.push(weight * p * (1.0 - p));
        }
        let hessian = |direction: &[f64]| {
            let mut image: Vec<f64> = direction.iter().map(|value| RIDGE * value).collect();
            for (row, curvature) in rows.iter().zip(&curvature) {
                add(&mut image, row, curvature * score(direction, row));
            }
            image
        };
        let step = conjugate_gradient(hessian, &gradient, 1e-6, 300);
        for (value, change) in coefficients.iter_mut().zip(step) {
            *value += change;
        }
    }
    let forecast = |case: &Case| logistic(score(&coefficients, &encode(case)));
    asked.iter().map(forecast).collect()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn score(coefficients: &[f64], row: &[usize]) -> f64 {
    row.iter().filter_map(|&feature| coefficients.get(feature)).sum()
}

fn add(target: &mut [f64], row: &[usize], amount: f64) {
    for &feature in row {
        if let Some(sum) = target.get_mut(feature) {
            *sum += amount;
        }
    }
}

/// Wins among the nearest cases by Jaccard similarity with inverse document
/// frequencies as weights, near and recent ones counting more.
fn nearest_vote(seen: &[Case], asked: &[Case]) -> Vec<f64> {
    let encoding = Encoding::of(seen);
    let rows: Vec<Vec<usize>> = seen.iter().map(|case| encoding.encode(case)).collect();
    let mut postings: Vec<Vec<usize>> = vec![Vec::new(); encoding.len()];
    for (index, row) in rows.iter().enumerate() {
        for &feature in row {
            if let Some(posting) = postings.get_mut(feature) {
                posting.push(index);
            }
        }
    }
    let rarity: Vec<f64> = postings
        .iter()
        .map(|posting| (float(seen.len()) / float(posting.len().max(1))).ln())
        .collect();
    let vote = Vote {
        masses: rows.iter().map(|row| score(&rarity, row)).collect(),
        recency: recency(seen, Some(VOTE_HALF_LIFE_YEARS)),
        wins: seen.iter().map(|case| case.outcome.win_share()).collect(),
        postings,
        rarity,
    };
    let known = |case: &Case| vote.forecast(&encoding.encode(case));
    asked.iter().map(known).collect()
}

struct Vote {
    postings: Vec<Vec<usize>>,
    rarity: Vec<f64>,
    masses: Vec<f64>,
    recency: Vec<f64>,
    wins: Vec<f64>,
}

impl Vote {
    fn forecast(&self, row: &[usize]) -> f64 {
        let mut shared = vec![0.0; self.masses.len()];
        for &feature in row {
            let weight = self.rarity.get(feature).copied().unwrap_or(0.0);
            for &index in self.postings.get(feature).into_iter().flatten() {
                if let Some(sum) = shared.get_mut(index) {
                    *sum += weight;
                }
            }
        }
        let mass = score(&self.rarity, row);
        let jaccard = |(shared, other): (f64, &f64)| shared / (mass + other - shared).max(1e-9);
        let similarities = shared.into_iter().zip(&self.masses).map(jaccard);
        let mut nearest: Vec<(f64, usize)> = similarities.zip(0..).collect();
        if nearest.len() > NEIGHBOURS {
            nearest.select_nth_unstable_by(NEIGHBOURS, |left, right| {
                right.0.total_cmp(&left.0).then(left.1.cmp(&right.1))
            });
            nearest.truncate(NEIGHBOURS);
        }
        let pairs = self.recency.iter().zip(&self.wins);
        let (all_wins, all) = pairs.fold((0.0, 1e-9), |sum, (weight, win)| (sum.0 + weight * win, sum.1 + weight));
        let (mut wins, mut n) = (VOTE_PRIOR_WEIGHT * all_wins / all, VOTE_PRIOR_WEIGHT);
        for &(similarity, index) in &nearest {
            if let (Some(recency), Some(win)) = (self.recency.get(index), self.wins.get(index)) {
                let weight = recency * similarity.powi(SIMILARITY_POWER);
                wins += weight * win;
                n += weight;
            }
        }
        wins / n
    }
}
