//! The command line: a file a family of commands. What people read goes to standard output through
//! [`say`]; logs go to standard error as JSON lines.

mod classify;
mod client;
mod deployment;
mod evaluate;
mod grant;
mod import;
mod present;
mod privacy;
mod registries;
mod rest;
mod scan;
mod serve;
mod storage;
mod train;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::ServeArgs;
use crate::dev::DevError;
use crate::privacy::FreeTextGuard;

/// Denial precedents for healthcare billers, over gRPC and REST.
#[derive(Debug, Parser)]
#[command(name = "stratum", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve; production unless --profile development.
    Serve(Box<ServeArgs>),
    /// Serve for development: private PostgreSQL, certificates, demo tenants and data.
    Dev(serve::DevArgs),
    /// Say what a denial is, what to do about it, and what worked before.
    Classify(Box<classify::ClassifyArgs>),
    /// Load public data.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Measure the models on decisions that are known.
    #[command(subcommand)]
    Evaluate(evaluate::EvaluateCommand),
    /// Look for identifiers in texts: NDJSON {id, text} in, NDJSON {id, findings} out.
    Scan(scan::ScanArgs),
    /// Look at every stored text that older detectors have seen; what they find is held for review.
    Rescan(storage::StorageArgs),
    /// Put pseudonyms in the place of users whose erasure is due.
    PurgeErased(storage::StorageArgs),
    /// Train tenants' own text models from their feedback, or the shared one anew.
    Train(Box<train::TrainArgs>),
    /// For maintainers of the registries.
    #[command(subcommand)]
    Registries(registries::RegistriesCommand),
    /// Bring the database to the schema of this build.
    Migrate(deployment::DatabaseArgs),
    /// Make the first platform administrator, tenant, certificate and key of a deployment.
    Bootstrap(Box<deployment::BootstrapArgs>),
    /// Grant what no role grants, and put a tenant's Part 2 agreement in force.
    Grant(Box<grant::GrantArgs>),
    /// Ask a server's plaintext health listener; exits 0 when it serves.
    Healthcheck(deployment::HealthcheckArgs),
    /// Print the OpenAPI document.
    Openapi,
}

/// Runs a command line to its exit code.
pub async fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Serve(args) => return serve::serve(*args).await,
        Command::Scan(args) => return scan::scan(&args),
        Command::Dev(args) => serve::dev(args).await,
        Command::Classify(args) => classify::classify(*args).await,
        Command::Import(command) => import::import(command).await,
        Command::Rescan(storage) => privacy::rescan(storage).await,
        Command::PurgeErased(storage) => privacy::purge_erased(storage).await,
        Command::Evaluate(command) => evaluate::evaluate(command),
        Command::Train(args) => train::train(*args).await,
        Command::Registries(command) => registries::registries(command),
        Command::Migrate(args) => deployment::migrate_database(&args).await,
        Command::Bootstrap(args) => deployment::bootstrap(*args).await,
        Command::Grant(args) => grant::grant(*args).await,
        Command::Healthcheck(args) => deployment::healthcheck(args).await,
        Command::Openapi => deployment::openapi(),
    };
    code_of(result)
}

fn code_of(result: Result<(), DevError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("stratum: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// The guard every free text passes.
fn guard() -> Arc<dyn FreeTextGuard> {
    Arc::new(crate::privacy::IdentifierGuard::default())
}

/// One line for a person. A closed pipe ends the reading, not the work.
pub fn say(line: &str) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

fn complain(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// A bar on standard error while a terminal watches, else nothing.
fn progress_bar(length: u64, template: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
