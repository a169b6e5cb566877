//! The command line. What people read goes to standard output through [`say`]; logs go to standard
//! error as JSON lines.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, KeyRing, ServeArgs};
use crate::db::{DatabaseConfig, migrate};
use crate::dev::{DevError, DevFile, Environment, Wishes};
use crate::privacy::FreeTextGuard;
use crate::server::Server;

/// Exit code of a configuration that can't be used (`EX_CONFIG`).
const EXIT_CONFIG: u8 = 78;

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
    Dev(DevArgs),
    /// Bring the database to the schema of this build.
    Migrate(DatabaseArgs),
    /// Make the first platform administrator, tenant, certificate and key of a deployment.
    Bootstrap(Box<BootstrapArgs>),
    /// Ask a server's plaintext health listener; exits 0 when it serves.
    Healthcheck(HealthcheckArgs),
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(Debug, Args)]
struct DevArgs {
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

#[derive(Debug, Args)]
struct DatabaseArgs {
    /// Database URL of an administrator who can create roles.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// CA bundle that verifies the database, PEM.
    #[arg(long, env = "STRATUM_DATABASE_CA")]
    database_ca: Option<PathBuf>,
    /// Accept a connection that is not verified.
    #[arg(long)]
    development: bool,
}

#[derive(Debug, Args)]
struct BootstrapArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Peppers of API keys, as the server has them.
    #[arg(long, env = "STRATUM_API_KEY_PEPPERS", hide_env_values = true)]
    api_key_peppers: String,
    /// Short name of the first tenant.
    #[arg(long)]
    tenant_slug: String,
    /// Its name.
    #[arg(long)]
    tenant_name: String,
    /// E-mail address of its owner.
    #[arg(long)]
    owner_email: String,
    /// Client certificate of its first service, PEM.
    #[arg(long)]
    tenant_certificate: PathBuf,
    /// Client certificate of the platform administrator, PEM.
    #[arg(long)]
    platform_certificate: PathBuf,
}

#[derive(Debug, Args)]
struct HealthcheckArgs {
    /// The plaintext health listener.
    #[arg(long, default_value = "http://127.0.0.1:7081")]
    address: String,
    /// The service to ask for; empty asks whether the process lives.
    #[arg(long, default_value = "stratum.v1.PrecedentService")]
    service: String,
}

/// Runs a command line to its exit code.
pub async fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Serve(args) => match Config::check(*args) {
            Ok(config) => run_server(config).await,
            Err(problems) => {
                complain("the configuration can't be used:");
                problems.iter().for_each(|p| complain(&format!("  {p}")));
                return ExitCode::from(EXIT_CONFIG);
            }
        },
        Command::Dev(args) => dev(args).await,
        Command::Migrate(args) => migrate_database(&args).await,
        Command::Bootstrap(args) => bootstrap(*args).await,
        Command::Healthcheck(args) => healthcheck(args).await,
        Command::Openapi => openapi(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("stratum: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run_server(config: Config) -> Result<(), DevError> {
    let server = Server::start(config, guard()).await?;
    tracing::info!(target: "stratum::server", grpc = %server.grpc_addr, rest = %server.rest_addr, health = %server.health_addr, "serving");
    server.run(shutdown_signal()).await;
    Ok(())
}

async fn dev(args: DevArgs) -> Result<(), DevError> {
    let DevArgs { data_dir, grpc_port, rest_port, health_port, database_url } = args;
    let wishes = Wishes { directory: data_dir, database_url, grpc_port, rest_port, health_port };
    let environment = Environment::prepare(&wishes, |step| say(&format!("… {step}"))).await?;
    let server = Server::start(environment.config.clone(), guard()).await?;
    let file = environment.write(server.grpc_addr, server.rest_addr, server.health_addr)?;
    greet(&wishes, &file);
    server.run(shutdown_signal()).await;
    environment.stop().await
}

/// What to paste next.
fn greet(wishes: &Wishes, file: &DevFile) {
    let Some((slug, tenant)) = file.tenants.first_key_value() else { return };
    let key = tenant.api_keys.get("BILLER").map_or("", String::as_str);
    say(&format!(
        "
Stratum serves.
  gRPC    {grpc}  (client certificate needed)
  REST    {rest}
  health  {health}
  files   {file}

As {slug}, over gRPC:
  grpcurl -cacert {ca} -cert {cert} -key {client_key} {grpc} stratum.v1.TenantService/GetMe
and over REST:
  curl -H 'Authorization: Bearer {key}' {rest}/api/v1/tenants/me

Ctrl-C stops it.",
        grpc = file.grpc,
        rest = file.rest,
        health = file.health,
        file = DevFile::path(&wishes.directory).display(),
        ca = file.ca.display(),
        cert = tenant.cert.display(),
        client_key = tenant.key.display(),
    ));
}

async fn migrate_database(args: &DatabaseArgs) -> Result<(), DevError> {
    let applied = migrate::migrate(&database(args)?.administrator()).await?;
    say(&format!("{applied} migrations applied"));
    Ok(())
}

fn database(args: &DatabaseArgs) -> Result<DatabaseConfig, DevError> {
    DatabaseConfig::new(&args.database_url, args.database_ca.as_ref(), args.development, |name| std::env::var(name).ok())
        .map_err(|problem| format!("DATABASE_URL {problem}").into())
}

async fn bootstrap(args: BootstrapArgs) -> Result<(), DevError> {
    use crate::proto::v1::Role;
    use crate::tenants::provision::{Provisioner, ServiceCertificate};
    use crate::tls::PeerCertificate;
    let peppers = KeyRing::parse(&args.api_key_peppers).map_err(|problem| format!("STRATUM_API_KEY_PEPPERS {problem}"))?;
    let mut provisioner = Provisioner::connect(&database(&args.database)?.administrator()).await?;
    let tenant = provisioner.tenant(&args.tenant_slug, &args.tenant_name, false).await?;
    let owner = provisioner.user(tenant, &args.owner_email, "Owner", &[Role::Owner]).await?;
    for (tenant, path, name, roles) in [
        (tenant, &args.tenant_certificate, "first-service", [Role::Owner, Role::Service]),
        (Provisioner::platform(), &args.platform_certificate, "platform-admin", [Role::PlatformAdmin, Role::Service]),
    ] {
        let chain = crate::tls::pem::PemFile::read(path)?.certificates()?;
        let leaf = chain.first().ok_or("the certificate file is empty")?;
        let certificate = PeerCertificate::parse(leaf)?;
        let registration = ServiceCertificate {
            fingerprint_sha256: certificate.fingerprint_sha256,
            service_name: name,
            roles: &roles,
            may_assert_actor: false,
            not_before: time::OffsetDateTime::from_unix_timestamp(certificate.not_before)?,
            not_after: time::OffsetDateTime::from_unix_timestamp(certificate.not_after)?,
        };
        provisioner.certificate(tenant, &registration).await?;
    }
    let key = provisioner.api_key(tenant, "bootstrap", &[Role::Owner], Some(owner), &peppers).await?;
    say(&format!("tenant {tenant}\nAPI key of the owner, shown this once: {}", key.expose()));
    Ok(())
}

async fn healthcheck(args: HealthcheckArgs) -> Result<(), DevError> {
    use tonic_health::pb::health_check_response::ServingStatus;
    let channel = tonic::transport::Endpoint::new(args.address)?
        .timeout(std::time::Duration::from_secs(3))
        .connect()
        .await?;
    let request = tonic_health::pb::HealthCheckRequest { service: args.service };
    let reply = tonic_health::pb::health_client::HealthClient::new(channel).check(request).await?.into_inner();
    match reply.status() {
        ServingStatus::Serving => {
            say("SERVING");
            Ok(())
        }
        ServingStatus::Unknown | ServingStatus::NotServing | ServingStatus::ServiceUnknown => {
            Err(reply.status().as_str_name().into())
        }
    }
}

fn openapi() -> Result<(), DevError> {
    let pool = crate::proto::descriptor_pool()?;
    let policies = crate::server::policies(&pool)?;
    say(&serde_json::to_string_pretty(&crate::openapi::document(&pool, &policies)?)?);
    Ok(())
}

/// The guard every free text passes.
fn guard() -> Arc<dyn FreeTextGuard> {
    Arc::new(crate::privacy::IdentifierGuard::default())
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

/// One line for a person. A closed pipe ends the reading, not the work.
pub fn say(line: &str) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

fn complain(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}
