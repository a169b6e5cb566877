//! Towns with their state: "Fresno, CA", "Salt Lake City, Utah".

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::streets::is_office_address;
use super::towns::is_known_phrase;
use super::zips::state_zip;

/// A town of capitals `at..=last` with its state after a comma, or as the last of them.
pub(super) fn town_and_state(page: &mut Page, at: usize, last: usize) -> Option<usize> {
    let continues_capitals = page
        .before(at)
        .is_some_and(|before| before.is_capitalised() && !before.has(cue::PLACE_PREP) && page.gap(at) == Gap::Space);
    let is_other = page.has(at, cue::PROPER | cue::CODE_CUE | cue::MONTH) && !page.has(at, cue::FACILITY_NAME);
    if is_other || continues_capitals {
        return None;
    }
    let has_comma = page.mark_is(last + 1, b',');
    let state = if has_comma { last + 2 } else { last };
    let town_last = if has_comma { last } else { last.checked_sub(1)? };
    if town_last < at || town_last > at + 3 || page.gap(state) > Gap::Line {
        return None;
    }
    let state_token = *page.token(state)?;
    let names_score = !has_comma && page.has(state + 1, cue::EPONYM_HEAD) && page.gap(state + 1) == Gap::Space;
    if names_score || !is_state(page, state, &state_token) || !is_plausible_town(page, at, town_last, has_comma) {
        return None;
    }
    if is_office_address(page, at) {
        return Some(town_last);
    }
    page.report(at, town_last, PhiKind::Geography, 0.9, "geo.town_state");
    if has_comma && state_token.has(cue::STATE) && !page.is_taken(state, state) {
        // "Ely, Nevada": the state is nobody's name.
        return Some(state_zip(page, state, &state_token).unwrap_or_else(|| {
            page.pass(state, state);
            state
        }));
    }
    Some(town_last)
}

/// A state by itself: not "CO-50" nor "ID R599", and not what "Texas Medicaid" begins with.
fn is_state(page: &Page, state: usize, token: &Token) -> bool {
    const OWNED: &[WordKey] = words![
        "medicaid",
        "medicare",
        "law",
        "insurance",
        "department",
        "statute",
        "code",
    ];
    let is_written =
        token.has(cue::STATE) && token.is_capitalised() || token.has(cue::STATE_ABBR) && token.shape == Shape::Upper;
    let is_code = page.gap(state + 1) == Gap::Glued
        && page.mark_is(state + 1, b'-')
        && page.gap(state + 2) == Gap::Glued
        && page.token(state + 2).is_some_and(Token::has_digit);
    let leads_number = page
        .token(state + 1)
        .is_some_and(|next| next.shape == Shape::Mixed && next.gap == Gap::Space);
    is_written && !is_code && !leads_number && !page.word_is(state + 1, OWNED)
}

/// Whether the words before a state may be a town: listed, or, before a comma, no other word.
fn is_plausible_town(page: &Page, at: usize, last: usize, has_comma: bool) -> bool {
    const NO_TOWN: u64 = cue::PROPER | cue::STATE | cue::CODE_CUE | cue::MONTH | cue::TITLE | cue::PROVIDER_TITLE;
    let may_be_town = (at..=last).all(|index| page.token(index).is_some_and(|token| !token.has(NO_TOWN)));
    let is_known = at == last && page.dictionary(at) & dict::CITY != 0 || is_known_phrase(page, at) == Some(last);
    if !has_comma || !may_be_town {
        return may_be_town && is_known;
    }
    let state = last + 2;
    let is_ambiguous = page.word_is(
        state,
        words!["md", "pa", "do", "ma", "or", "in", "pt", "ok", "me", "hi", "oh"],
    ) || page.has(state, cue::PROPER);
    let is_title = page.token(at).is_some_and(|token| token.shape == Shape::Title);
    let is_listed = is_title && at == last && page.dictionary(at) & dict::TOWN != 0 && !page.starts_sentence(at);
    let looks_like_town = is_title && page.word(at).len() > 2 && page.dictionary(at) & dict::WORD == 0;
    is_known || !is_ambiguous && (is_listed || looks_like_town)
}
