//! Where registry files come from, and the manifest that seals a release of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::table::{Problems, RegistryProblem};

/// The file that lists the others with their checksums.
pub(super) const MANIFEST_FILE: &str = "manifest.json";

/// Where to load the registries from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The release compiled into the program.
    Embedded,
    /// A directory that holds all files of a release.
    Dir(PathBuf),
}

/// The manifest of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the release, such as `2026.11.1`.
    pub release: String,
    /// Every file, in the order of the names.
    pub files: Vec<ManifestEntry>,
}

/// One file of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestEntry {
    /// File name.
    pub file: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Rows, the header not counted.
    pub rows: usize,
}

macro_rules! embedded {
    ($($file:literal),+ $(,)?) => {
        /// Names of the data files of a release, in order.
        pub(super) const DATA_FILES: &[&str] = &[$($file),+];

        const EMBEDDED: &[(&str, &str)] = &[$(($file, include_str!(concat!("data/", $file)))),+];
    };
}

embedded! {
    "appeal_rules.csv",
    "code_actions.csv",
    "codes.csv",
    "decision_categories.csv",
    "denial_types.csv",
    "diagnosis_groups.csv",
    "evidence_kinds.csv",
    "guardrails.csv",
    "jurisdictions.csv",
    "notices.csv",
    "payer_families.csv",
    "payers.csv",
    "plans.csv",
    "service_categories.csv",
    "zip3_restricted.csv",
}

const EMBEDDED_MANIFEST: &str = include_str!("data/manifest.json");

/// The texts of a release, by file name.
#[derive(Clone, Debug)]
pub(super) struct Files(pub(super) BTreeMap<String, String>);

impl Files {
    /// Reads every file of a release; a missing or unreadable one is a problem.
    pub(super) fn read(source: &Source, problems: &Problems) -> Self {
        let names = DATA_FILES.iter().copied().chain([MANIFEST_FILE]);
        let mut files = BTreeMap::new();
        for name in names {
            match read_one(source, name) {
                Ok(text) if text.trim().is_empty() => problems.file(name, "is empty"),
                Ok(text) => {
                    files.insert(name.to_owned(), text);
                }
                Err(reason) => problems.file(name, reason),
            }
        }
        Self(files)
    }

    /// The text of a file, or nothing when it could not be read.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The manifest these files would have.
    pub(super) fn manifest(&self, release: &str) -> Manifest {
        let data = self.0.iter().filter(|(name, _)| *name != MANIFEST_FILE);
        let files = data.map(|(name, text)| ManifestEntry {
            file: name.clone(),
            sha256: sha256_hex(text.as_bytes()),
            rows: rows_of(text),
        });
        Manifest {
            release: release.to_owned(),
            files: files.collect(),
        }
    }

    /// Compares the files with their manifest and gives the manifest back.
    pub(super) fn verify(&self, problems: &Problems) -> Option<Manifest> {
        let sealed: Manifest = match serde_json::from_str(self.text(MANIFEST_FILE)?) {
            Ok(manifest) => manifest,
            Err(error) => {
                problems.file(MANIFEST_FILE, format!("is no manifest: {error}"));
                return None;
            }
        };
        if sealed.release.trim().is_empty() {
            problems.file(MANIFEST_FILE, "names no release");
        }
        for actual in self.manifest(&sealed.release).files {
            match sealed.files.iter().find(|entry| entry.file == actual.file) {
                None => problems.file(&actual.file, "is not in the manifest"),
                Some(entry) => compare(entry, &actual, problems),
            }
        }
        for entry in &sealed.files {
            if !DATA_FILES.contains(&entry.file.as_str()) {
                problems.file(
                    MANIFEST_FILE,
                    format!("lists `{}`, which is no registry file", entry.file),
                );
            }
        }
        Some(sealed)
    }
}

fn compare(sealed: &ManifestEntry, actual: &ManifestEntry, problems: &Problems) {
    if sealed.sha256 != actual.sha256 {
        problems.file(
            &actual.file,
            format!("has checksum {}, not the manifest's {}", actual.sha256, sealed.sha256),
        );
    }
    if sealed.rows != actual.rows {
        problems.file(
            &actual.file,
            format!("has {} rows, not the manifest's {}", actual.rows, sealed.rows),
        );
    }
}

fn read_one(source: &Source, name: &str) -> Result<String, String> {
    match source {
        Source::Embedded if name == MANIFEST_FILE => Ok(EMBEDDED_MANIFEST.to_owned()),
        Source::Embedded => EMBEDDED
            .iter()
            .find_map(|(file, text)| (*file == name).then(|| (*text).to_owned()))
            .ok_or_else(|| "is not embedded".to_owned()),
        Source::Dir(directory) => {
            std::fs::read_to_string(directory.join(name)).map_err(|error| format!("can't be read: {error}"))
        }
    }
}

fn rows_of(text: &str) -> usize {
    csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
        .flatten()
        .count()
}

fn sha256_hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String can't fail.
        write!(hex, "{byte:02x}").unwrap_or_default();
        hex
    })
}

/// The manifest that the files of a source should have, as pretty JSON with a final newline.
///
/// For maintainers: run it after editing a data file, and commit what it prints.
///
/// # Errors
/// Every file that is missing, empty or unreadable.
pub fn manifest_json(source: &Source, release: &str) -> Result<String, Vec<RegistryProblem>> {
    let problems = Problems::default();
    let files = Files::read(source, &problems);
    let manifest = files.manifest(release);
    let missing: Vec<_> = problems
        .into_sorted()
        .into_iter()
        .filter(|problem| problem.file != MANIFEST_FILE)
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    serde_json::to_string_pretty(&manifest)
        .map(|json| json + "\n")
        .map_err(|error| {
            let problems = Problems::default();
            problems.file(MANIFEST_FILE, format!("can't be written: {error}"));
            problems.into_sorted()
        })
}
