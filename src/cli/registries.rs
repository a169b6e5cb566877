//! `stratum registries`: for those who edit the data files.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::say;
use crate::dev::DevError;
use crate::registries::{RegistryProblem, Source, manifest_json};

#[derive(Debug, Subcommand)]
pub(super) enum RegistriesCommand {
    /// Print the manifest that the data files should have; commit what it prints.
    Manifest(ManifestArgs),
}

#[derive(Debug, Args)]
pub(super) struct ManifestArgs {
    /// The directory of the data files.
    #[arg(long, default_value = "src/registries/data")]
    dir: PathBuf,
    /// Name of the release, such as `2026-11-22`.
    #[arg(long)]
    release: String,
}

pub(super) fn registries(command: RegistriesCommand) -> Result<(), DevError> {
    let RegistriesCommand::Manifest(ManifestArgs { dir, release }) = command;
    let manifest = manifest_json(&Source::Dir(dir), &release).map_err(|problems| lines(&problems))?;
    say(manifest.trim_end());
    Ok(())
}

fn lines(problems: &[RegistryProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    format!("the manifest can't be made:\n  {}", lines.join("\n  "))
}
