//! Demonstration data: SYNTHETIC precedents that read like a billing office's own work. The slug of a
//! tenant decides everything, so a demo looks the same wherever it is started. Codes come from tuples
//! that agree with the guardrails; actions, needed evidence and states are those the guardrails give.

mod outcome;
mod payers;
mod prose;
mod random;
mod services;
#[cfg(test)]
mod tests;
mod variants;

use std::sync::Arc;

use uuid::Uuid;

use self::outcome::{Case, End, FIRST_YEAR, LAST_YEAR, end};
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
use crate::proto::v1::{
    Adjustment, AppealLevel as Level, Assertion, DataOrigin, DenialType as Type, Determination, EvidenceItem,
    EvidenceKind, EvidenceKit, EvidenceStrength, GroupCode, LineOfBusiness as Line, NarrativeTemplate, Outcome,
    PayerRef, Precedent, PrecedentStatus, ProductType, RecoveryAction as Action, Scenario, ServiceLine, ServiceTiming,
    SharingScope, TemplateVariable, TraceabilityLedger,
};
use crate::registries::Registries;
use crate::rpc::identity::Caller;

/// Precedents of a demo tenant.
pub const PRECEDENTS: usize = 3_000;

/// Gives each tenant its precedents, but for tenants that have them.
///
/// # Errors
/// Those of the database, and a record that breaks a rule, which the tests of this module exclude.
pub async fn fill(
    database: &DatabaseConfig,
    tenants: impl Iterator<Item = (&str, Uuid)>,
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
        if loader.has(&reference(slug, PRECEDENTS)).await? {
            continue;
        }
        let loaded = loader.load(precedents(slug, PRECEDENTS, registries), |_| ()).await?;
        if let Some(refused) = loaded.refused.first() {
            return Err(format!("demonstration precedent {}: {}", refused.line, refused.reasons.join("; ")).into());
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
#[must_use]
pub fn precedents(slug: &str, count: usize, registries: &Registries) -> Vec<Entry> {
    (1..=count).filter_map(|number| precedent(slug, number, registries)).collect()
}

fn precedent(slug: &str, number: usize, registries: &Registries) -> Option<Entry> {
    let mut random = Random::of(slug, number);
    let service = random.weighted(SERVICES, |s| s.weight + taste(slug, s.title, s.weight))?;
    let variant = random.weighted(VARIANTS, |v| weight(v, service))?;
    let payer = random.weighted(PAYERS, |p| p.weight + taste(slug, p.id, p.weight))?;
    let scenario = scenario(slug, service, variant, payer, registries, &mut random)?;
    let determination = judged(&scenario, variant, registries);
    Some(record(slug, number, &Told { service, variant, payer }, scenario, &determination, &mut random))
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

fn scenario(
    slug: &str,
    service: &Service,
    variant: &Variant,
    payer: &DemoPayer,
    registries: &Registries,
    random: &mut Random,
) -> Option<Scenario> {
    let (diagnosis_code, diagnosis) = *random.pick(service.diagnoses)?;
    let procedure = *random.pick(service.procedures)?;
    let known_payer = registries.payers.get(payer.id)?;
    let line_of_business = *random.pick(payer.lines)?;
    let is_letter = variant.codes.is_empty();
    let lead = random.pick(variant.leads)?;
    let lead = lead.replace("{service}", service.name).replace("{diagnosis}", diagnosis);
    let mut trigger = capitalised(&lead.replace("{payer}", &known_payer.name));
    if random.percent(60) {
        trigger.push(' ');
        trigger.push_str(random.pick(service.details)?);
    }
    let state = random.pick(&known_payer.states).cloned().or_else(|| home_state(slug, random));
    let lines = if is_letter { Vec::new() } else { vec![line(procedure, variant, service, random)] };
    Some(Scenario {
        denial_types: vec![variant.denial_type.into()],
        denial_trigger: trigger,
        payer: Some(PayerRef { payer_id: payer.id.to_owned(), plan_id: String::new() }),
        line_of_business: line_of_business.into(),
        product_type: product(line_of_business, random).into(),
        state: state.unwrap_or_default(),
        service_category: service.category.to_owned(),
        procedure_codes: if lines.is_empty() { vec![procedure.to_owned()] } else { Vec::new() },
        diagnosis_codes: vec![diagnosis_code.to_owned()],
        service_timing: if is_letter { ServiceTiming::PreService } else { ServiceTiming::PostService }.into(),
        diagnosis_group: registries.diagnosis_group_of(diagnosis_code).map(|g| g.id.clone()).unwrap_or_default(),
        lines,
        ..Default::default()
    })
}

/// The service line: the tuple of the denial, now and then beside the patient's share and the
/// contractual reduction, as remittances show them.
fn line(procedure: &str, variant: &Variant, service: &Service, random: &mut Random) -> ServiceLine {
    let charge = i64::from(service.charge) * 100;
    let jitter = i64::from(random.between(-20, 20));
    let charge = charge + charge * jitter / 100;
    let adjustment = |group: GroupCode, carc: &str, rarcs: &[&str], amount: i64| Adjustment {
        group_code: group.into(),
        carc: carc.to_owned(),
        rarcs: rarcs.iter().map(|r| (*r).to_owned()).collect(),
        amount_minor: Some(amount),
    };
    let codes = variant.codes.iter();
    let mut adjustments: Vec<Adjustment> =
        codes.map(|(group, carc, rarcs)| adjustment(*group, carc, rarcs, charge * 7 / 10)).collect();
    let is_a_denial = !matches!(variant.denial_type, Type::NotADenial | Type::Unprocessable);
    if is_a_denial && random.percent(30) {
        adjustments.push(adjustment(GroupCode::Co, "45", &[], charge * 2 / 10));
    }
    if is_a_denial && random.percent(20) {
        let share = random.pick(&["1", "2", "3"]).copied().unwrap_or("1");
        adjustments.push(adjustment(GroupCode::Pr, share, &[], charge / 10));
    }
    ServiceLine { adjustments, procedure_code: procedure.to_owned(), ..Default::default() }
}

/// What the guardrails make of it; the type is only suggested where no code decides.
fn judged(scenario: &Scenario, variant: &Variant, registries: &Registries) -> Determination {
    let context = Context { service_timing: scenario.service_timing(), ..Default::default() };
    let suggestion = Suggestion { denial_type: variant.denial_type, rationale: String::new() };
    determine(&scenario.lines, context, registries).conclude(Some(&suggestion), context, registries)
}

fn record(
    slug: &str,
    number: usize,
    told: &Told,
    scenario: Scenario,
    determination: &Determination,
    random: &mut Random,
) -> Entry {
    let Told { service, variant, payer } = told;
    let action = action(determination, random);
    let line_of_business = scenario.line_of_business();
    let level = level(action, line_of_business, random);
    let year = random.between(FIRST_YEAR, LAST_YEAR);
    let (kit, evidence) = evidence_kit(determination, random);
    let strength = service.strength + payer.leniency;
    let case = Case { denial_type: variant.denial_type, action, level, year, evidence, strength };
    let End { outcome, evidence: outcome_evidence, days } = end(case, random);
    let is_argued = matches!(action, Action::Appeal | Action::PeerToPeer | Action::SubmitDocumentation);
    let is_argued = is_argued && random.percent(70);
    let diagnosis = service.diagnoses.iter().find(|(code, _)| scenario.diagnosis_codes.iter().any(|c| c == code));
    let diagnosis = diagnosis.map(|(_, words)| *words).filter(|words| !service.title.contains(words));
    let precedent = Precedent {
        data_origin: DataOrigin::Synthetic.into(),
        sharing_scope: if random.percent(50) { SharingScope::AggregateOnly } else { SharingScope::Private }.into(),
        external_ref: reference(slug, number),
        title: match diagnosis {
            Some(diagnosis) => format!("{} for {diagnosis}: {}", service.title, variant.title),
            None => format!("{}: {}", service.title, variant.title),
        },
        adjudication_state: determination.state,
        core_scenario: determination.core_scenario,
        specialty: service.specialty.to_owned(),
        patient_age_band: age_band(service, line_of_business, random).to_owned(),
        event_year: year,
        amount_band: amount_band(service.charge).to_owned(),
        action_taken: action.into(),
        appeal_level_reached: level.into(),
        outcome: outcome.into(),
        outcome_evidence: outcome_evidence.into(),
        days_to_decision: days,
        narrative_template: is_argued.then(|| narrative(variant.denial_type)),
        traceability: is_argued.then(|| ledger(&kit)),
        evidence_kit: Some(kit),
        notes: if random.percent(40) { note(outcome, random) } else { String::new() },
        scenario: Some(scenario),
        ..Default::default()
    };
    used(Entry::new(number as u64, precedent), outcome, random)
}

/// What was done: mostly what the guardrails say, else one of their alternatives.
fn action(determination: &Determination, random: &mut Random) -> Action {
    let first = determination.action();
    let others: Vec<Action> = determination.alternatives().collect();
    if random.percent(75) { first } else { random.pick(&others).copied().unwrap_or(first) }
}

/// How far the case went, on the ladder of its program.
fn level(action: Action, line_of_business: Line, random: &mut Random) -> Level {
    let third = match line_of_business {
        Line::MedicareAdvantage | Line::MedicareFfs | Line::MedicarePartD | Line::Dsnp => Level::Ire,
        Line::MedicaidMco | Line::MedicaidFfs | Line::Chip => Level::StateFairHearing,
        Line::Unspecified
        | Line::CommercialFullyInsured
        | Line::CommercialSelfFunded
        | Line::ExchangeQhp
        | Line::Tricare
        | Line::Va
        | Line::Fehb
        | Line::WorkersComp
        | Line::AutoPip
        | Line::Dental
        | Line::Vision
        | Line::ShortTerm
        | Line::HealthSharing
        | Line::Other => Level::ExternalReview,
    };
    match action {
        Action::Appeal => match random.below(100) {
            0..=69 => Level::Internal1,
            70..=84 => Level::Internal2,
            _ => third,
        },
        Action::PeerToPeer => Level::PeerToPeer,
        Action::Unspecified
        | Action::CorrectedClaim
        | Action::SubmitDocumentation
        | Action::RebillOtherPayer
        | Action::BillSecondary
        | Action::BillPatient
        | Action::Close => Level::InitialDetermination,
    }
}

/// The evidence at hand, and the share of what was needed.
fn evidence_kit(determination: &Determination, random: &mut Random) -> (EvidenceKit, f64) {
    let needed: Vec<EvidenceKind> = determination.required_evidence().collect();
    let mut at_hand: Vec<(EvidenceKind, bool)> =
        needed.iter().filter(|_| random.percent(65)).map(|kind| (*kind, true)).collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of items")]
    let share = if needed.is_empty() { 0.5 } else { at_hand.len() as f64 / needed.len() as f64 };
    let helpful = [EvidenceKind::CallLog, EvidenceKind::PriorDecision, EvidenceKind::ImagingReport];
    if let Some(extra) = random.pick(&helpful).filter(|kind| !needed.contains(kind))
        && random.percent(25)
    {
        at_hand.push((*extra, false));
    }
    let items = at_hand.iter().enumerate().map(|(place, (kind, is_required))| {
        let (description, _, strength) = prose::evidence(*kind);
        EvidenceItem {
            item_id: format!("e{}", place + 1),
            kind: (*kind).into(),
            is_required: *is_required,
            description: description.to_owned(),
            citation: String::new(),
            strength: strength.into(),
        }
    });
    (EvidenceKit { items: items.collect() }, share)
}

fn narrative(denial_type: Type) -> NarrativeTemplate {
    let body = prose::narrative(denial_type);
    let used = prose::VARIABLES.iter().filter(|(name, ..)| body.contains(&format!("{{{{{name}}}}}")));
    let variables = used.map(|(name, class, description)| TemplateVariable {
        name: (*name).to_owned(),
        variable_class: (*class).into(),
        description: (*description).to_owned(),
    });
    NarrativeTemplate { body: body.to_owned(), variables: variables.collect() }
}

/// What each piece of evidence worth citing is cited for.
fn ledger(kit: &EvidenceKit) -> TraceabilityLedger {
    let strong = kit.items.iter().filter(|item| item.strength() != EvidenceStrength::Low);
    let assertions = strong.enumerate().map(|(place, item)| {
        let (_, text, _) = prose::evidence(item.kind());
        Assertion {
            assertion_id: format!("a{}", place + 1),
            text: text.to_owned(),
            evidence_item_ids: vec![item.item_id.clone()],
            citation: String::new(),
        }
    });
    TraceabilityLedger { assertions: assertions.collect(), completeness: 0.0 }
}

fn note(outcome: Outcome, random: &mut Random) -> String {
    random.pick(prose::notes(outcome)).copied().unwrap_or_default().to_owned()
}

/// Status and use: most are active, and what was won is used again.
fn used(mut entry: Entry, outcome: Outcome, random: &mut Random) -> Entry {
    entry.status = match random.below(100) {
        0..=1 => PrecedentStatus::Draft,
        2..=4 => PrecedentStatus::Archived,
        _ => PrecedentStatus::Active,
    };
    if entry.status == PrecedentStatus::Active && random.percent(2) {
        entry.review_reasons.push("POLICY_CHANGED".to_owned());
    }
    if matches!(outcome, Outcome::Won | Outcome::Partial) && random.percent(35) {
        let uses = random.between(1, 12);
        entry.reuse_count = i64::from(uses);
        entry.success_on_reuse = i64::from(random.between(uses / 3, uses));
    }
    entry
}

fn product(line_of_business: Line, random: &mut Random) -> ProductType {
    let products: &[ProductType] = match line_of_business {
        Line::CommercialFullyInsured | Line::CommercialSelfFunded => {
            &[ProductType::Ppo, ProductType::Hmo, ProductType::Hdhp, ProductType::Pos]
        }
        Line::ExchangeQhp => &[ProductType::Epo, ProductType::Hmo],
        Line::MedicareAdvantage | Line::MedicaidMco => &[ProductType::Hmo, ProductType::Ppo],
        Line::Unspecified
        | Line::MedicareFfs
        | Line::MedicarePartD
        | Line::MedicaidFfs
        | Line::Chip
        | Line::Dsnp
        | Line::Tricare
        | Line::Va
        | Line::Fehb
        | Line::WorkersComp
        | Line::AutoPip
        | Line::Dental
        | Line::Vision
        | Line::ShortTerm
        | Line::HealthSharing
        | Line::Other => &[],
    };
    random.pick(products).copied().unwrap_or_default()
}

/// Some specialties see children, some programs are for the old.
fn age_band(service: &Service, line_of_business: Line, random: &mut Random) -> &'static str {
    let bands: &[&str] = match (service.specialty, line_of_business) {
        ("behavioral-health" | "speech-therapy", _) => &["0-17"],
        (_, Line::MedicareAdvantage | Line::MedicareFfs) => &["65-89"],
        _ => &["18-34", "35-49", "50-64", "50-64"],
    };
    random.pick(bands).copied().unwrap_or_default()
}

const fn amount_band(dollars: i32) -> &'static str {
    match dollars {
        ..500 => "0-500",
        500..2_500 => "500-2500",
        2_500..10_000 => "2500-10000",
        10_000..50_000 => "10000-50000",
        _ => "50000+",
    }
}

/// Where a tenant works.
fn home_state(slug: &str, random: &mut Random) -> Option<String> {
    const REGIONS: [[&str; 3]; 4] = [["NY", "NJ", "PA"], ["IL", "WI", "MI"], ["CA", "OR", "WA"], ["TX", "FL", "GA"]];
    let region = REGIONS.get(Random::of(slug, 0).below(REGIONS.len()))?;
    random.pick(region).map(|state| (*state).to_owned())
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
