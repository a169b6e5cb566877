//! Names after titles, where the name is an ordinary word in small letters, or one of several: "mr. waters says", "Drs. Scott and Bell".

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{GIVEN, SURNAMES, cue, dict};
use super::super::near::is_clear_name;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{self, class};
use super::lower_full::is_short_surname;
use super::phrases::{ends_clause, is_borne, is_listed};

/// "mrs sweet", "mr. gill", "dr long said": the last word of a name in small letters that begins at `first`.
pub(super) fn lower_titled(page: &Page, title: usize, first: usize) -> Option<usize> {
    let is_lower = page
        .token(first)
        .is_some_and(|name| name.shape == Shape::Lower && name.gap == Gap::Space);
    let is_written_out = page.token(title).is_some_and(|token| token.shape != Shape::Upper);
    if is_lower && is_written_out && (is_unlisted_name(page, first) || is_short_surname(page, first)) {
        return Some(first);
    }
    if !is_lower || !is_written_out || !is_borne(page, first, GIVEN | SURNAMES) {
        return None;
    }
    // "the dr put it in"
    let has_article = title > 0
        && page.word_is(
            title - 1,
            words!["the", "a", "an", "our", "my", "his", "her", "your", "their"],
        );
    if has_article && !is_clear_name(page.dictionary(first)) {
        return None;
    }
    let last = lower_rest(page, first);
    let known = page.dictionary(first);
    let has_stop = page.mark_is(title + 1, b'.') && page.word_is(title, words!["mr", "mrs", "ms", "dr", "drs"]);
    let is_doctors = page.word_is(title, words!["dr", "doctor", "mr"]) && known & dict::WORD == 0;
    // "seen by dr brown.", "doctor sharp on", "mr knight, phone"
    const LEADS: u64 = cue::CONNECTOR | cue::PERSON_PREP | cue::PLACE_PREP;
    let is_thing = words::is(page, first, class::PERSON_THING | class::OF_FORM);
    let is_dated = page.token(last + 1).is_some_and(|next| next.taken && next.has_digit()); // "dr burns 11 feb"
    let leads = page.has(last + 1, LEADS) || is_dated;
    let ends = ends_clause(page, last) || page.word_is(title, words!["dr", "doctor"]) && leads;
    let is_named = !is_thing && ends && known & SURNAMES != 0 && page.word_is(title, words!["dr", "doctor", "mr"]);
    let acts = is_named
        || page.has(last + 1, cue::HUMAN_VERB | cue::PERSON_VERB | cue::AGED)
        || page.word_is(last + 1, words!["dictating", "speaking", "calling", "here", "again"])
        || page.token(last).is_some_and(|name| name.possessive);
    (page.word_is(title, words!["mrs"]) || has_stop || is_doctors || acts).then_some(last)
}

/// "mr oduber, esrd": a word that no list knows, set off or before what persons do. Images end otherwise ("mr urogram,").
fn is_unlisted_name(page: &Page, name: usize) -> bool {
    const IMAGES: [&str; 4] = ["gram", "grams", "graphy", "scopy"];
    let is_unknown = page
        .token(name)
        .is_some_and(|token| token.cues == 0 && token.len() > 3 && page.dictionary(name) == 0);
    let is_set_off = page.mark_is(name + 1, b',')
        || page.has(name + 1, cue::HUMAN_VERB | cue::PERSON_VERB)
        || ends_clause(page, name);
    is_unknown && is_set_off && !IMAGES.iter().any(|end| page.word(name).ends_with(end))
}

/// "ray-kim", "maybelline crouch", "jim bob".
fn lower_rest(page: &Page, first: usize) -> usize {
    let is_glued = |index: usize| page.gap(index) == Gap::Glued;
    let is_lower = |index: usize| page.token(index).is_some_and(|token| token.shape == Shape::Lower);
    if page.mark_is(first + 1, b'-') && is_glued(first + 1) && is_glued(first + 2) && is_lower(first + 2) {
        return first + 2;
    }
    let is_given = page.dictionary(first) & GIVEN != 0;
    let goes_on = is_given && is_lower(first + 1) && page.gap(first + 1) == Gap::Space;
    let is_verb = page.has(first + 1, cue::HUMAN_VERB | cue::PERSON_VERB);
    if goes_on && !is_verb && is_listed(page, first + 1, GIVEN | SURNAMES) {
        first + 1
    } else {
        first
    }
}

/// Most persons that one title is said of.
const TITLED_MAX: usize = 6;

/// "Drs. Scott and Bell": reports those after the first, and gives the last token.
pub(super) fn others_of_title(page: &mut Page, title: usize, first_last: usize) -> usize {
    let mut last = first_last;
    if !page.word_is(title, words!["drs", "docs", "doctors", "messrs", "profs"]) {
        return last;
    }
    for _ in 0..TITLED_MAX {
        let comma = usize::from(page.mark_is(last + 1, b','));
        let link = last + 1 + comma;
        let has_word = page.word_is(link, words!["and", "or"]) || page.mark_is(link, b'&');
        let name = link + usize::from(has_word);
        let is_name = page.token(name).is_some_and(|token| {
            !token.taken
                && token.shape == Shape::Title
                && token.gap == Gap::Space
                && !token.has(cue::PROPER | cue::CONNECTOR)
        });
        let is_lower_name = has_word && is_borne(page, name, SURNAMES);
        if comma == 0 && !has_word || !(is_name || is_lower_name) {
            break;
        }
        page.report(name, name, PhiKind::Name, 0.85, "name.title");
        last = name;
    }
    last
}

/// "Patient initials SN", "initials: T.J.R.": what stands for a name.
pub(super) fn initials_after(page: &Page, label: usize) -> Option<(usize, usize)> {
    const DEGREES: &[WordKey] = words![
        "md", "do", "rn", "np", "pa", "lpn", "dob", "mrn", "cna", "pt", "ot", "id",
    ];
    let is_link = |index: usize| {
        page.token(index)
            .is_some_and(|token| matches!(token.mark, b':' | b'=' | b'"' | b'('))
            || page.word_is(index, words!["are", "is", "of"])
    };
    let first = (label + 1..label + 4).find(|index| !is_link(*index))?;
    let is_upper = |index: usize| {
        page.token(index).is_some_and(|token| {
            (token.shape == Shape::Upper || token.len() == 1 && token.shape == Shape::Lower) && !token.taken
        })
    };
    if !is_upper(first) || page.gap(first) > Gap::Space {
        return None;
    }
    if page.word(first).len() > 1 {
        let is_other =
            page.word_is(first, DEGREES) || page.has(first, cue::AGED | cue::MRN_HEAD) || page.word(first).len() > 3;
        return (!is_other).then_some((first, first));
    }
    let mut last = first;
    while last < first + 6 {
        let stop = usize::from(page.mark_is(last + 1, b'.'));
        if !is_upper(last + 1 + stop) || page.word(last + 1 + stop).len() > 1 {
            break;
        }
        last += 1 + stop;
    }
    (last > first).then_some((first, last))
}
