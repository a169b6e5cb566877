//! The database that a command works on.

use std::path::PathBuf;

use clap::Args;

use super::deployment::DatabaseArgs;
use crate::db::migrate;
use crate::dev::{DevError, Storage};

#[derive(Debug, Args)]
pub(super) struct StorageArgs {
    /// Work on the private database of `stratum dev` in this directory; it is started when it does not run.
    #[arg(long, default_value = ".stratum")]
    data_dir: PathBuf,
    /// Work on this database in the place of a private one.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// CA bundle that verifies the database, PEM.
    #[arg(long, env = "STRATUM_DATABASE_CA")]
    database_ca: Option<PathBuf>,
    /// Accept a connection that is not verified.
    #[arg(long)]
    development: bool,
}

impl StorageArgs {
    /// The database, ready to work on; a private one is brought to the schema of this build.
    pub(super) async fn open(self) -> Result<Storage, DevError> {
        let Self {
            data_dir,
            database_url,
            database_ca,
            development,
        } = self;
        match database_url {
            Some(database_url) => Ok(Storage::of(
                DatabaseArgs {
                    database_url,
                    database_ca,
                    development,
                }
                .config()?,
            )),
            None => {
                let storage = Storage::open(&data_dir, None).await?;
                migrate::migrate(&storage.database.administrator()).await?;
                Ok(storage)
            }
        }
    }
}
