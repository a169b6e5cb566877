//! Fifty tenants that take turns within a memory budget that holds a few of them.

use std::time::Instant;

use prost::Message as _;
use stratum::db::DatabaseConfig;
use stratum::dev::demo;
use stratum::dev::pki::Identity;
use stratum::proto::v1::{FindSimilarToScenarioRequest, Role, Scenario, SimilarityCorpus, SimilarityOptions};
use stratum::registries::Registries;
use stratum::tenants::provision::{Provisioner, ServiceCertificate};
use time::OffsetDateTime;

use super::client::Grpc;
use super::large::{Memory, mib, quantile};
use super::servers::{Child, Place};
use super::{Failure, print};

const TENANTS: usize = 50;
const PRECEDENTS_EACH: usize = 2_000;
const ROUNDS: usize = 4;
/// Tenants that are answered before memory is measured.
const WARM_TENANTS: usize = 2;
/// What corpora may take, MiB: a half of what those of all tenants would.
const BUDGET_MIB: usize = 64;

const FIND_SIMILAR: &str = "/stratum.v1.SimilarityService/FindSimilarToScenario";

fn slug(number: usize) -> String {
    format!("clinic-{number:02}")
}

fn identity(place: &Place, number: usize) -> Result<Identity, Failure> {
    Ok(place.pki()?.client(&slug(number), "bench")?)
}

/// Makes the tenants and fills them up, unless an earlier run did.
pub async fn fill(place: &Place, database: &DatabaseConfig, registries: &Registries) -> Result<(), Failure> {
    let mut provisioner = Provisioner::connect(&database.administrator()).await?;
    for number in 0..TENANTS {
        let slug = slug(number);
        let id = provisioner.tenant(&slug, &slug, true).await?;
        let summary = identity(place, number)?.summary;
        let certificate = ServiceCertificate {
            fingerprint_sha256: summary.fingerprint_sha256,
            service_name: "bench",
            roles: &[Role::Owner],
            may_assert_actor: false,
            not_before: OffsetDateTime::from_unix_timestamp(summary.not_before)?,
            not_after: OffsetDateTime::from_unix_timestamp(summary.not_after)?,
        };
        provisioner.certificate(id, &certificate).await?;
        demo::fill(database, [(slug.as_str(), id)].into_iter(), PRECEDENTS_EACH, registries).await?;
    }
    Ok(())
}

/// With a budget that holds a few of the tenants, and with one that holds them all.
pub async fn take_turns(place: &Place, database_url: &str) -> Result<(), Failure> {
    for (name, budget_mib) in [("within_budget", BUDGET_MIB), ("all_resident", 4_096)] {
        take_turns_within(place, database_url, name, budget_mib).await?;
    }
    Ok(())
}

/// How much memory the server takes while each tenant in turn asks about its own precedents, and how long a tenant
/// waits. In this order the corpus of each has left by the time its turn comes, where not all of them have room.
async fn take_turns_within(place: &Place, database_url: &str, name: &str, budget_mib: usize) -> Result<(), Failure> {
    let house = Child::start(&["house", database_url, &budget_mib.to_string()])?;
    let mut clients = Vec::new();
    for number in 0..TENANTS {
        let of = identity(place, number)?;
        clients.push(Grpc::connect_with(house.address("grpc")?, place, &of.certificate, &of.private_key).await?);
    }
    let request = FindSimilarToScenarioRequest {
        scenario: Some(Scenario {
            denial_trigger: "MRI denied, no prior authorization".to_owned(),
            ..Scenario::default()
        }),
        options: Some(SimilarityOptions {
            corpus: SimilarityCorpus::Own.into(),
            ..SimilarityOptions::default()
        }),
        top_k: 10,
        ..FindSimilarToScenarioRequest::default()
    };
    let request = request.encode_to_vec();
    // What every server needs is in memory after the first tenants' answers: what comes on top is corpora.
    for client in clients.iter().take(WARM_TENANTS) {
        client.call(FIND_SIMILAR, &request).await?;
    }
    let before = Memory::of(house.id())?.resident;
    let mut waits_ms = Vec::new();
    for _ in 0..ROUNDS {
        for client in &clients {
            let asked = Instant::now();
            client.call(FIND_SIMILAR, &request).await?;
            waits_ms.push(asked.elapsed().as_secs_f64() * 1e3);
        }
    }
    let now = Memory::of(house.id())?;
    waits_ms.sort_by(f64::total_cmp);
    let figure = |of: &str, value: f64, unit: &str| print(&format!("tenants_50_{name}_{of}"), vec![value], unit);
    figure("rss_growth_mib", mib(now.resident.saturating_sub(before)), "MiB");
    figure("peak_growth_mib", mib(now.highest.saturating_sub(before)), "MiB");
    figure("answer_p50_ms", quantile(&waits_ms, 0.5), "ms");
    figure("answer_p99_ms", quantile(&waits_ms, 0.99), "ms");
    drop(clients);
    house.stop()
}
