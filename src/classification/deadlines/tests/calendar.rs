//! Month ends, leap days, weekends and holidays.

use time::Date;
use time::macros::date;

use super::super::calendar::{add_business_days, add_months, is_federal_holiday, next_business_day};
use super::super::{Dates, Query};
use super::{about, clock, denied, warns};
use crate::proto::stratum::v1::{AppealLevel, LineOfBusiness, ServiceTiming};

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
    assert!(!is_federal_holiday(date!(2020 - 06 - 19)), "before Juneteenth was one");
    assert!(
        is_federal_holiday(date!(2027 - 07 - 05)),
        "a Sunday's holiday is kept on Monday"
    );
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
    assert_eq!(clock("medicaid-plan-appeal", &query).deadline.due_date, "2028-03-03");
    let common = Dates {
        notice: Some(date!(2027 - 01 - 03)),
        ..Dates::default()
    };
    let query = Query {
        dates: common,
        as_of: date!(2027 - 01 - 04),
        ..query
    };
    assert_eq!(clock("medicaid-plan-appeal", &query).deadline.due_date, "2027-03-04");
}

#[test]
fn weekends_roll_only_where_the_rule_says_so() {
    // 120 days after presumed receipt is Sunday, 5 July 2026.
    let standing = clock(
        "medicare-ffs-redetermination",
        &denied(LineOfBusiness::MedicareFfs, AppealLevel::InitialDetermination),
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
fn business_days_skip_weekends_and_holidays() {
    // Friday before Thanksgiving week 2026: Mon, Tue, Wed, Fri, Mon.
    assert_eq!(add_business_days(date!(2026 - 11 - 20), 5), date!(2026 - 11 - 30));
    assert_eq!(add_business_days(date!(2026 - 12 - 24), 1), date!(2026 - 12 - 28));
    assert_eq!(next_business_day(date!(2026 - 07 - 03)), date!(2026 - 07 - 06));
    assert_eq!(next_business_day(date!(2026 - 07 - 02)), date!(2026 - 07 - 02));

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
        clock("surprise-bill-open-negotiation", &query).deadline.due_date,
        "2027-01-06"
    );
}
