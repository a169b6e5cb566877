//! The denial of a demonstration precedent, as claim and remittance show it.

use super::payers::DemoPayer;
use super::random::Random;
use super::services::Service;
use super::variants::Variant;
use crate::proto::v1::{
    Adjustment, DenialType as Type, GroupCode, LineOfBusiness as Line, PayerRef, ProductType, Scenario, ServiceLine,
    ServiceTiming,
};
use crate::registries::Registries;

/// The denial: one line with its codes, or a letter before the service.
pub(super) fn scenario(
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
    let lead = lead
        .replace("{service}", service.name)
        .replace("{diagnosis}", diagnosis);
    let mut trigger = capitalised(&lead.replace("{payer}", &known_payer.name));
    if random.percent(60) {
        trigger.push(' ');
        trigger.push_str(random.pick(service.details)?);
    }
    let state = random
        .pick(&known_payer.states)
        .cloned()
        .or_else(|| home_state(slug, random));
    let lines = if is_letter {
        Vec::new()
    } else {
        vec![line(procedure, variant, service, random)]
    };
    Some(Scenario {
        denial_types: vec![variant.denial_type.into()],
        denial_trigger: trigger,
        payer: Some(PayerRef {
            payer_id: payer.id.to_owned(),
            plan_id: String::new(),
        }),
        line_of_business: line_of_business.into(),
        product_type: product(line_of_business, random).into(),
        state: state.unwrap_or_default(),
        service_category: service.category.to_owned(),
        procedure_codes: if lines.is_empty() {
            vec![procedure.to_owned()]
        } else {
            Vec::new()
        },
        diagnosis_codes: vec![diagnosis_code.to_owned()],
        service_timing: if is_letter {
            ServiceTiming::PreService
        } else {
            ServiceTiming::PostService
        }
        .into(),
        diagnosis_group: registries
            .diagnosis_group_of(diagnosis_code)
            .map(|g| g.id.clone())
            .unwrap_or_default(),
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
    let mut adjustments: Vec<Adjustment> = codes
        .map(|(group, carc, rarcs)| adjustment(*group, carc, rarcs, charge * 7 / 10))
        .collect();
    let is_a_denial = !matches!(variant.denial_type, Type::NotADenial | Type::Unprocessable);
    if is_a_denial && random.percent(30) {
        adjustments.push(adjustment(GroupCode::Co, "45", &[], charge * 2 / 10));
    }
    if is_a_denial && random.percent(20) {
        let share = random.pick(&["1", "2", "3"]).copied().unwrap_or("1");
        adjustments.push(adjustment(GroupCode::Pr, share, &[], charge / 10));
    }
    ServiceLine {
        adjustments,
        procedure_code: procedure.to_owned(),
        ..Default::default()
    }
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

/// Where a tenant works.
fn home_state(slug: &str, random: &mut Random) -> Option<String> {
    const REGIONS: [[&str; 3]; 4] = [
        ["NY", "NJ", "PA"],
        ["IL", "WI", "MI"],
        ["CA", "OR", "WA"],
        ["TX", "FL", "GA"],
    ];
    let region = REGIONS.get(Random::of(slug, 0).below(REGIONS.len()))?;
    random.pick(region).map(|state| (*state).to_owned())
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
