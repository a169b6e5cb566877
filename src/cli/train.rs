//! `stratum train`: tenants' own text models from their feedback, or the shared text model anew from the shipped phrases;
//! the same bytes from the same texts either way.

use std::path::PathBuf;

use clap::Args;
use time::OffsetDateTime;

use super::storage::StorageArgs;
use super::{complain, guard, say};
use crate::classification::text::{Corpus, TrainOptions, train as fit};
use crate::classification::training::{Outcome, Trainer};
use crate::db::Db;
use crate::dev::DevError;
use crate::registries::parse_day;

#[derive(Debug, Args)]
pub(super) struct TrainArgs {
    /// Train the shared model from the shipped phrases alone and write it here; no tenant's words are read.
    #[arg(long, conflicts_with = "tenant")]
    out: Option<PathBuf>,
    /// Train this tenant's model only (id); every tenant's when left out.
    #[arg(long)]
    tenant: Option<uuid::Uuid>,
    /// The day of training for the shared model's card, `YYYY-MM-DD`; today when left out. It is part of the bytes.
    #[arg(long, requires = "out")]
    date: Option<String>,
    #[command(flatten)]
    storage: StorageArgs,
}

pub(super) async fn train(args: TrainArgs) -> Result<(), DevError> {
    let TrainArgs {
        out,
        tenant,
        date,
        storage,
    } = args;
    match out {
        Some(out) => train_shared(&out, date),
        None => train_own(tenant, storage).await,
    }
}

fn train_shared(out: &PathBuf, date: Option<String>) -> Result<(), DevError> {
    let date = date.unwrap_or_else(|| OffsetDateTime::now_utc().date().to_string());
    parse_day(&date).ok_or_else(|| format!("{date} is no day of the calendar"))?;
    let corpus = Corpus::shipped()?;
    complain(&format!(
        "training on {} texts; this takes some minutes",
        corpus.texts.len()
    ));
    let model = fit(&corpus, &TrainOptions::dated(&date))?;
    std::fs::write(out, model.encode()).map_err(|e| format!("{} can't be written: {e}", out.display()))?;
    say(&serde_json::to_string_pretty(model.card())?);
    Ok(())
}

async fn train_own(tenant: Option<uuid::Uuid>, storage: StorageArgs) -> Result<(), DevError> {
    let storage = storage.open().await?;
    let db = Db::open(&storage.database);
    crate::audit::store::ensure_partitions(db.audit_writer()).await?;
    let outcomes = async {
        let trainer = Trainer::new(db.clone(), guard())?;
        match tenant {
            Some(tenant) => Ok(vec![(tenant, trainer.one(tenant).await?)]),
            None => trainer.all().await,
        }
    };
    let outcomes = outcomes.await;
    db.close().await;
    storage.stop().await?;
    for (tenant, outcome) in outcomes.map_err(super::privacy::told)? {
        report(tenant, &outcome);
    }
    Ok(())
}

fn report(tenant: uuid::Uuid, outcome: &Outcome) {
    let line = match outcome {
        Outcome::NoFeedback => "no feedback in words".to_owned(),
        Outcome::Unchanged { version } => format!("{version} stays in force"),
        Outcome::Contradicts { before, after } => format!(
            "refused: the feedback contradicts plain words ({after:.3} of our own texts would get their type, {before:.3} do)"
        ),
        Outcome::Trained { version, texts } => format!("{version} is in force, trained on {texts} texts"),
    };
    say(&format!("{tenant}  {line}"));
}
