//! From a regulator's published decision to a precedent of the public corpus.

use super::super::change::SUD_SUSPECTED;
use super::super::decisions::{AgeRange, Decision, Determination, DisputeType};
use super::Entry;
use crate::proto::v1::{
    AdjudicationState, AppealLevel, DataOrigin, DenialType, Outcome, OutcomeEvidence, Precedent, RecoveryAction,
    Scenario, SharingScope,
};
use crate::registries::{DecisionCategory, DecisionField, Registries};

/// The publisher, as registries and external references name it: California's Department of Managed
/// Health Care, independent medical review.
pub const CALIFORNIA: &str = "ca-dmhc-imr";

/// How the published files write "something else".
const OTHER: &str = "Other";
/// The registry's category of what was not said.
const NOT_STATED: &str = "not_stated";

/// The age bands of a precedent, in completed years.
const BANDS: [(u8, u8, &str); 5] = [
    (0, 17, "0-17"),
    (18, 34, "18-34"),
    (35, 49, "35-49"),
    (50, 64, "50-64"),
    (65, 89, "65-89"),
];

/// The precedent of a decision that stands in line `line` of its file.
#[must_use]
pub fn entry(line: u64, decision: &Decision, registries: &Registries) -> Entry {
    let treatment = Subject::of(
        registries,
        (DecisionField::Treatment, &decision.treatment_category),
        (DecisionField::TreatmentSub, &decision.treatment_sub_category),
    );
    let diagnosis = Subject::of(
        registries,
        (DecisionField::Diagnosis, &decision.diagnosis_category),
        (DecisionField::DiagnosisSub, &decision.diagnosis_sub_category),
    );
    let treatment_name = treatment.name(|id| Some(registries.service_categories.get(id)?.name.as_str()));
    let diagnosis_name = diagnosis.name(|id| Some(registries.diagnosis_groups.get(id)?.name.as_str()));
    let is_sud = treatment.is_sud_suspected() || diagnosis.is_sud_suspected();
    let denial_type = denial_type(decision.dispute_type);
    let scenario = Scenario {
        denial_types: denial_type.iter().map(|t| i32::from(*t)).collect(),
        denial_trigger: trigger(&treatment.published(), &diagnosis.published(), decision.dispute_type),
        service_category: treatment.target(),
        diagnosis_group: diagnosis.target(),
        state: "CA".to_owned(),
        ..Default::default()
    };
    let core_scenario = denial_type.and_then(|t| registries.denial_type(t)?.core_scenario);
    let precedent = Precedent {
        data_origin: DataOrigin::PublicDecision.into(),
        sharing_scope: SharingScope::Private.into(),
        external_ref: format!("{CALIFORNIA}:{}", decision.reference_id),
        title: title(treatment_name, diagnosis_name),
        scenario: Some(scenario),
        adjudication_state: AdjudicationState::Denied.into(),
        core_scenario: core_scenario.map_or(0, i32::from),
        patient_age_band: decision.age_range.and_then(band).unwrap_or_default().to_owned(),
        event_year: decision.year,
        action_taken: RecoveryAction::Appeal.into(),
        appeal_level_reached: AppealLevel::ExternalReview.into(),
        outcome: outcome(decision.determination).into(),
        outcome_evidence: OutcomeEvidence::RegulatorPublished.into(),
        tags: vec!["independent medical review".to_owned()],
        ..Default::default()
    };
    let review_reasons = if is_sud {
        vec![SUD_SUSPECTED.to_owned()]
    } else {
        Vec::new()
    };
    Entry {
        review_reasons,
        ..Entry::new(line, precedent)
    }
}

/// What a decision is about on one side, its treatment or its diagnosis: the names as published, and
/// what the registry knows of each.
struct Subject<'a> {
    category: Option<String>,
    sub_category: Option<String>,
    known: [Option<&'a DecisionCategory>; 2],
}

impl<'a> Subject<'a> {
    fn of(
        registries: &'a Registries,
        (field, category): (DecisionField, &Option<String>),
        (sub_field, sub_category): (DecisionField, &Option<String>),
    ) -> Self {
        let known = |field, name: &Option<String>| registries.decision_category(CALIFORNIA, field, name.as_deref()?);
        let known_category = known(field, category);
        let says_nothing = known_category.is_some_and(|c| c.target_id == NOT_STATED);
        Self {
            category: category.as_deref().filter(|_| !says_nothing).map(tidy),
            sub_category: sub_category.as_deref().filter(|name| *name != OTHER).map(tidy),
            // The narrower name comes first where the registry knows it.
            known: [known(sub_field, sub_category), known_category],
        }
    }

    /// Registry id of the service category or diagnosis group; empty when not stated.
    fn target(&self) -> String {
        let mut targets = self.known.iter().flatten().map(|c| c.target_id.as_str());
        targets.find(|id| *id != NOT_STATED).unwrap_or_default().to_owned()
    }

    fn is_sud_suspected(&self) -> bool {
        self.known.iter().flatten().any(|c| c.sud_suspected)
    }

    /// The narrowest name there is; that of the registry in the place of a published category.
    fn name(&self, registry_name: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
        let category = || {
            let own = registry_name(&self.target()).map(tidy);
            own.or_else(|| self.category.clone())
        };
        self.sub_category.clone().or_else(category)
    }

    /// Both names as published, so that a search finds the words of either.
    fn published(&self) -> Option<String> {
        match (&self.sub_category, &self.category) {
            (Some(sub), Some(category)) => Some(format!("{sub} ({category})")),
            (Some(name), None) | (None, Some(name)) => Some(name.clone()),
            (None, None) => None,
        }
    }
}

/// `Botox injection for headache/migraine`.
fn title(treatment: Option<String>, diagnosis: Option<String>) -> String {
    capitalised(&match (treatment, diagnosis) {
        (Some(treatment), Some(diagnosis)) => format!("{treatment} for {diagnosis}"),
        (Some(treatment), None) => treatment,
        (None, Some(diagnosis)) => format!("treatment of {diagnosis}"),
        (None, None) => "treatment not stated".to_owned(),
    })
}

/// The denial in words: `… denied as not medically necessary.`
fn trigger(treatment: &Option<String>, diagnosis: &Option<String>, dispute: Option<DisputeType>) -> String {
    let ground = match dispute {
        Some(DisputeType::MedicalNecessity) => "denied as not medically necessary",
        Some(DisputeType::ExperimentalInvestigational) => "denied as experimental or investigational",
        Some(DisputeType::UrgentCare) => "denied as not emergency or urgent care",
        None => "denied",
    };
    let treatment = capitalised(treatment.as_deref().unwrap_or("treatment"));
    match diagnosis {
        Some(diagnosis) => format!("{treatment} for {diagnosis} {ground}."),
        None => format!("{treatment} {ground}."),
    }
}

/// Misspellings of the published files, so that a search for the right word finds them.
const SPELLING: [(&str, &str); 12] = [
    ("Alzheimer's Diease", "Alzheimer's Disease"),
    ("Congential", "Congenital"),
    ("Develpomental", "Developmental"),
    ("Extracoproreal", "Extracorporeal"),
    ("Guillian-Barre", "Guillain-Barre"),
    ("Hermangioma", "Hemangioma"),
    ("Kerotosis", "Keratosis"),
    ("Lasceration", "Laceration"),
    ("Leimyomata", "Leiomyomata"),
    ("Sincytial", "Syncytial"),
    ("Tourettes Syndrom", "Tourette Syndrome"),
    ("Umbillical", "Umbilical"),
];

/// Words that keep their capital within a sentence: names of people, places and products.
const NAMES: [&str; 17] = [
    "Addison",
    "Alzheimer",
    "Asperger",
    "Botox",
    "Crohn",
    "Down",
    "Gehrig",
    "Hunter",
    "Lasik",
    "Lou",
    "Lyme",
    "Nissen",
    "Parkinson",
    "Rett",
    "Roux",
    "Tourette",
    "Yag",
];

/// A published name as a person writes it: without stray spaces, misspellings and capitals, but for
/// names and for abbreviations such as `MRI`. `Orthopedic/ Musculoskeletal` is `orthopedic/musculoskeletal`.
fn tidy(name: &str) -> String {
    let joined = name
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("/ ", "/")
        .replace(" /", "/");
    let spelled = SPELLING
        .iter()
        .fold(joined, |text, (wrong, right)| text.replace(wrong, right));
    spelled
        .split_inclusive(|c: char| !c.is_alphanumeric())
        .map(lowered)
        .collect()
}

/// A word with one capital, its first, without it; the words of [`NAMES`] stay.
fn lowered(word: &str) -> String {
    let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_plain = !letters.chars().skip(1).any(char::is_uppercase) && letters.chars().count() > 1;
    if is_plain && !NAMES.contains(&letters.as_str()) {
        word.to_lowercase()
    } else {
        word.to_owned()
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The type of a dispute. Urgent care disputes turn on whether care was an emergency, which is a
/// judgement of its level (as reason code 40 is in the registry).
fn denial_type(dispute: Option<DisputeType>) -> Option<DenialType> {
    dispute.map(|dispute| match dispute {
        DisputeType::MedicalNecessity => DenialType::MedicalNecessity,
        DisputeType::ExperimentalInvestigational => DenialType::Experimental,
        DisputeType::UrgentCare => DenialType::LevelOfCare,
    })
}

fn outcome(determination: Determination) -> Outcome {
    match determination {
        Determination::Overturned => Outcome::Won,
        Determination::OverturnedInPart => Outcome::Partial,
        Determination::Upheld => Outcome::Lost,
    }
}

/// Our band of a published one that lies wholly within it; bands that cross two say nothing.
fn band(range: AgeRange) -> Option<&'static str> {
    let high = range.high?;
    let within = |(first, last, _): &&(u8, u8, &str)| *first <= range.low && high <= *last;
    BANDS.iter().find(within).map(|(_, _, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precedents::decisions::Gender;
    use crate::registries::Source;

    fn decision(treatment: [&str; 2], diagnosis: [&str; 2]) -> Decision {
        let text = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        Decision {
            reference_id: "MN13-00001".to_owned(),
            year: 2013,
            diagnosis_category: text(diagnosis[0]),
            diagnosis_sub_category: text(diagnosis[1]),
            treatment_category: text(treatment[0]),
            treatment_sub_category: text(treatment[1]),
            determination: Determination::Overturned,
            dispute_type: Some(DisputeType::MedicalNecessity),
            age_range: Some(AgeRange {
                low: 51,
                high: Some(64),
            }),
            gender: Some(Gender::Female),
        }
    }

    fn precedent(treatment: [&str; 2], diagnosis: [&str; 2]) -> Entry {
        let registries = Registries::load(&Source::Embedded).expect("the shipped registries");
        entry(2, &decision(treatment, diagnosis), &registries)
    }

    #[test]
    fn titles_read_well_whatever_is_missing() {
        let neuro = "Central Nervous System/ Neuromuscular";
        let pharmacy = "Pharmacy/Prescription Drugs";
        for (treatment, diagnosis, title) in [
            (
                [pharmacy, "Botox Injection"],
                [neuro, "Headache/Migraine"],
                "Botox injection for headache/migraine",
            ),
            (
                ["General Surgery", "Other"],
                ["Foot", "Bunion"],
                "General surgery for bunion",
            ),
            (
                [pharmacy, "Antibiotics"],
                ["Infectious", "Lyme Disease"],
                "Antibiotics for Lyme disease",
            ),
            (["Neurosugery", ""], ["Not Applicable", ""], "Neurosurgery"),
            (["", ""], ["Cancer", "Breast Cancer"], "Treatment of breast cancer"),
            (
                ["", "MRI"],
                ["Cardiac/Circulatory", "Congential Heart Defect"],
                "MRI for congenital heart defect",
            ),
            (["", ""], ["", ""], "Treatment not stated"),
        ] {
            assert_eq!(precedent(treatment, diagnosis).precedent.title, title);
        }
    }

    #[test]
    fn names_become_ids_of_the_registry_and_words_of_the_trigger() {
        let found = precedent(
            ["Pharmacy/Prescription Drugs", "Botox Injection"],
            ["Central Nervous System/ Neuromuscular", ""],
        );
        let scenario = found.precedent.scenario.expect("a scenario");
        assert_eq!(
            (scenario.service_category.as_str(), scenario.diagnosis_group.as_str()),
            ("pharmacy", "nervous_system")
        );
        let told = "Botox injection (pharmacy/prescription drugs) for central nervous system/neuromuscular denied as not medically necessary.";
        assert_eq!(scenario.denial_trigger, told);
        assert_eq!(found.precedent.patient_age_band, "50-64");
        assert!(found.review_reasons.is_empty());
    }

    #[test]
    fn what_may_rest_on_substance_use_records_is_held() {
        for (treatment, diagnosis) in [
            (
                ["Mental Health Treatment", ""],
                ["Mental", "Substance Abuse/ Addiction"],
            ),
            (
                ["Mental Health Treatment", "Drug Rehabilitation Program"],
                ["Mental", ""],
            ),
            (["", ""], ["Alcohol and Drug Addiction", ""]),
        ] {
            assert_eq!(
                precedent(treatment, diagnosis).review_reasons,
                [SUD_SUSPECTED],
                "{treatment:?} {diagnosis:?}"
            );
        }
    }

    #[test]
    fn a_band_that_crosses_two_of_ours_says_nothing() {
        let band_of = |low, high| band(AgeRange { low, high });
        assert_eq!(
            (band_of(0, Some(10)), band_of(21, Some(30))),
            (Some("0-17"), Some("18-34"))
        );
        assert_eq!((band_of(11, Some(20)), band_of(65, None)), (None, None));
    }
}
