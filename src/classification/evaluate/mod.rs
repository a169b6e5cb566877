//! Evaluation of win estimates on files of published decisions: how well
//! forecasts made from one file meet the outcomes of another, beside the simple
//! models that one would reach for first.

mod bootstrap;
mod cases;
mod metrics;
mod peers;
mod plot;
mod report;
mod run;
mod served;
#[cfg(test)]
pub(super) mod tests;

pub use bootstrap::{Difference, Range};
pub use cases::{case_of, cases_of, facts_of};
pub use metrics::{Metrics, RELIABILITY_BINS, ReliabilityBin, Scored, auc, reliability};
pub use report::{CardRow, Headline, PeerReport, Report, YearReport};
pub use run::{EvaluateError, Mode, Options, run};

use super::super::precedents::decisions;
use super::estimate;
