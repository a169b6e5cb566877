//! Towns in small letters.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};
use super::surroundings::{is_only_town, leads_state};
use super::towns::{is_known_phrase, known_phrase, report_zip_after};
use super::whereabouts::{
    follows_age, follows_demographics, follows_label, follows_move, follows_stay, may_be_unknown_town,
};

/// "lives in fresno": small letters after a clear cue, known towns only.
pub(super) fn lower_town(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    if token.has(cue::STATE | cue::PROPER) {
        return None;
    }
    if let Some(last) = lower_county(page, at) {
        page.report(at, last, PhiKind::Geography, 0.75, "geo.county");
        return Some(last);
    }
    let last = known_phrase(page, at, dict::CITY).unwrap_or(at);
    let is_listed = last > at || page.dictionary(at) & (dict::CITY | dict::TOWN) != 0;
    if !(is_lower_town(page, at, &token, last > at) || is_listed && leads_state(page, at, last)) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.75, "geo.town");
    Some(report_zip_after(page, last))
}

/// Whether a word in small letters, or the phrase that begins with it, is a town here.
fn is_lower_town(page: &Page, at: usize, token: &Token, is_phrase: bool) -> bool {
    const NAMES: u64 = dict::FIRST | dict::SURNAME;
    let known = page.dictionary(at);
    let is_home = || page.cue_before(at, 1, cue::PLACE_STRONG).is_some() || follows_label(page, at);
    let is_city = known & (dict::CITY | dict::WORD) == dict::CITY
        || known & dict::CITY != 0 && is_home() && closes(page, at) && !token.has(cue::FACILITY_GENERIC);
    let is_only_town = known & (dict::TOWN | dict::WORD | NAMES) == dict::TOWN && token.len() > 4;
    if !(is_phrase || is_city || is_only_town) {
        return may_be_unknown_town(token, known) && is_home();
    }
    let is_only_city = is_city && known & dict::FIRST == 0 && token.len() > 4;
    let follows_preposition = page.word_is(at.wrapping_sub(1), words!["in", "from", "near"])
        && !token.has(cue::EPONYM | cue::FACILITY_GENERIC);
    let follows_at = page.word_is(at.wrapping_sub(1), words!["at"]) && is_only_town && page.is_informal();
    follows_at
        || follows_preposition && (is_phrase || is_only_city || follows_stay(page, at))
        || (is_phrase || is_city) && (is_home() || follows_demographics(page, at) || follows_move(page, at))
}

/// "lives out in pueblo and": a town that is a word too has nothing after it that the word goes on with.
fn closes(page: &Page, at: usize) -> bool {
    page.token(at + 1).is_none_or(|next| {
        next.gap >= Gap::Line
            || matches!(next.mark, b'.' | b',' | b';' | b'?' | b')')
            || page.word_is(at + 1, words!["and", "but", "with", "so", "since", "where", "who", "w"])
    })
}

/// "from clark county".
fn lower_county(page: &Page, at: usize) -> Option<usize> {
    let tells = |index: usize| {
        let known = page.dictionary(index);
        page.token(index)
            .is_some_and(|token| token.len() > 2 && token.gap == Gap::Space)
            && !page.has(index, cue::FACILITY_GENERIC | cue::CONNECTOR | cue::FACILITY_NAME)
            && (known & dict::WORD == 0 || known & (dict::CITY | dict::SURNAME | dict::SURNAME_ORDINARY) != 0)
    };
    (at + 1..=at + 2)
        .find(|index| page.has(*index, cue::PLACE_NOUN))
        .filter(|noun| (at..*noun).all(tells))
}

/// "skagway has no ent": a town that is nothing else, at the head of a sentence in small letters, and a verb.
pub(super) fn lower_subject(page: &mut Page, at: usize) -> Option<usize> {
    const OTHER: u64 = dict::FIRST | dict::SURNAME | dict::FIRST_ORDINARY | dict::SURNAME_ORDINARY | dict::WORD;
    let last = known_phrase(page, at, dict::CITY | dict::TOWN);
    let known = page.dictionary(at);
    let is_only_town = known & (dict::CITY | dict::TOWN) != 0 && known & OTHER == 0 && page.word(at).len() > 4;
    let last = last.or(is_only_town.then_some(at))?;
    let leads_verb =
        page.has(last + 1, cue::PERSON_VERB | cue::HUMAN_VERB) || page.dictionary(last + 1) & dict::SITE != 0;
    if !leads_verb || page.has(at, cue::EPONYM | cue::PROPER | cue::STATE | cue::FACILITY_GENERIC) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.6, "geo.town");
    Some(last)
}

/// "at the yuba city clinic", "in the key largo house": a known town and what a facility has.
pub(super) fn lower_sited(page: &mut Page, at: usize) -> Option<usize> {
    let known = page.dictionary(at);
    let is_city = known & (dict::CITY | dict::WORD | dict::FIRST) == dict::CITY;
    let last = is_known_phrase(page, at).or(is_city.then_some(at))?;
    let has_site = page.dictionary(last + 1) & (dict::SITE | dict::HOUSE) != 0 && page.gap(last + 1) == Gap::Space;
    if !has_site || page.has(at, cue::EPONYM | cue::PROPER | cue::STATE | cue::FACILITY_GENERIC) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.7, "geo.town");
    Some(last)
}

/// "pt c. gray, opelousas", "guy sharp, 58, fresno, dx rising psa": a town that is nothing else, where a person was told of before the comma.
fn is_home_of_person(page: &Page, at: usize) -> bool {
    const OTHER: u64 = dict::FIRST | dict::SURNAME | dict::FIRST_ORDINARY | dict::SURNAME_ORDINARY | dict::WORD;
    let known = page.dictionary(at);
    let is_only_town = known & dict::CITY != 0 && known & OTHER == 0 && page.word(at).len() > 4;
    // Over the stop of a small initial too.
    let follows_person = (2..=6)
        .map_while(|back| at.checked_sub(back))
        .take_while(|index| page.gap(*index) < Gap::Paragraph)
        .any(|index| page.has(index, cue::PERSON));
    is_only_town && (follows_age(page, at) || follows_person)
}

/// A mark, a line's end or the text's right after a token.
fn ends_part(page: &Page, last: usize) -> bool {
    page.token(last + 1)
        .is_none_or(|next| next.gap >= Gap::Line || matches!(next.mark, b',' | b')' | b'.' | b';' | b'?'))
}

/// ", beckley wv, f3 fibrosis": the last word of a town that is no other word, before a state that closes the clause.
fn before_state(page: &Page, at: usize) -> Option<usize> {
    let town = known_phrase(page, at, dict::CITY | dict::TOWN);
    let is_known = town.is_some() || page.dictionary(at) & (dict::CITY | dict::TOWN) != 0 && !page.has(at, cue::PROPER);
    let last = town.unwrap_or(at);
    let state = last + 1;
    let is_state = page.has(state, cue::STATE | cue::STATE_ABBR) && page.gap(state) == Gap::Space;
    let is_plain = (at..=last).all(|index| page.dictionary(index) & dict::WORD != 0);
    (is_known && is_state && ends_part(page, state) && !is_plain).then_some(last)
}

/// "(ostrowski, fond du lac)", ", kenosha cardiology": a town after a comma, or a house called after it, closed by a mark.
pub(super) fn lower_apposition(page: &mut Page, at: usize) -> Option<usize> {
    if let Some(last) = before_state(page, at) {
        page.report(at, last, PhiKind::Geography, 0.7, "geo.town");
        return Some(last);
    }
    let town = is_known_phrase(page, at);
    let trade = town
        .or_else(|| is_only_town(page, at).then_some(at))
        .map_or(at, |town| town + 1);
    let has_trade = trade > at
        && page
            .token(trade)
            .is_some_and(|token| token.shape == Shape::Lower && token.gap == Gap::Space)
        && is(page, trade, class::CARE_HOUSE);
    let last = if has_trade {
        trade
    } else {
        town.or_else(|| is_home_of_person(page, at).then_some(at))?
    };
    let is_plain = (at..=last).all(|index| page.dictionary(index) & dict::WORD != 0);
    if is_plain || !ends_part(page, last) || page.has(at, cue::STATE | cue::PROPER | cue::EPONYM) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.6, "geo.town");
    Some(last)
}
