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

use super::engine::{FeatureSet, FeatureSource, Namespace, RankKey, text};

/// The year that day numbers of rank keys are counted from.
const FIRST_YEAR: i32 = 1990;

/// The features of a question.
#[must_use]
pub fn features_of_scenario(scenario: &Scenario, registries: &Registries) -> FeatureSet {
    with_family(features(scenario, "", ""), payer_of(scenario), registries)
}

/// The features of a stored precedent.
#[must_use]
pub fn features_of_precedent(precedent: &Precedent, registries: &Registries) -> FeatureSet {
    let payer = precedent.scenario.as_ref().map_or("", payer_of);
    with_family(own_features(precedent), payer, registries)
}

/// What a precedent says by itself, as its row holds it: what the registries add may change with their release.
#[must_use]
pub fn own_features(precedent: &Precedent) -> FeatureSet {
    let mut scenario = precedent.scenario.clone().unwrap_or_default();
    let kinds = precedent
        .evidence_kit
        .iter()
        .flat_map(|kit| kit.items.iter().map(|item| item.kind));
    scenario.evidence_on_hand.extend(kinds);
    if scenario.appeal_level == AppealLevel::Unspecified as i32 {
        scenario.appeal_level = precedent.appeal_level_reached;
    }
    features(&scenario, &precedent.title, &precedent.patient_age_band)
}

/// Features with the family that the registries know a payer to be of.
#[must_use]
pub fn with_family(features: FeatureSet, payer_id: &str, registries: &Registries) -> FeatureSet {
    match registries.payers.get(payer_id) {
        Some(payer) => features.with(Namespace::PayerFamily, &payer.family_id),
        None => features,
    }
}

fn payer_of(scenario: &Scenario) -> &str {
    scenario.payer.as_ref().map_or("", |payer| &payer.payer_id)
}

fn features(scenario: &Scenario, title: &str, age_band: &str) -> FeatureSet {
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
        payer: one(payer_of(scenario)),
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
pub fn rank_of(outcome: Outcome, evidence: OutcomeEvidence, event_year: i32, reuse_count: i64) -> RankKey {
    RankKey {
        outcome_quality: outcome_quality(outcome),
        verification: match evidence {
            OutcomeEvidence::Unspecified => 0,
            OutcomeEvidence::SelfReported => 1,
            OutcomeEvidence::RemittanceVerified => 2,
            OutcomeEvidence::DecisionLetter => 3,
            OutcomeEvidence::RegulatorPublished => 4,
        },
        reuse: u32::try_from(reuse_count).unwrap_or(u32::MAX),
        day: u32::try_from((event_year - FIRST_YEAR).max(0) * 366).unwrap_or(0),
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

/// The fields an estimate groups precedents by, from broad to narrow. All but the remedy are features.
pub const FACT_FIELDS: &[&str] = &[
    "denial_type",
    "remedy",
    "service_category",
    "diagnosis_group",
    "payer",
    "carc",
    "word",
];

/// Words that are facts, the first by name: each makes a group with every other fact.
const MOST_WORDS: usize = 24;

/// The facts of a denial, and of what is done about it.
#[must_use]
pub fn facts(features: &FeatureSet, primary_type: DenialType, action: RecoveryAction) -> Vec<Fact> {
    let facts = features.names().filter_map(fact_of);
    facts_from(facts, fact_of_type(primary_type), fact_of_action(action))
}

/// The fact that a feature is; none of what estimates don't look at. A precedent is of its first denial type
/// alone here, which its features don't tell.
#[must_use]
pub fn fact_of(feature: &str) -> Option<Fact> {
    let (field, value) = feature.split_once(':')?;
    let is_fact = field != "denial_type" && FACT_FIELDS.contains(&field);
    is_fact.then(|| Fact::new(field, value))
}

/// The fact of a first denial type.
#[must_use]
pub fn fact_of_type(primary: DenialType) -> Option<Fact> {
    let label = primary.stored_if_known().map(text::label)?;
    Some(Fact::new("denial_type", label))
}

/// The fact of an action. A paid corrected claim is not a won appeal: what contests a decision and what mends a
/// claim are counted apart.
#[must_use]
pub fn fact_of_action(action: RecoveryAction) -> Option<Fact> {
    let remedy = match action {
        RecoveryAction::Appeal | RecoveryAction::PeerToPeer => "appeal",
        RecoveryAction::CorrectedClaim | RecoveryAction::SubmitDocumentation => "correction",
        RecoveryAction::Unspecified
        | RecoveryAction::RebillOtherPayer
        | RecoveryAction::BillSecondary
        | RecoveryAction::BillPatient
        | RecoveryAction::Close => return None,
    };
    Some(Fact::new("remedy", remedy))
}

/// All facts together, from those of the features in the order of their names.
pub fn facts_from(of_features: impl Iterator<Item = Fact>, of_type: Option<Fact>, remedy: Option<Fact>) -> Vec<Fact> {
    let mut words = 0;
    let is_kept = |fact: &Fact| {
        words += usize::from(&*fact.field == "word");
        words <= MOST_WORDS || &*fact.field != "word"
    };
    of_type
        .into_iter()
        .chain(remedy)
        .chain(of_features.filter(is_kept))
        .collect()
}

/// How a decided precedent ended; `None` while it is not decided, or was settled, dismissed, withdrawn, moot or
/// not pursued.
#[must_use]
pub const fn ended(outcome: Outcome) -> Option<Ended> {
    match outcome {
        Outcome::Won => Some(Ended::Won),
        Outcome::Partial => Some(Ended::Partial),
        Outcome::Lost => Some(Ended::Lost),
        Outcome::Unspecified
        | Outcome::Pending
        | Outcome::Withdrawn
        | Outcome::Dismissed
        | Outcome::Settled
        | Outcome::NotPursued
        | Outcome::Moot => None,
    }
}

/// A precedent as a case; `None` when it is not decided.
#[must_use]
pub fn case_of(precedent: &Precedent) -> Option<Case> {
    let types = precedent.scenario.iter().flat_map(Scenario::denial_types);
    let primary = types.into_iter().next().unwrap_or_default();
    Some(Case {
        facts: facts(&own_features(precedent), primary, precedent.action_taken()),
        year: precedent.event_year,
        quarter: None,
        outcome: ended(precedent.outcome())?,
    })
}
