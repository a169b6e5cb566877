//! What became of a demonstration denial: action, level, evidence, argument, outcome, use.

use super::outcome::{Case, End, FIRST_YEAR, LAST_YEAR, end};
use super::random::Random;
use super::services::Service;
use super::{Told, prose, reference};
use crate::precedents::import::Entry;
use crate::proto::v1::{
    AppealLevel as Level, Assertion, DataOrigin, DenialType as Type, Determination, EvidenceItem, EvidenceKind,
    EvidenceKit, EvidenceStrength, LineOfBusiness as Line, NarrativeTemplate, Outcome, Precedent, PrecedentStatus,
    RecoveryAction as Action, Scenario, SharingScope, TemplateVariable, TraceabilityLedger,
};

/// The precedent: what was done about the denial, with what, and how it ended.
pub(super) fn record(
    slug: &str,
    number: usize,
    told: &Told,
    scenario: Scenario,
    determination: &Determination,
    random: &mut Random,
) -> Entry {
    let Told {
        service,
        variant,
        payer,
    } = told;
    let action = action(determination, random);
    let line_of_business = scenario.line_of_business();
    let level = level(action, line_of_business, random);
    let year = random.between(FIRST_YEAR, LAST_YEAR);
    let (kit, evidence) = evidence_kit(determination, random);
    let strength = service.strength + payer.leniency;
    let case = Case {
        denial_type: variant.denial_type,
        action,
        level,
        year,
        evidence,
        strength,
    };
    let End {
        outcome,
        evidence: outcome_evidence,
        days,
    } = end(case, random);
    let is_argued = matches!(
        action,
        Action::Appeal | Action::PeerToPeer | Action::SubmitDocumentation
    );
    let is_argued = is_argued && random.percent(70);
    let precedent = Precedent {
        data_origin: DataOrigin::Synthetic.into(),
        sharing_scope: sharing(random).into(),
        external_ref: reference(slug, number),
        title: title(told, &scenario),
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
        notes: note(outcome, random),
        scenario: Some(scenario),
        ..Default::default()
    };
    used(Entry::new(number as u64, precedent), outcome, random)
}

/// `MRI lumbar spine for low back pain: no authorization on file`.
fn title(told: &Told, scenario: &Scenario) -> String {
    let Told {
        service,
        variant,
        payer: _,
    } = told;
    let is_meant = |(code, _): &&(&str, &str)| scenario.diagnosis_codes.iter().any(|c| c == code);
    let diagnosis = service.diagnoses.iter().find(is_meant).map(|(_, words)| *words);
    match diagnosis.filter(|words| !service.title.contains(words)) {
        Some(diagnosis) => format!("{} for {diagnosis}: {}", service.title, variant.title),
        None => format!("{}: {}", service.title, variant.title),
    }
}

fn sharing(random: &mut Random) -> SharingScope {
    if random.percent(50) {
        SharingScope::AggregateOnly
    } else {
        SharingScope::Private
    }
}

/// What was done: mostly what the guardrails say, else one of their alternatives.
fn action(determination: &Determination, random: &mut Random) -> Action {
    let first = determination.action();
    let others: Vec<Action> = determination.alternatives().collect();
    if random.percent(75) {
        first
    } else {
        random.pick(&others).copied().unwrap_or(first)
    }
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
    let mut at_hand: Vec<(EvidenceKind, bool)> = needed
        .iter()
        .filter(|_| random.percent(65))
        .map(|kind| (*kind, true))
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a handful of items")]
    let share = if needed.is_empty() {
        0.5
    } else {
        at_hand.len() as f64 / needed.len() as f64
    };
    let helpful = [
        EvidenceKind::CallLog,
        EvidenceKind::PriorDecision,
        EvidenceKind::ImagingReport,
    ];
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
    let used = prose::VARIABLES
        .iter()
        .filter(|(name, ..)| body.contains(&format!("{{{{{name}}}}}")));
    let variables = used.map(|(name, class, description)| TemplateVariable {
        name: (*name).to_owned(),
        variable_class: (*class).into(),
        description: (*description).to_owned(),
    });
    NarrativeTemplate {
        body: body.to_owned(),
        variables: variables.collect(),
    }
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
    TraceabilityLedger {
        assertions: assertions.collect(),
        completeness: 0.0,
    }
}

/// What a colleague noted, on four cases of ten.
fn note(outcome: Outcome, random: &mut Random) -> String {
    if !random.percent(40) {
        return String::new();
    }
    random
        .pick(prose::notes(outcome))
        .copied()
        .unwrap_or_default()
        .to_owned()
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
