//! Timestamps and durations as JSON writes them.

use std::io::Write as _;

use crate::wire::Malformed;

const SECONDS_A_DAY: i64 = 86_400;
/// 0001-01-01T00:00:00Z and the second after 9999-12-31T23:59:59Z.
const TIMESTAMP_SECONDS: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;
/// About ten thousand years either way, the range that protobuf allows.
const DURATION_SECONDS_MAX: i64 = 315_576_000_000;

/// Writes an RFC 3339 instant in UTC with 0, 3, 6 or 9 decimals.
pub(super) fn put_timestamp(out: &mut Vec<u8>, seconds: i64, nanos: i32) -> Result<(), Malformed> {
    if !TIMESTAMP_SECONDS.contains(&seconds) || !(0..1_000_000_000).contains(&nanos) {
        return Err(Malformed);
    }
    let (year, month, day) = civil_date(seconds.div_euclid(SECONDS_A_DAY));
    let second_of_day = seconds.rem_euclid(SECONDS_A_DAY);
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    out.push(b'"');
    put_digits(out, year, 4);
    for (separator, part) in [(b'-', month), (b'-', day), (b'T', hour), (b':', minute), (b':', second)] {
        out.push(separator);
        put_digits(out, part, 2);
    }
    put_fraction(out, nanos.unsigned_abs());
    out.extend_from_slice(b"Z\"");
    Ok(())
}

/// Writes seconds with 0, 3, 6 or 9 decimals and the suffix `s`.
pub(super) fn put_duration(out: &mut Vec<u8>, seconds: i64, nanos: i32) -> Result<(), Malformed> {
    let in_range = seconds.abs() <= DURATION_SECONDS_MAX && nanos.unsigned_abs() < 1_000_000_000;
    let signs_agree = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
    if !in_range || !signs_agree {
        return Err(Malformed);
    }
    out.push(b'"');
    if seconds < 0 || nanos < 0 {
        out.push(b'-');
    }
    write!(out, "{}", seconds.unsigned_abs()).map_err(|_full| Malformed)?;
    put_fraction(out, nanos.unsigned_abs());
    out.extend_from_slice(b"s\"");
    Ok(())
}

fn put_fraction(out: &mut Vec<u8>, nanos: u32) {
    let (value, digits) = match nanos {
        0 => return,
        _ if nanos.is_multiple_of(1_000_000) => (nanos / 1_000_000, 3),
        _ if nanos.is_multiple_of(1_000) => (nanos / 1_000, 6),
        _ => (nanos, 9),
    };
    out.push(b'.');
    put_digits(out, i64::from(value), digits);
}

#[expect(
    clippy::cast_sign_loss,
    reason = "one decimal digit of a number that is not negative"
)]
fn put_digits(out: &mut Vec<u8>, value: i64, digits: u32) {
    for place in (0..digits).rev() {
        out.push(b'0' + (value / 10i64.pow(place) % 10) as u8);
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
///
/// Counted in years that begin in March, so that the leap day is a year's last day.
fn civil_date(days_since_1970: i64) -> (i64, i64, i64) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    const DAYS_FROM_YEAR_0_TO_1970: i64 = 719_468;
    let days = days_since_1970 + DAYS_FROM_YEAR_0_TO_1970;
    let era = days.div_euclid(DAYS_IN_400_YEARS);
    let day_of_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timestamp(seconds: i64, nanos: i32) -> Result<String, Malformed> {
        let mut out = Vec::new();
        put_timestamp(&mut out, seconds, nanos).map(|()| String::from_utf8_lossy(&out).into_owned())
    }

    fn duration(seconds: i64, nanos: i32) -> Result<String, Malformed> {
        let mut out = Vec::new();
        put_duration(&mut out, seconds, nanos).map(|()| String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn timestamps_at_the_edges_of_years_and_of_the_range() {
        for (seconds, nanos, text) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
            (951_782_400, 500_000_000, "2000-02-29T00:00:00.500Z"),
            (4_107_542_399, 1_000, "2100-02-28T23:59:59.000001Z"),
            (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
            (253_402_300_799, 0, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(timestamp(seconds, nanos), Ok(format!("\"{text}\"")));
        }
        assert_eq!(timestamp(253_402_300_800, 0), Err(Malformed));
        assert_eq!(timestamp(0, -1), Err(Malformed));
    }

    #[test]
    fn durations_keep_their_sign() {
        assert_eq!(duration(1, 500_000_000).as_deref(), Ok("\"1.500s\""));
        assert_eq!(duration(0, -1).as_deref(), Ok("\"-0.000000001s\""));
        assert_eq!(duration(-3, 0).as_deref(), Ok("\"-3s\""));
        assert_eq!(duration(1, -1), Err(Malformed));
    }
}
