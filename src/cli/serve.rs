//! `stratum serve` and `stratum dev`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::client::Connection;
use super::{classify, code_of, complain, guard, say};
use crate::config::{Config, ServeArgs};
use crate::dev::{DevError, DevFile, Environment, Wishes};
use crate::server::Server;

/// Exit code of a configuration that can't be used (`EX_CONFIG`).
const EXIT_CONFIG: u8 = 78;

#[derive(Debug, Args)]
pub(super) struct DevArgs {
    /// Where everything is kept.
    #[arg(long, default_value = ".stratum")]
    data_dir: PathBuf,
    /// Port of gRPC; a free one when it is taken.
    #[arg(long, default_value_t = 7443)]
    grpc_port: u16,
    /// Port of REST; a free one when it is taken.
    #[arg(long, default_value_t = 7080)]
    rest_port: u16,
    /// Port of plaintext health; a free one when it is taken.
    #[arg(long, default_value_t = 7081)]
    health_port: u16,
    /// Use this database in the place of a private one.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

pub(super) async fn serve(args: ServeArgs) -> ExitCode {
    match Config::check(args) {
        Ok(config) => code_of(run_server(config).await),
        Err(problems) => {
            complain("the configuration can't be used:");
            problems.iter().for_each(|p| complain(&format!("  {p}")));
            ExitCode::from(EXIT_CONFIG)
        }
    }
}

async fn run_server(config: Config) -> Result<(), DevError> {
    let server = Server::start(config, guard()).await?;
    tracing::info!(target: "stratum::server", grpc = %server.grpc_addr, rest = %server.rest_addr, health = %server.health_addr, "serving");
    server.run(shutdown_signal()).await;
    Ok(())
}

pub(super) async fn dev(args: DevArgs) -> Result<(), DevError> {
    let DevArgs {
        data_dir,
        grpc_port,
        rest_port,
        health_port,
        database_url,
    } = args;
    let wishes = Wishes {
        directory: data_dir,
        database_url,
        grpc_port,
        rest_port,
        health_port,
    };
    let environment = Environment::prepare(&wishes, |step| say(&format!("… {step}"))).await?;
    let server = Server::start(environment.config.clone(), guard()).await?;
    let file = environment.write(server.grpc_addr, server.rest_addr, server.health_addr)?;
    greet(&wishes, &file);
    if let Err(error) = show_main_job(&file).await {
        complain(&format!("the example could not be run: {error}"));
    }
    say("\nCtrl-C stops it.");
    server.run(shutdown_signal()).await;
    environment.stop().await
}

/// What to paste next.
fn greet(wishes: &Wishes, file: &DevFile) {
    let Some((slug, tenant)) = file.tenants.first_key_value() else {
        return;
    };
    let key = tenant.api_keys.get("BILLER").map_or("", String::as_str);
    say(&format!(
        "
Stratum serves.
  gRPC    {grpc}  (client certificate needed)
  REST    {rest}
  health  {health}
  files   {file}

As {slug}, from the command line:
  stratum classify \"{words}\" --codes {codes} --data-dir {directory}
over gRPC:
  grpcurl -cacert {ca} -cert {cert} -key {client_key} \\
    -d '{{\"scenario\": {{\"denial_trigger\": \"{words}\"}}}}' \\
    {grpc} stratum.v1.ClassificationService/ClassifyDenial
and over REST:
  curl -H 'Authorization: Bearer {key}' \\
    -d '{{\"scenario\": {{\"denialTrigger\": \"{words}\"}}}}' -H 'Content-Type: application/json' \\
    {rest}/api/v1/precedents/classify",
        grpc = file.grpc,
        rest = file.rest,
        health = file.health,
        file = DevFile::path(&wishes.directory).display(),
        directory = wishes.directory.display(),
        words = classify::EXAMPLE_WORDS,
        codes = classify::EXAMPLE_CODES,
        ca = file.ca.display(),
        cert = tenant.cert.display(),
        client_key = tenant.key.display(),
    ));
}

/// Asks the server just started the question a biller asks, through the front door.
async fn show_main_job(file: &DevFile) -> Result<(), DevError> {
    let connection = Connection::of(file, None)?;
    let mut answer = connection.classify(classify::example()?).await;
    // The first question loads the corpora, which may take longer than a call.
    for _ in 0..4 {
        if answer.is_ok() {
            break;
        }
        answer = connection.classify(classify::example()?).await;
    }
    let answer = answer?;
    say(&format!(
        "\nThe first of them answers:\n\n{}",
        super::present::answer(&answer, 3)?
    ));
    Ok(())
}

/// Ready when the process is asked to end.
async fn shutdown_signal() {
    let interrupted = tokio::signal::ctrl_c();
    let mut terminated = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => return drop(interrupted.await),
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}
