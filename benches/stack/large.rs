//! A tenant with very many precedents: exports in constant memory, similarity under load, a start after a kill.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use prost::Message as _;
use stratum::proto::v1::{
    EstimateWinProbabilityRequest, ExportFormat, ExportPrecedentsRequest, FindSimilarRequest, ListPrecedentsRequest,
    ListPrecedentsResponse, Scenario, SimilarityOptions,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::client::Grpc;
use super::cpu::Meter;
use super::servers::{Child, Place};
use super::{Failure, print};

/// Precedents of the tenant that exports.
pub const EXPORTED: usize = 100_000;
/// Precedents of the tenant that searches.
pub const SEARCHED: usize = 200_000;
pub const EXPORTER: &str = "lakeside";
pub const SEARCHER: &str = "harbor";

const LIST: &str = "/stratum.v1.PrecedentService/ListPrecedents";
const EXPORT: &str = "/stratum.v1.PrecedentService/ExportPrecedents";
const ESTIMATE: &str = "/stratum.v1.ClassificationService/EstimateWinProbability";
const FIND_SIMILAR: &str = "/stratum.v1.SimilarityService/FindSimilar";

const CALLS_A_SECOND: u32 = 1_000;
const LOAD_SECONDS: u32 = 20;
const WARM_UP_SECONDS: u32 = 3;
const ASKED_ABOUT: usize = 1_000;

/// How much the server's memory grows while 100,000 precedents leave it, in either form.
pub async fn export(place: &Place, house: &Child) -> Result<(), Failure> {
    let grpc = Grpc::connect_as(house.address("grpc")?, place, EXPORTER).await?;
    let mut most = 0;
    for (name, format) in [("ndjson", ExportFormat::Ndjson), ("csv", ExportFormat::Csv)] {
        let request = ExportPrecedentsRequest {
            filter: None,
            format: format.into(),
        };
        let before = Memory::of(house.id())?.resident;
        // The kernel's mark of the highest resident size starts anew from here.
        fs::write(format!("/proc/{}/clear_refs", house.id()), "5")?;
        let started = Instant::now();
        let bytes = grpc.stream(EXPORT, &request.encode_to_vec()).await?;
        let seconds = started.elapsed().as_secs_f64();
        let growth = Memory::of(house.id())?.highest.saturating_sub(before);
        print(&format!("export_100k_{name}_mib"), vec![mib(bytes)], "MiB");
        print(&format!("export_100k_{name}_s"), vec![seconds], "s");
        most = most.max(growth);
    }
    print("export_100k_rss_growth_mib", vec![mib(most)], "MiB");
    Ok(())
}

/// How long an answer takes when calls come at their times, whether or not earlier ones are answered.
pub async fn similar(place: &Place, house: &Child, house_cpu: &Meter) -> Result<(), Failure> {
    let grpc = Grpc::connect_as(house.address("grpc")?, place, SEARCHER).await?;
    let requests = requests(&grpc).await?;
    // The estimator over 200,000 precedents is fitted beside the calls after a start; this waits for it.
    let scenario = Scenario {
        denial_trigger: "MRI denied, no prior authorization".to_owned(),
        ..Scenario::default()
    };
    let estimate = EstimateWinProbabilityRequest {
        scenario: Some(scenario),
        ..EstimateWinProbabilityRequest::default()
    }
    .encode_to_vec();
    let mut patience = 10;
    while grpc.call(ESTIMATE, &estimate).await.is_err() && patience > 0 {
        patience -= 1;
    }
    open_loop(&grpc, &requests, WARM_UP_SECONDS).await?;
    let mut latencies_ms = Vec::new();
    let load = async {
        latencies_ms = open_loop(&grpc, &requests, LOAD_SECONDS).await?;
        Ok(f64::from(CALLS_A_SECOND * LOAD_SECONDS))
    };
    let cost = house_cpu.during(load).await?;
    latencies_ms.sort_by(f64::total_cmp);
    print("find_similar_200k_cpu_us", vec![cost.server], "us");
    print("find_similar_200k_postgres_cpu_us", vec![cost.postgres], "us");
    print("find_similar_200k_p50_ms", vec![quantile(&latencies_ms, 0.50)], "ms");
    print("find_similar_200k_p99_ms", vec![quantile(&latencies_ms, 0.99)], "ms");
    Ok(())
}

/// How long after a start the first answer from 200,000 precedents is there; the server before was killed.
pub async fn restart(place: &Place, database_url: &str, killed: Child) -> Result<Child, Failure> {
    let asked = {
        let grpc = Grpc::connect_as(killed.address("grpc")?, place, SEARCHER).await?;
        requests(&grpc).await?.swap_remove(0)
    };
    killed.kill()?;
    let started = Instant::now();
    let house = Child::start(&["house", database_url])?;
    let listening = started.elapsed().as_secs_f64();
    let grpc = Grpc::connect_as(house.address("grpc")?, place, SEARCHER).await?;
    grpc.call(FIND_SIMILAR, &asked).await?;
    print("restart_listening_s", vec![listening], "s");
    print("restart_ready_s", vec![started.elapsed().as_secs_f64()], "s");
    let memory = Memory::of(house.id())?;
    print("restart_rss_mib", vec![mib(memory.resident)], "MiB");
    print("restart_peak_rss_mib", vec![mib(memory.highest)], "MiB");
    Ok(house)
}

/// Questions about precedents of the tenant, the newest.
async fn requests(grpc: &Grpc) -> Result<Vec<Vec<u8>>, Failure> {
    let mut requests = Vec::with_capacity(ASKED_ABOUT);
    let mut page = ListPrecedentsRequest {
        page_size: 200,
        ..ListPrecedentsRequest::default()
    };
    while requests.len() < ASKED_ABOUT {
        let reply = grpc.call(LIST, &page.encode_to_vec()).await?;
        let ListPrecedentsResponse {
            precedents,
            next_page_token,
            ..
        } = ListPrecedentsResponse::decode(reply)?;
        requests.extend(precedents.into_iter().map(|precedent| {
            let options = SimilarityOptions {
                top_k: 10,
                ..SimilarityOptions::default()
            };
            let request = FindSimilarRequest {
                id: precedent.id,
                options: Some(options),
            };
            request.encode_to_vec()
        }));
        page.page_token = next_page_token;
    }
    Ok(requests)
}

/// Latencies, milliseconds, each from the time its call was due.
async fn open_loop(grpc: &Grpc, requests: &[Vec<u8>], seconds: u32) -> Result<Vec<f64>, Failure> {
    let (tick, mut due) = mpsc::unbounded_channel();
    // A thread of its own, because a timer of the runtime is a millisecond late.
    let clock = std::thread::spawn(move || {
        let started = Instant::now();
        for number in 0..CALLS_A_SECOND * seconds {
            let at = started + Duration::from_secs(1) / CALLS_A_SECOND * number;
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            if tick.send(at).is_err() {
                return;
            }
        }
    });
    let mut calls = JoinSet::new();
    let mut asked = requests.iter().cycle();
    while let Some(at) = due.recv().await {
        let (grpc, request) = (grpc.clone(), asked.next().cloned().unwrap_or_default());
        calls.spawn(async move {
            grpc.call_any(FIND_SIMILAR, request).await?;
            Ok::<_, Failure>(at.elapsed().as_secs_f64() * 1e3)
        });
    }
    clock.join().map_err(|_panic| "the clock stopped")?;
    calls.join_all().await.into_iter().collect()
}

pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a place in a list of some thousands"
    )]
    let place = (sorted.len() as f64 * share) as usize;
    sorted
        .get(place.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Resident memory of a process, bytes.
pub struct Memory {
    pub resident: u64,
    pub highest: u64,
}

impl Memory {
    pub fn of(process: u32) -> Result<Self, Failure> {
        let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"))?;
        let kib = |name: &str| -> Result<u64, Failure> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let digits = line.and_then(|rest| rest.trim().strip_suffix(" kB"));
            Ok(digits.ok_or("no such line")?.parse::<u64>()? * 1_024)
        };
        Ok(Self {
            resident: kib("VmRSS:")?,
            highest: kib("VmHWM:")?,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
