//! Facilities known by the grammar of their names: a name before a house's noun ("Willow Bend Manor"), a chain and its place ("Mercy
//! Northwest"), a saint ("St. Dymphna's"), and a name before what only a facility has ("the Twin Rivers ER").

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::NO_HOUSE;
use super::facilities::{is_author, names_facility};
use super::towns::is_known_phrase;

/// Words that no facility is named with: payers, makers, eponyms, codes, people, and the words of grammar.
const OTHER_MATTER: u64 = NO_HOUSE | cue::EPONYM;

/// Words that begin a sentence with a capital and belong to no name.
const GRAMMAR: u64 = cue::CONNECTOR | cue::PERSON_VERB | cue::PLACE_PREP | cue::PERSON_PREP | cue::HUMAN_VERB;

/// A facility in the capitals from `at` to `end`, without a word of place before it.
pub(super) fn house(page: &mut Page, at: usize, end: usize) -> Option<usize> {
    let token = page.token(at)?;
    if !(token.shape == Shape::Title || page.dictionary(at) & dict::CHAIN != 0)
        || token.has(GRAMMAR) && page.starts_sentence(at)
        || continues_name(page, at)
        || is_called_person(page, at)
    {
        return None;
    }
    let last = if end > at {
        saint(page, at)
            .or_else(|| founder(page, at, end))
            .or_else(|| chain(page, at, end))
            .or_else(|| titled(page, at, end))
    } else {
        None
    };
    let last = last.or_else(|| sited(page, at, end)).or_else(|| acting(page, at))?;
    page.report(at, last, PhiKind::Geography, 0.75, "geo.facility");
    Some(last)
}

/// "Dr. Grace Park", "patient Grace Gardens".
fn is_called_person(page: &Page, at: usize) -> bool {
    let stop = usize::from(at > 0 && page.mark_is(at - 1, b'.'));
    page.before(at - stop).is_some_and(|before| {
        before.has(cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::RELATIVE) && !before.possessive
    }) && page.dictionary(at) & (dict::FIRST | dict::FIRST_ORDINARY) != 0
}

/// A capital before this one belongs to the same name, unless it only begins the sentence.
fn continues_name(page: &Page, at: usize) -> bool {
    page.before(at).is_some_and(|before| {
        before.mark == b'-' && page.gap(at) == Gap::Glued
            || before.is_capitalised()
                && page.gap(at) == Gap::Space
                && !(before.has(GRAMMAR) || before.starts_sentence && before.known & plain_word() != 0)
    })
}

fn plain_word() -> u16 {
    u16::try_from(dict::WORD).unwrap_or(0)
}

/// What may not follow a facility's name: it is a test, a company or a standard then.
fn names_other(page: &Page, last: usize) -> bool {
    is_author(page, last)
        || page.gap(last + 1) <= Gap::Space
            && (page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
                || page.word_is(last + 1, words!["wort", "plan", "plans", "insurance", "dance"]))
}

/// "St. Dymphna's", "Saint Ursula Downtown".
fn saint(page: &Page, at: usize) -> Option<usize> {
    if !page.word_is(at, words!["st", "saint", "ste"]) {
        return None;
    }
    let name = if page.mark_is(at + 1, b'.') { at + 2 } else { at + 1 };
    let token = page.token(name)?;
    let is_name = token.shape == Shape::Title && token.gap <= Gap::Space && !token.has(cue::PROPER) && token.len() > 2;
    let is_other = names_other(page, name)
        || page.word_is(name + 1, words!["questionnaire", "respiratory", "jude"])
        || page.has(name + 2, cue::EPONYM_HEAD) && page.token(name + 1).is_some_and(Token::is_capitalised);
    (is_name && !is_other).then_some(name)
}

/// "Good Shepherd", "Sacred Heart Downtown", "Holy Rosary", "Our Lady of the Lake".
fn founder(page: &Page, at: usize, end: usize) -> Option<usize> {
    const ADJECTIVES: &[WordKey] = words![
        "holy",
        "sacred",
        "good",
        "bon",
        "blessed",
        "immaculate",
        "divine",
        "our",
        "precious",
    ];
    const NOUNS: &[WordKey] = words![
        "sam",
        "rosary",
        "cross",
        "family",
        "name",
        "spirit",
        "redeemer",
        "heart",
        "samaritan",
        "shepherd",
        "hope",
        "secours",
        "sacrament",
        "mercy",
        "providence",
        "conception",
        "lady",
        "trinity",
        "angels",
        "child",
        "savior",
        "blood",
        "ghost",
    ];
    let is_founder = page.word_is(at, ADJECTIVES)
        && page.word_is(at + 1, NOUNS)
        && page
            .token(at + 1)
            .is_some_and(|noun| noun.shape == Shape::Title && noun.gap == Gap::Space);
    (is_founder && !names_other(page, at + 1)).then_some(end.min(at + 5))
}

/// "Mercy Northwest", "Kaiser Vallejo", "Banner Thunderbird".
fn chain(page: &Page, at: usize, end: usize) -> Option<usize> {
    if page.dictionary(at) & dict::CHAIN == 0 || end == at {
        return None;
    }
    let next = page.token(at + 1)?;
    let is_place = page.dictionary(at + 1) & (dict::CITY | dict::TOWN) != 0 || is_known_phrase(page, at + 1).is_some();
    let is_house = is_place
        || !page.has(at, cue::PROPER)
            && (page.has(at + 1, cue::FACILITY_NAME) && !page.has(at + 1, cue::FACILITY_GENERIC)
                || page.dictionary(at + 1) & dict::WORD == 0
                    && next.shape == Shape::Title
                    && !page.starts_sentence(at));
    // "Mercy Pittsburgh": scales are called after towns too.
    let other = if is_place {
        OTHER_MATTER & !cue::EPONYM
    } else {
        OTHER_MATTER
    };
    let fits = next.gap == Gap::Space
        && next.shape == Shape::Title
        && !next.has(other | GRAMMAR | cue::ORG_SUFFIX)
        && !page.word_is(at + 1, words!["plan", "foundation", "choice", "advantage"]);
    // A given name and a surname may be a chain's word and a town.
    let is_person = !page.has(at, cue::PROPER)
        && page.dictionary(at) & dict::FIRST != 0
        && page.dictionary(at + 1) & dict::SURNAME != 0;
    (is_house && fits && !is_person && !names_other(page, at + 1)).then(|| last_of_name(page, at + 1, end))
}

/// The last token up to `end` that goes on with a name.
fn last_of_name(page: &Page, from: usize, end: usize) -> usize {
    (from..=end)
        .take_while(|index| *index == from || !page.has(*index, OTHER_MATTER | cue::ORG_SUFFIX))
        .last()
        .unwrap_or(from)
}

/// "Willow Bend Manor", "Copper Basin Regional", "Lakeshore Oncology", "Tri-County General", "Desert Springs".
fn titled(page: &Page, at: usize, end: usize) -> Option<usize> {
    let follows_way = at
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["at", "to", "from", "the"]));
    let is_owned = |index: usize| {
        page.token(index).is_some_and(|token| token.possessive) && page.word_is(index, words!["children's", "women's"])
    };
    let noun = (at + 1..=end).rev().find(|index| {
        page.dictionary(*index) & (dict::HOUSE | dict::PRACTICE) != 0
            || is_owned(*index)
            || page.word_is(*index, words!["health", "healthcare"]) && page.word_is(index + 1, CARING)
            || page.word_is(*index, words!["va"]) && follows_way
    })?;
    let is_house = page.dictionary(noun) & dict::HOUSE != 0
        || is_owned(noun)
        || page.word_is(noun, words!["va"])
        || follows_way && !page.word_is(at - 1, words!["from", "the"]) && page.dictionary(noun) & dict::PRACTICE != 0;
    let fits = (at..noun).all(|index| {
        page.token(index).is_some_and(|token| {
            (token.shape != Shape::Upper || token.len() == 1)
                && (!token.has(OTHER_MATTER)
                    || token.has(cue::EPONYM)
                        && !token.has(OTHER_MATTER & !cue::EPONYM)
                        && page.dictionary(index) & dict::CITY != 0)
                && !(token.has(GRAMMAR) && token.is_capitalised())
        })
    });
    let is_heading = noun < end && !page.word_is(noun + 1, words!["er", "ed", "icu", "of"])
        || names_other(page, noun)
        || page.has(noun, OTHER_MATTER & !cue::ID_NOUN) && !page.word_is(noun, words!["va", "medical"]);
    if !fits || is_heading {
        return None;
    }
    let words = (at..noun).filter(|index| page.token(*index).is_some_and(|token| token.shape == Shape::Title));
    let named = words.clone().filter(|index| tells(page, *index, at, is_house)).count();
    let is_named = if is_owned(noun) {
        !page.has(at, cue::FACILITY_GENERIC)
    } else if is_house {
        named > 0
    } else {
        named > 0 && (named > 1 || words.count() <= 2)
    };
    is_named.then_some(noun)
}

/// A word that tells one house from another.
fn tells(page: &Page, index: usize, first: usize, is_house: bool) -> bool {
    let Some(token) = page.token(index) else {
        return false;
    };
    let known = page.dictionary(index);
    let is_names_word = names_facility(page, index);
    let is_other = token.has(cue::FACILITY_GENERIC | cue::FACILITY_HEAD | cue::ORG_SUFFIX | cue::EPONYM_HEAD);
    if is_other && !is_names_word && known & dict::CHAIN == 0 {
        return false;
    }
    let is_place = known & (dict::CITY | dict::TOWN | dict::CHAIN) != 0;
    let is_person = known & (dict::FIRST | dict::SURNAME | dict::SURNAME_ORDINARY) != 0;
    let is_word = known & dict::WORD != 0;
    let follows_stop = page.starts_sentence(index) || index >= 1 && page.mark_is(index - 1, b'.');
    if index == first && follows_stop && is_word {
        return is_names_word || known & dict::CHAIN != 0 || is_house && known & dict::CITY != 0;
    }
    is_names_word || is_place && !(is_word && is_person) || is_house && (!is_word || is_person)
}

/// What houses do and payers do not.
const CARING: &[WordKey] = words![
    "billed",
    "sent",
    "accepted",
    "transferred",
    "discharged",
    "admitted",
    "gave",
    "added",
    "recommended",
    "thinks",
    "did",
    "placed",
    "stopped",
    "started",
    "ran",
    "repeated",
    "sends",
    "discharges",
    "transfers",
];

/// "UCSF sent her home": a chain or a house known by one word, that acts as only houses act.
fn acting(page: &Page, at: usize) -> Option<usize> {
    let acts = page.dictionary(at) & dict::CHAIN != 0 && page.gap(at + 1) == Gap::Space && page.word_is(at + 1, CARING);
    acts.then_some(at)
}

/// "the Twin Rivers ER", "the Kearney agency", "the Mercy Hills echo".
fn sited(page: &Page, at: usize, end: usize) -> Option<usize> {
    let article = at.checked_sub(1)?;
    if !page.word_is(article, words!["the", "our", "their"]) {
        return None;
    }
    let is_site = |index: usize| {
        page.dictionary(index) & dict::SITE != 0 && page.token(index).is_some_and(|token| token.gap == Gap::Space)
    };
    let site = (at + 1..=end + 1).find(|index| is_site(*index))?;
    let last = site - 1;
    let fits = (at..site).all(|index| {
        page.token(index).is_some_and(|token| {
            token.shape == Shape::Title && !token.possessive && !token.has(OTHER_MATTER & !cue::EPONYM | GRAMMAR)
        })
    });
    if !fits || last > at + 2 {
        return None;
    }
    let known = page.dictionary(at);
    let is_place = known & (dict::CITY | dict::TOWN) != 0;
    let is_generic = page.has(at, cue::FACILITY_GENERIC | cue::EPONYM | cue::STATE);
    let is_named = if last == at {
        !is_generic
            && known & (dict::WORD | dict::HOUSE | dict::PRACTICE) == 0
            && (is_place || known == 0 && page.token(at).is_some_and(|token| token.len() > 4 && !token.mixes_case))
    } else {
        is_known_phrase(page, at) == Some(last) || (at..=last).any(|index| tells(page, index, usize::MAX, false))
    };
    is_named.then_some(last)
}
