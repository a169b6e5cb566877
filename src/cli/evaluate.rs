//! `stratum evaluate`: forecasts beside what happened.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::say;
use crate::classification::evaluate::{Mode, Options, run};
use crate::dev::DevError;

#[derive(Debug, Subcommand)]
pub(super) enum EvaluateCommand {
    /// Win estimates, on files of published decisions.
    Decisions(DecisionsArgs),
}

#[derive(Debug, Args)]
pub(super) struct DecisionsArgs {
    /// The decisions that are learnt from.
    #[arg(long)]
    train: PathBuf,
    /// The decisions that are forecast.
    #[arg(long)]
    test: PathBuf,
    /// Each forecast sees the training file and the test cases of earlier years.
    #[arg(long)]
    prequential: bool,
    /// Print the headline figures as JSON.
    #[arg(long)]
    json: bool,
    /// Print what the model card keeps of the service's own estimates, JSON.
    #[arg(long, conflicts_with = "json")]
    card: bool,
    /// Write the reliability plot here, SVG.
    #[arg(long)]
    plot: Option<PathBuf>,
}

pub(super) fn evaluate(command: EvaluateCommand) -> Result<(), DevError> {
    let EvaluateCommand::Decisions(DecisionsArgs {
        train,
        test,
        prequential,
        json,
        card,
        plot,
    }) = command;
    let mode = if prequential { Mode::Prequential } else { Mode::Static };
    let report = run(
        &train,
        &test,
        &Options {
            mode,
            ..Options::default()
        },
    )?;
    if let Some(plot) = plot {
        std::fs::write(&plot, report.svg()).map_err(|e| format!("{} can't be written: {e}", plot.display()))?;
    }
    if card {
        say(&serde_json::to_string(&report.card_row())?);
    } else if json {
        say(&serde_json::to_string(&report.headline())?);
    } else {
        say(report.to_string().trim_end());
    }
    Ok(())
}
