//! What was measured of the estimator, for its card: rows that `stratum evaluate decisions --card` printed, kept as data. A
//! test measures anew where the decisions are at hand.

use super::super::evaluate::CardRow;
use crate::proto::v1::{CalibrationBin, ModelMeasurement};
use crate::rpc::error::{Error, Result};

const MEASURED: &str = include_str!("measured.json");

/// The measurements.
///
/// # Errors
/// `INTERNAL` when the file is damaged, which a test would have found.
pub(super) fn estimates() -> Result<Vec<ModelMeasurement>> {
    Ok(rows()?.into_iter().map(measurement).collect())
}

fn rows() -> Result<Vec<CardRow>> {
    serde_json::from_str(MEASURED).map_err(Error::internal)
}

fn measurement(row: CardRow) -> ModelMeasurement {
    let CardRow {
        cases,
        n,
        auc,
        brier,
        log_loss,
        ece,
        reliability,
    } = row;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let bin = |(from, to, n, mean_score, hit_rate)| CalibrationBin {
        from,
        to,
        n: count(n),
        mean_score,
        hit_rate,
    };
    ModelMeasurement {
        cases,
        n: count(n),
        top1: None,
        top3: None,
        auc,
        brier: Some(brier),
        log_loss: Some(log_loss),
        calibration_error: Some(ece),
        calibration: reliability.into_iter().map(bin).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{estimates, rows};
    use crate::classification::evaluate::tests::{Files, Published};
    use crate::classification::evaluate::{Mode, Options, run};

    #[test]
    fn every_measurement_can_be_read_and_its_bins_hold_its_cases() {
        let all = estimates().expect("well-formed");
        assert!(!all.is_empty());
        for measured in all {
            let held: i64 = measured.calibration.iter().map(|bin| bin.n).sum();
            assert_eq!(held, measured.n, "{}", measured.cases);
        }
    }

    #[test]
    #[cfg_attr(
        debug_assertions,
        ignore = "takes minutes without optimisation: cargo test --release"
    )]
    fn the_card_holds_what_is_measured_on_published_decisions() {
        let Some(published) = Published::read() else { return };
        let files = Files::new("card");
        let train = files.write("train.csv", &published.rows_of(|year| year <= 2011));
        let test = files.write("test.csv", &published.rows_of(|year| (2012..=2013).contains(&year)));
        let measured = [Mode::Static, Mode::Prequential].map(|mode| {
            let options = Options {
                mode,
                bootstrap_samples: 2,
                ..Options::default()
            };
            run(&train, &test, &options).expect("a report").card_row()
        });
        assert_eq!(rows().expect("well-formed"), measured);
    }
}
