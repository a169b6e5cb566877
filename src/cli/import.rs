//! `stratum import`: public data into the platform's corpus.

use std::fs::File;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::storage::StorageArgs;
use super::{complain, guard, progress_bar, say};
use crate::db::{Db, PLATFORM_TENANT};
use crate::dev::DevError;
use crate::precedents::decisions::{Decision, DecisionReader};
use crate::precedents::import::{Entry, Loaded, Loader, Present, published};
use crate::precedents::mask::Masks;
use crate::proto::descriptor_pool;
use crate::registries::{Registries, Source};
use crate::rpc::identity::Caller;

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Decisions of California's independent medical review, as published (CSV).
    Decisions(DecisionsArgs),
}

#[derive(Debug, Args)]
pub(super) struct DecisionsArgs {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    storage: StorageArgs,
}

pub(super) async fn import(command: ImportCommand) -> Result<(), DevError> {
    match command {
        ImportCommand::Decisions(args) => decisions(args).await,
    }
}

async fn decisions(args: DecisionsArgs) -> Result<(), DevError> {
    let DecisionsArgs { file, storage } = args;
    let read = read(&file)?;
    let storage = storage.open().await?;
    let db = Db::open(&storage.database);
    crate::audit::store::ensure_partitions(db.audit_writer()).await?;
    let loaded = load(&db, read).await;
    db.close().await;
    storage.stop().await?;
    report(&loaded?);
    Ok(())
}

/// The rows of a file with their lines; refused rows are reported and left out.
fn read(file: &PathBuf) -> Result<Vec<(u64, Decision)>, DevError> {
    let opened = File::open(file).map_err(|e| format!("{} can't be opened: {e}", file.display()))?;
    let mut reader = DecisionReader::new(opened)?;
    let mut rows = Vec::new();
    while let Some(row) = reader.next() {
        match row {
            Ok(decision) => rows.push((reader.line(), decision)),
            Err(refused) => complain(&format!("refused: {refused}")),
        }
    }
    Ok(rows)
}

async fn load(db: &Db, rows: Vec<(u64, Decision)>) -> Result<Loaded, DevError> {
    let registries = Registries::load(&Source::Embedded).map_err(|_| "the registries can't be used")?;
    let entries: Vec<Entry> = rows
        .iter()
        .map(|(line, decision)| published::entry(*line, decision, &registries))
        .collect();
    let loader = Loader {
        db: db.clone(),
        caller: Caller::system(PLATFORM_TENANT, "import"),
        guard: guard(),
        masks: Masks::new(&descriptor_pool()?)?,
        action: "precedent.import",
        present: Present::Update,
    };
    let bar = progress_bar(entries.len() as u64, "{bar:40} {pos}/{len} decisions, {eta} left");
    let loaded = loader.load(entries, |done| bar.set_position(done as u64)).await;
    bar.finish_and_clear();
    loaded.map_err(|error| match error.cause() {
        Some(cause) => format!("{error} ({cause})").into(),
        None => error.to_string().into(),
    })
}

fn report(loaded: &Loaded) {
    let Loaded {
        added,
        updated,
        present,
        held,
        refused,
    } = loaded;
    for row in refused {
        complain(&format!("refused: line {}: {}", row.line, row.reasons.join("; ")));
    }
    say(&format!(
        "{added} decisions added, {updated} updated, {present} were there; {} refused",
        refused.len()
    ));
    if *held > 0 {
        say(&format!(
            "{held} of them may rest on substance use records and are held for review, so nobody finds them"
        ));
    }
}
