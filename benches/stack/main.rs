//! What a call costs the server: the whole stack beside a bare tonic echo of the same sizes, and REST
//! beside gRPC. Prints `name<TAB>value<TAB>unit`, each the median of interleaved rounds.
//!
//! Each server is a process of its own (this program again, told its part by the first argument), so
//! that the kernel's count of its threads' CPU time holds nothing of the client. Both stand behind the
//! same listener (mTLS, [`stratum::tls::serve`]) and are driven closed-loop by the same client.
#![expect(clippy::print_stdout, reason = "figures go to standard output")]

mod client;
mod cpu;
mod servers;

use std::error::Error;
use std::path::Path;

use prost::Message as _;
use stratum::db::cluster::{Cluster, ClusterOptions};
use stratum::proto::v1::{GetPrecedentRequest, ScanTextRequest};

use self::client::{Grpc, Rest};
use self::cpu::{Cost, Meter};
use self::servers::{Child, Place};

type Failure = Box<dyn Error + Send + Sync>;

const ROUNDS: usize = 11;
const CALLS_A_ROUND: usize = 10_000;

/// Answered from memory, and audited: the stack, its audit event, and a scan of one short text.
const FROM_MEMORY: &str = "/stratum.v1.PrivacyService/ScanText";
const TEXT: &str = "Denied as not medically necessary (CO-50, N115): the notes show no six weeks of conservative care.";
const GET_PRECEDENT: &str = "/stratum.v1.PrecedentService/GetPrecedent";

fn main() -> Result<(), Failure> {
    let place = Place::new(Path::new(env!("CARGO_TARGET_TMPDIR")).join("stack-bench"));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["house", database_url] => servers::house(&place, database_url),
        ["echo", reply_bytes] => servers::echo(&place, reply_bytes.parse()?),
        _ => {
            // One core for the client, as for a client elsewhere.
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(measure(&place))
        }
    }
}

async fn measure(place: &Place) -> Result<(), Failure> {
    let cluster = Cluster::start(&place.postgres(), ClusterOptions::DEVELOPMENT).await?;
    let house = Child::start(&["house", &cluster.superuser_url()])?;
    let dev = place.dev_file()?;
    let grpc = Grpc::connect(house.address("grpc")?, place).await?;
    let rest = Rest::connect(house.address("rest")?, &dev)?;
    let scan = ScanTextRequest { text: TEXT.to_owned() }.encode_to_vec();
    let reply = grpc.call(FROM_MEMORY, &scan).await?;
    let echo = Child::start(&["echo", &reply.len().to_string()])?;
    let bare = Grpc::connect(echo.address("grpc")?, place).await?;
    let id = rest.create_precedent().await?;

    let house_cpu = Meter::of(house.id()).with_postgres(cluster.server_pid()?);
    let echo_cpu = Meter::of(echo.id());
    let get = GetPrecedentRequest { id: id.clone() }.encode_to_vec();
    let url = rest.precedent_url(&id);
    let mut costs = Costs::default();
    // The first round warms caches, connections and prepared statements; it is not counted.
    for round in 0..=ROUNDS {
        let echoed = echo_cpu.during(bare.drive(servers::ECHO, &scan, CALLS_A_ROUND)).await?;
        let called = house_cpu.during(grpc.drive(FROM_MEMORY, &scan, CALLS_A_ROUND)).await?;
        let got = house_cpu.during(grpc.drive(GET_PRECEDENT, &get, CALLS_A_ROUND)).await?;
        let fetched = house_cpu.during(rest.drive(&url, CALLS_A_ROUND)).await?;
        if round > 0 {
            costs.add(echoed, called, got, fetched);
        }
    }
    costs.print();
    house.stop()?;
    echo.stop()?;
    cluster.stop().await?;
    Ok(())
}

/// CPU time a call, microseconds, by round.
#[derive(Default)]
struct Costs {
    echo: Vec<Cost>,
    stack: Vec<Cost>,
    grpc: Vec<Cost>,
    rest: Vec<Cost>,
}

impl Costs {
    fn add(&mut self, echo: Cost, stack: Cost, grpc: Cost, rest: Cost) {
        self.echo.push(echo);
        self.stack.push(stack);
        self.grpc.push(grpc);
        self.rest.push(rest);
    }

    fn print(&self) {
        let each = |costs: &[Cost], part: fn(&Cost) -> f64| costs.iter().map(part).collect::<Vec<_>>();
        // Ratios within a round, so that what else the machine does in a round counts on both sides.
        let ratios = |over: Vec<f64>, under: Vec<f64>| over.iter().zip(&under).map(|(o, u)| o / u).collect();
        print("echo_call_cpu_us", each(&self.echo, |c| c.server), "us");
        print("stack_call_cpu_us", each(&self.stack, |c| c.server), "us");
        print("stack_postgres_cpu_us", each(&self.stack, |c| c.postgres), "us");
        print(
            "stack_cpu_ratio",
            ratios(each(&self.stack, |c| c.server), each(&self.echo, |c| c.server)),
            "ratio",
        );
        print("get_precedent_grpc_cpu_us", each(&self.grpc, |c| c.server), "us");
        print(
            "get_precedent_grpc_postgres_cpu_us",
            each(&self.grpc, |c| c.postgres),
            "us",
        );
        print("get_precedent_rest_cpu_us", each(&self.rest, |c| c.server), "us");
        print(
            "get_precedent_rest_postgres_cpu_us",
            each(&self.rest, |c| c.postgres),
            "us",
        );
        print(
            "rest_over_grpc_cpu_ratio",
            ratios(each(&self.rest, Cost::total), each(&self.grpc, Cost::total)),
            "ratio",
        );
    }
}

fn print(name: &str, mut values: Vec<f64>, unit: &str) {
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
    println!("{name}\t{median:.2}\t{unit}");
}
