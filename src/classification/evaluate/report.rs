//! The report of an evaluation, as data and as text.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::bootstrap::{Difference, Range};
use super::decisions::RowError;
use super::metrics::{Metrics, ReliabilityBin};
use super::plot::reliability_plot;
use super::run::Mode;

/// Everything that an evaluation found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What the forecasts could see.
    pub mode: Mode,
    /// Cases learnt from, before any test case.
    pub train_n: usize,
    /// Rows of the training file that the test file holds too, left out.
    pub train_also_in_test: usize,
    /// Cases forecast.
    pub n: usize,
    /// The share of them answered; the others were scored at the prior.
    pub answered: f64,
    /// The measures over all of them.
    pub metrics: Metrics,
    /// The measures year by year.
    pub years: Vec<YearReport>,
    /// Forecasts beside what happened, in ten bins.
    pub reliability: Vec<ReliabilityBin>,
    /// The same decisions as the service sees and estimates them.
    pub served: PeerReport,
    /// Its forecasts beside what happened.
    pub served_reliability: Vec<ReliabilityBin>,
    /// The same for the simple models.
    pub peers: Vec<PeerReport>,
    /// Rows of the training file that were refused.
    pub train_refused: Vec<RowError>,
    /// Rows of the test file that were refused.
    pub test_refused: Vec<RowError>,
}

/// One year of test cases.
#[derive(Debug, Clone, Serialize)]
pub struct YearReport {
    /// The year.
    pub year: i32,
    /// Its cases.
    pub n: usize,
    /// Their win rate.
    pub win_rate: f64,
    /// How they were forecast.
    pub metrics: Metrics,
}

/// A simple model, measured in the same run.
#[derive(Debug, Clone, Serialize)]
pub struct PeerReport {
    /// What it is.
    pub name: &'static str,
    /// How it did.
    pub metrics: Metrics,
    /// Ours minus its, with the bootstrap's range.
    pub difference: Difference,
}

/// The figures that `--json` prints.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Headline {
    /// Cases forecast.
    pub n: usize,
    /// Area under the ROC curve; null when all cases ended alike.
    pub auc: Option<f64>,
    /// Mean squared error.
    pub brier: f64,
    /// Mean negative log-likelihood, in nats.
    pub log_loss: f64,
    /// Expected calibration error, ten equal-width bins.
    pub ece: f64,
    /// The share of cases answered.
    pub answered: f64,
}

/// The service's own estimates measured, as a model card keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardRow {
    /// The cases, and what of them the model had seen.
    pub cases: String,
    /// How many.
    pub n: usize,
    /// Area under the ROC curve; none when all cases ended alike.
    pub auc: Option<f64>,
    /// Mean squared error.
    pub brier: f64,
    /// Mean negative log-likelihood, in nats.
    pub log_loss: f64,
    /// Expected calibration error, ten equal-width bins.
    pub ece: f64,
    /// Lowest and highest forecast, cases, mean forecast, win rate of each bin that holds any.
    pub reliability: Vec<(f64, f64, usize, f64, f64)>,
}

impl Report {
    /// What a model card keeps of the service's own estimates, to five digits.
    #[must_use]
    pub fn card_row(&self) -> CardRow {
        let years: Vec<i32> = self.years.iter().map(|year| year.year).collect();
        let (first, last) = (years.first().copied().unwrap_or(0), years.last().copied().unwrap_or(0));
        let seen = match self.mode {
            Mode::Static => "forecast from those before",
            Mode::Prequential => "each year forecast from all before it",
        };
        let digits = |value: f64| (value * 1e5).round() / 1e5;
        let Metrics {
            auc,
            brier,
            log_loss,
            ece,
        } = self.served.metrics;
        let bins = self.served_reliability.iter().filter(|bin| bin.n > 0);
        CardRow {
            cases: format!("published decisions of {first} to {last}, {seen}"),
            n: self.n,
            auc: auc.map(digits),
            brier: digits(brier),
            log_loss: digits(log_loss),
            ece: digits(ece),
            reliability: bins
                .map(|bin| {
                    (
                        digits(bin.from),
                        digits(bin.to),
                        bin.n,
                        digits(bin.mean_forecast),
                        digits(bin.win_rate),
                    )
                })
                .collect(),
        }
    }

    /// The figures that `--json` prints.
    #[must_use]
    pub fn headline(&self) -> Headline {
        Headline {
            n: self.n,
            auc: self.metrics.auc,
            brier: self.metrics.brier,
            log_loss: self.metrics.log_loss,
            ece: self.metrics.ece,
            answered: self.answered,
        }
    }

    /// The reliability table as a plot: an SVG document.
    #[must_use]
    pub fn svg(&self) -> String {
        reliability_plot(&self.reliability)
    }
}

/// A few refused rows are shown, the rest counted.
const REFUSALS_SHOWN: usize = 5;

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Static => "static: forecasts see the training file",
            Mode::Prequential => "prequential: forecasts see the training file and test cases of earlier years",
        };
        writeln!(out, "{mode}")?;
        writeln!(
            out,
            "learnt from {} decisions, forecast {}, answered {:.1} %",
            self.train_n,
            self.n,
            100.0 * self.answered
        )?;
        if self.train_also_in_test > 0 {
            let n = self.train_also_in_test;
            writeln!(out, "left out of the training, being in the test file too: {n}")?;
        }
        write_refusals(out, "training file", &self.train_refused)?;
        write_refusals(out, "test file", &self.test_refused)?;
        self.write_comparison(out)?;
        self.write_years(out)?;
        self.write_reliability(out)
    }
}

fn write_refusals(out: &mut fmt::Formatter<'_>, file: &str, refusals: &[RowError]) -> fmt::Result {
    if refusals.is_empty() {
        return Ok(());
    }
    writeln!(out, "{file}: {} rows refused", refusals.len())?;
    for refusal in refusals.iter().take(REFUSALS_SHOWN) {
        writeln!(out, "  {refusal}")?;
    }
    Ok(())
}

impl Report {
    fn write_comparison(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "\n{:<40} {:>6} {:>7} {:>8} {:>6}   stratum minus it (95 % of resamples)",
            "model", "AUC", "Brier", "log loss", "ECE"
        )?;
        write_metrics(out, "stratum", &self.metrics)?;
        writeln!(out)?;
        for peer in [&self.served].into_iter().chain(&self.peers) {
            write_metrics(out, peer.name, &peer.metrics)?;
            write_difference(out, &peer.difference)?;
        }
        Ok(())
    }

    fn write_years(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "\n{:<6} {:>6} {:>9} {:>6} {:>7} {:>6}",
            "year", "n", "win rate", "AUC", "Brier", "ECE"
        )?;
        for year in &self.years {
            let metrics = &year.metrics;
            writeln!(
                out,
                "{:<6} {:>6} {:>9.3} {:>6} {:>7.4} {:>6.3}",
                year.year,
                year.n,
                year.win_rate,
                optional(metrics.auc),
                metrics.brier,
                metrics.ece
            )?;
        }
        Ok(())
    }

    fn write_reliability(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "\n{:<12} {:>6} {:>9} {:>9}   o forecast, # outcome",
            "forecast", "n", "mean", "win rate"
        )?;
        for bin in self.reliability.iter().filter(|bin| bin.n > 0) {
            writeln!(
                out,
                "{:.1} to {:.1}   {:>6} {:>9.3} {:>9.3}   |{}|",
                bin.from,
                bin.to,
                bin.n,
                bin.mean_forecast,
                bin.win_rate,
                text_plot(bin)
            )?;
        }
        Ok(())
    }
}

fn write_metrics(out: &mut fmt::Formatter<'_>, name: &str, metrics: &Metrics) -> fmt::Result {
    write!(
        out,
        "{name:<40} {:>6} {:>7.4} {:>8.4} {:>6.3}",
        optional(metrics.auc),
        metrics.brier,
        metrics.log_loss,
        metrics.ece
    )
}

fn write_difference(out: &mut fmt::Formatter<'_>, difference: &Difference) -> fmt::Result {
    if let Some(auc) = difference.auc {
        write!(out, "   AUC {auc:+.4}{}", range(difference.auc_range))?;
    }
    let brier = difference.brier;
    writeln!(out, "   Brier {brier:+.4}{}", range(difference.brier_range))
}

fn range(range: Option<Range>) -> String {
    range.map_or_else(String::new, |range| {
        format!(" ({:+.4} to {:+.4})", range.low, range.high)
    })
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"))
}

/// Forty columns from 0 to 1.
fn text_plot(bin: &ReliabilityBin) -> String {
    let column = |value: f64| (0..40).position(|at| value * 40.0 < f64::from(at + 1));
    let (forecast, outcome) = (column(bin.mean_forecast), column(bin.win_rate));
    (0..40)
        .map(|at| match (forecast == Some(at), outcome == Some(at)) {
            (_, true) => '#',
            (true, false) => 'o',
            (false, false) => ' ',
        })
        .collect()
}
