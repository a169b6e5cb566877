//! Demonstration data: SYNTHETIC precedents that read like a billing office's own work. The slug of a
//! tenant decides everything, so a demo looks the same wherever it is started. Codes come from tuples
//! that agree with the guardrails; actions, needed evidence and states are those the guardrails give.

mod claim;
mod outcome;
mod payers;
mod prose;
mod random;
mod record;
mod services;
#[cfg(test)]
mod tests;
mod variants;

use std::sync::Arc;

use uuid::Uuid;

use self::payers::{DemoPayer, PAYERS};
use self::random::Random;
use self::services::{Kind, SERVICES, Service};
use self::variants::{VARIANTS, Variant};
use crate::classification::guardrails::{Context, Suggestion, determine};
use crate::db::{DatabaseConfig, Db};
use crate::dev::DevError;
use crate::precedents::import::{Entry, Loader, Present};
use crate::precedents::mask::Masks;
use crate::privacy::IdentifierGuard;
use crate::proto::v1::{DenialType as Type, Determination, Scenario};
use crate::registries::Registries;
use crate::rpc::identity::Caller;

/// Precedents of a demo tenant.
pub const PRECEDENTS: usize = 3_000;

/// Gives each tenant so many precedents, but for tenants that have them.
///
/// # Errors
/// Those of the database, and a record that breaks a rule, which the tests of this module exclude.
pub async fn fill(
    database: &DatabaseConfig,
    tenants: impl Iterator<Item = (&str, Uuid)>,
    count: usize,
    registries: &Registries,
) -> Result<(), DevError> {
    let db = Db::open(database);
    crate::audit::store::ensure_partitions(db.audit_writer()).await?;
    for (slug, tenant) in tenants {
        let loader = Loader {
            db: db.clone(),
            caller: Caller::system(tenant, "demo"),
            guard: Arc::new(IdentifierGuard::default()),
            masks: Masks::new(&crate::proto::descriptor_pool()?)?,
            action: "precedent.generate",
            present: Present::Keep,
        };
        if loader.has(&reference(slug, count)).await? {
            continue;
        }
        let loaded = loader.load(precedents(slug, count, registries), |_| ()).await?;
        if let Some(refused) = loaded.refused.first() {
            return Err(format!(
                "demonstration precedent {}: {}",
                refused.line,
                refused.reasons.join("; ")
            )
            .into());
        }
    }
    db.close().await;
    Ok(())
}

/// How a demonstration precedent is known.
fn reference(slug: &str, number: usize) -> String {
    format!("demo:{slug}:{number}")
}

/// The precedents of a demo tenant, the same at every call.
pub fn precedents(slug: &str, count: usize, registries: &Registries) -> impl Iterator<Item = Entry> {
    (1..=count).filter_map(move |number| precedent(slug, number, registries))
}

fn precedent(slug: &str, number: usize, registries: &Registries) -> Option<Entry> {
    let mut random = Random::of(slug, number);
    let service = random.weighted(SERVICES, |s| s.weight + taste(slug, s.title, s.weight))?;
    let variant = random.weighted(VARIANTS, |v| weight(v, service))?;
    let payer = random.weighted(PAYERS, |p| p.weight + taste(slug, p.id, p.weight))?;
    let scenario = claim::scenario(slug, service, variant, payer, registries, &mut random)?;
    let determination = judged(&scenario, variant, registries);
    Some(record::record(
        slug,
        number,
        &Told {
            service,
            variant,
            payer,
        },
        scenario,
        &determination,
        &mut random,
    ))
}

/// What a precedent tells of.
struct Told {
    service: &'static Service,
    variant: &'static Variant,
    payer: &'static DemoPayer,
}

/// Up to `most` more for some things in some tenants, so that no two tenants look alike.
fn taste(slug: &str, thing: &str, most: usize) -> usize {
    Random::of(&format!("{slug}/{thing}"), 0).below(most + 1)
}

/// How often a variant happens to a service. Scans are denied for want of authorization, drugs for
/// want of necessity or of an earlier step, far more often than for anything else.
fn weight(variant: &Variant, service: &Service) -> usize {
    let fits = variant.fits.is_empty() || variant.fits.contains(&service.kind);
    let is_usual = match service.kind {
        Kind::Test => variant.denial_type == Type::PriorAuthorization,
        Kind::Drug => matches!(variant.denial_type, Type::MedicalNecessity | Type::StepTherapy),
        Kind::Surgery | Kind::Stay | Kind::Therapy | Kind::Equipment | Kind::Visit => false,
    };
    match (fits, is_usual) {
        (false, _) => 0,
        (true, true) => variant.weight * 3,
        (true, false) => variant.weight,
    }
}

/// What the guardrails make of it; the type is only suggested where no code decides.
fn judged(scenario: &Scenario, variant: &Variant, registries: &Registries) -> Determination {
    let context = Context {
        service_timing: scenario.service_timing(),
        ..Default::default()
    };
    let suggestion = Suggestion {
        denial_type: variant.denial_type,
        rationale: String::new(),
    };
    determine(&scenario.lines, context, registries).conclude(Some(&suggestion), context, registries)
}
