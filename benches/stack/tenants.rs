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
/// What corpora may take, MiB: a quarter of what those of all tenants would.
const BUDGET_MIB: usize = 96;

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

/// How much memory the server takes while each tenant in turn asks about its own precedents, and how long a tenant
/// waits whose corpus had left: in this order every one has, by the time its turn comes.
pub async fn take_turns(place: &Place, database_url: &str) -> Result<(), Failure> {
    let house = Child::start(&["house", database_url, &BUDGET_MIB.to_string()])?;
    let mut clients = Vec::new();
    for number in 0..TENANTS {
        let of = identity(place, number)?;
        clients.push(Grpc::connect_with(house.address("grpc")?, place, &of.certificate, &of.private_key).await?);
    }
    let before = Memory::of(house.id())?.resident;
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
    let mut waits_ms = Vec::new();
    for _ in 0..ROUNDS {
        for client in &clients {
            let asked = Instant::now();
            client.call(FIND_SIMILAR, &request).await?;
            waits_ms.push(asked.elapsed().as_secs_f64() * 1e3);
        }
    }
    let highest = Memory::of(house.id())?.highest.saturating_sub(before);
    waits_ms.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    print("tenants_50_budget_mib", vec![BUDGET_MIB as f64], "MiB");
    print("tenants_50_rss_growth_mib", vec![mib(highest)], "MiB");
    print("tenants_50_return_p50_ms", vec![quantile(&waits_ms, 0.5)], "ms");
    print("tenants_50_return_p99_ms", vec![quantile(&waits_ms, 0.99)], "ms");
    house.stop()
}
