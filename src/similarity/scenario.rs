//! From a denial to its features and facts: one way, for stored precedents and for questions alike.

use crate::classification::estimate::{Case, Fact, Outcome as Ended};
use crate::classification::guardrails::is_no_denial;
use crate::db::stored::{StoredEnum as _, stored, stored_list};
use crate::precedents::record::codes;
use crate::proto::v1::{
    AppealLevel, DenialType, EvidenceKind, LineOfBusiness, Outcome, OutcomeEvidence, Precedent, ProductType,
    RecoveryAction, Scenario,
};
use crate::registries::Registries;

use super::engine::{FeatureSet, FeatureSource, RankKey, text};

/// The year that day numbers of rank keys are counted from.
const FIRST_YEAR: i32 = 1990;

/// The features of a question.
#[must_use]
pub fn features_of_scenario(scenario: &Scenario, registries: &Registries) -> FeatureSet {
    features(scenario, "", "", registries)
}

/// The features of a stored precedent.
#[must_use]
pub fn features_of_precedent(precedent: &Precedent, registries: &Registries) -> FeatureSet {
    let mut scenario = precedent.scenario.clone().unwrap_or_default();
    let kinds = precedent
        .evidence_kit
        .iter()
        .flat_map(|kit| kit.items.iter().map(|item| item.kind));
    scenario.evidence_on_hand.extend(kinds);
    if scenario.appeal_level == AppealLevel::Unspecified as i32 {
        scenario.appeal_level = precedent.appeal_level_reached;
    }
    features(&scenario, &precedent.title, &precedent.patient_age_band, registries)
}

fn features(scenario: &Scenario, title: &str, age_band: &str, registries: &Registries) -> FeatureSet {
    let payer = scenario
        .payer
        .as_ref()
        .map(|p| p.payer_id.as_str())
        .filter(|id| !id.is_empty());
    let family = payer
        .and_then(|id| registries.payers.get(id))
        .map(|p| p.family_id.as_str());
    let (carcs, rarcs): (Vec<String>, Vec<String>) =
        denial_codes(scenario).into_iter().partition(|code| code.contains('-'));
    let lines = scenario.lines.iter().map(|line| &line.procedure_code);
    let procedures: Vec<&str> = scenario
        .procedure_codes
        .iter()
        .chain(lines)
        .map(String::as_str)
        .filter(|c| !c.is_empty())
        .collect();
    let types = stored_list::<DenialType>(&scenario.denial_types);
    let evidence = stored_list::<EvidenceKind>(&scenario.evidence_on_hand);
    let some = |text: &'static str| (text != "UNSPECIFIED").then_some(text);
    let words = format!("{title}\n{}", scenario.denial_trigger);
    FeatureSet::of(&FeatureSource {
        payer,
        payer_family: family,
        plan_kind: stored::<LineOfBusiness>(scenario.line_of_business),
        product: stored::<ProductType>(scenario.product_type),
        denial_types: &refs(&types),
        carcs: &refs(&carcs),
        rarcs: &refs(&rarcs),
        procedure_codes: &procedures,
        diagnosis_codes: &refs(&scenario.diagnosis_codes),
        service_categories: one(&scenario.service_category).as_slice(),
        diagnosis_groups: one(&scenario.diagnosis_group).as_slice(),
        appeal_level: some(scenario.appeal_level().stored()),
        evidence_kinds: &refs(&evidence),
        age_band: one(age_band),
        sex: None,
        trigger_text: &words,
    })
}

/// The codes that say why: the patient's share and contractual reductions beside a denial are chance,
/// and would make strangers look alike. Where nothing else is there, they are what the claim is about.
fn denial_codes(scenario: &Scenario) -> Vec<String> {
    let mut denials = Scenario {
        lines: scenario.lines.clone(),
        ..Default::default()
    };
    denials
        .lines
        .iter_mut()
        .for_each(|line| line.adjustments.retain(|a| !is_no_denial(a)));
    let left = codes(&denials);
    if left.is_empty() { codes(scenario) } else { left }
}

fn refs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn one(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// What decides between equal scores: outcome, verification, reuse, year.
#[must_use]
pub fn rank_of(precedent: &Precedent, reuse_count: i64) -> RankKey {
    RankKey {
        outcome_quality: outcome_quality(precedent.outcome()),
        verification: match precedent.outcome_evidence() {
            OutcomeEvidence::Unspecified => 0,
            OutcomeEvidence::SelfReported => 1,
            OutcomeEvidence::RemittanceVerified => 2,
            OutcomeEvidence::DecisionLetter => 3,
            OutcomeEvidence::RegulatorPublished => 4,
        },
        reuse: u32::try_from(reuse_count).unwrap_or(u32::MAX),
        day: u32::try_from((precedent.event_year - FIRST_YEAR).max(0) * 366).unwrap_or(0),
    }
}

/// How much an outcome teaches about winning.
const fn outcome_quality(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Won => 5,
        Outcome::Partial => 4,
        Outcome::Settled => 3,
        Outcome::Lost => 2,
        Outcome::Withdrawn | Outcome::Dismissed | Outcome::NotPursued | Outcome::Moot => 1,
        Outcome::Unspecified | Outcome::Pending => 0,
    }
}

/// The fields an estimate groups precedents by, from broad to narrow.
pub const FACT_FIELDS: &[&str] = &[
    "denial_type",
    "remedy",
    "service_category",
    "diagnosis_group",
    "payer",
    "code",
    "word",
];

/// What an estimate may know of a denial, and of what is done about it.
#[must_use]
pub fn facts(scenario: &Scenario, title: &str, action: RecoveryAction) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut put = |field: &str, value: &str| {
        if !value.is_empty() {
            facts.push(Fact::new(field, value));
        }
    };
    if let Some(primary) = scenario.denial_types().next() {
        put("denial_type", primary.stored());
    }
    put("remedy", remedy(action));
    put("service_category", &scenario.service_category);
    put("diagnosis_group", &scenario.diagnosis_group);
    put("payer", scenario.payer.as_ref().map_or("", |p| p.payer_id.as_str()));
    for code in denial_codes(scenario).iter().filter(|code| code.contains('-')) {
        put("code", code);
    }
    let mut words: Vec<String> = text::sentences(title).into_iter().flatten().collect();
    words.extend(text::sentences(&scenario.denial_trigger).into_iter().flatten());
    words.sort();
    words.dedup();
    for word in words.iter().take(24) {
        put("word", word);
    }
    facts
}

/// A paid corrected claim is not a won appeal: what contests a decision and what mends a claim are
/// counted apart.
const fn remedy(action: RecoveryAction) -> &'static str {
    match action {
        RecoveryAction::Appeal | RecoveryAction::PeerToPeer => "appeal",
        RecoveryAction::CorrectedClaim | RecoveryAction::SubmitDocumentation => "correction",
        RecoveryAction::Unspecified
        | RecoveryAction::RebillOtherPayer
        | RecoveryAction::BillSecondary
        | RecoveryAction::BillPatient
        | RecoveryAction::Close => "",
    }
}

/// A decided precedent as a case; `None` while it is not decided, or was settled, dismissed, withdrawn,
/// moot or not pursued.
#[must_use]
pub fn case_of(precedent: &Precedent) -> Option<Case> {
    let outcome = match precedent.outcome() {
        Outcome::Won => Ended::Won,
        Outcome::Partial => Ended::Partial,
        Outcome::Lost => Ended::Lost,
        Outcome::Unspecified
        | Outcome::Pending
        | Outcome::Withdrawn
        | Outcome::Dismissed
        | Outcome::Settled
        | Outcome::NotPursued
        | Outcome::Moot => return None,
    };
    let scenario = precedent.scenario.clone().unwrap_or_default();
    let facts = facts(&scenario, &precedent.title, precedent.action_taken());
    Some(Case {
        facts,
        year: precedent.event_year,
        quarter: None,
        outcome,
    })
}
