use std::sync::OnceLock;

use proptest::prelude::*;

use super::super::super::registries::{CodeAction, Source};
use super::*;
use crate::proto::stratum::v1::{Adjustment, GroupCode, LineDetermination};

fn registries() -> &'static Registries {
    static REGISTRIES: OnceLock<Registries> = OnceLock::new();
    REGISTRIES.get_or_init(|| Registries::load(Source::Embedded).expect("the release is sound"))
}

/// `CO-16+MA130+M76` as an adjustment.
fn adjustment(tuple: &str) -> Adjustment {
    let (group, rest) = tuple.split_once('-').expect("a group code");
    let mut codes = rest.split('+');
    let mut adjustment = Adjustment {
        carc: codes.next().expect("a CARC").to_owned(),
        rarcs: codes.map(str::to_owned).collect(),
        ..Adjustment::default()
    };
    adjustment.set_group_code(GroupCode::from_word(group).expect("a known group"));
    adjustment
}

fn line(tuples: &[&str]) -> ServiceLine {
    ServiceLine {
        adjustments: tuples.iter().map(|tuple| adjustment(tuple)).collect(),
        ..ServiceLine::default()
    }
}

fn judge(line: ServiceLine) -> Determination {
    judge_in(line, Context::default())
}

fn judge_in(line: ServiceLine, context: Context) -> Determination {
    determine(&[line], context, registries())
        .determination()
        .clone()
}

fn contests(determination: &Determination) -> bool {
    let own = std::iter::once(determination.action()).chain(determination.alternatives());
    own.into_iter().any(is_appeal)
        || determination
            .lines
            .iter()
            .any(|line| is_appeal(line.action()))
}

/// What is no denial, and may stand beside anything.
const SET_ASIDE: [&str; 6] = ["PR-1", "PR-2", "PR-3", "CO-45", "OA-23", "CO-253"];

const GROUPS: [GroupCode; 4] = [GroupCode::Co, GroupCode::Pr, GroupCode::Oa, GroupCode::Pi];

/// Every combination the registry speaks of: each row with each group it allows and each remark.
fn registry_tuples() -> Vec<Adjustment> {
    let expand = |action: &CodeAction| {
        let groups = action
            .group_code
            .map_or(GROUPS.to_vec(), |group| vec![group]);
        let remarks: Vec<Vec<String>> = if action.rarcs.is_empty() {
            vec![Vec::new()]
        } else {
            action
                .rarcs
                .iter()
                .map(|remark| vec![remark.clone()])
                .collect()
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
    registries()
        .code_actions
        .rows()
        .iter()
        .flat_map(expand)
        .collect()
}

fn is_set_aside(adjustment: &Adjustment) -> bool {
    SET_ASIDE
        .iter()
        .map(|tuple| super::tests::adjustment(tuple))
        .any(|aside| aside.group_code == adjustment.group_code && aside.carc == adjustment.carc)
}

#[test]
fn every_guardrail_has_its_row_in_the_same_order() {
    let rows = registries().guardrails.rows();
    let by_order: Vec<&str> = {
        let mut sorted: Vec<_> = rows.iter().collect();
        sorted.sort_by_key(|row| row.order);
        sorted.iter().map(|row| row.id.as_str()).collect()
    };
    assert_eq!(by_order, Guardrail::ALL.map(Guardrail::id));
}

#[test]
fn unprocessable_is_corrected_and_never_appealed() {
    let answer = judge(line(&["CO-16+MA130"]));
    assert_eq!(answer.action(), RecoveryAction::CorrectedClaim);
    assert_eq!(answer.denial_type(), DenialType::Unprocessable);
    assert_eq!(answer.state(), AdjudicationState::Unprocessable);
    assert_eq!(answer.guardrail_code, "UNPROCESSABLE_MA130");
    assert!(!answer.appealable && !contests(&answer));
}

#[test]
fn deductible_alone_is_billed_to_the_patient_or_the_secondary_payer_first() {
    let alone = judge(line(&["PR-1"]));
    assert_eq!(alone.action(), RecoveryAction::BillPatient);
    assert_eq!(alone.state(), AdjudicationState::Paid);
    assert_eq!(alone.guardrail_code, "PATIENT_SHARE");

    let covered = judge(ServiceLine {
        other_coverage: Some(true),
        ..line(&["PR-1", "CO-45"])
    });
    assert_eq!(covered.action(), RecoveryAction::BillSecondary);
    assert_eq!(
        covered.alternatives,
        [i32::from(RecoveryAction::BillPatient)]
    );
}

#[test]
fn what_is_no_denial_is_closed_when_alone() {
    for tuples in [
        &["CO-45"][..],
        &["OA-23"],
        &["CO-253"],
        &["CO-45", "CO-253"],
    ] {
        let answer = judge(line(tuples));
        assert_eq!(answer.action(), RecoveryAction::Close, "{tuples:?}");
        assert_eq!(answer.denial_type(), DenialType::NotADenial);
        assert!(!answer.appealable);
    }
}

#[test]
fn deductible_beside_a_denial_leaves_it_appealable() {
    let answer = judge(line(&["PR-1", "CO-50"]));
    assert_eq!(answer.action(), RecoveryAction::Appeal);
    assert_eq!(answer.denial_type(), DenialType::MedicalNecessity);
    assert!(answer.appealable);
    assert_eq!(answer.lines[0].set_aside, ["PR-1"]);
    assert_eq!(answer.lines[0].deciding, "CO-50");
}

#[test]
fn missing_authorisation_with_a_document_remark_and_a_deductible() {
    let answer = judge(line(&["CO-197+N706", "PR-1"]));
    assert_eq!(answer.denial_type(), DenialType::PriorAuthorization);
    assert_eq!(answer.action(), RecoveryAction::Appeal);
    assert!(
        answer
            .alternatives()
            .any(|other| other == RecoveryAction::PeerToPeer)
    );
    assert!(
        answer
            .required_evidence()
            .any(|kind| kind == EvidenceKind::AuthorizationRecord)
    );

    let early = Context {
        service_timing: ServiceTiming::PreService,
        ..Context::default()
    };
    let answer = judge_in(line(&["CO-197+N706", "PR-1"]), early);
    assert_eq!(answer.action(), RecoveryAction::PeerToPeer);
    assert_eq!(answer.alternatives().next(), Some(RecoveryAction::Appeal));
}

#[test]
fn remark_without_appeal_right_takes_the_appeal_away_and_keeps_the_rest() {
    let closed = judge(line(&["CO-50+N211"]));
    assert_eq!(closed.action(), RecoveryAction::Close);
    assert_eq!(closed.guardrail_code, "NO_APPEAL_RIGHT");
    assert_eq!(closed.denial_type(), DenialType::MedicalNecessity);
    let patients = judge(line(&["PR-204+N211"]));
    assert_eq!(patients.action(), RecoveryAction::BillPatient);
    let corrected = judge(line(&["CO-97+N211"]));
    assert_eq!(corrected.action(), RecoveryAction::CorrectedClaim);
    for answer in [closed, patients, corrected] {
        assert!(!answer.appealable && !contests(&answer), "{answer:?}");
    }
}

#[test]
fn indicators_decide_about_pairs_and_units() {
    let pair = |indicator| {
        judge(ServiceLine {
            ncci_modifier_indicator: indicator,
            ..line(&["CO-236"])
        })
    };
    assert_eq!(pair(Some(0)).action(), RecoveryAction::Close);
    assert_eq!(pair(Some(0)).guardrail_code, "PAIR_NEVER_UNBUNDLED");
    assert_eq!(pair(Some(1)).action(), RecoveryAction::CorrectedClaim);
    assert_eq!(pair(None).action(), RecoveryAction::CorrectedClaim);

    let units = |indicator| {
        judge(ServiceLine {
            mue_adjudication_indicator: indicator,
            ..line(&["CO-151"])
        })
    };
    assert_eq!(units(Some(1)).action(), RecoveryAction::CorrectedClaim);
    assert_eq!(units(Some(2)).action(), RecoveryAction::Close);
    assert_eq!(units(Some(3)).action(), RecoveryAction::Appeal);
    assert!(!units(Some(2)).appealable && units(Some(3)).appealable);
}

#[test]
fn advance_notice_moves_the_balance_to_the_patient() {
    let with = judge(ServiceLine {
        abn_on_file: Some(true),
        ..line(&["PR-50"])
    });
    assert_eq!(with.action(), RecoveryAction::BillPatient);
    assert!(!with.appealable);
    assert_eq!(judge(line(&["PR-50"])).action(), RecoveryAction::Appeal);
    let contractual = judge(ServiceLine {
        abn_on_file: Some(true),
        ..line(&["CO-50"])
    });
    assert_eq!(contractual.action(), RecoveryAction::Appeal);
}

#[test]
fn duplicate_is_closed_unless_a_modifier_says_it_is_distinct() {
    assert_eq!(judge(line(&["OA-18+N522"])).action(), RecoveryAction::Close);
    let repeated = ServiceLine {
        modifiers: vec!["76".to_owned()],
        ..line(&["OA-18+N522"])
    };
    let answer = judge(repeated);
    assert_eq!(answer.action(), RecoveryAction::Appeal);
    assert!(answer.appealable && answer.guardrail_code.is_empty());
}

#[test]
fn hard_rule_about_one_code_decides_for_the_whole_line() {
    let answer = judge(ServiceLine {
        ncci_modifier_indicator: Some(0),
        ..line(&["CO-50", "CO-236"])
    });
    assert_eq!(answer.action(), RecoveryAction::Close);
    assert!(!contests(&answer));
}

#[test]
fn domain_table_of_tuples() {
    use DenialType as D;
    use RecoveryAction as A;
    let table = [
        ("CO-50", D::MedicalNecessity, A::Appeal),
        ("CO-50+N115", D::MedicalNecessity, A::Appeal),
        ("CO-197", D::PriorAuthorization, A::Appeal),
        ("CO-15", D::PriorAuthorization, A::CorrectedClaim),
        ("CO-288", D::Referral, A::Appeal),
        ("CO-29", D::TimelyFiling, A::Appeal),
        ("CO-97+M15", D::Bundling, A::Appeal),
        ("CO-97+N19", D::Bundling, A::Appeal),
        ("CO-4", D::Coding, A::CorrectedClaim),
        ("CO-11", D::Coding, A::CorrectedClaim),
        ("CO-16+M76", D::Coding, A::CorrectedClaim),
        ("CO-16", D::MissingInformation, A::CorrectedClaim),
        ("CO-252+N706", D::Documentation, A::SubmitDocumentation),
        ("CO-252+N705", D::Documentation, A::SubmitDocumentation),
        ("OA-22+MA04", D::CoordinationOfBenefits, A::RebillOtherPayer),
        ("OA-22+N4", D::CoordinationOfBenefits, A::RebillOtherPayer),
        ("OA-109", D::CoordinationOfBenefits, A::RebillOtherPayer),
        ("CO-31", D::Eligibility, A::CorrectedClaim),
        ("CO-26", D::Eligibility, A::CorrectedClaim),
        ("CO-27", D::Eligibility, A::CorrectedClaim),
        ("CO-140", D::Eligibility, A::CorrectedClaim),
        ("CO-204", D::NonCoveredBenefit, A::Close),
        ("CO-96+N130", D::NonCoveredBenefit, A::Close),
        ("CO-119", D::BenefitLimit, A::BillSecondary),
        ("CO-B7", D::ProviderEligibility, A::Appeal),
        ("CO-55", D::Experimental, A::Appeal),
        ("CO-56", D::Experimental, A::Appeal),
        ("CO-242", D::Network, A::Appeal),
        ("CO-243", D::Network, A::Appeal),
        ("CO-150", D::LevelOfCare, A::Appeal),
        ("CO-152", D::LevelOfCare, A::Appeal),
    ];
    for (tuple, denial_type, action) in table {
        let answer = judge(line(&[tuple]));
        assert_eq!(
            (answer.denial_type(), answer.action()),
            (denial_type, action),
            "{tuple}"
        );
        assert!(!answer.rationale.is_empty(), "{tuple}");
    }
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
        assert!(
            shares || !actions.contains(&RecoveryAction::BillPatient),
            "{tuple:?}"
        );
    }
}

#[test]
fn most_valuable_appealable_line_leads_and_each_line_keeps_its_own() {
    let priced = |tuple: &str, cents| {
        let mut line = line(&[tuple]);
        line.adjustments[0].amount_minor = Some(cents);
        line
    };
    let lines = [
        priced("CO-16", 900_000),
        priced("CO-50", 10_000),
        priced("CO-197", 50_000),
        line(&["PR-1"]),
    ];
    let verdict = determine(&lines, Context::default(), registries());
    let answer = verdict.determination();
    assert_eq!(answer.denial_type(), DenialType::PriorAuthorization);
    assert_eq!(answer.state(), AdjudicationState::PartiallyDenied);
    let actions: Vec<_> = answer.lines.iter().map(LineDetermination::action).collect();
    assert_eq!(
        actions,
        [
            RecoveryAction::CorrectedClaim,
            RecoveryAction::Appeal,
            RecoveryAction::Appeal,
            RecoveryAction::BillPatient
        ]
    );
    assert!(
        answer
            .alternatives()
            .any(|other| other == RecoveryAction::CorrectedClaim)
    );
}

#[test]
fn states_without_a_decision_leave_nothing_to_appeal() {
    for (state, action) in [
        (AdjudicationState::Rejected, RecoveryAction::CorrectedClaim),
        (
            AdjudicationState::Unprocessable,
            RecoveryAction::CorrectedClaim,
        ),
        (AdjudicationState::Reversed, RecoveryAction::Close),
        (
            AdjudicationState::Pended,
            RecoveryAction::SubmitDocumentation,
        ),
    ] {
        let context = Context {
            adjudication: state,
            ..Context::default()
        };
        for lines in [&[][..], &[line(&["CO-50"])]] {
            let answer = determine(lines, context, registries())
                .determination()
                .clone();
            assert_eq!(answer.action(), action, "{state:?}");
            assert!(!answer.appealable && !contests(&answer), "{state:?}");
        }
    }
}

#[test]
fn unknown_codes_are_said_and_left_open() {
    let verdict = determine(&[line(&["CO-999"])], Context::default(), registries());
    assert!(verdict.is_open());
    assert_eq!(
        verdict.determination().rationale,
        ["Not in the registry, so not judged: CO-999."]
    );
}

#[test]
fn words_fill_an_open_verdict_only() {
    let suggestion = Suggestion {
        denial_type: DenialType::MedicalNecessity,
        rationale: "The text says so.".to_owned(),
    };
    let conclude = |lines: &[ServiceLine]| {
        determine(lines, Context::default(), registries()).conclude(
            Some(&suggestion),
            Context::default(),
            registries(),
        )
    };
    let open = conclude(&[]);
    assert_eq!(
        (open.denial_type(), open.action()),
        (DenialType::MedicalNecessity, RecoveryAction::Appeal)
    );
    assert!(open.appealable && !open.required_evidence.is_empty());
    let closed = conclude(&[line(&["CO-16+MA130"])]);
    assert_eq!(closed, judge(line(&["CO-16+MA130"])));
    let share = conclude(&[line(&["PR-1"])]);
    assert_eq!(share, judge(line(&["PR-1"])));
}

#[test]
fn every_registry_tuple_beside_every_one_or_two_set_aside_codes() {
    for tuple in registry_tuples()
        .into_iter()
        .filter(|tuple| !is_set_aside(tuple))
    {
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
                assert!(
                    !answer.appealable && !contests(&answer),
                    "{tuple:?} beside {carrier}"
                );
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
    .prop_map(|tuple| adjustment(tuple));
    let adjustments = prop::collection::vec(prop_oneof![from_registry, hard], 0..5);
    let indicators = (
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        prop::option::of(0..2),
        prop::option::of(1..4),
    );
    let modifiers = prop::collection::vec(prop::sample::select(vec!["59", "76", "LT"]), 0..2);
    (adjustments, indicators, modifiers).prop_map(
        |(adjustments, (abn, other, ncci, mue), modifiers)| ServiceLine {
            adjustments,
            modifiers: modifiers.into_iter().map(str::to_owned).collect(),
            abn_on_file: abn,
            other_coverage: other,
            ncci_modifier_indicator: ncci,
            mue_adjudication_indicator: mue,
            ..ServiceLine::default()
        },
    )
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
