//! What was measured of the estimator, for its card: figures of `benches/README.md`, kept as data. A test measures anew where
//! the decisions are at hand.

use serde::Deserialize;

use crate::proto::v1::{CalibrationBin, ModelMeasurement};
use crate::rpc::error::{Error, Result};

const MEASURED: &str = include_str!("measured.json");

/// One measurement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    cases: String,
    n: i64,
    auc: f64,
    brier: f64,
    log_loss: f64,
    ece: f64,
    /// Lowest and highest forecast, cases, mean forecast, win rate.
    reliability: Vec<(f64, f64, i64, f64, f64)>,
}

/// The measurements.
///
/// # Errors
/// `INTERNAL` when the file is damaged, which a test would have found.
pub(super) fn estimates() -> Result<Vec<ModelMeasurement>> {
    let rows: Vec<Row> = serde_json::from_str(MEASURED).map_err(Error::internal)?;
    Ok(rows.into_iter().map(measurement).collect())
}

fn measurement(row: Row) -> ModelMeasurement {
    let Row {
        cases,
        n,
        auc,
        brier,
        log_loss,
        ece,
        reliability,
    } = row;
    let bin = |(from, to, n, mean_score, hit_rate)| CalibrationBin {
        from,
        to,
        n,
        mean_score,
        hit_rate,
    };
    ModelMeasurement {
        cases,
        n,
        top1: None,
        top3: None,
        auc: Some(auc),
        brier: Some(brier),
        log_loss: Some(log_loss),
        calibration_error: Some(ece),
        calibration: reliability.into_iter().map(bin).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::estimates;

    #[test]
    fn every_measurement_can_be_read_and_its_bins_hold_its_cases() {
        let all = estimates().expect("well-formed");
        assert!(!all.is_empty());
        for measured in all {
            assert_eq!(
                measured.calibration.iter().map(|bin| bin.n).sum::<i64>(),
                measured.n,
                "{}",
                measured.cases
            );
        }
    }
}
