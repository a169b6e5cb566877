//! Demonstration data keep every rule that real data keep.

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::{FIRST_YEAR, LAST_YEAR};
use super::*;
use crate::precedents::record::{Author, complete};
use crate::precedents::suspicion::is_sud_suspected;
use crate::proto::v1::{Outcome, Precedent, RecoveryAction as Action};
use crate::registries::Source;
use crate::rpc::validate::violations_at;

fn registries() -> Registries {
    Registries::load(&Source::Embedded).expect("the shipped registries")
}

fn entries(slug: &str) -> Vec<Entry> {
    precedents(slug, 1_500, &registries()).collect()
}

fn denial_type(precedent: &Precedent) -> Type {
    precedent
        .scenario
        .as_ref()
        .and_then(|s| s.denial_types().next())
        .unwrap_or_default()
}

#[test]
fn the_slug_decides_everything() {
    let contents = |slug: &str| entries(slug).into_iter().map(|e| e.precedent).collect::<Vec<_>>();
    assert_eq!(contents("harbor"), contents("harbor"));
    let titles = |slug: &str| contents(slug).into_iter().map(|p| p.title).collect::<Vec<_>>();
    assert_ne!(titles("harbor"), titles("lakeside"));
}

#[test]
fn every_record_passes_the_contract_the_guard_and_the_rules() {
    let guard = IdentifierGuard::default();
    for entry in entries("harbor").into_iter().chain(entries("lakeside")) {
        let found = violations_at(
            "precedent",
            &entry.precedent,
            &guard,
            &crate::privacy::guard::AllowList::default(),
        );
        assert!(found.is_empty(), "{found:?} in {:?}", entry.precedent);
        assert!(!is_sud_suspected(&entry.precedent), "{:?}", entry.precedent.title);
        complete(entry.precedent, Author::Service).expect("a precedent that keeps the rules");
    }
}

#[test]
fn no_record_contradicts_the_guardrails() {
    let registries = registries();
    for Entry { precedent, .. } in entries("harbor") {
        let scenario = precedent.scenario.clone().unwrap_or_default();
        let context = Context {
            service_timing: scenario.service_timing(),
            ..Default::default()
        };
        let verdict = determine(&scenario.lines, context, &registries);
        let told = denial_type(&precedent);
        if !verdict.is_open() {
            assert_eq!(verdict.determination().denial_type(), told, "{}", precedent.title);
        }
        let suggestion = Suggestion {
            denial_type: told,
            rationale: String::new(),
        };
        let decided = verdict.conclude(Some(&suggestion), context, &registries);
        let taken = precedent.action_taken();
        let is_appeal = matches!(taken, Action::Appeal | Action::PeerToPeer);
        assert!(decided.appealable || !is_appeal, "{} was appealed", precedent.title);
        assert!(
            taken == decided.action() || decided.alternatives().any(|a| a == taken),
            "{}: {taken:?}",
            precedent.title
        );
    }
}

#[test]
fn names_are_those_of_the_registries() {
    let registries = registries();
    for payer in PAYERS {
        assert!(registries.payers.get(payer.id).is_some(), "{}", payer.id);
    }
    for service in SERVICES {
        assert!(
            registries.service_categories.get(service.category).is_some(),
            "{}",
            service.category
        );
        for (code, _) in service.diagnoses {
            assert!(
                registries.diagnosis_group_of(code).is_none_or(|group| !group.sud),
                "{code}"
            );
        }
    }
    for (_, carc, rarcs) in VARIANTS.iter().flat_map(|v| v.codes) {
        assert!(registries.carc(carc).is_some(), "{carc}");
        assert!(rarcs.iter().all(|r| registries.rarc(r).is_some()), "{rarcs:?}");
    }
}

/// The shared tables of ICD-10-CM and HCPCS Level II; CPT numbers have no public table.
#[test]
fn codes_exist() {
    let shared = std::env::var("STRATUM_TEST_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(shared)
        .join("codes");
    let icd = std::fs::read_to_string(folder.join("icd10cm_tabular_2026-04.csv"));
    let hcpcs = std::fs::read_to_string(folder.join("hcpcs_level2_descriptions_2024_northstar.csv"));
    let (Ok(icd), Ok(hcpcs)) = (icd, hcpcs) else {
        println!("skipped: no shared code tables in {}", folder.display());
        return;
    };
    let known = |table: &str| -> BTreeSet<String> {
        let words = table.split(|c: char| !c.is_alphanumeric() && c != '.');
        words.filter(|w| w.len() >= 3).map(|w| w.replace('.', "")).collect()
    };
    let (icd, hcpcs) = (known(&icd), known(&hcpcs));
    for service in SERVICES {
        for (code, _) in service.diagnoses {
            let code = code.replace('.', "");
            // The table lists an injury without the seventh character that tells the encounter.
            let without_encounter = (code.len() == 7).then(|| code.get(..6)).flatten();
            assert!(
                icd.contains(&code) || without_encounter.is_some_and(|c| icd.contains(c)),
                "{code}"
            );
        }
        for code in service
            .procedures
            .iter()
            .filter(|c| c.starts_with(|c: char| c.is_ascii_uppercase()))
        {
            assert!(hcpcs.contains(*code), "{code}");
        }
    }
}

#[test]
fn every_denial_type_is_there_and_the_main_families_are_well_represented() {
    let precedents: Vec<Precedent> = entries("harbor").into_iter().map(|e| e.precedent).collect();
    let types: BTreeSet<i32> = precedents.iter().map(|p| denial_type(p).into()).collect();
    assert_eq!(types.len(), 25, "{types:?}");
    let count = |is: &dyn Fn(&Precedent) -> bool| precedents.iter().filter(|p| is(p)).count();
    let scans = count(&|p| p.title.starts_with("MRI lumbar") && denial_type(p) == Type::PriorAuthorization);
    let botox = count(&|p| p.title.starts_with("Botox") && denial_type(p) == Type::MedicalNecessity);
    assert!(scans >= 50 && botox >= 30, "{scans} scans, {botox} courses");
    let outcomes: BTreeMap<i32, usize> = precedents.iter().fold(BTreeMap::new(), |mut counts, p| {
        *counts.entry(p.outcome).or_default() += 1;
        counts
    });
    assert!(
        outcomes.get(&Outcome::Pending.into()).is_some_and(|n| *n >= 20),
        "{outcomes:?}"
    );
    assert!(
        precedents
            .iter()
            .all(|p| (FIRST_YEAR..=LAST_YEAR).contains(&p.event_year))
    );
}

/// The structure that is documented is in the data: complete evidence wins more often than little.
#[test]
fn evidence_and_type_move_the_win_rate() {
    let entries: Vec<Entry> = precedents("harbor", 4_000, &registries()).collect();
    let rate = |is: &dyn Fn(&Precedent) -> bool| {
        let chosen = entries.iter().map(|e| &e.precedent).filter(|p| is(p));
        let (won, decided) = chosen.fold((0_u32, 0_u32), |(won, decided), p| match p.outcome() {
            Outcome::Won | Outcome::Partial => (won + 1, decided + 1),
            Outcome::Lost => (won, decided + 1),
            Outcome::Unspecified
            | Outcome::Pending
            | Outcome::Withdrawn
            | Outcome::Dismissed
            | Outcome::Settled
            | Outcome::NotPursued
            | Outcome::Moot => (won, decided),
        });
        f64::from(won) / f64::from(decided.max(1))
    };
    let required = |p: &Precedent| {
        p.evidence_kit
            .iter()
            .flat_map(|k| &k.items)
            .filter(|i| i.is_required)
            .count()
    };
    let is_clinical = |p: &Precedent| denial_type(p) == Type::MedicalNecessity;
    let complete = rate(&|p| is_clinical(p) && required(p) >= 4);
    let thin = rate(&|p| is_clinical(p) && required(p) <= 2);
    assert!(complete > thin + 0.1, "{complete} against {thin}");
    let records = rate(&|p| denial_type(p) == Type::Documentation);
    let exclusions = rate(&|p| denial_type(p) == Type::NonCoveredBenefit);
    assert!(records > exclusions + 0.3, "{records} against {exclusions}");
}
