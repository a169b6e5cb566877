//! What a call costs the server: the whole stack beside a bare tonic echo of the same sizes, and REST
//! beside gRPC. Prints `name<TAB>value<TAB>unit`, each the median of interleaved rounds.
//!
//! Each server is a process of its own (this program again, told its part by the first argument), so
//! that the kernel's count of its threads' CPU time holds nothing of the client. Both stand behind the
//! same listener (mTLS, [`stratum::tls::serve`]) and are driven closed-loop by the same client.
#![expect(clippy::print_stdout, reason = "figures go to standard output")]

mod client;
mod cpu;
mod large;
mod servers;
mod tenants;

use std::error::Error;
use std::path::Path;

use prost::Message as _;
use stratum::db::cluster::{Cluster, ClusterOptions};
use stratum::proto::v1::{GetPrecedentRequest, ScanTextRequest};

use self::client::{Grpc, Rest};
use self::cpu::{Cost, Meter};
use self::servers::{Child, Place};

type Failure = Box<dyn Error + Send + Sync>;

/// What can be asked for by name; everything without one.
const PARTS: [&str; 6] = ["stack", "rest", "export", "similar", "restart", "tenants"];
/// Those that need very many precedents, which are made once.
const LARGE: [&str; 4] = ["export", "similar", "restart", "tenants"];
const ROUNDS: usize = 11;
const CALLS_A_ROUND: usize = 10_000;

/// Answered from memory; its policy asks for no audit event, because it touches nothing of a tenant.
const FROM_MEMORY: &str = "/stratum.v1.RegistryService/GetRegistryInfo";
/// Answered from memory after a scan of one short text, and audited.
const AUDITED: &str = "/stratum.v1.PrivacyService/ScanText";
const TEXT: &str = "Denied as not medically necessary (CO-50, N115): the notes show no six weeks of conservative care.";
const GET_PRECEDENT: &str = "/stratum.v1.PrecedentService/GetPrecedent";

fn main() -> Result<(), Failure> {
    let place = Place::new(Path::new(env!("CARGO_TARGET_TMPDIR")).join("stack-bench"));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["house", database_url] => servers::house(&place, database_url, None),
        ["house", database_url, corpora_mib] => servers::house(&place, database_url, Some(corpora_mib)),
        ["fill", database_url] => servers::fill(&place, database_url),
        ["echo", reply_bytes] => servers::echo(&place, reply_bytes.parse()?),
        parts => {
            let wanted = |part: &str| !parts.iter().any(|it| PARTS.contains(it)) || parts.contains(&part);
            // One core for the client, as for a client elsewhere.
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(measure(&place, wanted))
        }
    }
}

async fn measure(place: &Place, wanted: impl Fn(&str) -> bool) -> Result<(), Failure> {
    let cluster = Cluster::start(&place.postgres(), ClusterOptions::DEVELOPMENT).await?;
    let mut house = Child::start(&["house", &cluster.superuser_url()])?;
    let house_cpu = Meter::of(house.id()).with_postgres(cluster.server_pid()?);
    if wanted("stack") {
        stack_beside_echo(place, &house, &house_cpu).await?;
    }
    if wanted("rest") {
        rest_beside_grpc(place, &house, &house_cpu).await?;
    }
    if LARGE.iter().any(|part| wanted(part)) {
        Child::start(&["fill", &cluster.superuser_url()])?.stop()?;
    }
    if wanted("export") {
        large::export(place, &house).await?;
    }
    if wanted("similar") {
        large::similar(place, &house, &house_cpu).await?;
    }
    if wanted("restart") {
        house = large::restart(place, &cluster.superuser_url(), house).await?;
    }
    house.stop()?;
    if wanted("tenants") {
        tenants::take_turns(place, &cluster.superuser_url()).await?;
    }
    cluster.stop().await?;
    Ok(())
}

/// The whole stack beside bare echoes of the same sizes: around a read from memory, and around one whose audit
/// event must be durable before its reply.
async fn stack_beside_echo(place: &Place, house: &Child, house_cpu: &Meter) -> Result<(), Failure> {
    let grpc = Grpc::connect(house.address("grpc")?, place).await?;
    let scan = ScanTextRequest { text: TEXT.to_owned() }.encode_to_vec();
    let reads = [("", FROM_MEMORY, Vec::new()), ("audited_", AUDITED, scan)];
    for (name, method, request) in reads {
        let reply = grpc.call(method, &request).await?;
        let echo = Child::start(&["echo", &reply.len().to_string()])?;
        let bare = Grpc::connect(echo.address("grpc")?, place).await?;
        let echo_cpu = Meter::of(echo.id());
        let (mut under, mut over) = (Vec::new(), Vec::new());
        // The first round warms caches, connections and prepared statements; it is not counted.
        for round in 0..=ROUNDS {
            let echoed = echo_cpu
                .during(bare.drive(servers::ECHO, &request, CALLS_A_ROUND))
                .await?;
            let called = house_cpu.during(grpc.drive(method, &request, CALLS_A_ROUND)).await?;
            if round > 0 {
                under.push(echoed);
                over.push(called);
            }
        }
        echo.stop()?;
        print(&format!("{name}echo_cpu_us"), each(&under, |c| c.server), "us");
        print(&format!("{name}stack_cpu_us"), each(&over, |c| c.server), "us");
        print(
            &format!("{name}stack_postgres_cpu_us"),
            each(&over, |c| c.postgres),
            "us",
        );
        print(
            &format!("{name}stack_cpu_ratio"),
            ratios(&over, &under, |c| c.server),
            "ratio",
        );
    }
    Ok(())
}

/// The same read over REST and over gRPC.
async fn rest_beside_grpc(place: &Place, house: &Child, house_cpu: &Meter) -> Result<(), Failure> {
    let grpc = Grpc::connect(house.address("grpc")?, place).await?;
    let rest = Rest::connect(house.address("rest")?, &place.dev_file()?)?;
    let id = rest.create_precedent().await?;
    let get = GetPrecedentRequest { id: id.clone() }.encode_to_vec();
    let url = rest.precedent_url(&id);
    let (mut by_grpc, mut by_rest) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let got = house_cpu.during(grpc.drive(GET_PRECEDENT, &get, CALLS_A_ROUND)).await?;
        let fetched = house_cpu.during(rest.drive(&url, CALLS_A_ROUND)).await?;
        if round > 0 {
            by_grpc.push(got);
            by_rest.push(fetched);
        }
    }
    for (door, costs) in [("grpc", &by_grpc), ("rest", &by_rest)] {
        print(&format!("get_precedent_{door}_cpu_us"), each(costs, |c| c.server), "us");
        print(
            &format!("get_precedent_{door}_postgres_cpu_us"),
            each(costs, |c| c.postgres),
            "us",
        );
    }
    print(
        "rest_over_grpc_cpu_ratio",
        ratios(&by_rest, &by_grpc, Cost::total),
        "ratio",
    );
    Ok(())
}

fn each(costs: &[Cost], part: fn(&Cost) -> f64) -> Vec<f64> {
    costs.iter().map(part).collect()
}

/// Within a round, so that what else the machine does in a round counts on both sides.
fn ratios(over: &[Cost], under: &[Cost], part: fn(&Cost) -> f64) -> Vec<f64> {
    over.iter().zip(under).map(|(o, u)| part(o) / part(u)).collect()
}

fn print(name: &str, mut values: Vec<f64>, unit: &str) {
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
    println!("{name}\t{median:.2}\t{unit}");
}
