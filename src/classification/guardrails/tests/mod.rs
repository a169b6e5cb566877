mod properties;

use std::sync::OnceLock;

use super::super::super::registries::Source;
use super::*;
use crate::proto::stratum::v1::{Adjustment, GroupCode, LineDetermination};

fn registries() -> &'static Registries {
    static REGISTRIES: OnceLock<Registries> = OnceLock::new();
    REGISTRIES.get_or_init(|| Registries::load(&Source::Embedded).expect("the release is sound"))
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
    determine(&[line], context, registries()).determination().clone()
}

fn contests(determination: &Determination) -> bool {
    let own = std::iter::once(determination.action()).chain(determination.alternatives());
    own.into_iter().any(is_appeal) || determination.lines.iter().any(|line| is_appeal(line.action()))
}

/// What is no denial, and may stand beside anything.
const SET_ASIDE: [&str; 6] = ["PR-1", "PR-2", "PR-3", "CO-45", "OA-23", "CO-253"];

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
    assert_eq!(covered.alternatives, [i32::from(RecoveryAction::BillPatient)]);
}

#[test]
fn what_is_no_denial_is_closed_when_alone() {
    for tuples in [&["CO-45"][..], &["OA-23"], &["CO-253"], &["CO-45", "CO-253"]] {
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
    assert!(answer.alternatives().any(|other| other == RecoveryAction::PeerToPeer));
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
        (AdjudicationState::Unprocessable, RecoveryAction::CorrectedClaim),
        (AdjudicationState::Reversed, RecoveryAction::Close),
        (AdjudicationState::Pended, RecoveryAction::SubmitDocumentation),
    ] {
        let context = Context {
            adjudication: state,
            ..Context::default()
        };
        for lines in [&[][..], &[line(&["CO-50"])]] {
            let answer = determine(lines, context, registries()).determination().clone();
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
        determine(lines, Context::default(), registries()).conclude(Some(&suggestion), Context::default(), registries())
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
