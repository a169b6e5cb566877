//! Properties over every combination the registry speaks of.

use proptest::prelude::*;

use super::super::super::super::registries::CodeAction;
use super::super::{
    AdjudicationState, Context, DenialType, RecoveryAction, ServiceLine, Suggestion, determine, is_appeal,
};
use super::{SET_ASIDE, adjustment, contests, judge, registries};
use crate::proto::stratum::v1::{Adjustment, GroupCode};

const GROUPS: [GroupCode; 4] = [GroupCode::Co, GroupCode::Pr, GroupCode::Oa, GroupCode::Pi];

/// Every combination the registry speaks of: each row with each group it allows and each remark.
fn registry_tuples() -> Vec<Adjustment> {
    let expand = |action: &CodeAction| {
        let groups = action.group_code.map_or(GROUPS.to_vec(), |group| vec![group]);
        let remarks: Vec<Vec<String>> = if action.rarcs.is_empty() {
            vec![Vec::new()]
        } else {
            action.rarcs.iter().map(|remark| vec![remark.clone()]).collect()
        };
        let carc = action.carc.clone();
        groups
            .into_iter()
            .flat_map(move |group| {
                let carc = carc.clone();
                remarks.clone().into_iter().map(move |rarcs| Adjustment {
                    group_code: group.into(),
                    carc: carc.clone(),
                    rarcs,
                    amount_minor: None,
                })
            })
            .collect::<Vec<_>>()
    };
    registries().code_actions.rows().iter().flat_map(expand).collect()
}

fn is_set_aside(judged: &Adjustment) -> bool {
    SET_ASIDE
        .iter()
        .map(|tuple| adjustment(tuple))
        .any(|aside| aside.group_code == judged.group_code && aside.carc == judged.carc)
}

#[test]
fn contractual_balance_is_never_billed_to_the_patient() {
    for tuple in registry_tuples()
        .into_iter()
        .filter(|a| a.group_code() == GroupCode::Co)
    {
        let answer = judge(ServiceLine {
            adjustments: vec![tuple.clone()],
            other_coverage: Some(false),
            ..ServiceLine::default()
        });
        let actions: Vec<_> = answer.alternatives().chain([answer.action()]).collect();
        let shares = tuple.carc == "1" || tuple.carc == "2" || tuple.carc == "3";
        assert!(shares || !actions.contains(&RecoveryAction::BillPatient), "{tuple:?}");
    }
}

#[test]
fn every_registry_tuple_beside_every_one_or_two_set_aside_codes() {
    for tuple in registry_tuples().into_iter().filter(|tuple| !is_set_aside(tuple)) {
        let alone = judge(ServiceLine {
            adjustments: vec![tuple.clone()],
            ..ServiceLine::default()
        });
        for (position, first) in SET_ASIDE.iter().enumerate() {
            for second in &SET_ASIDE[position..] {
                let adjustments = vec![adjustment(first), tuple.clone(), adjustment(second)];
                let beside = judge(ServiceLine {
                    adjustments,
                    ..ServiceLine::default()
                });
                let same = (
                    alone.action,
                    alone.appealable,
                    alone.denial_type,
                    &alone.guardrail_code,
                    &alone.alternatives,
                );
                let got = (
                    beside.action,
                    beside.appealable,
                    beside.denial_type,
                    &beside.guardrail_code,
                    &beside.alternatives,
                );
                assert_eq!(got, same, "{tuple:?} beside {first} and {second}");
            }
        }
    }
}

#[test]
fn no_registry_tuple_is_appealed_once_a_remark_forbids_it() {
    for remark in ["MA130", "N211"] {
        for tuple in registry_tuples() {
            for carrier in ["CO-45", "CO-50", "PR-1"] {
                let carrier = format!("{carrier}+{remark}");
                let adjustments = vec![tuple.clone(), adjustment(&carrier)];
                let answer = judge(ServiceLine {
                    adjustments,
                    ..ServiceLine::default()
                });
                assert!(!answer.appealable && !contests(&answer), "{tuple:?} beside {carrier}");
                if remark == "MA130" {
                    assert_eq!(answer.action(), RecoveryAction::CorrectedClaim, "{tuple:?}");
                }
            }
        }
    }
}

/// Any line that real combinations could make, hard cases over-represented.
fn any_line() -> impl Strategy<Value = ServiceLine> {
    let tuples = registry_tuples();
    let from_registry = (0..tuples.len()).prop_map(move |index| tuples[index].clone());
    let hard = prop::sample::select(vec![
        "PR-1",
        "PR-2",
        "CO-45",
        "OA-23",
        "CO-253",
        "CO-50",
        "CO-16+MA130",
        "CO-50+N211",
        "CO-236",
        "CO-151",
        "PR-50",
        "OA-18",
        "CO-197+N706",
        "CO-999",
    ])
    .prop_map(adjustment);
    let adjustments = prop::collection::vec(prop_oneof![from_registry, hard], 0..5);
    let indicators = (
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        prop::option::of(0..2),
        prop::option::of(1..4),
    );
    let modifiers = prop::collection::vec(prop::sample::select(vec!["59", "76", "LT"]), 0..2);
    (adjustments, indicators, modifiers).prop_map(|(adjustments, (abn, other, ncci, mue), modifiers)| ServiceLine {
        adjustments,
        modifiers: modifiers.into_iter().map(str::to_owned).collect(),
        abn_on_file: abn,
        other_coverage: other,
        ncci_modifier_indicator: ncci,
        mue_adjudication_indicator: mue,
        ..ServiceLine::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_of_adjustments_never_matters(line in any_line(), seed in any::<usize>()) {
        let mut other = line.clone();
        let turn = seed % line.adjustments.len().max(1);
        other.adjustments.reverse();
        other.adjustments.rotate_left(turn);
        for adjustment in &mut other.adjustments {
            adjustment.rarcs.reverse();
        }
        prop_assert_eq!(judge(line), judge(other));
    }

    #[test]
    fn guardrailed_lines_are_never_contested(line in any_line()) {
        let answer = judge(line.clone());
        if !answer.guardrail_code.is_empty() {
            prop_assert!(!answer.appealable && !contests(&answer), "{:?}", line);
        }
        if !answer.appealable {
            prop_assert!(!contests(&answer), "{:?}", line);
        }
        let all_set_aside = !line.adjustments.is_empty() && line.adjustments.iter().all(is_set_aside);
        if all_set_aside {
            prop_assert_eq!(answer.state(), AdjudicationState::Paid);
        }
    }

    #[test]
    fn a_suggestion_never_changes_what_codes_decided(line in any_line(), number in 1..26_i32) {
        let verdict = determine(std::slice::from_ref(&line), Context::default(), registries());
        let suggestion = Suggestion {
            denial_type: DenialType::try_from(number).expect("a denial type"),
            rationale: "suggested".to_owned(),
        };
        let (open, before) = (verdict.is_open(), verdict.determination().clone());
        let after = verdict.conclude(Some(&suggestion), Context::default(), registries());
        prop_assert!(open || after == before);
        prop_assert!(after.appealable || !is_appeal(after.action()));
    }

    #[test]
    fn no_line_is_worse_for_standing_beside_others(lines in prop::collection::vec(any_line(), 1..4)) {
        let together = determine(&lines, Context::default(), registries()).determination().clone();
        for (line, beside) in lines.iter().zip(&together.lines) {
            let alone = judge(line.clone());
            prop_assert_eq!(&alone.lines[0].deciding, &beside.deciding);
            prop_assert_eq!(alone.lines[0].action, beside.action);
        }
        let any_contested = together.lines.iter().any(|line| is_appeal(line.action()) && line.appealable);
        prop_assert_eq!(any_contested, is_appeal(together.action()));
    }
}
