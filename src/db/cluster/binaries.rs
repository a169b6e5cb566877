//! Finding the PostgreSQL programs of this machine.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::ClusterError;

/// The oldest major version whose features the schema and the template databases use.
const OLDEST_MAJOR: u32 = 15;

/// Folders that hold one sub-folder a version, and where in it the programs are.
const VERSIONED: [(&str, &str, &str); 4] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// One installation of PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    directory: PathBuf,
    major: u32,
}

impl Binaries {
    /// The installation that made the data directory (`data_major`), or the newest supported
    /// one. `PG_BIN`, where set, is the only place looked at.
    pub(super) async fn find(data_major: Option<u32>) -> Result<Self, ClusterError> {
        let places = match env::var_os("PG_BIN") {
            Some(named) => vec![PathBuf::from(named)],
            None => installed_places(&env::var_os("PATH").unwrap_or_default()),
        };
        Self::find_in(places, data_major).await
    }

    /// The best installation among `places`.
    pub(super) async fn find_in(places: Vec<PathBuf>, data_major: Option<u32>) -> Result<Self, ClusterError> {
        let mut best: Option<Self> = None;
        for directory in &places {
            let Some(major) = major_version(directory).await else {
                continue;
            };
            let fits = data_major.map_or(major >= OLDEST_MAJOR, |wanted| major == wanted);
            if fits && best.as_ref().is_none_or(|best| best.major < major) {
                best = Some(Self {
                    directory: directory.clone(),
                    major,
                });
            }
        }
        best.ok_or_else(|| ClusterError::BinariesNotFound {
            wanted: data_major.map_or_else(
                || format!("{OLDEST_MAJOR} or newer"),
                |major| format!("{major} (which made the existing data directory)"),
            ),
            searched: places,
        })
    }

    /// The path of one program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The major version.
    pub(super) fn major(&self) -> u32 {
        self.major
    }
}

/// Every directory that may hold the programs, each once.
fn installed_places(search_path: &std::ffi::OsStr) -> Vec<PathBuf> {
    let mut places = BTreeSet::new();
    for directory in env::split_paths(search_path) {
        // A link in /usr/local/bin leads to the folder that has initdb's siblings, too.
        if let Ok(program) = fs::canonicalize(directory.join("postgres")) {
            places.extend(program.parent().map(Path::to_path_buf));
        }
    }
    for (root, prefix, below) in VERSIONED {
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                let place = entry.path().join(below);
                if place.join("postgres").is_file() {
                    places.insert(fs::canonicalize(&place).unwrap_or(place));
                }
            }
        }
    }
    if places.is_empty() {
        places.extend(VERSIONED.map(|(root, prefix, below)| Path::new(root).join(format!("{prefix}*")).join(below)));
        places.extend(env::split_paths(search_path));
    }
    places.into_iter().collect()
}

/// The major version of the programs in `directory`, when both that are needed are there.
async fn major_version(directory: &Path) -> Option<u32> {
    if !directory.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(directory.join("postgres"))
        .arg("--version")
        .output()
        .await
        .ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

/// Reads `15` out of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `19` out of `19beta1`.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split("(PostgreSQL)").nth(1)?.trim_start();
    let end = number
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(number.len());
    number.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_releases_and_betas() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(parse_major(debian), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(parse_major("psql 15.18"), None);
    }

    #[tokio::test]
    async fn missing_programs_are_an_error_that_says_what_to_install() {
        let places = vec![PathBuf::from("/nonexistent/bin")];
        let error = Binaries::find_in(places, None).await.unwrap_err();
        let message = error.to_string();
        assert!(message.contains("PostgreSQL 15 or newer"), "{message}");
        assert!(message.contains("/nonexistent/bin"), "{message}");
        assert!(message.contains("apt-get install postgresql"), "{message}");
    }

    #[tokio::test]
    async fn an_existing_data_directory_wants_its_own_version() {
        let places = installed_places(&env::var_os("PATH").unwrap_or_default());
        let error = Binaries::find_in(places, Some(9)).await.unwrap_err();
        let message = error.to_string();
        assert!(message.contains("PostgreSQL 9 (which made"), "{message}");
    }
}
