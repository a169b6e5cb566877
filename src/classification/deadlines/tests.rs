use std::sync::OnceLock;

use proptest::prelude::*;
use time::macros::date;

use super::super::super::registries::{Confidence, Registries, Roll, Source, TimeUnit};
use super::calendar::{
    add_business_days, add_months, is_business_day, is_federal_holiday, next_business_day,
};
use super::*;
use crate::proto::stratum::v1::DenialDates;

fn rules() -> &'static [AppealRule] {
    static REGISTRIES: OnceLock<Registries> = OnceLock::new();
    let registries = REGISTRIES
        .get_or_init(|| Registries::load(Source::Embedded).expect("the release is sound"));
    registries.appeal_rules.rows()
}

const MONDAY: Date = date!(2026 - 03 - 02);

/// A query about a program, asked on the Monday that the dates of most cases fall on.
fn about(line_of_business: LineOfBusiness) -> Query {
    Query {
        line_of_business,
        ..Query::on(MONDAY)
    }
}

fn denied(line_of_business: LineOfBusiness, level: AppealLevel) -> Query {
    let dates = Dates {
        notice: Some(MONDAY),
        prior_decision: Some(MONDAY),
        ..Dates::default()
    };
    Query {
        level,
        dates,
        ..about(line_of_business)
    }
}

fn asked(
    line_of_business: LineOfBusiness,
    level: AppealLevel,
    urgency: Urgency,
    service_timing: ServiceTiming,
) -> Query {
    let dates = Dates {
        request: Some(MONDAY),
        ..Dates::default()
    };
    let adjudication = AdjudicationState::Pended;
    Query {
        level,
        urgency,
        service_timing,
        adjudication,
        dates,
        ..about(line_of_business)
    }
}

fn clock(rule_id: &str, query: &Query) -> Clock {
    let clocks = compute(rules(), query);
    let found = clocks
        .iter()
        .find(|clock| clock.deadline.rule_id == rule_id);
    found
        .unwrap_or_else(|| panic!("{rule_id} is not among {clocks:#?}"))
        .clone()
}

fn warns(clock: &Clock, part: &str) -> bool {
    clock
        .deadline
        .warnings
        .iter()
        .any(|warning| warning.contains(part))
}

fn binding(clocks: &[Clock]) -> Vec<&str> {
    let bound = clocks.iter().filter(|clock| clock.deadline.binding);
    bound.map(|clock| clock.deadline.rule_id.as_str()).collect()
}

#[test]
fn filing_windows_of_every_program() {
    use AppealLevel as L;
    use LineOfBusiness as P;
    let table = [
        (
            "erisa-internal-appeal",
            P::CommercialSelfFunded,
            L::InitialDetermination,
            "2026-08-29",
        ),
        (
            "aca-external-review",
            P::CommercialSelfFunded,
            L::Internal1,
            "2026-07-02",
        ),
        (
            "medicare-ffs-redetermination",
            P::MedicareFfs,
            L::InitialDetermination,
            "2026-07-05",
        ),
        (
            "medicare-ffs-reconsideration",
            P::MedicareFfs,
            L::Internal1,
            "2026-09-03",
        ),
        (
            "medicare-ffs-alj-2026",
            P::MedicareFfs,
            L::Ire,
            "2026-05-06",
        ),
        ("medicare-ffs-council", P::MedicareFfs, L::Alj, "2026-05-06"),
        (
            "medicare-ffs-court-2026",
            P::MedicareFfs,
            L::AppealsCouncil,
            "2026-05-06",
        ),
        (
            "ma-reconsideration-2025",
            P::MedicareAdvantage,
            L::InitialDetermination,
            "2026-05-06",
        ),
        ("ma-alj-2026", P::MedicareAdvantage, L::Ire, "2026-05-01"),
        ("ma-council", P::MedicareAdvantage, L::Alj, "2026-05-06"),
        (
            "ma-court",
            P::MedicareAdvantage,
            L::AppealsCouncil,
            "2026-05-06",
        ),
        (
            "part-d-redetermination-2025",
            P::MedicarePartD,
            L::InitialDetermination,
            "2026-05-06",
        ),
        (
            "part-d-reconsideration",
            P::MedicarePartD,
            L::Internal1,
            "2026-05-06",
        ),
        ("part-d-alj", P::MedicarePartD, L::Ire, "2026-05-06"),
        ("part-d-council", P::MedicarePartD, L::Alj, "2026-05-01"),
        (
            "medicaid-plan-appeal",
            P::MedicaidMco,
            L::InitialDetermination,
            "2026-05-01",
        ),
        (
            "medicaid-plan-state-fair-hearing",
            P::MedicaidMco,
            L::Internal1,
            "2026-06-30",
        ),
        (
            "medicaid-ffs-state-fair-hearing",
            P::MedicaidFfs,
            L::InitialDetermination,
            "2026-05-31",
        ),
        (
            "provider-dispute",
            P::CommercialFullyInsured,
            L::InitialDetermination,
            "",
        ),
        (
            "surprise-bill-open-negotiation",
            P::CommercialFullyInsured,
            L::InitialDetermination,
            "",
        ),
        (
            "fehb-reconsideration",
            P::Fehb,
            L::InitialDetermination,
            "2026-09-02",
        ),
        ("fehb-opm-review", P::Fehb, L::Internal1, "2026-05-31"),
        (
            "tricare-reconsideration",
            P::Tricare,
            L::InitialDetermination,
            "2026-05-31",
        ),
    ];
    for (rule, program, level, due) in table {
        let clock = clock(rule, &denied(program, level));
        assert_eq!(clock.deadline.due_date, due, "{rule}");
        assert_eq!(clock.kind, ClockKind::Filing, "{rule}");
        assert!(!clock.deadline.citation.is_empty(), "{rule}");
    }
}

#[test]
fn decision_clocks_of_every_program() {
    use AppealLevel as L;
    use LineOfBusiness as P;
    use ServiceTiming::{Concurrent, PostService, PreService};
    use Urgency::{Expedited, Standard};
    // 72 hours from the midnight that ends 2 March end with 5 March.
    let table = [
        (
            "erisa-claim-urgent",
            P::CommercialSelfFunded,
            L::InitialDetermination,
            Expedited,
            PreService,
            "2026-03-05",
        ),
        (
            "erisa-claim-pre-service",
            P::CommercialSelfFunded,
            L::InitialDetermination,
            Standard,
            PreService,
            "2026-03-17",
        ),
        (
            "erisa-claim-pre-service-extended",
            P::CommercialSelfFunded,
            L::InitialDetermination,
            Standard,
            PreService,
            "2026-04-01",
        ),
        (
            "erisa-claim-post-service",
            P::CommercialSelfFunded,
            L::InitialDetermination,
            Standard,
            PostService,
            "2026-04-01",
        ),
        (
            "erisa-claim-post-service-extended",
            P::CommercialSelfFunded,
            L::InitialDetermination,
            Standard,
            PostService,
            "2026-04-16",
        ),
        (
            "erisa-claim-concurrent-extension",
            P::CommercialSelfFunded,
            L::InitialDetermination,
            Expedited,
            Concurrent,
            "2026-03-03",
        ),
        (
            "erisa-appeal-urgent",
            P::CommercialSelfFunded,
            L::Internal1,
            Expedited,
            PreService,
            "2026-03-05",
        ),
        (
            "erisa-appeal-pre-service",
            P::CommercialSelfFunded,
            L::Internal1,
            Standard,
            PreService,
            "2026-04-01",
        ),
        (
            "erisa-appeal-post-service",
            P::CommercialSelfFunded,
            L::Internal1,
            Standard,
            PostService,
            "2026-05-01",
        ),
        (
            "erisa-two-levels-first-pre-service",
            P::CommercialSelfFunded,
            L::Internal1,
            Standard,
            PreService,
            "2026-03-17",
        ),
        (
            "erisa-two-levels-second-post-service",
            P::CommercialSelfFunded,
            L::Internal2,
            Standard,
            PostService,
            "2026-04-01",
        ),
        (
            "aca-external-preliminary-review",
            P::CommercialSelfFunded,
            L::ExternalReview,
            Standard,
            PreService,
            "2026-03-09",
        ),
        (
            "aca-external-decision",
            P::CommercialSelfFunded,
            L::ExternalReview,
            Standard,
            PreService,
            "2026-04-16",
        ),
        (
            "aca-expedited-external-decision",
            P::CommercialSelfFunded,
            L::ExpeditedExternal,
            Expedited,
            PreService,
            "2026-03-05",
        ),
        (
            "medicare-ffs-redetermination-decision",
            P::MedicareFfs,
            L::Internal1,
            Standard,
            PostService,
            "2026-05-01",
        ),
        (
            "medicare-ffs-reconsideration-decision",
            P::MedicareFfs,
            L::Ire,
            Standard,
            PostService,
            "2026-05-01",
        ),
        (
            "medicare-ffs-alj-decision",
            P::MedicareFfs,
            L::Alj,
            Standard,
            PostService,
            "2026-05-31",
        ),
        (
            "medicare-ffs-council-decision",
            P::MedicareFfs,
            L::AppealsCouncil,
            Standard,
            PostService,
            "2026-05-31",
        ),
        (
            "ma-reconsideration-expedited-decision",
            P::MedicareAdvantage,
            L::Internal1,
            Expedited,
            PreService,
            "2026-03-05",
        ),
        (
            "ma-reconsideration-decision",
            P::MedicareAdvantage,
            L::Internal1,
            Standard,
            PreService,
            "2026-04-01",
        ),
        (
            "ma-reconsideration-part-b-drug-decision",
            P::MedicareAdvantage,
            L::Internal1,
            Standard,
            PreService,
            "2026-03-09",
        ),
        (
            "ma-reconsideration-payment-decision",
            P::MedicareAdvantage,
            L::Internal1,
            Standard,
            PostService,
            "2026-05-01",
        ),
        (
            "part-d-redetermination-expedited-decision",
            P::MedicarePartD,
            L::Internal1,
            Expedited,
            PreService,
            "2026-03-05",
        ),
        (
            "part-d-redetermination-decision",
            P::MedicarePartD,
            L::Internal1,
            Standard,
            PreService,
            "2026-03-09",
        ),
        (
            "part-d-redetermination-payment-decision",
            P::MedicarePartD,
            L::Internal1,
            Standard,
            PostService,
            "2026-03-16",
        ),
        (
            "medicaid-plan-appeal-decision",
            P::MedicaidMco,
            L::Internal1,
            Standard,
            PreService,
            "2026-04-01",
        ),
        (
            "medicaid-plan-appeal-decision-extended",
            P::MedicaidMco,
            L::Internal1,
            Standard,
            PreService,
            "2026-04-15",
        ),
        (
            "medicaid-plan-appeal-expedited-decision",
            P::Chip,
            L::Internal1,
            Expedited,
            PreService,
            "2026-03-05",
        ),
        (
            "medicaid-ffs-hearing-decision",
            P::MedicaidFfs,
            L::StateFairHearing,
            Standard,
            PostService,
            "2026-05-31",
        ),
        (
            "prior-authorization-expedited-2026",
            P::MedicareAdvantage,
            L::InitialDetermination,
            Expedited,
            PreService,
            "2026-03-05",
        ),
        (
            "prior-authorization-standard-2026",
            P::MedicaidFfs,
            L::InitialDetermination,
            Standard,
            PreService,
            "2026-03-09",
        ),
    ];
    for (rule, program, level, urgency, timing, due) in table {
        let clock = clock(rule, &asked(program, level, urgency, timing));
        assert_eq!(clock.deadline.due_date, due, "{rule}");
        assert_eq!(clock.kind, ClockKind::Decision, "{rule}");
        assert!(
            !clock.deadline.binding,
            "{rule}: the payer's clock never binds the appellant"
        );
    }
}

#[test]
fn hour_clocks_end_at_an_instant() {
    let query = asked(
        LineOfBusiness::MedicareAdvantage,
        AppealLevel::Internal1,
        Urgency::Expedited,
        ServiceTiming::PreService,
    );
    let deadline = clock("ma-reconsideration-expedited-decision", &query).deadline;
    // 2026-03-06T00:00:00Z
    assert_eq!(deadline.due_at.map(|end| end.seconds), Some(1_772_755_200));
    assert_eq!(deadline.days_left, 3);
}

#[test]
fn claims_without_a_determination_must_be_filed_in_time() {
    let service = Dates {
        service: Some(date!(2024 - 02 - 29)),
        ..Dates::default()
    };
    let on = date!(2024 - 06 - 03);
    for adjudication in [
        AdjudicationState::Unspecified,
        AdjudicationState::Rejected,
        AdjudicationState::Unprocessable,
    ] {
        let query = Query {
            adjudication,
            dates: service,
            as_of: on,
            ..about(LineOfBusiness::MedicareFfs)
        };
        let clocks = compute(rules(), &query);
        assert_eq!(binding(&clocks), ["medicare-ffs-claim"]);
        // A leap day's like day a year later is the end of February.
        assert_eq!(clocks[0].deadline.due_date, "2025-02-28");
        assert_eq!(clocks.len(), 1, "there is no appeal right: {clocks:#?}");
    }
}

#[test]
fn paid_and_reversed_claims_have_no_clock() {
    for adjudication in [AdjudicationState::Paid, AdjudicationState::Reversed] {
        let query = Query {
            adjudication,
            ..denied(
                LineOfBusiness::MedicareFfs,
                AppealLevel::InitialDetermination,
            )
        };
        assert_eq!(compute(rules(), &query), []);
    }
}

#[test]
fn receipt_is_given_presumed_or_read_cautiously() {
    let mut query = denied(
        LineOfBusiness::MedicareFfs,
        AppealLevel::InitialDetermination,
    );
    let presumed = clock("medicare-ffs-redetermination", &query);
    assert!(warns(&presumed, "presumed 5 days"));

    query.dates.receipt = Some(date!(2026 - 03 - 03));
    let given = clock("medicare-ffs-redetermination", &query);
    assert_eq!(given.deadline.due_date, "2026-07-01");
    assert!(!warns(&given, "presumed"));

    let cautious = clock(
        "erisa-internal-appeal",
        &denied(
            LineOfBusiness::CommercialSelfFunded,
            AppealLevel::InitialDetermination,
        ),
    );
    assert!(warns(&cautious, "counted from the notice"));
}

#[test]
fn receipt_of_an_earlier_notice_is_not_taken_for_the_later_one() {
    let mut query = denied(LineOfBusiness::MedicareFfs, AppealLevel::Internal1);
    query.dates.notice = Some(date!(2025 - 10 - 01));
    query.dates.receipt = Some(date!(2025 - 10 - 04));
    assert_eq!(
        clock("medicare-ffs-reconsideration", &query)
            .deadline
            .due_date,
        "2026-09-03"
    );
}

#[test]
fn months_clip_to_the_end_of_a_shorter_month() {
    assert_eq!(add_months(date!(2026 - 10 - 31), 4), date!(2027 - 02 - 28));
    assert_eq!(add_months(date!(2027 - 10 - 31), 4), date!(2028 - 02 - 29));
    assert_eq!(add_months(date!(2026 - 08 - 31), 6), date!(2027 - 02 - 28));
    assert_eq!(add_months(date!(2026 - 12 - 31), 1), date!(2027 - 01 - 31));
    assert_eq!(add_months(date!(2028 - 02 - 29), 12), date!(2029 - 02 - 28));
    assert_eq!(add_months(date!(2028 - 02 - 29), 48), date!(2032 - 02 - 29));
    assert_eq!(add_months(Date::MAX, 1), Date::MAX);

    let dates = Dates {
        prior_decision: Some(date!(2026 - 10 - 31)),
        ..Dates::default()
    };
    let query = Query {
        dates,
        ..denied(LineOfBusiness::CommercialSelfFunded, AppealLevel::Internal1)
    };
    // Clipped to Sunday, 28 February 2027, then moved to Monday.
    let clock = clock("aca-external-review", &query);
    assert_eq!(clock.deadline.due_date, "2027-03-01");
    assert!(warns(&clock, "Moved from 2027-02-28"));
}

#[test]
fn days_count_over_a_leap_day() {
    let dates = Dates {
        notice: Some(date!(2028 - 01 - 03)),
        ..Dates::default()
    };
    let query = Query {
        dates,
        as_of: date!(2028 - 01 - 04),
        ..about(LineOfBusiness::MedicaidMco)
    };
    assert_eq!(
        clock("medicaid-plan-appeal", &query).deadline.due_date,
        "2028-03-03"
    );
    let common = Dates {
        notice: Some(date!(2027 - 01 - 03)),
        ..Dates::default()
    };
    let query = Query {
        dates: common,
        as_of: date!(2027 - 01 - 04),
        ..query
    };
    assert_eq!(
        clock("medicaid-plan-appeal", &query).deadline.due_date,
        "2027-03-04"
    );
}

#[test]
fn weekends_roll_only_where_the_rule_says_so() {
    // 120 days after presumed receipt is Sunday, 5 July 2026.
    let standing = clock(
        "medicare-ffs-redetermination",
        &denied(
            LineOfBusiness::MedicareFfs,
            AppealLevel::InitialDetermination,
        ),
    );
    assert_eq!(standing.deadline.due_date, "2026-07-05");
    assert!(warns(&standing, "does not move: it must arrive before"));

    // Four months after 3 March is Friday, 3 July 2026, when Independence Day is observed.
    let dates = Dates {
        prior_decision: Some(date!(2026 - 03 - 03)),
        ..Dates::default()
    };
    let rolling = clock(
        "aca-external-review",
        &Query {
            dates,
            ..denied(LineOfBusiness::ExchangeQhp, AppealLevel::Internal1)
        },
    );
    assert_eq!(rolling.deadline.due_date, "2026-07-06");
    assert!(warns(&rolling, "Moved from 2026-07-03"));
}

#[test]
fn federal_holidays_by_rule() {
    let of_2026 = [
        date!(2026 - 01 - 01),
        date!(2026 - 01 - 19),
        date!(2026 - 02 - 16),
        date!(2026 - 05 - 25),
        date!(2026 - 06 - 19),
        date!(2026 - 07 - 03),
        date!(2026 - 09 - 07),
        date!(2026 - 10 - 12),
        date!(2026 - 11 - 11),
        date!(2026 - 11 - 26),
        date!(2026 - 12 - 25),
    ];
    let weekdays = (1..=365).filter_map(|day| Date::from_ordinal_date(2026, day).ok());
    let found: Vec<Date> = weekdays
        .filter(|day| is_federal_holiday(*day) && day.weekday().number_days_from_monday() < 5)
        .collect();
    assert_eq!(found, of_2026);
    // New Year 2028 falls on a Saturday and is observed in the year before.
    assert!(is_federal_holiday(date!(2027 - 12 - 31)));
    assert!(
        !is_federal_holiday(date!(2020 - 06 - 19)),
        "before Juneteenth was one"
    );
    assert!(
        is_federal_holiday(date!(2027 - 07 - 05)),
        "a Sunday's holiday is kept on Monday"
    );
}

#[test]
fn business_days_skip_weekends_and_holidays() {
    // Friday before Thanksgiving week 2026: Mon, Tue, Wed, Fri, Mon.
    assert_eq!(
        add_business_days(date!(2026 - 11 - 20), 5),
        date!(2026 - 11 - 30)
    );
    assert_eq!(
        add_business_days(date!(2026 - 12 - 24), 1),
        date!(2026 - 12 - 28)
    );
    assert_eq!(
        next_business_day(date!(2026 - 07 - 03)),
        date!(2026 - 07 - 06)
    );
    assert_eq!(
        next_business_day(date!(2026 - 07 - 02)),
        date!(2026 - 07 - 02)
    );

    let dates = Dates {
        remittance: Some(date!(2026 - 11 - 20)),
        ..Dates::default()
    };
    let query = Query {
        dates,
        service_timing: ServiceTiming::PostService,
        as_of: date!(2026 - 11 - 22),
        ..about(LineOfBusiness::ExchangeQhp)
    };
    assert_eq!(
        clock("surprise-bill-open-negotiation", &query)
            .deadline
            .due_date,
        "2027-01-06"
    );
}

#[test]
fn only_verified_rules_bind() {
    let clocks = compute(
        rules(),
        &denied(LineOfBusiness::Fehb, AppealLevel::InitialDetermination),
    );
    assert_eq!(clocks.len(), 1);
    assert!(!clocks[0].deadline.reliable && !clocks[0].deadline.binding);
    assert!(warns(&clocks[0], "Not verified"));
    assert_eq!(clocks[0].deadline.verified_on, "");
    for rule in rules() {
        let verified = rule.provenance.confidence == Confidence::Verified;
        assert_eq!(
            verified,
            rule.provenance.verified_on.is_some(),
            "{}",
            rule.id
        );
        assert!(
            !verified
                || rule.source_url.starts_with("https://")
                || rule.scope == super::super::super::registries::RuleScope::State,
            "{}",
            rule.id
        );
    }
}

#[test]
fn earliest_reliable_filing_binds_until_it_has_passed() {
    let mut query = denied(
        LineOfBusiness::MedicareFfs,
        AppealLevel::InitialDetermination,
    );
    let clocks = compute(rules(), &query);
    assert_eq!(binding(&clocks), ["medicare-ffs-redetermination"]);
    assert_eq!(clocks[0].deadline.days_left, 125);

    query.as_of = date!(2026 - 07 - 05);
    let last_day = compute(rules(), &query);
    assert_eq!(last_day[0].deadline.days_left, 0);
    assert_eq!(binding(&last_day), ["medicare-ffs-redetermination"]);

    query.as_of = date!(2026 - 07 - 06);
    let passed = compute(rules(), &query);
    assert_eq!(passed[0].deadline.days_left, -1);
    assert_eq!(binding(&passed), [""; 0]);
    assert!(warns(&passed[0], "good-cause"));
}

#[test]
fn amount_in_controversy_opens_the_hearing() {
    let mut query = denied(LineOfBusiness::MedicareFfs, AppealLevel::Ire);
    assert!(warns(
        &clock("medicare-ffs-alj-2026", &query),
        "amount is not known"
    ));
    query.amount_in_controversy_minor = Some(19_999);
    let below = compute(rules(), &query);
    assert_eq!(binding(&below), [""; 0]);
    assert!(warns(&below[0], "Not open: $200.00"));
    query.amount_in_controversy_minor = Some(20_000);
    assert_eq!(
        binding(&compute(rules(), &query)),
        ["medicare-ffs-alj-2026"]
    );
}

#[test]
fn state_review_replaces_the_federal_one_unless_the_plan_is_self_funded() {
    let external = |line_of_business, funding, state: &str| {
        let query = Query {
            funding,
            state: state.to_owned(),
            ..denied(line_of_business, AppealLevel::Internal1)
        };
        let clocks = compute(rules(), &query);
        let filing = clocks
            .iter()
            .filter(|clock| clock.kind == ClockKind::Filing);
        filing
            .map(|clock| clock.deadline.rule_id.clone())
            .collect::<Vec<_>>()
    };
    let insured = LineOfBusiness::CommercialFullyInsured;
    assert_eq!(external(insured, Funding::FullyInsured, "CA"), ["ca-imr"]);
    assert_eq!(
        external(insured, Funding::FullyInsured, "NY"),
        ["ny-external-appeal"]
    );
    assert_eq!(
        external(insured, Funding::FullyInsured, "WY"),
        ["aca-external-review"]
    );
    assert_eq!(
        external(
            LineOfBusiness::CommercialSelfFunded,
            Funding::SelfFunded,
            "CA"
        ),
        ["aca-external-review"]
    );
    assert_eq!(
        external(LineOfBusiness::Unspecified, Funding::SelfFunded, "CA"),
        ["aca-external-review"]
    );
    assert_eq!(
        external(LineOfBusiness::ExchangeQhp, Funding::Unspecified, "TX"),
        ["tx-external-appeal"]
    );
    let query = Query {
        state: "CA".to_owned(),
        ..denied(insured, AppealLevel::Internal1)
    };
    assert_eq!(clock("ca-imr", &query).deadline.due_date, "2026-09-02");
}

/// A contract of one payer, as a tenant may add it.
fn contract(base: &str, amount: u32, confidence: Confidence) -> AppealRule {
    let mut rule = rules()
        .iter()
        .find(|rule| rule.id == base)
        .expect("a rule")
        .clone();
    rule.id = "contract".to_owned();
    rule.series = "contract".to_owned();
    rule.scope = super::super::super::registries::RuleScope::Contract;
    rule.payer_id = Some("aetna".to_owned());
    rule.amount = amount;
    rule.provenance.confidence = confidence;
    rule
}

#[test]
fn contract_beats_law_for_its_payer_and_an_unverified_one_stands_beside_it() {
    let mut query = denied(
        LineOfBusiness::CommercialFullyInsured,
        AppealLevel::InitialDetermination,
    );
    let with = |confidence, query: &Query| {
        let mut all = rules().to_vec();
        all.push(contract("erisa-internal-appeal", 90, confidence));
        compute(&all, query)
    };
    assert_eq!(
        binding(&with(Confidence::Verified, &query)),
        ["erisa-internal-appeal"]
    );
    query.payer_id = Some("aetna".to_owned());
    let verified = with(Confidence::Verified, &query);
    assert_eq!(binding(&verified), ["contract"]);
    assert!(
        verified
            .iter()
            .all(|clock| clock.deadline.rule_id != "erisa-internal-appeal")
    );
    let unverified = with(Confidence::Known, &query);
    assert_eq!(binding(&unverified), ["erisa-internal-appeal"]);
    assert!(
        unverified
            .iter()
            .any(|clock| clock.deadline.rule_id == "contract" && !clock.deadline.reliable)
    );
}

#[test]
fn version_in_force_on_the_day_asked_about_is_used() {
    let notice = Dates {
        notice: Some(date!(2024 - 11 - 01)),
        ..Dates::default()
    };
    let old = Query {
        dates: notice,
        as_of: date!(2024 - 11 - 15),
        ..about(LineOfBusiness::MedicareAdvantage)
    };
    let clocks = compute(rules(), &old);
    assert_eq!(clocks[0].deadline.rule_id, "ma-reconsideration-2024");
    assert_eq!(clocks[0].deadline.due_date, "2024-12-31");

    let later = compute(
        rules(),
        &Query {
            as_of: date!(2025 - 01 - 02),
            ..old
        },
    );
    assert_eq!(later[0].deadline.rule_id, "ma-reconsideration-2025");
    assert!(warns(
        &later[0],
        "changed on 2025-01-01, after the clock started"
    ));
}

#[test]
fn old_verifications_are_said() {
    let query = Query {
        as_of: date!(2028 - 01 - 03),
        ..denied(
            LineOfBusiness::MedicareFfs,
            AppealLevel::InitialDetermination,
        )
    };
    assert!(warns(
        &clock("medicare-ffs-redetermination", &query),
        "Last verified on 2026-06-20"
    ));
}

#[test]
fn clocks_without_their_date_are_shown_last_and_never_bind() {
    let query = Query {
        adjudication: AdjudicationState::Denied,
        ..about(LineOfBusiness::MedicareFfs)
    };
    let clocks = compute(rules(), &query);
    assert_eq!(clocks.len(), 1);
    assert_eq!(clocks[0].deadline.due_date, "");
    assert!(warns(&clocks[0], "not known: RECEIPT_DATE"));
    assert_eq!(binding(&clocks), [""; 0]);
}

#[test]
fn request_that_led_to_the_decision_starts_no_clock() {
    let mut query = denied(
        LineOfBusiness::MedicareAdvantage,
        AppealLevel::InitialDetermination,
    );
    query.service_timing = ServiceTiming::PreService;
    query.dates.request = Some(date!(2026 - 02 - 20));
    assert!(
        compute(rules(), &query)
            .iter()
            .all(|clock| clock.kind == ClockKind::Filing)
    );
    query.dates.request = Some(date!(2026 - 03 - 10));
    assert_eq!(
        clock("ma-reconsideration-decision", &query)
            .deadline
            .due_date,
        "2026-04-09"
    );
}

#[test]
fn dates_of_the_contract_are_parsed_and_every_bad_one_is_named() {
    let message = DenialDates {
        notice_date: "2026-02-30".to_owned(),
        receipt_date: "2026-03-02".to_owned(),
        request_date: "03/02/2026".to_owned(),
        ..DenialDates::default()
    };
    let bad = Dates::try_from(&message).expect_err("two are no days");
    assert_eq!(
        bad.iter().map(|b| b.field).collect::<Vec<_>>(),
        ["notice_date", "request_date"]
    );
    let good = DenialDates {
        notice_date: "2026-03-02".to_owned(),
        ..DenialDates::default()
    };
    assert_eq!(
        Dates::try_from(&good),
        Ok(Dates {
            notice: Some(MONDAY),
            ..Dates::default()
        })
    );
}

fn any_date() -> impl Strategy<Value = Date> {
    (2_460_311..2_463_233_i32).prop_map(|day| Date::from_julian_day(day).expect("2024 to 2031"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// INV-17: a later version never changes what was computed as of an earlier day.
    #[test]
    fn later_version_leaves_earlier_answers_alone(
        index in any::<prop::sample::Index>(), program in 1..21_i32, level in 1..13_i32,
        notice in any_date(), as_of in any_date(), after in 1..400_u32, amount in 1..400_u32,
    ) {
        let mut query = denied(
            LineOfBusiness::try_from(program).expect("a program"),
            AppealLevel::try_from(level).expect("a level"),
        );
        query.dates = Dates { notice: Some(notice), request: Some(notice), ..Dates::default() };
        query.as_of = as_of;
        let mut later = index.get(rules()).clone();
        later.id.push_str("-later");
        later.amount = amount;
        later.provenance.effective_from = Some(calendar::add_days(as_of, after));
        later.provenance.effective_to = None;
        let mut all = rules().to_vec();
        all.push(later);
        prop_assert_eq!(compute(&all, &query), compute(rules(), &query));
    }

    #[test]
    fn one_clock_binds_at_most_and_it_is_the_earliest_that_may(
        program in 1..21_i32, level in 1..13_i32, notice in any_date(), wait in 0..300_u32,
    ) {
        let mut query = denied(
            LineOfBusiness::try_from(program).expect("a program"),
            AppealLevel::try_from(level).expect("a level"),
        );
        query.dates = Dates { notice: Some(notice), ..Dates::default() };
        query.as_of = calendar::add_days(notice, wait);
        let clocks = compute(rules(), &query);
        let open = clocks.iter().filter(|clock| clock.deadline.reliable && clock.kind == ClockKind::Filing && clock.deadline.days_left >= 0 && !clock.deadline.due_date.is_empty());
        let earliest = open.map(|clock| clock.deadline.due_date.clone()).min();
        let bound: Vec<_> = clocks.iter().filter(|clock| clock.deadline.binding).collect();
        prop_assert!(bound.len() <= 1);
        prop_assert_eq!(bound.first().map(|clock| clock.deadline.due_date.clone()), earliest);
    }

    #[test]
    fn rolled_days_are_business_days_and_hours_alone_have_an_instant(
        index in any::<prop::sample::Index>(), notice in any_date(),
    ) {
        let rule = index.get(rules());
        let mut query = Query::on(notice);
        query.dates = Dates {
            service: Some(notice), notice: Some(notice), remittance: Some(notice), request: Some(notice),
            ..Dates::default()
        };
        let counted = count::count(rule, &query);
        let due = counted.due.expect("every date is given");
        prop_assert!(due > notice);
        prop_assert!(rule.roll == Roll::None || is_business_day(due));
        let answer = counted.answer(&query, false).deadline;
        prop_assert_eq!(answer.due_at.is_some(), rule.unit == TimeUnit::Hours);
    }
}
