//! `stratum train`: the text model anew, the same bytes from the same phrases.

use std::path::PathBuf;

use clap::Args;

use super::{complain, say};
use crate::classification::text::{Corpus, TrainOptions, train as fit};
use crate::dev::DevError;

#[derive(Debug, Args)]
pub(super) struct TrainArgs {
    /// Where the model is written.
    #[arg(long)]
    out: PathBuf,
    /// The day of training for the card, `YYYY-MM-DD`.
    #[arg(long)]
    date: String,
}

pub(super) fn train(args: &TrainArgs) -> Result<(), DevError> {
    let corpus = Corpus::shipped()?;
    complain(&format!(
        "training on {} texts; this takes some minutes",
        corpus.texts.len()
    ));
    let model = fit(&corpus, &[], &TrainOptions::dated(&args.date))?;
    std::fs::write(&args.out, model.encode()).map_err(|e| format!("{} can't be written: {e}", args.out.display()))?;
    say(&serde_json::to_string_pretty(model.card())?);
    Ok(())
}
