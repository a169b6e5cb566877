//! Days written as a fraction ("3/14", "3-14"). Scales, doses and ratios look the same: the words beside it decide.

use super::super::key::{WordKey, words};
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{class, is};
use super::context::{is_about_person, names_action, speaks_of_policy, tells_of_care, tells_of_somebody};
use super::days::ends_phrase;
use super::forms::{Date, Form, day_of_month, is_in_range, is_month_day, is_year, leads_range, separator};

/// The longest scale in tens: a higher day is on few of them.
const SCALE_MAX: u32 = 10;

/// Whether the fraction that begins at `at` is a day of somebody's care. The form is checked: month, mark, day, and nothing joined on.
pub(super) fn is_day(page: &Page, at: usize) -> bool {
    let (Some(first), Some(second)) = (page.number(at), page.number(at + 2)) else {
        return false;
    };
    if leads_clock(page, at + 3) {
        return true;
    }
    if is_measured(page, at) || spans_year(page, at) {
        return false;
    }
    let is_no_scale = second > SCALE_MAX || first > second;
    if page.mark_is(at + 1, b'-') {
        return is_hyphened_day(page, at, is_no_scale);
    }
    let ends_range =
        at >= 4 && page.mark_is(at - 1, b'-') && page.mark_is(at - 3, b'/') && page.is_taken(at - 4, at - 4);
    let is_padded = page.word(at).starts_with('0') || page.word(at + 2).starts_with('0');
    let reach = if is_no_scale { 9 } else { 3 };
    let leads_hour = is_no_scale
        && page.word_is(at + 3, words!["at"])
        && (page.word_is(at + 4, words!["noon", "midday"]) || page.number(at + 4).is_some_and(|hour| hour <= 23));
    ends_range
        || leads_hour
        || is_no_scale && is_asked_of(page, at)
        || follows_day_word(page, at)
        || page.cue_before(at, reach, cue::PATIENT_DATE).is_some()
        || is_in_range(page, at)
        || follows_care(page, at, is_no_scale)
        || joins_earlier_day(page, at)
        || leads_series(page, at)
        || leads_same_month(page, at)
        || is_no_scale && (leads_list(page, at) || names_what_follows(page, at) || heads_entry(page, at))
        || leads_range(page, at + 3, b'/') && is_no_scale && !speaks_of_policy(page, at, at + 2)
        || follows_earlier_day(page, at, is_no_scale)
        || (is_no_scale || is_padded || is_dated_from(page, at)) && is_told_of_person(page, at, is_padded)
}

/// Whether the fraction that begins at `at` can be a day beside somebody's identifier: month and day in two numbers with a slash,
/// of no scale unless another such day joins it, and of no measure.
pub(super) fn may_be_day(page: &Page, at: usize) -> bool {
    let day = |index: usize| {
        let is_part = |index: usize| page.is_digits(index) && page.word(index).len() <= 2;
        let is_glued = page.gap(index + 1) == Gap::Glued && page.gap(index + 2) == Gap::Glued;
        let is_fraction = is_part(index) && is_part(index + 2) && page.mark_is(index + 1, b'/') && is_glued;
        page.number(index)
            .zip(page.number(index + 2))
            .filter(|(month, day)| is_fraction && is_month_day(*month, *day))
    };
    let Some((month, first)) = day(at) else { return false };
    let is_inside = |index: usize| page.mark_is(index, b'/') && page.gap(index) == Gap::Glued;
    if is_inside(at + 3) || at > 0 && is_inside(at - 1) || is_measured(page, at) || spans_year(page, at) {
        return false;
    }
    let joins = |index: usize| page.mark_is(index, b'-') && page.gap(index) == Gap::Glued;
    let is_later = |(to_month, to_day): (u32, u32)| (month, first) < (to_month, to_day);
    let is_joint = joins(at + 3) || page.word_is(at + 3, words!["to", "thru", "through"]);
    // "5/6 and 5/31", "1/9 & 1/23": scales are not told twice in the same month.
    let is_listed =
        page.mark_is(at + 3, b',') || page.mark_is(at + 3, b'&') || page.word_is(at + 3, words!["and", "&"]);
    let leads_same_month = is_listed && day(at + 4).is_some_and(|later| is_later(later) && later.0 == month);
    let leads_day = leads_same_month || is_joint && day(at + 4).is_some_and(is_later);
    let ends_range = at >= 4 && joins(at - 1) && page.is_taken(at - 4, at - 4);
    let is_padded = page.word(at).starts_with('0') || page.word(at + 2).starts_with('0');
    leads_day || ends_range || is_padded || is_set_off(page, at) || first > SCALE_MAX || month > first
}

/// "Was 2/12 before or after the change?"
fn is_asked_of(page: &Page, at: usize) -> bool {
    let is_asked = { at.checked_sub(1) }
        .is_some_and(|asked| page.word_is(asked, words!["was", "is", "does"]) && page.starts_sentence(asked));
    is_asked
        && page.word_is(
            at + 3,
            words!["before", "after", "within", "past", "outside", "timely", "too", "still"],
        )
}

/// "08/30 2:30 pm", "3/10 14:15": an hour follows.
fn leads_clock(page: &Page, next: usize) -> bool {
    let is_hour = page.number(next).is_some_and(|hour| hour <= 23) && page.gap(next) == Gap::Space;
    let are_minutes = page.gap(next + 2) == Gap::Glued
        && page.word(next + 2).len() == 2
        && page.number(next + 2).is_some_and(|minute| minute < 60);
    is_hour && page.mark_is(next + 1, b':') && are_minutes
}

/// "in Bismarck, ND, 2/7, radiologist": set off by commas behind an identifier.
fn is_set_off(page: &Page, at: usize) -> bool {
    let follows = |at: usize| page.is_taken(at, at) || page.has(at, cue::STATE_ABBR | cue::STATE);
    at >= 2 && page.mark_is(at - 1, b',') && follows(at - 2) && page.mark_is(at + 3, b',')
}

/// "7/1-6/30": a year of measurement or of a budget.
fn spans_year(page: &Page, at: usize) -> bool {
    let day = |index: usize| page.number(index).zip(page.number(index + 2));
    let is_year = |begin: usize, end: usize| match (day(begin), day(end)) {
        (Some((first, 1)), Some((last, 28..=31))) => last + 1 == first || (first, last) == (1, 12),
        _ => false,
    };
    let joins = |index: usize| page.mark_is(index, b'-') || page.word_is(index, words!["to", "through", "thru"]);
    joins(at + 3) && is_year(at, at + 4) || at >= 4 && joins(at - 1) && is_year(at - 4, at)
}

/// "on 3/12", "Tues 4/16", "since 2/9", "week of 6/2".
pub(super) fn follows_day_word(page: &Page, at: usize) -> bool {
    let word = |back: usize, words: &[WordKey]| at.checked_sub(back).is_some_and(|index| page.word_is(index, words));
    word(1, words!["on", "since", "until", "till"])
        || follows_week_day(page, at)
        || word(1, words!["of", "ending"]) && word(2, words!["week", "weekend", "morning", "night", "evening"])
}

/// "Tues 4/16", "Monday, 3/4", and not "Monday-Friday 8-5".
fn follows_week_day(page: &Page, at: usize) -> bool {
    let is_set_off = at > 0 && page.mark_is(at - 1, b',') && page.mark_is(at + 1, b'/');
    let Some(day) = at.checked_sub(1 + usize::from(is_set_off)) else {
        return false;
    };
    let ends_week = day > 1
        && is(page, day - 2, class::WEEK_DAY)
        && (page.mark_is(day - 1, b'-') || page.word_is(day - 1, words!["to", "through", "thru"]));
    is(page, day, class::WEEK_DAY) && !ends_week
}

/// "in clinic 3/3", "left 2/29", "done 11/4", "saw this kid 4/9", "recouped 3/9".
fn follows_care(page: &Page, at: usize, is_no_scale: bool) -> bool {
    let Some(before) = at.checked_sub(1).filter(|_| !page.starts_sentence(at)) else {
        return false;
    };
    let is_said = page.word_is(before, words!["was", "were", "is"]) && before > 0 && tells_of_care(page, before - 1);
    if is_said || tells_of_care(page, before) {
        return true;
    }
    if is_no_scale && names_action(page, before) && !speaks_of_policy(page, at, at + 2) {
        return true;
    }
    let is_done = is_no_scale
        && (page.word(before).len() >= 4 && page.word(before).ends_with("ed")
            || page.word_is(
                before,
                words![
                    "paid", "sent", "made", "put", "got", "ran", "lost", "hurt", "cut", "set", "read",
                ],
            ))
        && !is(page, before, class::MEASURING)
        && !speaks_of_policy(page, at, at + 2);
    is_done
        || (2..=4)
            .take_while(|back| *back <= at && !page.starts_sentence(at + 1 - back))
            .any(|back| {
                page.word_is(
                    at - back,
                    words!["saw", "seen", "came", "went", "spoke", "left", "called"],
                )
            })
            && page.token(before).is_some_and(|token| token.is_word())
            && !page.word_is(before, words!["from", "to", "with", "at", "by", "about", "of"])
}

/// "ferritin from 1/3": since when, and no way from one measure to another.
fn is_dated_from(page: &Page, at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["from"]))
        && !page.word_is(at + 3, words!["to"])
}

/// "arrived 2/27 and left 2/29", "on the 3rd of February and 2/10", "9/4, 9/11, then 9/20": one more of several days.
fn joins_earlier_day(page: &Page, at: usize) -> bool {
    let joins = |index: usize| {
        page.mark_is(index, b',')
            || page.word_is(
                index,
                words!["and", "then", "again", "&", "to", "thru", "through", "or"],
            )
    };
    let joints = (1..=3).take_while(|back| *back <= at && joins(at - back)).count();
    let Some(day) = at.checked_sub(joints + 1).filter(|_| joints > 0) else {
        return false;
    };
    page.is_taken(day, day) && (page.is_digits(day) || page.has(day, cue::MONTH)) && !page.starts_sentence(at)
}

/// "7/8 39.1, 7/9 38.7, 7/10 38.2": a later day of the same month follows soon.
fn leads_series(page: &Page, at: usize) -> bool {
    let day = |index: usize| page.number(index).zip(page.number(index + 2));
    let (Some((month, first)), Some(from)) = (day(at), at.checked_add(3)) else {
        return false;
    };
    let follows = (from..from + 7)
        .take_while(|index| !page.starts_sentence(*index))
        .filter(|index| page.mark_is(index + 1, b'/') && page.gap(index + 1) == Gap::Glued)
        .any(|index| day(index).is_some_and(|(same, later)| same == month && (first + 1..=31).contains(&later)));
    month >= 3 && follows && is_about_person(page, at, at + 2)
}

/// "3/4, 3/6, 3/8", "1/8, 1/22": commas and later days of the same month. Scales keep their last number, not their first.
fn leads_same_month(page: &Page, at: usize) -> bool {
    let day = |index: usize| page.number(index).zip(page.number(index + 2));
    let next = |index: usize| {
        let is_fraction = page.mark_is(index + 5, b'/') && page.gap(index + 5) == Gap::Glued;
        let (month, first) = day(index)?;
        let later = day(index + 4).filter(|(same, later)| *same == month && (first + 1..=31).contains(later))?;
        (page.mark_is(index + 3, b',') && is_fraction).then_some(later.1)
    };
    let is_series = next(at).is_some_and(|later| later > SCALE_MAX || next(at + 4).is_some());
    is_series && !speaks_of_policy(page, at, at + 2)
}

/// "10/4 CT: 6 mm stone", "the 8/14 culture".
fn names_what_follows(page: &Page, at: usize) -> bool {
    page.gap(at + 3) == Gap::Space
        && !page.starts_sentence(at + 3)
        && tells_of_care(page, at + 3)
        && !speaks_of_policy(page, at, at + 2)
}

/// "3/14: cellulitis. 3/17: worse.": at the head of a note.
fn heads_entry(page: &Page, at: usize) -> bool {
    let is_head = page.starts_sentence(at) || page.gap(at) >= Gap::Line;
    is_head && page.mark_is(at + 3, b':') && page.gap(at + 3) == Gap::Glued && page.gap(at + 4) != Gap::Glued
}

/// "oxycodone 5/3, 5/19, 6/1": several in a row, none of them of a scale.
fn leads_list(page: &Page, at: usize) -> bool {
    let next = page.number(at + 4).zip(page.number(at + 6));
    let is_day = next.is_some_and(|(month, day)| (1..=12).contains(&month) && (SCALE_MAX + 1..=31).contains(&day));
    page.mark_is(at + 3, b',')
        && page.mark_is(at + 5, b'/')
        && page.gap(at + 5) == Gap::Glued
        && is_day
        && !speaks_of_policy(page, at, at + 2)
}

/// "placed 3/12, read 3/14", "5/1 150/90, 5/8 142/88": soon after another such day.
fn follows_earlier_day(page: &Page, at: usize, is_no_scale: bool) -> bool {
    let day = |index: usize| page.number(index).zip(page.number(index + 2));
    let is_later = |index: usize| match (day(index), day(at)) {
        (Some((month, earlier)), Some((same, later))) => month == same && earlier < later,
        _ => false,
    };
    let is_day = |index: usize| page.is_taken(index, index) && page.is_digits(index) && page.mark_is(index + 1, b'/');
    (2..=9)
        .take_while(|back| *back <= at && !page.starts_sentence(at + 1 - back))
        .any(|back| is_day(at - back) && (is_no_scale || is_later(at - back)))
}

/// "tick bite 5/27, now a rash": a day that no scale has, in a text about somebody or their care.
fn is_told_of_person(page: &Page, at: usize, is_padded: bool) -> bool {
    let is_other = at.checked_sub(1).is_some_and(|before| {
        page.has(before, cue::UNIT | cue::CODE_CUE | cue::PROPER)
            || page.word_is(before, words!["or", "than", "at", "with", "the", "a", "about"])
    });
    let is_about_care = is_padded
        || is_about_person(page, at, at + 2)
        || page.cue_before(at, 16, cue::PATIENT_DATE).is_some()
        || is_dated_from(page, at);
    let is_documents = speaks_of_policy(page, at, at + 2) && !tells_of_somebody(page, at, at + 2);
    !is_other && is_about_care && !is_documents
}

/// "last time 3-27", "discharged on 11-3": months joined by a hyphen count only beside a word of time or care.
fn is_hyphened_day(page: &Page, at: usize, is_no_scale: bool) -> bool {
    let Some(before) = at.checked_sub(1).filter(|_| !page.starts_sentence(at)) else {
        return false;
    };
    let ends_clause = ends_phrase(page, at + 3);
    let is_last_time =
        page.word_is(before, words!["time"]) && at >= 2 && page.word_is(at - 2, words!["last", "first", "this"]);
    let is_led = follows_day_word(page, at) && is_no_scale || tells_of_care(page, before) || is_last_time;
    let is_padded = page.word(at).starts_with('0');
    ends_clause
        && (is_led
            || is_padded && page.has(before, cue::PATIENT_DATE)
            || is_no_scale && page.is_taken(before.saturating_sub(2), before))
        || page.has(before, cue::PATIENT_DATE) && is_no_scale && ends_clause
}

/// "4/5 strength", "10/12 mg", "PHQ-9 11/27", "BiPAP 12/5": a fraction of something.
fn is_measured(page: &Page, at: usize) -> bool {
    let next = at + 3;
    let is_counted = page.gap(next) <= Gap::Line && (page.has(next, cue::UNIT) || is(page, next, class::COUNTED));
    let mut before = at;
    while before > 0 && at - before < 2 && page.word_is(before - 1, words!["was", "is", "of", "at", "were"]) {
        before -= 1;
    }
    let follows_scale = before.checked_sub(1).is_some_and(|before| {
        !page.starts_sentence(at)
            && (is(page, before, class::SCALE)
                || page
                    .token(before)
                    .is_some_and(|token| token.has_digit() && !token.taken && !is(page, before, class::CARE_NOUN))
                || before + 1 == at
                    && page.has(before, cue::POLICY_DATE | cue::CODE_CUE)
                    && !tells_of_somebody(page, at, at + 2))
    });
    let is_by = at > 0 && page.word_is(at - 1, words!["by"]) && page.number(at + 2).is_some_and(|day| day <= SCALE_MAX);
    is_counted || is_by || follows_scale || page.mark_is(next, b'%')
}

/// "10-15-20", "6-12-18": doses and hours in even steps, which begin with a step or are all fives. 3/14/25 is only a date.
pub(in super::super) const fn is_even_series(first: u32, second: u32, third: u32) -> bool {
    let is_even = first < second && second < third && second - first == third - second;
    is_even && (first.is_multiple_of(second - first) || first.is_multiple_of(5) && second.is_multiple_of(5))
}

/// "on 6.12.;", "since 24.3., now": day and month with a stop after each, and the sentence goes on.
pub(super) fn is_dotted_day(page: &Page, at: usize, separator: u8) -> bool {
    let (Some(first), Some(second)) = (page.number(at), page.number(at + 2)) else {
        return false;
    };
    let goes_on = page.mark_is(at + 3, b'.')
        && page.gap(at + 3) == Gap::Glued
        && page
            .token(at + 4)
            .is_some_and(|next| matches!(next.mark, b';' | b',' | b')') || next.shape == Shape::Lower);
    separator == b'.'
        && goes_on
        && (is_month_day(first, second) || is_month_day(second, first))
        && follows_time_word(page, at)
}

/// "came in on 3.14.24": no version and no section.
pub(super) fn follows_time_word(page: &Page, at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["on", "since", "until", "dated"]))
        && page.cue_before(at, 6, cue::POLICY_DATE | cue::CODE_CUE).is_none()
}

/// "7/vii/24", "12.xi.2023": the month in Roman numbers.
pub(super) fn roman_month(page: &Page, at: usize) -> Option<Date> {
    const MONTHS: &[WordKey] = words!["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
    page.tokens
        .get(at + 2)
        .filter(|month| month.is_word() && month.len() <= 4)?;
    let separator = separator(page, at + 1)?;
    let year = page.number(at + 4)?;
    let is_date = page.word_is(at + 2, MONTHS)
        && page.mark_is(at + 3, separator)
        && page.gap(at + 4) == Gap::Glued
        && day_of_month(page, at).is_some()
        && (page.word(at + 4).len() == 2 || is_year(year));
    is_date.then_some(Date {
        first: at,
        last: at + 4,
        form: Form::Full,
    })
}
