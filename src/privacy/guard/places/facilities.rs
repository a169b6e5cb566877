//! Hospitals, clinics and their like, by name.

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::practices::follows_transfer;

/// "Mercy General Hospital", "Cedars-Sinai Medical Center", "St. Mary's Clinic".
pub(super) fn facility(page: &mut Page, at: usize, end: usize) -> Option<usize> {
    let last = (at + 1..=end).rev().find(|index| {
        page.has(*index, cue::FACILITY_HEAD)
            || page.has(*index, cue::FACILITY_PAIR) && page.has(index - 1, cue::FACILITY_PAIR)
    })?;
    let first_of_head = if page.has(last, cue::FACILITY_PAIR) {
        last.saturating_sub(1)
    } else {
        last
    };
    let is_named = (at..first_of_head).any(|index| is_facility_name(page, index, at))
        || is_titled_facility(page, at, first_of_head, last)
        || is_of_county(page, at, first_of_head);
    let seat = has_seat(page, at, last, end).then_some(end);
    let names_payer = page.has(last + 1, cue::PROPER) && page.word_is(last + 1, words!["healthnet"])
        || page.word_is(last + 1, words!["health"]) && page.word_is(last + 2, words!["plan", "plans", "insurance"])
        || page.word_is(last + 1, words!["plan"]);
    if names_payer {
        return None;
    }
    let names_standard = is_author(page, last)
        || page.has(last + 1, cue::EPONYM_HEAD) && page.token(last + 1).is_none_or(|next| next.gap <= Gap::Space);
    if !is_named && seat.is_none() || names_standard {
        return None;
    }
    let is_one_generic = first_of_head == at + 1
        && page.word_is(
            at,
            words![
                "general",
                "community",
                "memorial",
                "regional",
                "county",
                "central",
                "university",
                "select",
                "hospital",
            ],
        );
    if is_one_generic && seat.is_none() {
        return None;
    }
    let last = seat.unwrap_or(last);
    page.report(at, last, PhiKind::Geography, 0.85, "geo.facility");
    Some(last)
}

/// "Children's Hospital of Cut Bank": two capitals tell where it is, unless they praise it.
fn has_seat(page: &Page, at: usize, last: usize, end: usize) -> bool {
    const OTHER: u64 = cue::FACILITY_GENERIC | cue::FACILITY_HEAD | cue::FACILITY_PAIR | cue::UNIT | cue::PROPER;
    const PRAISE: &[WordKey] = words![
        "excellence",
        "resort",
        "choice",
        "distinction",
        "record",
        "review",
        "year",
    ];
    let is_part = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Title && !token.has(OTHER))
            && !page.word_is(index, PRAISE)
    };
    let is_kind = page.has(at, cue::FACILITY_GENERIC) || !page.starts_sentence(at);
    page.word_is(last + 1, words!["of"]) && end == last + 3 && is_kind && is_part(last + 2) && is_part(end)
}

/// "Hinds County Hospital": after a county, whose name may be a word too.
fn is_of_county(page: &Page, at: usize, head: usize) -> bool {
    const NAMES: u64 = dict::SURNAME | dict::SURNAME_ORDINARY | dict::CITY | dict::TOWN;
    head >= at + 2
        && page.word_is(head - 1, words!["county", "parish"])
        && page.dictionary(at) & NAMES != 0
        && !page.has(at, cue::FACILITY_GENERIC | cue::CONNECTOR)
}

/// "Is Cleveland Clinic's published scale accepted": who made a score or a guideline.
pub(super) fn is_author(page: &Page, last: usize) -> bool {
    const MADE: &[WordKey] = words![
        "published",
        "scale",
        "score",
        "criteria",
        "criterion",
        "protocol",
        "algorithm",
        "model",
        "calculator",
        "guideline",
        "guidelines",
        "classification",
        "nomogram",
        "staging",
        "definition",
    ];
    page.token(last).is_some_and(|token| token.possessive)
        && (last + 1..=last + 3).any(|index| page.word_is(index, MADE))
}

/// "at Coastal Pain Clinic", "to Community Regional Medical Center": after a word of place, all with capitals, and not all generic.
fn is_titled_facility(page: &Page, at: usize, first_of_head: usize, last: usize) -> bool {
    let follows_place = at
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["at", "to", "from", "by"]));
    let is_title = (at..=last).all(|index| {
        page.token(index)
            .is_some_and(|token| token.mark != 0 || token.shape == Shape::Title)
    });
    let tells = |index: usize| !page.has(index, cue::FACILITY_GENERIC | cue::PROPER);
    let names = (at..first_of_head)
        .filter(|index| page.has(*index, cue::FACILITY_NAME))
        .count();
    first_of_head > at && follows_place && is_title && !page.has(at, cue::PROPER) && (tells(at) || names >= 2)
}

/// A word that tells one facility from another: a name, a town, a saint, or one of the words facilities are named with.
pub(super) fn is_facility_name(page: &Page, index: usize, first: usize) -> bool {
    let Some(token) = page.token(index) else {
        return false;
    };
    if !token.is_capitalised() || token.len() < 2 {
        return false;
    }
    if token.has(cue::FACILITY_NAME) && !token.has(cue::FACILITY_GENERIC) {
        return true;
    }
    if token.has(
        cue::FACILITY_GENERIC | cue::FACILITY_HEAD | cue::FACILITY_PAIR | cue::PERSON | cue::TITLE | cue::CONNECTOR,
    ) {
        return false;
    }
    let known = page.dictionary(index);
    if token.shape == Shape::Upper {
        // "UCSF Medical Center": capitals among words that are none.
        let is_acronym = token.len() > 2
            && page.has(index + 1, cue::FACILITY_PAIR)
            && page.token(index + 1).is_some_and(|next| next.shape == Shape::Title);
        if is_acronym || known == 0 {
            return (is_acronym || token.len() > 5) && !token.has(cue::PROPER);
        }
    }
    let is_sentence_word = index == first && page.starts_sentence(index) && known & dict::WORD != 0;
    !is_sentence_word && (known & dict::WORD == 0 || known & (dict::FIRST | dict::SURNAME | dict::CITY) != 0)
}

/// "seen at Mercy General", "transferred to Providence St. Vincent".
pub(super) fn cued_facility(page: &mut Page, at: usize, last: usize) -> Option<usize> {
    let cue_at = at.checked_sub(1)?;
    let before_article = if page.word_is(cue_at, words!["the"]) {
        cue_at.checked_sub(1)?
    } else {
        cue_at
    };
    if !(page.has(before_article, cue::FACILITY_VERB) || follows_transfer(page, cue_at)) || page.starts_sentence(at) {
        return None;
    }
    let is_named =
        (at..=last).any(|index| is_facility_name(page, index, at) && !page.has(index, cue::PROPER | cue::STATE));
    let is_title = !page.has(at, cue::PROVIDER_TITLE | cue::TITLE | cue::MONTH)
        && (at..=last)
            .take(2)
            .any(|index| page.token(index).is_some_and(|token| token.shape == Shape::Title));
    // "Med/Surg": one of two things.
    let is_paired = at == last && page.mark_is(last + 1, b'/') && page.gap(last + 1) == Gap::Glued;
    let is_bare_university = at == last && page.word_is(at, words!["university", "college"]);
    if !is_named
        || is_paired
        || is_bare_university
        || !is_title
        || page.has(last + 1, cue::EPONYM_HEAD) && page.gap(last + 1) <= Gap::Space
    {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.8, "geo.facility_cue");
    Some(last)
}

/// "admitted to kaweah delta", "goes to lincoln elementary school": small letters after a clear cue.
pub(super) fn lower_facility(page: &mut Page, at: usize) -> Option<usize> {
    let cue_at = at.checked_sub(1)?;
    let follows_verb = page.has(cue_at, cue::FACILITY_VERB) || follows_transfer(page, cue_at);
    if page.gap(at) > Gap::Line || page.starts_sentence(at) {
        return None;
    }
    let is_part = |index: usize| {
        page.token(index).is_some_and(|token| {
            token.shape == Shape::Lower
                && token.gap <= Gap::Space
                && !token.taken
                && !token.has(cue::CONNECTOR | cue::PLACE_PREP)
        }) || index > at && page.mark_is(index, b'.') && page.word_is(index - 1, words!["st", "mt"])
    };
    let end = (at..at + 6).take_while(|index| is_part(*index)).last()?;
    let head = (at + 1..=end).find(|index| {
        page.has(*index, cue::FACILITY_HEAD)
            || page.has(*index, cue::FACILITY_PAIR) && page.has(index - 1, cue::FACILITY_PAIR)
    });
    let tells = |index: usize| {
        let known = page.dictionary(index);
        page.token(index).is_some_and(|token| {
            token.mark == 0
                && token.len() > 2
                && !token.has(cue::FACILITY_GENERIC | cue::PROPER | cue::PERSON | cue::UNIT)
        }) && (page.has(index, cue::FACILITY_NAME) || known & dict::WORD == 0 && (known != 0 || follows_verb))
    };
    let last = match head {
        Some(head) if (at..head).any(tells) => head,
        Some(_) => return None,
        None => {
            let follows_on = |index: usize| {
                let names = dict::FIRST_ORDINARY | dict::SURNAME_ORDINARY | dict::SURNAME | dict::CITY;
                tells(index) || page.dictionary(index) & names != 0
            };
            // One unknown word is a ward's abbreviation as often as a hospital.
            let second = if page.mark_is(at + 1, b'.') { at + 2 } else { at + 1 };
            let is_first = page.has(at, cue::FACILITY_NAME) || page.dictionary(at) & dict::WORD == 0;
            if !(follows_verb && is_first && tells(at) && second <= end && follows_on(second)) {
                return None;
            }
            second.max(at + 1)
        }
    };
    page.report(at, last, PhiKind::Geography, 0.7, "geo.facility_cue");
    Some(last)
}

/// A word that facilities are named with, and that says little else.
pub(super) fn names_facility(page: &Page, index: usize) -> bool {
    const VAGUE: &[WordKey] = words![
        "good", "hope", "select", "unity", "liberty", "legacy", "royal", "central",
    ];
    page.has(index, cue::FACILITY_NAME) && !page.has(index, cue::FACILITY_GENERIC) && !page.word_is(index, VAGUE)
}

/// "at hillside manor", "to mercy general", "at st marys": a word facilities are named with, and a house's noun, in small letters.
pub(super) fn lower_house(page: &mut Page, at: usize) -> Option<usize> {
    let is_lower = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Lower && token.gap == Gap::Space && !token.taken)
    };
    let names = |index: usize| {
        let known = page.dictionary(index);
        names_facility(page, index) || known & (dict::CITY | dict::WORD) == dict::CITY
    };
    let is_noun = |index: usize| is_lower(index) && page.dictionary(index) & dict::HOUSE != 0;
    let is_saint = page.word_is(at, words!["st"])
        && is_lower(at + 1)
        && page.dictionary(at + 1) & dict::WORD == 0
        && page.word(at + 1).len() > 3;
    // One look at the first word spares two into the large table.
    let last = if is_saint {
        at + 1
    } else if !names(at) {
        return None;
    } else {
        (at + 1..=at + 2).find(|index| is_noun(*index) && (at..*index).all(names))?
    };
    if page.has(at, cue::PROPER | cue::EPONYM) || page.has(last + 1, cue::EPONYM_HEAD) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.7, "geo.facility");
    Some(last)
}

/// "at davita sparrow creek", "to children's of blue valley": a chain in small letters and the words that tell the house.
pub(super) fn lower_chain(page: &mut Page, at: usize) -> Option<usize> {
    let names = cue::FACILITY_NAME | cue::FACILITY_HEAD;
    let places = dict::CITY | dict::TOWN | dict::HOUSE | dict::SURNAME;
    let known = page.dictionary(at);
    let goes_on = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Lower && token.gap == Gap::Space)
            && !page.has(index, cue::CONNECTOR | cue::PLACE_PREP | cue::UNIT)
            && (page.has(index, names) || page.dictionary(index) & places != 0)
    };
    let is_of = page.word_is(at, words!["children's", "childrens"]) && page.word_is(at + 1, words!["of"]);
    let is_chain = known & (dict::CHAIN | dict::WORD) == dict::CHAIN && (goes_on(at + 1) || goes_on(at + 2));
    let first = if is_of { at + 2 } else { at + 1 };
    // "children's mercy"
    let is_childrens =
        page.word_is(at, words!["children's", "childrens"]) && page.dictionary(at + 1) & dict::CHAIN != 0;
    let is_named = is_chain
        || is_childrens
        || is_of
            && page
                .token(first)
                .is_some_and(|token| token.is_word() && token.gap == Gap::Space && !token.has(cue::CONNECTOR));
    if !is_named {
        return None;
    }
    let last = (first..first + 3)
        .rev()
        .find(|index| *index == first || goes_on(*index))?;
    page.report(at, last, PhiKind::Geography, 0.7, "geo.facility_cue");
    Some(last)
}

/// "Jackson Memorial", "Houston Methodist": a name before a word that ends hardly anything but a hospital's name.
pub(super) fn saintly_facility(page: &mut Page, at: usize, last: usize) -> Option<usize> {
    let ends = words![
        "memorial",
        "methodist",
        "presbyterian",
        "baptist",
        "adventist",
        "deaconess",
        "samaritan",
        "regional",
    ];
    let is_name = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && !token.has(cue::PROPER | cue::STATE))
        && page.dictionary(at) & dict::WORD == 0;
    let is_town = page.dictionary(at) & dict::CITY != 0 || page.starts_dictionary_phrase(at);
    let is_general = page.word_is(last, words!["general"]) && is_town && page.dictionary(at) & dict::FIRST == 0;
    let is_short = last == at + 1 || last <= at + 3 && (is_town || page.dictionary(at) & dict::SURNAME != 0);
    if last == at
        || !is_short
        || !(page.word_is(last, ends) || is_general)
        || !is_name
        || page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
    {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.7, "geo.facility");
    Some(last)
}
