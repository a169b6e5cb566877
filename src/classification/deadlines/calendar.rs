//! Calendar arithmetic: days, months, business days and the federal holidays of the United States.
//!
//! Dates only: no time zones and no daylight saving time enter.

use time::{Date, Duration, Month, Weekday};

/// A date so many days later; the last date there is when that lies beyond it.
pub(super) fn add_days(date: Date, days: u32) -> Date {
    date.checked_add(Duration::days(i64::from(days))).unwrap_or(Date::MAX)
}

/// The like day so many months later, or the last day of that month when it is shorter.
///
/// Clipping is the cautious reading: 31 October plus four months is 28 February, not 3 March.
pub(super) fn add_months(date: Date, months: u32) -> Date {
    let since_january = i64::from(u8::from(date.month())) - 1 + i64::from(months);
    let year = i64::from(date.year()) + since_january.div_euclid(12);
    let month = u8::try_from(since_january.rem_euclid(12) + 1).map(Month::try_from);
    let (Ok(year), Ok(Ok(month))) = (i32::try_from(year), month) else {
        return Date::MAX;
    };
    let day = date.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).unwrap_or(Date::MAX)
}

/// The date so many business days later; the day itself does not count.
pub(super) fn add_business_days(date: Date, business_days: u32) -> Date {
    let mut day = date;
    for _ in 0..business_days {
        day = next_business_day(add_days(day, 1));
        if day == Date::MAX {
            break;
        }
    }
    day
}

/// The date itself when it is a business day, else the next one that is.
pub(super) fn next_business_day(date: Date) -> Date {
    let mut day = date;
    while !is_business_day(day) && day < Date::MAX {
        day = add_days(day, 1);
    }
    day
}

/// Whether a day is neither a weekend day nor a federal holiday.
pub(super) fn is_business_day(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_federal_holiday(date)
}

/// Whether a day is a federal holiday or the weekday on which one is observed.
///
/// 5 U.S.C. 6103(a) names the days; a holiday on a Saturday is observed on the Friday before,
/// one on a Sunday on the Monday after (6103(b) and Executive Order 11582).
pub(super) fn is_federal_holiday(date: Date) -> bool {
    let observed = match date.weekday() {
        Weekday::Friday => date.next_day(),
        Weekday::Monday => date.previous_day(),
        Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Saturday | Weekday::Sunday => None,
    };
    is_holiday_by_date(date) || is_holiday_by_weekday(date) || observed.is_some_and(is_holiday_by_date)
}

/// Holidays that keep their date.
fn is_holiday_by_date(date: Date) -> bool {
    match (date.month(), date.day()) {
        (Month::January, 1) | (Month::July, 4) | (Month::November, 11) | (Month::December, 25) => true,
        // Juneteenth became a federal holiday on 17 June 2021.
        (Month::June, 19) => date.year() >= 2021,
        _ => false,
    }
}

/// Holidays that keep their weekday.
fn is_holiday_by_weekday(date: Date) -> bool {
    let week_of_month = (date.day() - 1) / 7 + 1;
    let last_of_month = date.day() + 7 > date.month().length(date.year());
    match (date.month(), date.weekday()) {
        // First observed in 1986.
        (Month::January, Weekday::Monday) => week_of_month == 3 && date.year() >= 1986,
        (Month::February, Weekday::Monday) => week_of_month == 3,
        (Month::May, Weekday::Monday) => last_of_month,
        (Month::September, Weekday::Monday) => week_of_month == 1,
        (Month::October, Weekday::Monday) => week_of_month == 2,
        (Month::November, Weekday::Thursday) => week_of_month == 4,
        _ => false,
    }
}
