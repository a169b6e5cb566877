//! One word, or a hyphenated one, as somebody's name: by what the dictionaries know of it and what stands around it.

use super::super::FieldContext;
use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::places::towns::{STAGES, names_institution};
use super::super::token::{Gap, Token};
use super::super::words::{self, class};
use super::context::{has_demographics_after, is_in_list, is_met, is_plain_title, is_spoken_of, leads, owns, speaks};
use super::evidence::{Evidence, evidence};
use super::parts::Part;
use super::shapes::is_surname_before_given;
use super::things::is_thing;
use super::told::is_told_of;

/// One word: only with a person's verb, a person's preposition or an age beside it.
pub(super) fn single(page: &Page, part: Part, at: usize, is_upper: bool) -> Option<f32> {
    let known = page.dictionary(at);
    let is_place = known & dict::CITY != 0;
    if is_surname_before_given(page, at) {
        return Some(0.85);
    }
    if is_case_or_saint(page, at)
        || is_stage(page, at)
        || part == Part::Unknown && page.starts_sentence(at) && names_calling(page.word(at))
    {
        return None;
    }
    if matches!(part, Part::FirstOrdinary | Part::SurnameOrdinary) && !is_upper {
        return (!is_function_word(page, at) && is_evident(page, &[(part, at)])).then_some(0.6);
    }
    if part != Part::First && part != Part::Surname && part != Part::Unknown
        || is_upper && !(part.is_strong() && page.token(at)?.len() > 3 && has_demographics_after(page, at))
        || names_institution(page, at)
    {
        return None;
    }
    if part != Part::First {
        let is_name =
            is_lone_surname(page, part, at) || is_told_of(page, at) || !is_upper && is_evident(page, &[(part, at)]);
        return is_name.then_some(0.6);
    }
    let token = page.token(at)?;
    let is_eponym = page.has(at, cue::EPONYM);
    if is_eponym && page.has(at + 1, cue::EPONYM) || is_insurer(page, at) {
        return None; // "Von Hippel-Lindau"
    }
    let verbs = if is_eponym {
        cue::HUMAN_VERB
    } else {
        cue::HUMAN_VERB | cue::PERSON_VERB
    };
    let is_placed = page.starts_sentence(at)
        && page.word_is(at + 1, words!["on", "in", "with", "at", "after"])
        && known & (dict::WORD | dict::CITY) == 0
        && !is_eponym;
    let acts = page.has(at + 1, verbs) && page.gap(at + 1) == Gap::Space || is_in_list(page, at) || is_placed;
    let is_object =
        page.cue_before(at, 1, cue::PERSON_PREP).is_some() && !is_payers(page, at) && !joins_thing(page, at);

    let stands_alone = !is_place
        && !is_eponym
        && known & dict::WORD == 0
        && token.len() > 3
        && is_plain_title(page.word(at))
        && !leads(page, at)
        && !joins_thing(page, at)
        && !is_thing(page, at, at);
    if acts
        || is_object
        || owns(page, at)
        || has_demographics_after(page, at)
        || is_met(page, at, part)
        || is_spoken_of(page, at)
        || speaks(page, at)
    {
        return Some(0.7);
    }
    if is_told_of(page, at) || is_evident(page, &[(part, at)]) {
        return Some(0.6);
    }
    (stands_alone && page.context != FieldContext::Reference).then_some(0.5)
}

/// "Denied by Clover", "contracted with Devoted": a payer's name as soon as a person's. For what [`is_insurer`] knows by name, less is enough.
fn is_payers(page: &Page, at: usize) -> bool {
    const JOINING: &[WordKey] = words![
        "contract",
        "contracted",
        "contracts",
        "credentialed",
        "enrolled",
        "insured",
        "participating",
        "network",
    ];
    let is_joined = at >= 2 && page.word_is(at - 1, words!["with", "through"]) && page.word_is(at - 2, JOINING);
    is_joined
        || at >= 2
            && page.word_is(at - 1, words!["by"])
            && page.word_is(
                at - 2,
                words![
                    "denied",
                    "rejected",
                    "covered",
                    "paid",
                    "insured",
                    "administered",
                    "underwritten",
                    "upheld",
                ],
            )
}

/// "Oscar says", "refused by Oscar", and not "Oscar, 6": a payer that is called like a person, by itself.
fn is_insurer(page: &Page, at: usize) -> bool {
    const DEEDS: &[WordKey] = words![
        "says",
        "said",
        "denied",
        "denies",
        "denying",
        "refused",
        "refuses",
        "refusing",
        "wants",
        "requires",
        "covers",
        "paid",
        "pays",
        "downcoded",
        "approved",
        "rejected",
        "rejects",
        "considers",
        "claims",
        "insists",
        "upheld",
    ];
    let is_led = at > 0 && page.word_is(at - 1, words!["by", "from", "with", "against", "per", "vs", "to"]);
    page.word_is(at, words!["oscar"])
        && page.token(at).is_some_and(|token| !token.possessive)
        && (is_led || page.word_is(at + 1, DEEDS))
        && !has_demographics_after(page, at)
}

/// "Kaplan-Meier", "Abernathy-Ruiz": joined by hyphens, which eponyms are as often as names.
pub(super) fn is_one_word(page: &Page, parts: &[(Part, usize)]) -> bool {
    parts.iter().skip(1).all(|(_, index)| page.gap(*index) == Gap::Glued)
        && !parts.iter().any(|(part, _)| *part == Part::Initial)
}

/// A hyphenated word by itself.
pub(super) fn hyphenated(page: &Page, parts: &[(Part, usize)], is_upper: bool) -> Option<f32> {
    let (_, last) = *parts.last()?;
    if is_upper || !page.token(last)?.is_capitalised() {
        return None;
    }
    let is_eponym = parts.iter().any(|(_, index)| page.has(*index, cue::EPONYM));
    let is_told = !is_eponym
        && parts.iter().any(|(part, _)| part.is_strong())
        && (has_demographics_after(page, last) || owns(page, last));
    (is_told || is_evident(page, parts)).then_some(0.6)
}

/// Whether the words around one word, or a hyphenated one, tell enough of a person for what the dictionaries know of it.
fn is_evident(page: &Page, parts: &[(Part, usize)]) -> bool {
    let (Some((_, first)), Some((_, last))) = (parts.first(), parts.last()) else {
        return false;
    };
    let is_clear =
        |(part, index): &(Part, usize)| part.is_strong() && page.dictionary(*index) & (dict::WORD | dict::CITY) == 0;
    let is_nameable = parts.iter().all(|(_, index)| {
        page.token(*index)
            .is_some_and(|token| token.len() > if token.possessive { 4 } else { 2 })
    });
    let is_ordinary = |(part, index): &(Part, usize)| {
        matches!(part, Part::FirstOrdinary | Part::SurnameOrdinary) || page.dictionary(*index) & dict::WORD != 0
    };
    // "Turner is still febrile": an eponym that is a given name too, told of as a person is.
    let is_own_name = parts.len() == 1
        && parts
            .iter()
            .all(|(part, index)| *part == Part::First && page.dictionary(*index) & (dict::WORD | dict::CITY) == 0)
        && page.token(*last).is_some_and(|token| !token.possessive)
        && !page.mark_is(last + 1, b',');
    let needed = if is_own_name
        && page.starts_sentence(*first)
        && parts.iter().any(|(_, index)| page.has(*index, cue::EPONYM))
    {
        Evidence::Strong
    } else if parts.iter().any(|(_, index)| page.has(*index, cue::EPONYM)) || parts.iter().all(is_ordinary) {
        Evidence::Decisive
    } else if parts.iter().any(is_clear) {
        Evidence::Some
    } else {
        Evidence::Strong
    };
    // "Montgomery-Asberg fell from 34 to 12": values fall and go as persons do.
    let is_value = parts.iter().any(|(_, index)| page.has(*index, cue::EPONYM))
        && page.word_is(
            last + 1,
            words![
                "fell", "went", "came", "comes", "keeps", "lost", "gained", "looks", "works", "moved",
            ],
        );
    is_nameable && !is_value && evidence(page, *first, *last) >= needed
}

/// "Parkland or Brooke", "Lisfranc, Chopart, Jones": joined to a capitalised word that was no name, or in a row with an eponym.
fn joins_thing(page: &Page, at: usize) -> bool {
    let Some(before) = at.checked_sub(2) else {
        return false;
    };
    let other = page.token(before);
    let follows_name = page
        .found
        .last()
        .is_some_and(|found| found.kind == PhiKind::Name && other.is_some_and(|other| other.end as usize == found.end));
    let is_row = |index: usize| page.mark_is(index, b',') || page.word_is(index, words!["or", "and"]);
    let is_in_row = is_row(at - 1) && page.has(before, cue::EPONYM) || is_row(at + 1) && page.has(at + 2, cue::EPONYM);
    let is_compared = page.word_is(at - 1, words!["vs", "versus"])
        || page.word_is(at - 1, words!["or"]) && other.is_some_and(Token::is_capitalised);
    !follows_name && (is_compared || is_in_row)
}

/// "Hurley III": a stage called after somebody.
fn is_stage(page: &Page, at: usize) -> bool {
    page.has(at, cue::EPONYM)
        && page.gap(at + 1) == Gap::Space
        && page.word_is(at + 1, STAGES)
        && !page.mark_is(at + 2, b'.')
}

/// "Jimmo v. Sebelius", "St. John's": a case at law, and a saint.
pub(super) fn is_case_or_saint(page: &Page, at: usize) -> bool {
    let stop = if at > 0 && page.mark_is(at - 1, b'.') {
        at - 1
    } else {
        at
    };
    let is_led = stop.checked_sub(1).is_some_and(|before| {
        page.word_is(before, words!["v"])
            || stop < at
                && page.word_is(before, words!["vs", "st", "ste"])
                && page.token(before).is_some_and(Token::is_capitalised)
    });
    is_led
        || page.word_is(at + 1, words!["v"])
            && page.mark_is(at + 2, b'.')
            && page.token(at + 3).is_some_and(Token::is_capitalised)
}

/// "Adjuster", "Hospitalist": callings that no list knows, with the capital of a sentence; "Rupinder" is none.
fn names_calling(word: &str) -> bool {
    let word = word.strip_suffix("'s").unwrap_or(word);
    ["er", "tor", "sor", "ist", "ian"]
        .iter()
        .any(|ending| word.ends_with(ending) && !word.ends_with("inder"))
}

/// Words that begin sentences and that some family bears as a name.
pub(super) fn is_function_word(page: &Page, at: usize) -> bool {
    const BODIES: &[WordKey] = words![
        "page", "board", "plan", "lab", "bank", "court", "school", "judge", "google", "triage", "payer", "portal",
        "system", "state", "county", "union", "church", "office", "house", "law", "rule", "bill", "case", "ward",
    ];
    const FUNCTION_WORDS: &[WordKey] = words![
        "both", "how", "overall", "many", "most", "few", "some", "all", "any", "none", "such", "other", "others",
        "another", "each", "every", "either", "neither", "several", "chronic", "male", "female", "adult", "child",
        "baby", "much", "more", "less", "why", "what", "here", "there", "even", "once",
    ];
    // What payers, portals and boards do as well.
    const OF_BODIES: &[WordKey] = words![
        "says",
        "said",
        "told",
        "asked",
        "asks",
        "called",
        "calls",
        "wants",
        "wanted",
        "states",
        "stated",
        "claims",
        "recommends",
        "agreed",
        "insists",
        "insisted",
        "thinks",
        "keeps",
        "kept",
        "went",
        "came",
        "comes",
        "works",
        "looks",
        "ignored",
        "forgot",
    ];
    const PARTICIPLES: &[WordKey] = words![
        "slipped",
        "missed",
        "worried",
        "twisted",
        "scratched",
        "collapsed",
        "relapsed",
        "pulled",
        "hurt",
        "sprained",
        "swallowed",
        "passed",
        "seized",
        "ruptured",
        "flagged",
        "suspected",
        "recommended",
        "mentioned",
        "worked",
        "spent",
        "lost",
        "reported",
    ];
    page.word_is(at, FUNCTION_WORDS)
        || page.word_is(at, BODIES)
        || page.word_is(at + 1, PARTICIPLES) && !page.word_is(at + 2, words!["his", "her"])
        || words::is(page, at, class::PERSON_ROLE)
        || page.dictionary(at) & (dict::FIRST | dict::FIRST_ORDINARY) == 0
            && (page.word_is(at + 1, OF_BODIES) || names_calling(page.word(at)))
}

/// A surname or an unknown word by itself: only where a person speaks, owns, is met, or is described.
fn is_lone_surname(page: &Page, part: Part, at: usize) -> bool {
    let is_eponym = page.has(at, cue::EPONYM);
    let is_human = page.has(at + 1, cue::HUMAN_VERB) && page.gap(at + 1) == Gap::Space && !is_eponym;
    let is_graded = page
        .token(at + 1)
        .is_some_and(|next| next.has_digit() && next.gap == Gap::Space);
    let is_told = at > 0 && page.word_is(at - 1, words!["said", "says", "told", "asked"]) && !is_graded;
    let is_described = part == Part::Surname
        && page.dictionary(at) & dict::CITY == 0
        && !is_eponym
        && has_demographics_after(page, at);
    is_human
        || is_told
        || is_described
        || owns(page, at)
        || is_in_list(page, at)
        || is_spoken_of(page, at)
        || is_met(page, at, part)
}
