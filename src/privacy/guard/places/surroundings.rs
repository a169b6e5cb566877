//! What stands around a town beside other identifiers: words of place before it, marks on both sides, a state, a ZIP code, a house.

use super::super::key::{WordKey, words};
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};

/// Shortest town that is told by itself: shorter ones are abbreviations as often.
const TOLD_ALONE_MIN: usize = 5;

/// Words that a town follows wherever somebody is told of.
const WAYS: &[WordKey] = words![
    "in", "from", "near", "outside", "to", "at", "via", "frm", "fr", "toward", "towards", "leaving", "serving",
    "around", "inside", "of",
];

/// What a town's house of care is called for short.
const SITES: &[WordKey] = words![
    "clinic",
    "clinics",
    "office",
    "offices",
    "campus",
    "branch",
    "location",
    "hospital",
    "hosp",
    "infirmary",
    "er",
    "ed",
    "icu",
    "site",
    "facility",
    "outpost",
    "dispensary",
    "pharmacy",
    "lab",
    "ems",
    "fire",
    "snf",
    "rehab",
    "ctr",
];

/// States whose letters end a clinician's name or are a word.
const AMBIGUOUS: &[WordKey] = words![
    "md", "pa", "do", "ma", "ms", "or", "in", "pt", "ok", "me", "hi", "oh", "id", "al", "ct",
];

/// Endings of towns' names and of hardly anything else.
const ENDINGS: [&str; 38] = [
    "ville", "town", "burg", "burgh", "field", "ford", "boro", "borough", "port", "dale", "wood", "mont", "stead",
    "bury", "haven", "view", "ridge", "worth", "wick", "brook", "creek", "polis", "chester", "mouth", "hurst", "mere",
    "land", "ston", "gton", "lton", "rton", "nton", "ham", "shire", "minster", "stown", "bridge", "ley",
];

/// "hansontown", "Brockmere": a word that no list knows, made as the names of towns are.
pub(super) fn is_made_as_town(page: &Page, at: usize) -> bool {
    let is_unknown = page
        .token(at)
        .is_some_and(|token| token.cues == 0 && token.len() > 5 && token.is_word() && !token.mixes_case)
        && page.dictionary(at) == 0;
    let word = page.word(at);
    let word = word.strip_suffix("'s").unwrap_or(word).as_bytes();
    let ends_in = |ending: &&str| {
        { word.len().checked_sub(ending.len()) }
            .and_then(|start| word.get(start..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
    };
    is_unknown && ENDINGS.iter().any(ends_in)
}

/// Whether a token is joined to the one before it, which opens no bracket.
pub(super) fn is_joined(page: &Page, at: usize) -> bool {
    page.gap(at) == Gap::Glued && at > 0 && !page.mark_is(at - 1, b'(')
}

/// A town of one word that is no other word, or hardly ever.
pub(super) fn is_town_chiefly(page: &Page, at: usize) -> bool {
    let known = page.dictionary(at);
    known & (dict::CITY | dict::TOWN) != 0 && (known & dict::WORD == 0 || is(page, at, class::CHIEFLY_TOWN))
}

/// A town that is nobody's name either, and long enough to be no abbreviation.
pub(super) fn is_only_town(page: &Page, at: usize) -> bool {
    const OTHER: u64 = dict::FIRST
        | dict::SURNAME
        | dict::FIRST_ORDINARY
        | dict::SURNAME_ORDINARY
        | dict::FIRST_RARE
        | dict::CHAIN
        | dict::HOUSE
        | dict::WORD;
    page.dictionary(at) & (dict::CITY | OTHER) == dict::CITY
        && page
            .token(at)
            .is_some_and(|token| token.len() >= TOLD_ALONE_MIN && token.cues == 0)
}

/// "in", "from", "via": the word right before the town.
pub(super) fn follows_way(page: &Page, at: usize) -> bool {
    !page.starts_sentence(at)
        && page.gap(at) <= Gap::Line
        && at.checked_sub(1).is_some_and(|before| page.word_is(before, WAYS))
}

/// Whether a clause ends after a token: a mark, a line, the text.
pub(super) fn ends_clause(page: &Page, last: usize) -> bool {
    page.token(last + 1).is_none_or(|next| {
        next.gap >= Gap::Line
            || matches!(next.mark, b'.' | b'?' | b';' | b')' | b'!' | b':')
                && page.token(last + 2).is_none_or(|after| after.gap != Gap::Glued)
    })
}

/// "nearest in network is killeen, 90 miles": told as where something is.
pub(super) fn is_named_as(page: &Page, at: usize, last: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["is", "was"]))
        && (ends_clause(page, last) || page.mark_is(last + 1, b','))
        && page.dictionary(at) & dict::FIRST == 0
}

/// What only a house of care does or has.
const DEEDS: &[WordKey] = words![
    "says",
    "said",
    "sent",
    "accepted",
    "admitted",
    "discharged",
    "transferred",
    "ed",
    "er",
    "icu",
    "nicu",
    "picu",
    "records",
    "billed",
    "bills",
    "faxed",
    "hospital",
    "campus",
    "registration",
    "admissions",
    "stay",
    "days",
    "called",
    "notes",
];

/// "SJMC says", "Cascade Manor billed": what a house does or has.
pub(super) fn leads_deed(page: &Page, last: usize) -> bool {
    page.gap(last + 1) == Gap::Space && page.word_is(last + 1, DEEDS)
}

/// Whether a name may begin at a token: at the head of a sentence, after a mark, a finding, or a word that names follow.
pub(super) fn opens_name(page: &Page, at: usize) -> bool {
    page.starts_sentence(at)
        || page.gap(at) >= Gap::Line
        || page.before(at).is_some_and(|before| {
            before.mark != 0 && before.mark != b'-' && before.mark != b'&'
                || before.mark == b'-' && page.gap(at) == Gap::Space
                || before.taken
                || before.has(cue::PLACE_PREP)
        })
        || page.word_is(at - 1, words!["the", "by", "for", "our", "and", "is", "was", "via"])
}

/// ", killeen.", "(Bend)", "- hazard -": between marks.
pub(super) fn is_set_off(page: &Page, at: usize, last: usize) -> bool {
    let opens = at.checked_sub(1).is_some_and(|before| {
        page.mark_is(before, b',')
            || page.mark_is(before, b'(')
            || page.mark_is(before, b'-') && page.gap(at) == Gap::Space
    });
    let closes = ends_clause(page, last)
        || page.mark_is(last + 1, b',')
        || page.mark_is(last + 1, b'-') && page.gap(last + 1) == Gap::Space;
    opens && closes
}

/// "Hamilton MT.", "Ely, Nevada", "erie pa": a state right after the town.
pub(super) fn leads_state(page: &Page, at: usize, last: usize) -> bool {
    let has_comma = page.mark_is(last + 1, b',');
    let state = if has_comma { last + 2 } else { last + 1 };
    let Some(token) = page.token(state).filter(|token| token.gap == Gap::Space) else {
        return false;
    };
    if token.has(cue::STATE)
        && (token.is_capitalised() || page.token(at).is_some_and(|town| town.shape == Shape::Lower))
    {
        return has_comma || ends_clause(page, state) || page.mark_is(state + 1, b',');
    }
    let is_short = token.has(cue::STATE_ABBR) && !token.has(cue::STATE) && token.shape != Shape::Title;
    let is_small = token.shape == Shape::Lower;
    let has_zip = page.is_digits(state + 1) && page.word(state + 1).len() == 5;
    let may_be_person = page.dictionary(at) & (dict::FIRST | dict::SURNAME) != 0
        && !at
            .checked_sub(1)
            .is_some_and(|before| page.word_is(before, words!["in"]));
    let closes = ends_clause(page, state) || page.mark_is(state + 1, b',') || !is_small;
    is_short
        && (has_zip
            || !page.word_is(state, AMBIGUOUS) && closes
            || !may_be_person && (ends_clause(page, state) || page.mark_is(state + 1, b',')))
}

/// "Rural clinic Hazard:", "location Bend": the town right after what it has.
pub(super) fn follows_site(page: &Page, at: usize) -> bool {
    page.gap(at) == Gap::Space
        && !page.has(at, cue::FACILITY_GENERIC)
        && !page.starts_sentence(at)
        && at.checked_sub(1).is_some_and(|site| page.word_is(site, SITES))
}

/// "rochester's clinic", "GLENDALE OFFICE": what a town has.
pub(super) fn leads_site(page: &Page, last: usize) -> bool {
    page.gap(last + 1) == Gap::Space
        && page.word_is(last + 1, SITES)
        && page.token(last + 1).is_some_and(Token::is_word)
}
