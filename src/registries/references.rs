//! Checks between registry files: what one names, another must hold.

use crate::proto::stratum::v1::{DenialType, EvidenceKind};

use super::codes::{CodeAction, code_key};
use super::table::{Problems, Record, Registry};
use super::taxonomy::{DecisionCategory, DecisionField, DenialTypeInfo, EvidenceKindInfo};
use super::words::{CodeSystem, Word};
use super::{AppealRule, Payer, Plan, Registries};

/// Records every dangling reference and every incomplete list.
pub(super) fn check(registries: &Registries, problems: &Problems) {
    check_payers(registries, problems);
    check_plans(registries, problems);
    check_code_actions(registries, problems);
    check_appeal_rules(registries, problems);
    check_decision_categories(registries, problems);
    check_completeness(registries, problems);
}

/// Records a reference into a registry that holds no such key.
fn must_hold<T: Record>(
    registry: &Registry<T>,
    key: &str,
    (file, line, column): (&str, u64, &str),
    problems: &Problems,
) {
    // A registry without rows is a problem of its own file; its references would only repeat it.
    if !key.is_empty() && !registry.rows().is_empty() && !registry.contains(key) {
        problems.cell(file, line, column, format!("`{key}` is not in {}", T::FILE));
    }
}

fn check_payers(registries: &Registries, problems: &Problems) {
    for (line, payer) in registries.payers.with_lines() {
        let at = (Payer::FILE, line, "family_id");
        must_hold(&registries.payer_families, &payer.family_id, at, problems);
        for state in &payer.states {
            must_hold(
                &registries.jurisdictions,
                state,
                (Payer::FILE, line, "states"),
                problems,
            );
        }
    }
}

fn check_plans(registries: &Registries, problems: &Problems) {
    for (line, plan) in registries.plans.with_lines() {
        must_hold(
            &registries.payers,
            &plan.payer_id,
            (Plan::FILE, line, "payer_id"),
            problems,
        );
        if let Some(state) = &plan.state {
            must_hold(&registries.jurisdictions, state, (Plan::FILE, line, "state"), problems);
        }
    }
}

fn check_code_actions(registries: &Registries, problems: &Problems) {
    let file = CodeAction::FILE;
    for (line, action) in registries.code_actions.with_lines() {
        let carc = code_key(CodeSystem::Carc, &action.carc);
        must_hold(&registries.codes, &carc, (file, line, "carc"), problems);
        for rarc in &action.rarcs {
            let rarc = code_key(CodeSystem::Rarc, rarc);
            must_hold(&registries.codes, &rarc, (file, line, "rarcs"), problems);
        }
        if let Some(guardrail) = &action.guardrail_id {
            must_hold(
                &registries.guardrails,
                guardrail,
                (file, line, "guardrail_id"),
                problems,
            );
        }
    }
}

fn check_appeal_rules(registries: &Registries, problems: &Problems) {
    let file = AppealRule::FILE;
    for (line, rule) in registries.appeal_rules.with_lines() {
        let at = (file, line, "jurisdiction");
        must_hold(&registries.jurisdictions, &rule.jurisdiction, at, problems);
        if let Some(payer) = &rule.payer_id {
            must_hold(&registries.payers, payer, (file, line, "payer_id"), problems);
        }
        if let Some(plan) = &rule.plan_id {
            must_hold(&registries.plans, plan, (file, line, "plan_id"), problems);
        }
    }
}

fn check_decision_categories(registries: &Registries, problems: &Problems) {
    for (line, category) in registries.decision_categories.with_lines() {
        let at = (DecisionCategory::FILE, line, "target_id");
        match category.field {
            DecisionField::Diagnosis | DecisionField::DiagnosisSub => {
                must_hold(&registries.diagnosis_groups, &category.target_id, at, problems);
            }
            DecisionField::Treatment | DecisionField::TreatmentSub => {
                must_hold(&registries.service_categories, &category.target_id, at, problems);
            }
        }
    }
}

/// Every value of the contract's enums must have its row.
fn check_completeness(registries: &Registries, problems: &Problems) {
    for number in 1..=i32::from(u8::MAX) {
        if let Ok(denial_type) = DenialType::try_from(number)
            && !registries.denial_types.contains(denial_type.word())
        {
            let reason = format!("has no row for {}", denial_type.word());
            problems.file(DenialTypeInfo::FILE, reason);
        }
        if let Ok(kind) = EvidenceKind::try_from(number)
            && !registries.evidence_kinds.contains(kind.word())
        {
            problems.file(EvidenceKindInfo::FILE, format!("has no row for {}", kind.word()));
        }
    }
}
