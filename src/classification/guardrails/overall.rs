//! From the judgements of the lines to one answer for the claim.

use std::cmp::Reverse;

use super::super::super::registries::Registries;
use super::judgement::{Judgement, tier};
use super::line::LineVerdict;
use super::rules::Guardrail;
use super::{Context, Verdict, is_appeal, numbers, words_of};
use crate::proto::stratum::v1::{AdjudicationState, DenialType, Determination, LineDetermination, RecoveryAction};

/// Combines the lines: the most valuable one that can be appealed leads, each line keeps its own.
pub(super) fn combine(lines: &[LineVerdict], context: Context, registries: &Registries) -> Verdict {
    let lead = lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| Some((index, line, line.judgement.as_ref()?)))
        .min_by_key(|(index, line, judgement)| (tier(judgement), Reverse(line.at_stake_minor), *index));
    let mut determination = Determination {
        lines: lines
            .iter()
            .enumerate()
            .map(|(index, line)| line_answer(index, line))
            .collect(),
        ..Determination::default()
    };
    determination.set_state(state(lines, context));
    let Some((index, line, judgement)) = lead else {
        if let Some((rule, action)) = rule_without_lines(context) {
            determination.set_action(action);
            rule.id().clone_into(&mut determination.guardrail_code);
            determination.set_denial_type(rule.denial_type().unwrap_or(DenialType::Unspecified));
            determination.rationale.push(rule.sentence(registries, action));
            return Verdict {
                determination,
                open: false,
            };
        }
        determination
            .rationale
            .extend(lines.iter().filter_map(unknown_sentence));
        return Verdict {
            determination,
            open: true,
        };
    };
    determination.set_action(judgement.action);
    determination.set_denial_type(judgement.denial_type);
    determination.set_core_scenario(judgement.core_scenario);
    determination.guardrail_code = judgement.guardrail.map(|rule| rule.id().to_owned()).unwrap_or_default();
    determination.appealable = lines
        .iter()
        .filter_map(|line| line.judgement.as_ref())
        .any(|j| j.appealable);
    determination.required_evidence = numbers(&judgement.evidence);
    determination.alternatives = alternatives(lines, line, judgement);
    determination.rationale = rationale(lines, index, line, judgement, registries);
    Verdict {
        determination,
        open: false,
    }
}

/// The rules that the state of adjudication alone brings.
fn rule_without_lines(context: Context) -> Option<(Guardrail, RecoveryAction)> {
    match context.adjudication {
        AdjudicationState::Rejected => Some((Guardrail::RejectedAtFrontEnd, RecoveryAction::CorrectedClaim)),
        AdjudicationState::Unprocessable => Some((Guardrail::UnprocessableMa130, RecoveryAction::CorrectedClaim)),
        AdjudicationState::Reversed => Some((Guardrail::ReversalIsNoDenial, RecoveryAction::Close)),
        AdjudicationState::Pended => Some((Guardrail::NotDecidedYet, RecoveryAction::SubmitDocumentation)),
        AdjudicationState::Unspecified
        | AdjudicationState::Denied
        | AdjudicationState::PartiallyDenied
        | AdjudicationState::Paid => None,
    }
}

fn line_answer(index: usize, line: &LineVerdict) -> LineDetermination {
    let mut answer = LineDetermination {
        line: i32::try_from(index).unwrap_or(i32::MAX),
        set_aside: line.set_aside.clone(),
        ..LineDetermination::default()
    };
    if let Some(judgement) = &line.judgement {
        answer.set_action(judgement.action);
        answer.set_denial_type(judgement.denial_type);
        answer.guardrail_code = judgement.guardrail.map(|rule| rule.id().to_owned()).unwrap_or_default();
        answer.appealable = judgement.appealable;
        answer.deciding.clone_from(&judgement.deciding);
    }
    answer
}

/// How far adjudication went: what the caller knows, else what the lines show.
fn state(lines: &[LineVerdict], context: Context) -> AdjudicationState {
    if context.adjudication != AdjudicationState::Unspecified {
        return context.adjudication;
    }
    let kinds = lines
        .iter()
        .filter_map(|line| line.judgement.as_ref())
        .map(|j| j.denial_type);
    let (mut unprocessable, mut none, mut denied) = (0, 0, 0);
    for kind in kinds {
        if kind == DenialType::Unprocessable {
            unprocessable += 1;
        } else if kind == DenialType::NotADenial {
            none += 1;
        } else {
            denied += 1;
        }
    }
    match (denied, unprocessable, none) {
        (0, 0, 0) => AdjudicationState::Unspecified,
        (0, 0, _) => AdjudicationState::Paid,
        (0, _, _) => AdjudicationState::Unprocessable,
        (_, 0, 0) => AdjudicationState::Denied,
        _ => AdjudicationState::PartiallyDenied,
    }
}

/// Other actions: the leader's own first, then what the rest of the claim asks for.
fn alternatives(lines: &[LineVerdict], lead: &LineVerdict, judgement: &Judgement) -> Vec<i32> {
    let others = lines
        .iter()
        .filter_map(|line| line.judgement.as_ref())
        .map(|j| j.action);
    let all = judgement
        .alternatives
        .iter()
        .copied()
        .chain(lead.further.iter().copied())
        .chain(others);
    let mut kept: Vec<RecoveryAction> = Vec::new();
    for action in all {
        let allowed = judgement.guardrail.is_none() || !is_appeal(action);
        if action != judgement.action && allowed && !kept.contains(&action) {
            kept.push(action);
        }
    }
    kept.into_iter().map(i32::from).collect()
}

fn rationale(
    lines: &[LineVerdict],
    lead_index: usize,
    lead: &LineVerdict,
    judgement: &Judgement,
    registries: &Registries,
) -> Vec<String> {
    let mut sentences = vec![code_sentence(judgement, registries)];
    if let Some(rule) = judgement.guardrail {
        sentences.push(rule.sentence(registries, judgement.action));
    } else if !judgement.rationale.is_empty() {
        sentences.push(judgement.rationale.clone());
    }
    if !lead.set_aside.is_empty() && !lead.set_aside.contains(&judgement.deciding) {
        sentences.push(format!("Set aside as no denial: {}.", lead.set_aside.join(", ")));
    }
    for (index, line) in lines.iter().enumerate().filter(|(index, _)| *index != lead_index) {
        if let Some(other) = &line.judgement {
            let sentence = format!("Line {}: {} for {}.", index + 1, words_of(other.action), other.deciding);
            sentences.push(sentence);
        }
    }
    sentences.extend(lines.iter().filter_map(unknown_sentence));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// What the deciding code means, and what is odd about how it was used.
fn code_sentence(judgement: &Judgement, registries: &Registries) -> String {
    let number = judgement.deciding.rsplit('-').next().unwrap_or_default();
    let Some(code) = registries.carc(number) else {
        return String::new();
    };
    let retired = if code.current { "" } else { " The code is retired." };
    format!("{}: {}.{retired}", judgement.deciding, code.label)
}

fn unknown_sentence(line: &LineVerdict) -> Option<String> {
    let unknown = &line.unknown;
    (!unknown.is_empty()).then(|| format!("Not in the registry, so not judged: {}.", unknown.join(", ")))
}
