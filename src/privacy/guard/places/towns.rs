//! Towns.

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{PHRASE_WORDS_MAX, cue, dict, hash_phrase};
use super::super::names::met::is_addressee;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::capitals_end;
use super::whereabouts::{
    continues_row, follows_age, follows_demographics, follows_label, follows_move, is_apposition, zip_after,
};

/// The last token of a town of several words in the dictionary ("san jose") that begins here.
pub(super) fn is_known_phrase(page: &Page, at: usize) -> Option<usize> {
    known_phrase(page, at, dict::CITY)
}

/// The last token of a name of several words that the dictionary knows as one of `kinds`.
pub(super) fn known_phrase(page: &Page, at: usize, kinds: u64) -> Option<usize> {
    let first = page.token(at)?;
    if !page.starts_dictionary_phrase(at) {
        return None;
    }
    let mut key = first.hash;
    let mut found = None;
    let mut index = at;
    for _ in 1..PHRASE_WORDS_MAX {
        index += 1;
        if page.mark_is(index, b'.') || page.mark_is(index, b'-') {
            index += 1;
        }
        let Some(next) = page.token(index).filter(|next| next.is_word() && next.gap <= Gap::Line) else {
            break;
        };
        key = hash_phrase(key, next.hash);
        let Some(known) = page.lexicon.phrase_dictionary(key) else {
            break;
        };
        if known & kinds != 0 {
            found = Some(index);
        }
    }
    found
}

/// A town after a word of place, or one whose name is nothing else.
pub(super) fn town(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    let strong = page.cue_before(at, 1, cue::PLACE_STRONG).is_some()
        || follows_demographics(page, at)
        || follows_label(page, at)
        || follows_move(page, at)
            && !token.has(cue::EPONYM | cue::FACILITY_GENERIC | cue::PROVIDER_TITLE)
            && !is_house(page, at);
    let follows_age = follows_age(page, at);
    let follows_preposition = page.cue_before(at, 1, cue::PLACE_PREP).is_some();
    let weak = follows_age || follows_preposition;
    let kinds = if strong || weak || page.mark_is(at.wrapping_sub(1), b',') {
        dict::CITY | dict::TOWN
    } else {
        dict::CITY
    };
    let of_clinic = || known_phrase(page, at, dict::TOWN).filter(|last| has_clinic(page, *last));
    let phrase = known_phrase(page, at, kinds).or_else(of_clinic).filter(|last| {
        // "Coeur d'Alene"
        page.token(*last)
            .is_some_and(|token| token.is_capitalised() || token.mixes_case)
            && !(page.has(at, cue::STATE) && page.has(*last, cue::STATE))
    });
    if token.shape == Shape::Upper && token.len() < 4 && phrase.is_none() || token.has(cue::STATE) && phrase.is_none() {
        return None;
    }
    let last = phrase.unwrap_or(at);
    let is_led = strong || follows_preposition;
    let names_other = names_other(page, at, last, phrase.is_some(), is_led)
        || !strong && phrase.is_none() && is_double_name(page, at);
    if phrase.is_some() && page.word_is(last + 1, STAGES) && page.gap(last + 1) == Gap::Space {
        // "Ann Arbor IIIB": nobody's name either.
        page.pass(at, last);
        return Some(last);
    }
    let known = page.dictionary(at);
    let is_clear_place = phrase.is_some() || known & dict::CITY != 0 || known & (dict::TOWN | dict::WORD) == dict::TOWN;
    let is_system = token.shape == Shape::Upper
        && !strong
        && page.before(at).is_some_and(|before| before.shape == Shape::Lower)
        && phrase.is_none();
    let is_beside_person = is_clear_place && (is_apposition(page, at, last) || continues_row(page, at, last));
    let is_here = !(names_other || is_system) && (is_beside_person || is_town(page, at, phrase, strong, weak));
    if !is_here || !strong && names_study(page, last) {
        return None;
    }
    let last = if strong && phrase.is_none() {
        capitals_end(page, at).min(at + 4)
    } else if page.mark_is(last + 1, b'-')
        && page
            .token(last + 2)
            .is_some_and(|next| next.shape == Shape::Title && next.gap == Gap::Glued)
    {
        last + 2
    } else {
        last
    };
    page.report(
        at,
        last,
        PhiKind::Geography,
        if strong || weak { 0.85 } else { 0.6 },
        "geo.town",
    );
    Some(report_zip_after(page, last))
}

/// Stages, numbers of a disease's course called after a town.
pub(in super::super) const STAGES: &[WordKey] = words![
    "i", "ii", "iii", "iv", "v", "vi", "ia", "ib", "iia", "iib", "iiia", "iiib", "iva", "ivb", "stage", "staging",
];

/// Whether what stands around a town, or the phrase from `at` to `last`, makes its name that of something else.
fn names_other(page: &Page, at: usize, last: usize, is_phrase: bool, is_led: bool) -> bool {
    // "in Las Cruces clinic" is said of the town.
    let is_plain_clinic =
        is_phrase && has_clinic(page, last) && page.token(last + 1).is_some_and(|next| next.shape == Shape::Lower);
    let names_house = !is_plain_clinic
        && page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX | cue::FACILITY_HEAD)
        && page.gap(last + 1) <= Gap::Space;
    let is_numbered = { page.token(last + 1) }.is_some_and(|next| next.has_digit() && next.len() <= 3)
        && (page.has(last + 2, cue::EPONYM_HEAD) || !is_led);
    names_house
        || is_numbered
        || is_compound(page, last)
        || page.word_is(last + 1, STAGES)
        || page.has(at, cue::CODE_CUE | cue::MONTH | cue::TITLE)
        || !is_phrase && is_addressee(page, at)
        || page.has(at, cue::PROPER) && (!is_phrase || page.has(last, cue::PROPER))
        || names_institution(page, at)
}

/// "Walla Walla's clinic"
fn has_clinic(page: &Page, last: usize) -> bool {
    page.has(last + 1, cue::PLACE_TAIL) && page.gap(last + 1) == Gap::Space
}

/// "Kigali modification", "Bogalusa and Jackson are cohort studies", "Santa Clara Family Health Plan": what is called after a town.
fn names_study(page: &Page, last: usize) -> bool {
    (last + 1..last + 6)
        .take_while(|index| {
            !page.starts_sentence(*index) && page.token(*index).is_some_and(|token| matches!(token.mark, 0 | b','))
        })
        .any(|index| {
            page.word_is(
                index,
                words![
                    "cohort",
                    "cohorts",
                    "definition",
                    "definitions",
                    "modification",
                    "consensus",
                ],
            ) || index <= last + 3
                && page.word_is(index, words!["plan", "criteria", "score"])
                && page.gap(last + 1) == Gap::Space
                && !page.has(last + 1, cue::CONNECTOR | cue::PERSON_VERB)
        })
}

/// "Mallory-Weiss": two names joined, which no list has as a town.
fn is_double_name(page: &Page, at: usize) -> bool {
    page.mark_is(at + 1, b'-')
        && page.gap(at + 1) == Gap::Glued
        && page
            .token(at + 2)
            .is_some_and(|next| next.shape == Shape::Title && next.gap == Gap::Glued)
}

/// "Nitro-refractory", but not "Fresno-based".
fn is_compound(page: &Page, last: usize) -> bool {
    page.mark_is(last + 1, b'-')
        && page.gap(last + 1) == Gap::Glued
        && page
            .token(last + 2)
            .is_some_and(|next| next.shape == Shape::Lower && next.gap == Gap::Glued)
        && !page.word_is(
            last + 2,
            words![
                "based", "area", "born", "bound", "native", "trained", "side", "on", "by", "to",
            ],
        )
}

/// A facility's noun, or a ward's word, is no town.
fn is_house(page: &Page, at: usize) -> bool {
    page.dictionary(at) & (dict::HOUSE | dict::PRACTICE | dict::SITE) != 0 && page.dictionary(at) & dict::CITY == 0
}

/// Reports the ZIP code after a town, if there is one; gives the last token that was read.
pub(super) fn report_zip_after(page: &mut Page, town: usize) -> usize {
    let Some(zip) = zip_after(page, town) else {
        return town;
    };
    page.report(zip, zip, PhiKind::Geography, 0.85, "geo.zip");
    zip
}

/// "our clinic in Enterprise.": after "in" among small letters, and before a stop.
fn closes_phrase(page: &Page, at: usize) -> bool {
    let is_lower = |back: usize| {
        at.checked_sub(back).is_some_and(|index| {
            page.token(index)
                .is_some_and(|token| token.shape == Shape::Lower || token.taken)
        })
    };
    let ends = page.token(at + 1).is_none_or(|next| {
        next.gap >= Gap::Line
            || matches!(next.mark, b'.' | b',' | b';' | b'?' | b')')
            || page.word_is(at + 1, words!["on", "and", "who", "was", "is"])
    });
    let follows_person = page.cue_before(at.saturating_sub(1), 1, cue::PERSON).is_some();
    page.word_is(at.wrapping_sub(1), words!["in"]) && is_lower(2) && (ends || follows_person)
}

/// Whether a word, or the `phrase` that begins with it, is a town here.
fn is_town(page: &Page, at: usize, phrase: Option<usize>, strong: bool, weak: bool) -> bool {
    let Some(token) = page.token(at) else {
        return false;
    };
    let (known, last) = (page.dictionary(at), phrase.unwrap_or(at));
    let (is_city, is_word) = (known & dict::CITY != 0, known & dict::WORD != 0);
    let is_place = known & (dict::CITY | dict::TOWN) != 0;
    let is_person = known & (dict::FIRST | dict::SURNAME | dict::FIRST_ORDINARY) != 0;
    let is_next_capital = page.token(last + 1).is_some_and(|next| {
        (next.shape == Shape::Title || next.shape == token.shape)
            && next.is_capitalised()
            && next.gap == Gap::Space
            && !next.has(cue::STATE | cue::STATE_ABBR | cue::PROPER | cue::PLACE_TAIL)
            && !(next.shape == Shape::Upper && next.has(cue::CONNECTOR | cue::PERSON_VERB | cue::PERSON_PREP))
    });
    let follows_from = at
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["from"]));
    if phrase.is_some() {
        return strong
            || weak
            || page.has(last + 1, cue::PLACE_TAIL)
            || !is_word && !token.has(cue::EPONYM) && !is_next_capital && token.len() > 4
            || token.len() <= 4 && !is_next_capital && !is_word
            || is_word && is_titled_phrase(page, at, last) && !is_next_capital;
    }
    if strong {
        let is_general =
            token.has(cue::FACILITY_GENERIC | cue::FACILITY_HEAD | cue::FACILITY_PAIR | cue::PERSON | cue::UNIT);
        let is_shouted = known == 0
            && token.len() > 4
            && page.cue_before(at, 1, cue::PLACE_STRONG).is_some()
            && page.before(at).is_some_and(|before| before.shape == Shape::Lower);
        return is_place
            || is_shouted
            || !is_word && token.shape == Shape::Title
            || is_next_capital
                && !is_general
                && token.shape == Shape::Title
                && page.cue_before(at, 1, cue::PLACE_STRONG).is_some();
    }
    if weak {
        let is_clear_word = token.shape == Shape::Title && (follows_from || is_city && closes_phrase(page, at));
        let is_clear_eponym = !token.has(cue::EPONYM) || is_city && (follows_from || closes_phrase(page, at));
        let may_be_addressee = is_person && !is_city && page.word_is(at.wrapping_sub(1), words!["to"]);
        return is_place && !may_be_addressee && (!is_word || is_clear_word) && is_clear_eponym && !is_next_capital;
    }
    let leads_person = page.word_is(last + 1, words!["pt", "patient", "pts"]) && page.gap(last + 1) == Gap::Space;
    if page.has(last + 1, cue::PLACE_TAIL) || leads_person && token.shape == Shape::Title {
        return is_city && !is_word;
    }
    let stands_in_list = at > 0
        && page.mark_is(at - 1, b',')
        && page
            .token(last + 1)
            .is_none_or(|next| matches!(next.mark, b',' | b'.') || next.gap >= Gap::Line);
    is_city
        && (!is_person || stands_in_list && known & (dict::FIRST | dict::FIRST_ORDINARY) == 0)
        && !is_word
        && !token.has(cue::EPONYM)
        && !is_next_capital
        && token.len() > 4
}

/// "Grand Rapids patient", "Green Bay man": words with capitals before a person.
fn is_titled_phrase(page: &Page, first: usize, last: usize) -> bool {
    let leads_person = page.has(last + 1, cue::PERSON)
        || page.word_is(
            last + 1,
            words![
                "man", "woman", "male", "female", "boy", "girl", "family", "couple", "teacher", "mother", "father",
            ],
        );
    leads_person
        && (first..=last).all(|index| {
            page.token(index)
                .is_some_and(|token| token.mark != 0 || token.shape == Shape::Title)
        })
}

/// "Health Plan of San Mateo", "University of Houston": part of an institution's name.
pub(in super::super) fn names_institution(page: &Page, at: usize) -> bool {
    let follows_saint = at >= 1
        && page.gap(at) == Gap::Space
        && page.word_is(at - 1, words!["san", "santa", "los", "las", "st", "new", "fort"])
        && page.token(at - 1).is_some_and(Token::is_capitalised);
    let first = if follows_saint { at - 1 } else { at };
    first >= 2
        && page.word_is(first - 1, words!["of"])
        && page.has(first - 2, cue::ORG_SUFFIX | cue::FACILITY_HEAD | cue::PROPER)
        && page.token(first - 2).is_some_and(Token::is_capitalised)
}
