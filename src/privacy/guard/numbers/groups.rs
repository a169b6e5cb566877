//! Numbers in groups with blanks between them, and numbers of the same form as an identifier before them.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, hash_word};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::Run;
use super::codes::is_public_code;

/// The last of several groups of three or four digits, the first of which is a run of its own.
pub(super) fn last_group(page: &Page, run: &Run) -> usize {
    let is_group = |index: usize| {
        page.is_digits(index) && page.gap(index) == Gap::Space && (3..=4).contains(&page.word(index).len())
    };
    if run.first != run.last || !(3..=4).contains(&run.digits) {
        return run.last;
    }
    (run.last + 1..run.last + 5)
        .take_while(|index| is_group(*index))
        .last()
        .unwrap_or(run.last)
}

/// "BCX 700418 2251", "U84 119 0037", "ANT 884 Q 20175": an identifier in groups with blanks between them, of which the first may be
/// capitals and others a capital. Gives its last token and its digits.
pub(super) fn spaced_value(page: &Page, at: usize) -> Option<(usize, usize)> {
    // Digits that stand one by one are more than groups.
    let is_one_by_one = [at, at + 1].iter().all(|index| page.word(*index).len() == 1);
    let groups_max = if is_one_by_one { 14 } else { 6 };
    let first = page.token(at)?;
    let is_prefix = first.shape == Shape::Upper && (first.len() == 1 || first.len() <= 4 && first.cues == 0);
    let ends = |index: usize| {
        let closes =
            |next: &Token| next.gap != Gap::Glued || matches!(next.mark, b',' | b'.' | b';' | b':' | b')' | b'?');
        page.token(index + 1).is_none_or(closes)
    };
    let is_value = |index: usize| {
        let may_be_group = |token: &Token| token.has_digit() && !token.taken && token.len() <= 12;
        page.token(index).is_some_and(may_be_group) && ends(index)
    };
    let is_letter = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Upper && token.len() == 1)
    };
    let is_group = |index: usize| page.gap(index) == Gap::Space && (is_value(index) || is_letter(index));
    let is_joined = page.gap(at) == Gap::Glued
        && page
            .before(at)
            .is_some_and(|before| !matches!(before.mark, b'(' | b'"'));
    if !is_prefix && !is_value(at) || first.taken || is_joined {
        return None;
    }
    let last = (at + 1..at + groups_max)
        .take_while(|index| is_group(*index))
        .filter(|index| is_value(*index))
        .last()?;
    let digits_of = |index: usize| page.word(index).bytes().filter(u8::is_ascii_digit).count();
    let is_code = |index: usize| page.word(index).len() == 5 && digits_of(index) >= 3;
    // "97110 59" has a modifier, "61907 01" has none: they don't begin with a nought.
    let is_modifier = |index: usize| page.word(index).len() <= 2 && !page.word(index).starts_with('0');
    let is_row_of_codes = (at..=last).any(is_code) && (at..=last).all(|index| is_code(index) || is_modifier(index));
    let is_quantity = page.has(last + 1, cue::UNIT)
        || page.mark_is(last + 1, b'%')
        || (at..=last).any(|index| is_amount(page, index));
    (!is_row_of_codes && !is_quantity).then(|| (last, (at..=last).map(digits_of).sum()))
}

/// "155u", "x12", "20mg": an amount with its unit, or a multiplier.
fn is_amount(page: &Page, index: usize) -> bool {
    let word = page.word(index);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if word.strip_prefix(['x', 'X']).is_some_and(is_number) {
        return true;
    }
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_unit = |unit: &str| {
        let cues = page.lexicon.phrase_cues(hash_word(unit)).unwrap_or(0);
        unit.eq_ignore_ascii_case("u") || cues & cue::UNIT != 0
    };
    unit.len() < word.len() && unit.bytes().all(|byte| byte.is_ascii_lowercase()) && !unit.is_empty() && is_unit(unit)
}

/// "Aetna W 1993 04471", "Maria Gonzalez (KTD 234 378 615)": one letter and groups after a payer or a word of plans, more capitals and
/// nine digits where the sentence speaks of a person.
pub(super) fn capitals_and_groups(page: &mut Page, run: &Run) -> Option<usize> {
    let first = run.first.checked_sub(1)?;
    let letters = page.token(first).filter(|token| token.shape == Shape::Upper)?.len();
    let (last, digits) = spaced_value(page, first)?;
    let follows = |reach: usize, cues: u64| page.cue_before(first, reach, cues).is_some();
    let is_somebodys = match letters {
        1 => digits >= 7 && follows(3, cue::PROPER | cue::PLAN_WORD | cue::PLAN_HEAD),
        _ => digits >= 9 && follows(12, cue::PERSON | cue::RELATIVE | cue::PROPER),
    };
    if !is_somebodys {
        return None;
    }
    page.report(first, last, PhiKind::HealthPlanId, 0.8, "id.long_number");
    Some(last)
}

/// "MRN 6620418 is hers and 6620481 his", "charts N30118 and N30277": the same form as an identifier found just before.
pub(super) fn echoes(page: &mut Page, run: &Run) -> Option<usize> {
    const REACH_BYTES: usize = 160;
    let start = page.token(run.first)?.start as usize;
    let found = page
        .found
        .last()
        .filter(|found| found.detector == "id.label" && start - found.end.min(start) <= REACH_BYTES)?;
    let earlier = page.text.get(found.start..found.end)?;
    let count = |text: &str, is: fn(&u8) -> bool| text.bytes().filter(is).count();
    let has_same_form = count(earlier, u8::is_ascii_digit) == run.digits
        && count(earlier, u8::is_ascii_alphabetic) == run.letters
        && earlier.len() == run.text(page).len();
    let joint = run.first.checked_sub(1)?;
    let is_joined = page.word_is(joint, words!["and", "or"]) && { page.before(joint) }
        .is_some_and(|last| last.end as usize == found.end);
    let kind = found.kind;
    let is_chart = is_joined && kind == PhiKind::Mrn;
    let fewest = if is_chart || is_joined && run.letters > 0 { 4 } else { 6 };
    if !has_same_form
        || run.digits < fewest
        || !is_chart && is_public_code(page, run)
        || page.has(run.last + 1, cue::UNIT)
    {
        return None;
    }
    page.report(run.first, run.last, kind, 0.7, "id.label");
    Some(run.last)
}
