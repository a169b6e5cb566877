mod payers;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::release::{DATA_FILES, Files, MANIFEST_FILE};
use super::table::Problems;
use super::*;
use crate::proto::stratum::v1::{LineOfBusiness, RecoveryAction};

fn embedded() -> Registries {
    Registries::load(&Source::Embedded).expect("the embedded release is sound")
}

/// A file without the lines that begin like this.
fn without(text: &str, beginning: &str) -> String {
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(beginning)).collect();
    kept.join("\n") + "\n"
}

/// Loads the embedded release after one file was changed and the manifest was sealed again.
fn load_with(file: &str, change: impl FnOnce(String) -> String) -> Vec<RegistryProblem> {
    let problems = Problems::default();
    let mut files = Files::read(&Source::Embedded, &problems);
    let text = files.0.remove(file).expect("a registry file");
    files.0.insert(file.to_owned(), change(text));
    let manifest = serde_json::to_string(&files.manifest("test")).expect("a manifest");
    files.0.insert(MANIFEST_FILE.to_owned(), manifest);
    Registries::from_files(&files, problems).err().unwrap_or_default()
}

fn reasons(problems: &[RegistryProblem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// A directory that holds a copy of the release, removed when dropped.
struct ReleaseDir(PathBuf);

impl ReleaseDir {
    fn new(name: &str) -> Self {
        let unique = format!("stratum-registries-{}-{name}", std::process::id());
        let directory = std::env::temp_dir().join(unique);
        fs::create_dir_all(&directory).expect("a directory");
        let files = Files::read(&Source::Embedded, &Problems::default());
        for (file, text) in &files.0 {
            fs::write(directory.join(file), text).expect("a file");
        }
        Self(directory)
    }

    fn load(&self) -> Result<Registries, Vec<RegistryProblem>> {
        Registries::load(&Source::Dir(self.0.clone()))
    }
}

impl Drop for ReleaseDir {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the directory goes");
    }
}

#[test]
fn embedded_release_is_sound_and_its_manifest_is_current() {
    let registries = embedded();
    let expected = manifest_json(&Source::Embedded, &registries.manifest.release);
    let sealed = serde_json::to_string_pretty(&registries.manifest).expect("a manifest") + "\n";
    assert_eq!(expected, Ok(sealed));
    assert_eq!(registries.manifest.files.len(), DATA_FILES.len());
}

#[test]
fn directory_gives_the_same_release_as_the_program() {
    let directory = ReleaseDir::new("same");
    let loaded = directory.load().expect("the copy is sound");
    assert_eq!(loaded.manifest, embedded().manifest);
}

#[test]
fn missing_empty_and_tampered_files_are_all_named_at_once() {
    let directory = ReleaseDir::new("broken");
    fs::remove_file(directory.0.join("codes.csv")).expect("removed");
    fs::write(directory.0.join("plans.csv"), "").expect("emptied");
    let payers = fs::read_to_string(directory.0.join("payers.csv")).expect("read");
    fs::write(directory.0.join("payers.csv"), payers.replacen("Aetna", "Aetnа", 1)).expect("tampered");
    let problems = directory.load().expect_err("nothing is loaded");
    let files: BTreeSet<&str> = problems.iter().map(|p| p.file.as_str()).collect();
    assert_eq!(files, BTreeSet::from(["codes.csv", "payers.csv", "plans.csv"]));
    assert!(
        reasons(&problems)
            .iter()
            .any(|r| r.starts_with("registry plans.csv: is empty"))
    );
    assert!(
        reasons(&problems)
            .iter()
            .any(|r| r.contains("payers.csv: has checksum"))
    );
}

#[test]
fn missing_directory_names_every_file() {
    let problems = Registries::load(&Source::Dir(PathBuf::from("/nonexistent/registries"))).expect_err("nothing there");
    let files: BTreeSet<&str> = problems.iter().map(|p| p.file.as_str()).collect();
    assert_eq!(files.len(), DATA_FILES.len() + 1);
}

#[test]
fn unknown_enum_value_is_named_with_line_and_column() {
    let problems = load_with("denial_types.csv", |text| text.replacen(",APPEAL,", ",APEAL,", 1));
    assert_eq!(
        reasons(&problems),
        ["registry denial_types.csv, line 2, column default_action: `APEAL` is no RecoveryAction"]
    );
}

#[test]
fn unspecified_is_no_word() {
    let problems = load_with("denial_types.csv", |text| text.replacen(",APPEAL,", ",UNSPECIFIED,", 1));
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn duplicates_and_dangling_references_are_found() {
    let doubled = load_with("payer_families.csv", |text| {
        let row = text.lines().nth(1).expect("a row").to_owned();
        format!("{text}{row}\n")
    });
    assert_eq!(doubled.len(), 1, "{doubled:?}");
    assert!(doubled[0].reason.starts_with("repeats `"), "{doubled:?}");

    let orphaned = load_with("payer_families.csv", |text| without(&text, "humana,"));
    assert!(!orphaned.is_empty());
    for problem in &orphaned {
        assert_eq!(problem.file, "payers.csv");
        assert_eq!(problem.reason, "`humana` is not in payer_families.csv");
    }
}

#[test]
fn header_that_differs_is_named_by_column() {
    let problems = load_with("notices.csv", |text| text.replacen("topic", "tpoic", 1));
    assert_eq!(
        reasons(&problems),
        [
            "registry notices.csv, line 1, column topic: is missing from the header",
            "registry notices.csv, line 1, column tpoic: is not a column of this file",
        ]
    );
}

#[test]
fn verified_fact_without_a_day_is_refused() {
    let problems = load_with("zip3_restricted.csv", |text| text.replacen("2026-11-22", "", 1));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].column.as_deref(), Some("verified_on"));
}

#[test]
fn every_denial_type_and_evidence_kind_must_have_its_row() {
    let problems = load_with("evidence_kinds.csv", |text| without(&text, "ABN,"));
    assert_eq!(reasons(&problems), ["registry evidence_kinds.csv: has no row for ABN"]);
}

#[test]
fn every_current_carc_has_a_label_and_an_action() {
    let registries = embedded();
    let carcs = registries
        .codes
        .rows()
        .iter()
        .filter(|code| code.system == CodeSystem::Carc);
    for carc in carcs.filter(|code| code.current) {
        let action = registries.code_action(GroupCode::Co, &carc.code, &[]);
        assert!(action.is_some(), "CARC {} has no action", carc.code);
    }
    let needing = registries.codes.rows().iter().filter(|code| code.requires_rarc);
    let needing: BTreeSet<&str> = needing.map(|code| code.code.as_str()).collect();
    assert_eq!(needing, BTreeSet::from(["16", "234", "252", "96"]));
}

#[test]
fn code_lists_match_the_published_status_where_the_data_is_at_hand() {
    let data =
        std::env::var("STRATUM_TEST_DATA").unwrap_or_else(|_| format!("{}/../shared/data", env!("CARGO_MANIFEST_DIR")));
    let registries = embedded();
    for (file, system) in [("carc", CodeSystem::Carc), ("rarc", CodeSystem::Rarc)] {
        let path = format!("{data}/codes/{file}_codes_status_2026-08-17.csv");
        let Ok(text) = fs::read_to_string(&path) else {
            writeln_skip(&path);
            return;
        };
        let published: Vec<(&str, &str)> = text.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
        for (code, status) in &published {
            let own = registries.codes.get(&codes::code_key(system, code));
            assert_eq!(own.map(|own| own.current), Some(*status == "current"), "{file} {code}");
        }
        let own = registries
            .codes
            .rows()
            .iter()
            .filter(|code| code.system == system)
            .count();
        assert_eq!(own, published.len());
    }
}

fn writeln_skip(path: &str) {
    eprintln!("skipped: {path} is not at hand");
}

#[test]
fn most_specific_code_action_wins_whatever_the_order_of_remarks() {
    let registries = embedded();
    let action = |group, carc, rarcs: &[&str]| {
        let rarcs: Vec<String> = rarcs.iter().map(|r| (*r).to_owned()).collect();
        registries
            .code_action(group, carc, &rarcs)
            .map(|action| action.id.as_str())
    };
    assert_eq!(action(GroupCode::Co, "50", &[]), Some("any-50"));
    assert_eq!(action(GroupCode::Pr, "50", &[]), Some("pr-50"));
    assert_eq!(action(GroupCode::Co, "16", &["M76", "MA130"]), Some("any-16-ma130"));
    assert_eq!(action(GroupCode::Co, "16", &["MA130", "M76"]), Some("any-16-ma130"));
    assert_eq!(action(GroupCode::Co, "197", &["N706"]), Some("any-197-n706"));
    assert_eq!(action(GroupCode::Co, "9999", &[]), None);
}

#[test]
fn decision_categories_cover_the_published_ones_where_the_data_is_at_hand() {
    let data =
        std::env::var("STRATUM_TEST_DATA").unwrap_or_else(|_| format!("{}/../shared/data", env!("CARGO_MANIFEST_DIR")));
    let path = format!("{data}/decisions/ca_dmhc_imr_2001_2014.csv");
    let Ok(bytes) = fs::read(&path) else {
        writeln_skip(&path);
        return;
    };
    let registries = embedded();
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes.as_slice());
    for record in reader.records() {
        let record = record.expect("a row");
        for (column, field) in [(2, DecisionField::Diagnosis), (4, DecisionField::Treatment)] {
            let name = record.get(column).unwrap_or_default();
            let known = registries.decision_category("ca-dmhc-imr", field, name);
            assert!(name.is_empty() || known.is_some(), "{name} maps to nothing");
        }
    }
}

#[test]
fn substance_use_categories_are_held() {
    let registries = embedded();
    let category = registries
        .decision_category("ca-dmhc-imr", DecisionField::Diagnosis, "Alcohol and  Drug ADDICTION")
        .expect("known however it is spaced");
    assert!(category.sud_suspected);
    assert!(registries.diagnosis_group_of("F11.20").is_some_and(|group| group.sud));
    assert!(
        registries
            .diagnosis_group_of("G43.909")
            .is_some_and(|group| group.id == "nervous_system")
    );
}

#[test]
fn words_of_the_contract_go_both_ways() {
    for number in 1..=20 {
        let program = LineOfBusiness::try_from(number).expect("a program");
        assert_eq!(LineOfBusiness::from_word(program.word()), Some(program));
    }
    for number in 1..=8 {
        let action = RecoveryAction::try_from(number).expect("an action");
        assert_eq!(RecoveryAction::from_word(action.word()), Some(action));
    }
    assert_eq!(RecoveryAction::from_word("UNSPECIFIED"), None);
}

#[test]
fn restricted_areas_are_known() {
    let registries = embedded();
    assert!(registries.is_zip3_restricted("036"));
    assert!(!registries.is_zip3_restricted("100"));
    assert_eq!(registries.zip3_restricted.rows().len(), 17);
}
