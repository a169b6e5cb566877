use std::path::{Path, PathBuf};

use super::*;

/// A directory of its own under the build's temporary directory.
pub(in crate::classification) struct Files(PathBuf);

impl Files {
    pub(in crate::classification) fn new(name: &str) -> Self {
        let unique = format!("stratum-evaluate-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(unique);
        std::fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    pub(in crate::classification) fn write(&self, name: &str, rows: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, format!("{HEADER}\r\n{rows}")).expect("a temporary file");
        path
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The published decisions, which are kept outside the project.
pub(in crate::classification) struct Published(String);

impl Published {
    /// None, saying so, where the file is absent.
    pub(in crate::classification) fn read() -> Option<Self> {
        let data = std::env::var_os("STRATUM_TEST_DATA").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
            PathBuf::from,
        );
        let file = data.join("decisions/ca_dmhc_imr_2001_2014.csv");
        let text = std::fs::read_to_string(&file);
        text.inspect_err(|_| eprintln!("skipped: {} is absent", file.display()))
            .ok()
            .map(Self)
    }

    /// The rows of some years, without the header.
    pub(in crate::classification) fn rows_of(&self, wanted: impl Fn(i32) -> bool) -> String {
        let year = |line: &str| line.split(';').nth(1).and_then(|year| year.parse::<i32>().ok());
        let rows = self.0.lines().filter(|line| year(line).is_some_and(&wanted));
        rows.map(|line| format!("{line}\n")).collect()
    }
}

const HEADER: &str = "Reference ID;Report Year;Diagnosis Category;Diagnosis Sub Category;\
    Treatment Category;Treatment Sub Category;Determination;Type;Age Range;Patient Gender";

/// Cases of a made-up regulator: surgery wins 3 of 4, therapy 1 of 4; from
/// `turn` on, the other way round.
fn rows(years: std::ops::RangeInclusive<i32>, turn: i32) -> String {
    let mut text = String::new();
    for year in years {
        for number in 0..80 {
            let treatment = if number % 2 == 0 { "Surgery" } else { "Therapy" };
            let favoured = (number % 2 == 0) == (year < turn);
            let won = (number / 2 % 4 == 0) != favoured;
            let determination = if won { "Overturned" } else { "Upheld" };
            text += &format!(
                "{year}-{number};{year};Bones;Knee;{treatment};Other;\
                 {determination} Decision of Health Plan;Medical Necessity;41-50;Female\r\n"
            );
        }
    }
    text
}

fn options(mode: Mode) -> Options {
    Options {
        mode,
        bootstrap_samples: 40,
        ..Options::default()
    }
}

fn report(train: &Path, test: &Path, mode: Mode) -> Report {
    run(train, test, &options(mode)).expect("both files are read")
}

#[test]
fn a_stable_world_is_forecast_as_well_as_it_can_be() {
    let files = Files::new("stable");
    let train = files.write("train.csv", &rows(2010..=2014, 2100));
    let test = files.write("test.csv", &rows(2015..=2016, 2100));
    let report = report(&train, &test, Mode::Static);
    // Three in four lie on the right side; who knew that would have a Brier
    // score of 0.1875, the base rate has 0.25.
    let auc = report.metrics.auc.expect("wins and losses");
    assert!((auc - 0.75).abs() < 1e-9, "{auc}");
    assert!(report.metrics.brier < 0.2, "{}", report.metrics.brier);
    // Forecasts a year or two ahead allow for drift and keep to the middle.
    assert!(report.metrics.ece < 0.1, "{}", report.metrics.ece);
    assert_eq!((report.n, report.train_n), (160, 400));
    assert!((report.answered - 1.0).abs() < 1e-12);
    let base_rate = report.peers.first().expect("the base rate comes first");
    assert_eq!(base_rate.metrics.auc, Some(0.5));
    assert!(base_rate.difference.brier < -0.05);
    for peer in report.peers.iter().skip(1) {
        let auc = peer.metrics.auc.expect("wins and losses");
        assert!((auc - 0.75).abs() < 1e-9, "{}: {auc}", peer.name);
    }
}

#[test]
fn prequential_forecasts_learn_from_earlier_test_years_and_static_ones_do_not() {
    let files = Files::new("turning");
    let train = files.write("train.csv", &rows(2010..=2014, 2015));
    let test = files.write("test.csv", &rows(2015..=2016, 2015));
    let of_2016 = |mode| {
        let report = report(&train, &test, mode);
        let year = report.years.into_iter().find(|year| year.year == 2016);
        year.and_then(|year| year.metrics.auc).expect("wins and losses")
    };
    assert!(of_2016(Mode::Static) < 0.3, "the world has turned");
    assert!(of_2016(Mode::Prequential) > 0.7, "and 2015 has shown it");
}

#[test]
fn within_a_year_no_case_sees_another() {
    let files = Files::new("same-year");
    let train = files.write("train.csv", &rows(2010..=2014, 2015));
    let test = files.write("test.csv", &rows(2015..=2015, 2015));
    let seen = report(&train, &test, Mode::Prequential).metrics;
    assert_eq!(seen, report(&train, &test, Mode::Static).metrics);
}

#[test]
fn a_case_never_trains_its_own_forecast() {
    let files = Files::new("overlap");
    let train = files.write("train.csv", &rows(2010..=2015, 2015));
    let test = files.write("test.csv", &rows(2015..=2015, 2015));
    let report = report(&train, &test, Mode::Static);
    assert_eq!((report.train_n, report.train_also_in_test), (400, 80));
    assert!(report.metrics.auc.is_some_and(|auc| auc < 0.5));
}

#[test]
fn a_reference_dates_what_is_learnt_from_and_tells_nothing_of_a_case_that_is_asked_about() {
    let files = Files::new("references");
    // The world turns in the middle of 2014; the rows of that year are numbered as they came.
    let early = rows(2014..=2014, 2100).replace("2014-", "2014-1");
    let late = rows(2014..=2014, 2014).replace("2014-", "2014-9");
    let in_order = files.write("in-order.csv", &(early.clone() + &late));
    let out_of_order = files.write("out-of-order.csv", &(late.clone() + &early));
    let test = rows(2015..=2015, 2014);
    let asked = files.write("asked.csv", &test);
    let renumbered = files.write("renumbered.csv", &test.replace("2015-", "2015-7"));
    let of = |train: &Path, test: &Path| report(train, test, Mode::Static).metrics;
    let known = of(&in_order, &asked);
    assert_eq!(known, of(&out_of_order, &asked), "the order of rows is no time");
    assert_eq!(known, of(&in_order, &renumbered));
    let unnumbered = (early + &late).replace("2014-", "2014 ");
    let undated = of(&files.write("undated.csv", &unnumbered), &asked);
    assert!(
        known.auc > undated.auc && known.brier < undated.brier,
        "{known:?} {undated:?}"
    );
}

#[test]
fn refused_rows_are_told_and_unusable_files_are_errors() {
    let files = Files::new("refused");
    let bad = "X;2010;;;;;Perhaps;;;\r\n";
    let train = files.write("train.csv", &(rows(2010..=2011, 2100) + bad));
    let test = files.write("test.csv", &rows(2012..=2012, 2100));
    let told = report(&train, &test, Mode::Static);
    assert_eq!(told.train_refused.len(), 1);
    assert!(told.to_string().contains("line 162, Determination"), "{told}");
    let empty = files.write("empty.csv", bad);
    let failed = run(&train, &empty, &options(Mode::Static));
    assert!(matches!(failed, Err(EvaluateError::NothingToForecast)));
    let failed = run(&empty, &test, &options(Mode::Static));
    assert!(matches!(failed, Err(EvaluateError::NothingToLearn)));
    let failed = run(&files.0.join("absent.csv"), &test, &options(Mode::Static));
    assert!(matches!(failed, Err(EvaluateError::Train(_))));
}

#[test]
fn the_headline_has_the_published_keys_and_a_run_repeats_to_the_byte() {
    let files = Files::new("repeat");
    let train = files.write("train.csv", &rows(2010..=2012, 2100));
    let test = files.write("test.csv", &rows(2013..=2014, 2100));
    let first = report(&train, &test, Mode::Prequential);
    let second = report(&train, &test, Mode::Prequential);
    assert_eq!(first.to_string(), second.to_string());
    let svg = first.svg();
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    let json = serde_json::to_value(first.headline()).expect("plain numbers");
    let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["answered", "auc", "brier", "ece", "log_loss", "n"]);
}

/// On the real decisions, kept outside the project, ours must lead the simple
/// models on the last two years. A guard against regressions, no proof: the
/// settings were chosen on these years among others. Skipped, saying so, where the file is absent.
#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "takes minutes without optimisation: cargo test --release"
)]
fn on_published_decisions_the_estimate_leads_every_peer() {
    let Some(published) = Published::read() else { return };
    let files = Files::new("published");
    let train = files.write("train.csv", &published.rows_of(|year| year <= 2012));
    let test = files.write("test.csv", &published.rows_of(|year| year > 2012));
    for mode in [Mode::Static, Mode::Prequential] {
        let report = report(&train, &test, mode);
        assert_eq!(report.train_refused, []);
        assert_eq!(report.train_n + report.n, 15_839);
        for peer in &report.peers {
            let better = peer.difference.auc.is_some_and(|auc| auc > 0.0);
            assert!(better && peer.difference.brier < 0.0, "{mode:?} {}", peer.name);
        }
    }
}
