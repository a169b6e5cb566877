//! Parse, run, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use stratum::cli::{Cli, run};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One crypto provider for everything; a second installation would be a fault of the build.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let filter = EnvFilter::try_from_env("STRATUM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr).init();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(_) => ExitCode::FAILURE,
    }
}
