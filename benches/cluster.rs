//! How long development and tests wait for their database. Prints `name<TAB>value<TAB>unit`,
//! each value the median of its runs.
#![expect(clippy::print_stdout, reason = "figures go to standard output")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use stratum::db::cluster::{Cluster, ClusterOptions, TemplateDatabase};

const STARTS: usize = 5;
const CLONES: usize = 20;

/// A stand-in for the migrations: as many tables, with their indexes, as the schema has.
const TABLES: usize = 40;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cluster-bench");
    for (suffix, durable) in [("", false), ("_durable", true)] {
        let options = ClusterOptions {
            durable,
            keep_warm: None,
        };
        starts(&directory, options, suffix).await?;
        clones(&directory, options, suffix).await?;
    }
    fs::remove_dir_all(&directory)?;
    Ok(())
}

/// Cold (no data directory), warm (data directory, no server), adopted (running server), each
/// up to the first connection; and the stop.
async fn starts(directory: &Path, options: ClusterOptions, suffix: &str) -> Result<(), Failure> {
    let [mut cold, mut warm, mut adopted, mut stop] = [const { Vec::new() }; 4];
    for _ in 0..STARTS {
        if directory.exists() {
            fs::remove_dir_all(directory)?;
        }
        let begin = Instant::now();
        start(directory, options).await?.stop().await?;
        let cold_and_stop = begin.elapsed().as_secs_f64();

        let begin = Instant::now();
        let owner = start(directory, options).await?;
        warm.push(begin.elapsed().as_secs_f64());

        let begin = Instant::now();
        let user = start(directory, options).await?;
        adopted.push(begin.elapsed().as_secs_f64());
        user.stop().await?;

        let begin = Instant::now();
        owner.stop().await?;
        let stopped = begin.elapsed().as_secs_f64();
        stop.push(stopped);
        cold.push(cold_and_stop - stopped);
    }
    print_median(&format!("cluster_cold_start{suffix}_ms"), cold);
    print_median(&format!("cluster_warm_start{suffix}_ms"), warm);
    print_median(&format!("cluster_adopt{suffix}_ms"), adopted);
    print_median(&format!("cluster_stop{suffix}_ms"), stop);
    Ok(())
}

/// One copy of a migrated template after the other, and the way back.
async fn clones(directory: &Path, options: ClusterOptions, suffix: &str) -> Result<(), Failure> {
    let cluster = Cluster::start(directory, options).await?;
    let template = TemplateDatabase::prepare(&cluster.superuser_url(), b"benchmark", make_tables).await?;
    let [mut clone, mut drop] = [const { Vec::new() }; 2];
    for _ in 0..CLONES {
        let begin = Instant::now();
        let database = template.clone_database().await?;
        clone.push(begin.elapsed().as_secs_f64());
        let begin = Instant::now();
        database.close().await?;
        drop.push(begin.elapsed().as_secs_f64());
    }
    print_median(&format!("database_clone{suffix}_ms"), clone);
    print_median(&format!("database_drop{suffix}_ms"), drop);
    cluster.stop().await?;
    Ok(())
}

/// Starts the cluster and connects to it once.
async fn start(directory: &Path, options: ClusterOptions) -> Result<Cluster, Failure> {
    let cluster = Cluster::start(directory, options).await?;
    connect(&cluster.superuser_url()).await?.close().await?;
    Ok(cluster)
}

async fn make_tables(url: String) -> Result<(), Failure> {
    let mut session = connect(&url).await?;
    for table in 0..TABLES {
        let create = format!("CREATE TABLE t{table} (id uuid PRIMARY KEY, name text UNIQUE)");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut session).await?;
    }
    Ok(session.close().await?)
}

async fn connect(url: &str) -> Result<sqlx::PgConnection, Failure> {
    Ok(url.parse::<PgConnectOptions>()?.connect().await?)
}

fn print_median(name: &str, mut seconds: Vec<f64>) {
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN);
    println!("{name}\t{:.1}\tms", median * 1e3);
}
