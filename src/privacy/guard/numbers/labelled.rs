//! Numbers that a label before them makes somebody's: where the value ends, and what is none in spite of the label.

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::Run;
use super::codes::{is_public_code, is_row_of_codes};
use super::digits::Groups;
use super::groups::{last_group, spaced_value};
use super::labels::{self, Label, Reading};
use super::policies::is_document_number;

/// From so many digits on, groups are no codes in a row.
const LONG_DIGITS: usize = 8;

/// An identifier by its label; the value may go on over blanks with groups of digits.
pub(super) fn labelled(page: &mut Page, run: &Run, label: Label) -> Option<usize> {
    let (last, digits) = value_end(page, run, label);
    if !is_identifier_value(page, run, digits, label) {
        return None;
    }
    let score = if label.is_explicit { 0.95 } else { 0.8 };
    page.report(run.first, last, label.kind, score, "id.label");
    if (label.kind == PhiKind::Mrn || is_ending(page, run))
        && let Some(twin) = twin(page, run)
    {
        page.report(twin, twin, label.kind, score, "id.label");
        return Some(twin);
    }
    Some(last)
}

/// The other of "mrns 70018 and 70081", "claims ending 4471 and 4472": short, of the same length, and joined.
fn twin(page: &Page, run: &Run) -> Option<usize> {
    let other = run.last + 2;
    let is_short = run.first == run.last && run.letters == 0 && matches!(run.digits, 4 | 5);
    let is_joined = page.word_is(run.last + 1, words!["and", "or"]) || page.mark_is(run.last + 1, b'&');
    let is_twin = page.is_digits(other) && page.word(other).len() == run.digits;
    (is_short && is_joined && is_twin && !page.has(other + 1, cue::UNIT) && !page.mark_is(other + 1, b'%'))
        .then_some(other)
}

/// "charts 4471 and 4417", and not "charts 99213 and 99214".
fn is_of_twins(page: &Page, run: &Run, label: Label) -> bool {
    label.kind == PhiKind::Mrn
        && follows(page, run, words!["charts", "mrns"])
        && !run.text(page).starts_with("99")
        && !page.number(run.first).is_some_and(|year| (1900..=2099).contains(&year))
        && twin(page, run).is_some()
}

/// The last token of a labelled value, and its digits.
fn value_end(page: &Page, run: &Run, label: Label) -> (usize, usize) {
    if label.is_explicit
        && run.first == run.last
        && let Some((last, digits)) = spaced_value(page, run.first)
        && digits >= LONG_DIGITS
    {
        return (last, digits);
    }
    if let Some(end) = over_capitals(page, run, label) {
        return end;
    }
    if run.letters == 0 {
        let groups = Groups::read(page, run.first, true);
        let is_quantity = groups.lasts().iter().any(|end| page.has(end + 1, cue::UNIT));
        if groups.digits().len() > run.digits && groups.lengths().len() <= 5 && !is_quantity {
            return (groups.last_of(groups.lengths().len()), groups.digits().len());
        }
    } else if page.is_digits(run.last + 1) && page.gap(run.last + 1) <= Gap::Line {
        let shortest = if label.is_explicit { 3 } else { 2 };
        let is_group = |index: usize| {
            page.is_digits(index) && page.gap(index) <= Gap::Line && (shortest..=9).contains(&page.word(index).len())
        };
        let last = (run.last + 1..run.last + 4).take_while(|index| is_group(*index)).last();
        if let Some(last) = last.filter(|last| !page.has(last + 1, cue::UNIT)) {
            let more: usize = (run.last + 1..=last).map(|index| page.word(index).len()).sum();
            // "W2398 44120" goes on like a code after a code; "NM-88 204" is no code.
            let digits = run.digits + more;
            if label.is_explicit || digits >= LONG_DIGITS || run.first != run.last && digits >= 5 {
                return (last, digits);
            }
        }
    }
    (run.last, run.digits)
}

/// "member ID 901 SHP 44 2271": capitals among the groups.
fn over_capitals(page: &Page, run: &Run, label: Label) -> Option<(usize, usize)> {
    let capitals = page
        .token(run.last + 1)
        .filter(|token| token.shape == Shape::Upper && (2..=4).contains(&token.len()) && token.cues == 0)?;
    let is_begun = label.is_explicit && label.kind == PhiKind::HealthPlanId && run.letters == 0 && run.digits <= 4;
    if !is_begun || capitals.gap != Gap::Space {
        return None;
    }
    let (last, digits) = spaced_value(page, run.last + 1)?;
    (run.digits + digits >= LONG_DIGITS).then_some((last, run.digits + digits))
}

fn is_identifier_value(page: &Page, run: &Run, digits: usize, label: Label) -> bool {
    let is_quantity = page.has(run.last + 1, cue::UNIT)
        || page.has(run.last, cue::UNIT) && page.before(run.last).is_none_or(|before| before.mark != b'-')
        || page.mark_is(run.last + 1, b'%')
        || run
            .first
            .checked_sub(1)
            .is_some_and(|before| page.mark_is(before, b'$'));
    let is_year =
        run.letters == 0 && digits == 4 && page.number(run.first).is_some_and(|year| (1900..=2099).contains(&year));
    let is_field = run.text(page).len() == 6 && run.text(page).contains('-') || run.text(page).starts_with("CMS-");
    let is_loop =
        run.digits == 4 && run.text(page).starts_with("20") && page.cue_before(run.first, 8, cue::CODE_CUE).is_some();
    let is_statute = run.text(page).contains('.')
        && run
            .first
            .checked_sub(1)
            .is_some_and(|code| page.word_is(code, words!["code"]));
    // "says no G0390"
    let is_refused = || follows(page, run, words!["no"]) && run.letters == 1;
    let is_public = (digits == run.digits && !label.is_head && (!label.is_explicit || is_refused()) || is_field)
        && is_public_code(page, run)
        || is_loop && run.letters == 2
        || is_statute
        || run.letters == 0 && run.text(page).contains('/') && run.text(page).contains('-'); // "enrollment 11/1-1/15"
    let is_strength = run.letters == 0 && run.digits == 1; // "tylenol #3"
    let is_licence = label.kind == PhiKind::License && follows_licence(page, run);
    let is_stage = follows(page, run, words!["tail"]) && !is_plate(page, run); // "pancreatic tail T2N0M0"
    let is_trial = label.kind == PhiKind::OtherUniqueId && is_trial_name(run.text(page));
    if is_strength || is_quantity || is_public && !is_licence || is_trial || is_stage || is_document_number(page, run) {
        return false;
    }
    if is_licence && digits >= 4 && !is_year && is_of_state(page, run)
        || is_of_twins(page, run, label)
        || follows_chart(page, run) && digits >= 4
        || is_ending(page, run) && !is_year
    {
        return true;
    }
    if !label.is_head && !label.is_explicit && digits == run.digits && is_row_of_codes(run.text(page)) {
        return false; // "bill 99214-25"
    }
    if label.kind == PhiKind::Vehicle && is_plate(page, run) {
        return true;
    }
    let is_joined = run.letters > 0 && (run.letters <= 12 || run.first == run.last && run.digits >= 2);
    match (label.is_head, label.is_explicit) {
        (true, _) => digits >= 3 || (digits >= 2 && digits + run.letters >= 4),
        (false, true) => !is_year && (digits >= 4 || (is_joined && digits >= 2 && digits + run.letters >= 5)),
        (false, false) => (run.letters == 0 && digits >= 6) || (is_joined && digits >= 3 && digits + run.letters >= 6),
    }
}

fn follows(page: &Page, run: &Run, words: &[WordKey]) -> bool {
    run.first
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words))
}

/// "license 48817", "license MN 48817".
fn follows_licence(page: &Page, run: &Run) -> bool {
    let state = usize::from(is_of_state(page, run));
    { run.first.checked_sub(1 + state) }.is_some_and(|label| page.word_is(label, words!["license", "licence", "lic"]))
}

/// A state's letters stand right before.
fn is_of_state(page: &Page, run: &Run) -> bool {
    { run.first.checked_sub(1) }.is_some_and(|state| page.has(state, cue::STATE_ABBR) && page.word(state).len() == 2)
}

/// "SKI4LYF": capitals around a digit. The tail of an aircraft shows its country's letter first.
fn is_plate(page: &Page, run: &Run) -> bool {
    let text = run.text(page);
    let has_small = text.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_tail = follows(page, run, words!["tail"]);
    !has_small
        && run.letters > 0
        && run.digits > 0
        && (5..=8).contains(&(run.letters + run.digits))
        && (!is_tail || text.starts_with('N') && run.digits >= 2)
}

/// "chart G-4471": as short as a code is, but for its hyphen.
fn follows_chart(page: &Page, run: &Run) -> bool {
    follows(page, run, words!["chart", "record", "rec"]) && run.first != run.last && run.letters > 0
}

/// "claim ending 7731", "card ending in 4410".
fn is_ending(page: &Page, run: &Run) -> bool {
    let preposition = usize::from(follows(page, run, words!["in", "with"]));
    let is_told =
        { run.first.checked_sub(1 + preposition) }.is_some_and(|end| page.word_is(end, words!["ending", "ends"]));
    is_told && run.first == run.last && (3..=6).contains(&run.digits) && run.letters <= 2
}

/// "KEYNOTE-024", "CheckMate-067": a trial that was published.
fn is_trial_name(text: &str) -> bool {
    text.split_once('-').is_some_and(|(name, number)| {
        name.len() >= 5
            && name.bytes().all(|byte| byte.is_ascii_alphabetic())
            && number.len() <= 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// "plate LA 482 KZT", "plate HCP 40J": capitals before and after the digits.
pub(super) fn spaced_plate(page: &mut Page, run: &Run) -> Option<usize> {
    if !(2..=5).contains(&run.digits) || page.cue_before(run.first, 5, cue::VEHICLE_WORD).is_none() {
        return None;
    }
    let is_capitals = |index: usize, longest: usize| {
        page.gap(index) <= Gap::Space
            && page
                .token(index)
                .is_some_and(|token| token.shape == Shape::Upper && token.len() <= longest && !token.taken)
    };
    let before = (1..=2)
        .take_while(|back| *back < run.first && is_capitals(run.first - back, 4))
        .last()
        .unwrap_or(0);
    let first = run.first - before;
    let last = run.last + usize::from(is_capitals(run.last + 1, 3) && page.gap(run.last + 1) == Gap::Space);
    let is_spaced = before > 0 && page.gap(run.first) == Gap::Space || last > run.last;
    let places: usize = (first..=last).map(|index| page.word(index).len()).sum();
    let is_form = is_spaced && (4..=9).contains(&places);
    if !is_form || page.cue_before(first, 3, cue::VEHICLE_WORD).is_none() {
        return None;
    }
    let Reading::Identifier(label) = labels::before(page, first) else {
        return None;
    };
    if label.kind != PhiKind::Vehicle || page.has(last + 1, cue::UNIT) || page.has(last, cue::UNIT | cue::CODE_CUE) {
        return None;
    }
    page.report(first, last, label.kind, 0.85, "id.label");
    Some(last)
}

/// "license plate KLM 4821": capitals of the same identifier stand before the digits.
pub(super) fn after_letters(page: &mut Page, run: &Run) -> Option<usize> {
    let first = run.first.checked_sub(1)?;
    let is_part = matches!(page.gap(run.first), Gap::Space | Gap::Line)
        && page
            .token(first)
            .is_some_and(|token| token.shape == Shape::Upper && (1..=4).contains(&token.len()) && token.cues == 0);
    if !is_part {
        return None;
    }
    let spaced = spaced_value(page, first).filter(|(_, digits)| *digits >= LONG_DIGITS);
    if run.digits < 3 && spaced.is_none() {
        return None;
    }
    let Reading::Identifier(label) = labels::before(page, first) else {
        return None;
    };
    if let Some((last, _)) = spaced {
        page.report(first, last, label.kind, 0.8, "id.label");
        return Some(last);
    }
    let last = last_group(page, run);
    let is_long = run.digits >= 6 || run.first != run.last && run.digits >= 5;
    let is_clear = label.is_explicit || label.kind == PhiKind::Vehicle || last > run.last || is_long;
    if !is_clear || page.has(last + 1, cue::UNIT) || is_document_number(page, run) {
        return None;
    }
    page.report(first, last, label.kind, 0.85, "id.label");
    Some(last)
}
