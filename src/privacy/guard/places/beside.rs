//! Places beside other identifiers: a known town wherever it stands, words that only a town's place in the sentence tells, and capitals that
//! end in a word for a house of care.

use std::ops::Range;

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{KNOWN_STARTS_PHRASE, cue, dict};
use super::super::names::parts::{Part, part};
use super::super::page::{Page, Span};
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class, is};
use super::brands::brand;
use super::capitals_end;
use super::facilities::is_facility_name;
use super::letters::hospital_letters;
use super::small_houses::{house_of_head, may_be_founder, small_chain, small_founder};
use super::small_towns::{small_town, unlisted_town};
use super::surroundings::{
    ends_clause, follows_site, follows_way, is_joined, is_made_as_town, is_named_as, is_only_town, is_set_off,
    is_town_chiefly, leads_deed, leads_site, leads_state,
};
use super::towns::{STAGES, known_phrase, names_institution, report_zip_after};
use super::visited::{land_set_off, place_after, practice_of, small_visited, visited};
use super::whereabouts::zip_after;

pub(super) const DETECTOR: &str = "geo.beside";

/// Words of grammar, people and codes, which name no place in small letters.
const NO_PLACES: u64 = cue::CONNECTOR
    | cue::PLACE_PREP
    | cue::PERSON_PREP
    | cue::PERSON_VERB
    | cue::HUMAN_VERB
    | cue::PERSON
    | cue::UNIT
    | cue::MONTH
    | cue::CODE_CUE;

/// How many of the last findings are looked through for one place: few lie between it and what follows.
const FOUND_REACH: usize = 64;

pub(in super::super) fn find(page: &mut Page, near: &Range<usize>) {
    let mut at = near.start;
    while at < near.end {
        let concerns = may_concern(page, at);
        #[cfg(test)]
        assert!(
            concerns || inspect(page, at).is_none(),
            "a rule finds what was dismissed"
        );
        let last = if concerns { inspect(page, at) } else { None };
        at = last.unwrap_or(at) + 1;
    }
}

/// Nearly all tokens are dismissed here, by a look at those beside them.
fn may_concern(page: &Page, at: usize) -> bool {
    let Some(token) = page.tokens.get(at).filter(|token| !token.taken) else {
        return false;
    };
    match token.shape {
        Shape::Mark | Shape::Mixed => false,
        Shape::Digits => token.len() == 5,
        Shape::Title | Shape::Upper => true,
        Shape::Lower => words::may_name_place(token) || !is_no_place(token) && may_be_small(page, at, token),
    }
}

/// Whether a word in small letters may be, or begin, what [`uncapitalised`] looks for.
#[inline]
fn may_be_small(page: &Page, at: usize, token: &Token) -> bool {
    let (before, next) = (
        page.tokens.get(at.wrapping_sub(1)).unwrap_or(&Token::END),
        page.tokens.get(at + 1).unwrap_or(&Token::END),
    );
    let may_end_letters = || {
        let last = page.text.as_bytes().get(token.end as usize - 1);
        matches!(token.len(), 3..=5) && last.is_some_and(|last| matches!(last | 0x20, b'c' | b'h'))
    };
    let may_lead_chain = || {
        let leads = before.has(cue::CONNECTOR) || token.starts_sentence;
        leads && next.shape == Shape::Lower && (matches!(next.first, b'h' | b'm') || may_name_town(page, next))
    };
    is_led(before)
        || is_followed(next)
        || may_name_town(page, token)
        || token.has(cue::FACILITY_HEAD | cue::FACILITY_PAIR)
        || may_be_founder(token)
        || may_end_letters()
        || may_lead_chain()
}

fn may_name_town(page: &Page, token: &Token) -> bool {
    token.has(cue::FACILITY_NAME) || page.lexicon.begins_town(token.hash)
}

/// After a mark, another identifier or a word of place.
fn is_led(before: &Token) -> bool {
    before.mark != 0 || before.taken || before.has(cue::PLACE_PREP)
}

/// Before what towns and houses are followed by.
fn is_followed(next: &Token) -> bool {
    next.mark == b',' || next.has(cue::STATE_ABBR | cue::PLACE_TAIL | cue::FACILITY_HEAD)
}

/// Words that are certainly no place in small letters.
fn is_no_place(token: &Token) -> bool {
    token.len() < 2 || token.has(NO_PLACES) && !token.has(cue::FACILITY_NAME | cue::FACILITY_PAIR)
}

/// Gives the last token of what was found.
fn inspect(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.tokens.get(at).filter(|token| !token.taken && token.mark == 0)?;
    if token.has_digit() {
        if zip_of_place(page, at) {
            page.report(at, at, PhiKind::Geography, 0.6, DETECTOR);
        }
        return None;
    }
    if let Some(last) = brand(page, at) {
        return Some(last);
    }
    let found = if token.shape == Shape::Title {
        None
    } else {
        uncapitalised(page, at, &token)
    };
    if found.is_some() || token.shape == Shape::Lower {
        return found;
    }
    if may_begin_place(page, at) {
        house(page, at)
            .or_else(|| visited(page, at))
            .or_else(|| practice_of(page, at))
            .or_else(|| land_set_off(page, at))
            .or_else(|| town(page, at))
    } else {
        None
    }
}

/// A word in small letters, or one of a text of capitals.
fn uncapitalised(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    if is_no_place(token) {
        return None;
    }
    let (before, next) = (
        page.tokens.get(at.wrapping_sub(1)).unwrap_or(&Token::END),
        page.tokens.get(at + 1).unwrap_or(&Token::END),
    );
    let is_small = token.shape == Shape::Lower;
    let (is_led, is_followed) = (is_led(before), is_followed(next));
    let may_be_chain = (is_led || before.has(cue::CONNECTOR) || token.starts_sentence) && next.shape == token.shape;
    let may_be_visited = is_small && before.len() == 2 && before.has(cue::PLACE_PREP);
    // A word for a house follows its name: hardly any look at the words of classes is needed elsewhere.
    let follows_name = before.shape == token.shape
        && token.gap == Gap::Space
        && !before.taken
        && (!before.has(NO_PLACES) || before.len() == 3);
    let classes = if words::may_name_place(token) {
        words::all(page, at)
    } else {
        0
    };
    if token.has(cue::FACILITY_HEAD | cue::FACILITY_PAIR) || classes & class::CARE_HOUSE != 0 {
        return if follows_name { house_of_head(page, at) } else { None };
    }
    let may_be_town = is_small && (classes & class::CHIEFLY_TOWN != 0 || page.lexicon.begins_town(token.hash));
    if may_be_town && let Some(last) = small_town(page, at) {
        return Some(last);
    }
    let mut found = None;
    if is_small && (is_led || is_followed) {
        found = unlisted_town(page, at);
    }
    if matches!(token.len(), 2..=8) && found.is_none() {
        found = small_founder(page, at);
        if found.is_none() && token.cues & !cue::FACILITY_NAME == 0 {
            found = hospital_letters(page, at, is_led);
        }
    }
    if found.is_none() && may_be_chain {
        found = small_chain(page, at);
    }
    if found.is_none() && may_be_visited {
        found = small_visited(page, at, token);
    }
    found
}

/// A capital that another follows, that a list knows, that a word of place or a comma leads to, or that has what towns have.
fn may_begin_place(page: &Page, at: usize) -> bool {
    let Some(token) = page.tokens.get(at) else { return false };
    let known = u64::from(token.known);
    token.len() > 2
        && (known & (dict::CITY | dict::TOWN | u64::from(KNOWN_STARTS_PHRASE)) != 0
            || page.tokens.get(at + 1).is_some_and(|next| {
                next.is_capitalised() || next.mark == b',' || next.has(cue::PLACE_TAIL | cue::FACILITY_HEAD)
            })
            || page
                .before(at)
                .is_some_and(|before| before.has(cue::PLACE_PREP) || before.mark == b','))
}

/// "Bronx 10458", "5501 Nolensville Pike, 37211": five digits right after a place that was found, or after its state.
fn zip_of_place(page: &Page, at: usize) -> bool {
    if !page.is_digits(at) || page.word(at).len() != 5 || page.gap(at) > Gap::Line {
        return false;
    }
    let over_comma = |end: usize| {
        let comma = end.checked_sub(1).filter(|before| page.mark_is(*before, b','));
        comma.unwrap_or(end)
    };
    // "Truth or Consequences, NM 38847"
    let has_state =
        |end: usize| { end.checked_sub(1) }.is_some_and(|before| page.has(before, cue::STATE_ABBR | cue::STATE));
    let end = over_comma(at);
    let end = if has_state(end) { over_comma(end - 1) } else { end };
    let Some(place) = end.checked_sub(1).and_then(|before| page.token(before)) else {
        return false;
    };
    let is_place = |found: &Span| found.kind == PhiKind::Geography && found.end == place.end as usize;
    place.taken && page.found.iter().rev().take(FOUND_REACH).any(is_place)
}

/// "Oak Savanna Transitional Care", "Lakeshore Transplant Institute", "Mobile Infirmary".
fn house(page: &mut Page, at: usize) -> Option<usize> {
    if page.token(at).is_some_and(|token| token.shape != Shape::Title)
        || !page
            .token(at + 1)
            .is_some_and(|next| next.shape != Shape::Mark || matches!(next.mark, b'-' | b'&' | b'\'' | b'.'))
    {
        return None;
    }
    let end = capitals_end(page, at);
    let head = (at + 1..=end).rev().find(|index| is(page, *index, class::CARE_HOUSE))?;
    // A payer's name goes on: "Louisiana Healthcare Connections".
    let is_health = page.word_is(head, words!["health", "healthcare", "care"]);
    let goes_on = page.gap(head + 1) == Gap::Space
        && page.token(head + 1).is_some_and(|next| next.shape == Shape::Title)
        && page.dictionary(head + 1) & (dict::CITY | dict::TOWN) == 0;
    if is_health && goes_on {
        return None;
    }
    let is_system =
        is_health && page.dictionary(at) & dict::CHAIN != 0 && page.cue_before(at, 1, cue::PLACE_PREP).is_some();
    let is_called_after_town =
        page.dictionary(at) & (dict::CITY | dict::TOWN) != 0 || head == at + 1 && is(page, at, class::PRACTICE_LEAD);
    let stands_alone = ends_clause(page, head) || leads_deed(page, head) || page.mark_is(head + 1, b',');
    let is_named = (at..head).any(|index| is_facility_name(page, index, at) && !page.has(index, cue::PROPER))
        || stands_alone && (is_called_after_town || head >= at + 2) && !page.has(at, cue::FACILITY_GENERIC)
        || !page.starts_sentence(at) && head >= at + 2 && !page.has(at, cue::FACILITY_GENERIC);
    let seat = { page.word_is(head + 1, words!["of"]) && page.dictionary(head) & dict::PRACTICE != 0 }
        .then(|| place_after(page, head + 1))
        .flatten();
    let is_named = is_named || is_system || seat.is_some() || follows_site(page, at);
    let is_eponym = page.has(at, cue::EPONYM) && page.dictionary(at) & dict::CITY == 0;
    let is_other = is_eponym
        || page.has(at, cue::TITLE | cue::PROVIDER_TITLE)
        || page.has(at, cue::PROPER) && !is_system
        || page.word_is(head + 1, words!["of"]) && seat.is_none()
        || page.word_is(
            head + 1,
            words!["plan", "plans", "policy", "guideline", "guidelines", "program"],
        );
    if !is_named || is_other {
        return None;
    }
    let last = seat.unwrap_or(head);
    page.report(at, last, PhiKind::Geography, 0.6, DETECTOR);
    Some(last)
}

/// A town that is known and no other word, or one that is told by where it stands.
fn town(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    let known_last = known_phrase(page, at, dict::CITY | dict::TOWN).filter(|last| {
        page.token(*last)
            .is_some_and(|token| token.is_capitalised() || token.mixes_case)
    });
    let last = known_last.unwrap_or_else(|| name_before_state(page, at));
    let is_numbered = page.gap(last + 1) == Gap::Space
        && page
            .token(last + 1)
            .is_some_and(|next| next.has_digit() && next.len() <= 2 && !next.taken || page.word_is(last + 1, STAGES));
    let is_other = token.has(cue::MONTH | cue::CODE_CUE | cue::TITLE | cue::PROVIDER_TITLE)
        || token.has(cue::STATE) && known_last.is_none()
        || page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(last + 1) == Gap::Space
        || page.mark_is(last + 1, b'-') && page.gap(last + 1) == Gap::Glued
        || is_joined(page, at)
        || is_numbered
        || names_institution(page, at);
    if is_other || !(is_clear(page, at, &token, known_last) || is_told(page, at, &token, last)) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.5, DETECTOR);
    Some(report_zip_after(page, last))
}

/// A town whose name is no other word and nobody's disease or firm, or what no list knows after "in" and its like.
fn is_clear(page: &Page, at: usize, token: &Token, known_last: Option<usize>) -> bool {
    let known = page.dictionary(at);
    let is_known = known_last.is_some() || known & (dict::CITY | dict::TOWN) != 0 && known & dict::WORD == 0;
    // "Hosp in Aguadilla"
    let is_led = page.cue_before(at, 1, cue::PLACE_PREP).is_some()
        && matches!(part(page, at), Part::Unknown | Part::Surname | Part::First);
    token.shape == Shape::Title && !token.has(cue::PROPER | cue::EPONYM) && (is_known || is_led)
}

/// "the one in Bend got", "Buckeye WV", "the Mobile office", ", Hazard?": a town that is a word too, or that no list knows, by what stands
/// around it.
fn is_told(page: &Page, at: usize, token: &Token, last: usize) -> bool {
    let known = page.dictionary(at);
    let is_known = last > at || known & (dict::CITY | dict::TOWN) != 0 || is_made_as_town(page, at);
    let is_word = last == at && known & dict::WORD != 0 && !is_town_chiefly(page, at);
    let is_unlisted = known == 0 && token.cues == 0 && token.len() > 3 && !token.mixes_case;
    let is_plain = is_known && !token.has(cue::PROPER);
    if token.has(cue::PERSON | cue::RELATIVE | cue::UNIT) {
        return false;
    }
    if is_unlisted && follows_address(page, at) {
        return true;
    }
    if token.shape == Shape::Upper && (is_word || !is_known) {
        let is_city = is_word && known & dict::CITY != 0;
        return is_city && (leads_state(page, at, last) || follows_way(page, at) && ends_clause(page, last));
    }
    if token.shape == Shape::Upper && is_only_town(page, at) {
        return true;
    }
    if token.shape == Shape::Title && page.starts_sentence(at) && last == at {
        // Nothing else stands before a comma and a state: "Sutter Flats, CA 95992".
        let is_headed = page.mark_is(last + 1, b',') && leads_state(page, at, last);
        return (is_known || is_unlisted) && is_headed
            || (is_unlisted || is_plain && !is_word || token.possessive) && leads_site(page, last);
    }
    (is_known || is_unlisted) && leads_state(page, at, last)
        || !is_word && token.cues == 0 && page.mark_is(at.wrapping_sub(1), b',') && zip_after(page, last).is_some()
        || (is_plain || is_unlisted) && leads_site(page, last)
        || is_plain && (is_set_off(page, at, last) || is_named_as(page, at, last))
        || is_plain && is_alone(page, last) && (follows_way(page, at) || follows_site(page, at))
        || is_unlisted && is_set_off(page, at, last) && ends_clause(page, last) && !in_row(page, at)
}

fn is_alone(page: &Page, last: usize) -> bool {
    page.token(last + 1)
        .is_none_or(|next| next.shape != Shape::Title || next.gap != Gap::Space || next.has(cue::STATE_ABBR))
}

/// "at 1414 CHEROKEE TRAIL APT 21C IN TYLERVILLE": after an address that was found.
fn follows_address(page: &Page, at: usize) -> bool {
    let Some(address) = at.checked_sub(2) else { return false };
    let end = page.token(address).map_or(0, |token| token.end as usize);
    page.word_is(at - 1, words!["in"])
        && page.is_taken(address, address)
        && page
            .found
            .iter()
            .rev()
            .take(FOUND_REACH)
            .any(|found| found.end == end && matches!(found.detector, "geo.street" | "geo.unit" | "geo.post_box"))
}

/// "Sutter Flats, CA": the last of the capitals, where a state follows them; else the word itself.
fn name_before_state(page: &Page, at: usize) -> usize {
    let is_part = |index: usize| {
        page.token(index).is_some_and(|token| {
            token.shape == Shape::Title
                && token.gap == Gap::Space
                && !token.taken
                && !token.has(cue::PROPER | cue::STATE | cue::STATE_ABBR | cue::MONTH | cue::PERSON)
        })
    };
    let end = (at + 1..at + 3)
        .take_while(|index| is_part(*index))
        .last()
        .unwrap_or(at);
    if end > at && page.mark_is(end + 1, b',') && leads_state(page, at, end) {
        end
    } else {
        at
    }
}

/// ", Skyrizi, Jentadueto.": the last of a row of things that have capitals too.
fn in_row(page: &Page, at: usize) -> bool {
    let is_thing = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Title && !token.taken || token.has(cue::UNIT))
    };
    page.mark_is(at - 1, b',') && at >= 2 && is_thing(at - 2)
}
