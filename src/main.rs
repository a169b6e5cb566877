//! Parse, run, exit code.

use std::process::ExitCode;

use clap::Parser as _;
use stratum::cli::{Cli, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One crypto provider for everything; a second installation would be a fault of the build.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let _log = stratum::log::start(std::io::stderr());
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(_) => ExitCode::FAILURE,
    }
}
