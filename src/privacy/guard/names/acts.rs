//! What a possible name does, is and has in its sentence: "Halvorsen refuses", "Wren has been biting", "Farrukh and his sister".

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};
use super::evidence::{Evidence, follows_article, is_lower, opens_clause, over_adverbs};

/// Words that lead from a word to another, and are no verbs.
const LINKS: u64 = cue::CONNECTOR | cue::PERSON_PREP | cue::PLACE_PREP;

/// "Halvorsen refuses", "Wren has been biting", "Ikaika is still febrile", "Farrukh and his sister".
pub(super) fn acts(page: &Page, first: usize, last: usize) -> Evidence {
    let next = last + 1;
    if !is_lower(page, next) || page.gap(next) < Gap::Space || follows_article(page, first) {
        return Evidence::None;
    }
    if page.word_is(next, words!["and", "or", "nor", "&"]) {
        return is_of_pair(page, first, next);
    }
    if page.word_is(next, words!["who", "whose"]) {
        let is_inside = !page.starts_sentence(first);
        return Evidence::Strong.max(Evidence::Decisive.when(is_inside));
    }
    let opens = opens_clause(page, first);
    if page.has(next, cue::RELATIVE) || page.word_is(next, words!["family", "household"]) {
        return Evidence::Some; // "ellie mom says"
    }
    // "Ikaika tore his ACL"
    if opens && page.word_is(next + 1, words!["his", "her"]) && !page.has(next, LINKS) {
        return Evidence::Decisive;
    }
    if opens && page.word_is(next, words!["in", "on", "at", "down", "from", "over"]) {
        return after_place(page, next);
    }
    does(page, next, opens).max(Evidence::Strong.when(joins_found_name(page, first) && is_verb(page, next)))
}

/// "Alaimo in 22 is withdrawing", "Winans down in CT is hypotensive", "burdge on day 5".
fn after_place(page: &Page, next: usize) -> Evidence {
    if page.word_is(next, words!["on", "in"]) && page.word_is(next + 1, words!["day", "hd", "bed", "room"]) {
        return Evidence::Some;
    }
    (next + 2..next + 5)
        .take_while(|index| !page.starts_sentence(*index))
        .find(|index| page.word_is(*index, STATIVES))
        .map_or(Evidence::None, |verb| state(page, verb))
}

/// What the verb at `next` does, of a word that opens its clause or does not.
fn does(page: &Page, next: usize, opens: bool) -> Evidence {
    let verb = over_adverbs(page, next);
    if page.has(verb, cue::HUMAN_VERB) && is_lower(page, verb) {
        return if opens { Evidence::Decisive } else { Evidence::Strong };
    }
    if page.word_is(verb, STATIVES) {
        return state(page, verb).max(Evidence::Some.when(page.word_is(verb, words!["gets", "got"])));
    }
    if page.word_is(verb, MODALS) {
        return said_of_persons(page, verb + 1);
    }
    if page.word_is(verb, REFUSALS) {
        return Evidence::Some;
    }
    if words::is(page, verb, class::PERSON_STATE) && (opens || verb > next) {
        return if verb > next { Evidence::Strong } else { Evidence::Some };
    }
    let is_plain =
        opens && page.has(verb, cue::PERSON_VERB) || verb == next && words::is(page, verb, class::PERSON_BASE);
    Evidence::Some.when(is_plain || opens && verb == next && is_past(page, verb))
}

/// What two do, or each of two.
fn is_verb(page: &Page, at: usize) -> bool {
    page.has(at, cue::PERSON_VERB | cue::HUMAN_VERB)
        || page.word_is(at, words!["both", "each"])
        || words::is(page, at, class::PERSON_BASE)
}

/// "bumped her troponin": a past tense with its object, not "Als specialized service".
fn is_past(page: &Page, at: usize) -> bool {
    let verb = page.word(at);
    let has_time = page.word_is(
        at + 1,
        words![
            "during", "after", "before", "twice", "again", "today", "this", "last", "her", "his",
        ],
    );
    verb.len() > 4 && verb.ends_with("ed") && is_lower(page, at + 1) && (has_time || page.has(at + 1, LINKS))
}

/// "can't swallow", "should be readmitted".
fn said_of_persons(page: &Page, at: usize) -> Evidence {
    let verb = over_adverbs(page, at);
    let is_state = page.word_is(verb, words!["be"])
        && (words::is(page, verb + 1, class::PERSON_STATE) || page.word(verb + 1).ends_with("ing"));
    let fares = page.word_is(at - 1, words!["did"])
        && page.word_is(verb, words!["well", "great", "fine", "poorly", "ok", "okay"]);
    Evidence::Some.when(is_state || fares || words::is(page, verb, class::PERSON_BASE))
}

/// What "is", "has" and their like say after them.
fn state(page: &Page, verb: usize) -> Evidence {
    let told = over_adverbs(page, verb + 1);
    if words::is(page, told, class::PERSON_STATE) {
        return Evidence::Strong;
    }
    let has = page.word_is(verb, words!["has", "had", "hasn't", "hadn't"]) && !page.word_is(verb + 1, words!["been"]);
    if has {
        possession(page, verb, told)
    } else {
        being(page, told)
    }
}

/// "had a seizure", "has Ehlers-Danlos".
fn possession(page: &Page, verb: usize, told: usize) -> Evidence {
    let is_thing = page.word_is(verb, words!["had"])
        && page.word_is(told, words!["a", "an"])
        && words::is(page, told + 1, class::PERSON_THING);
    if is_thing || page.has(told, cue::HUMAN_VERB) {
        return Evidence::Strong;
    }
    let is_word = page.token(told).is_some_and(|token| token.mark == 0);
    Evidence::Some.when(is_word && !page.has(told, cue::NEGATION))
}

/// "is a smoker", "is in bed 6", "is 22 weeks", "is two days out", "is the one with".
fn being(page: &Page, told: usize) -> Evidence {
    const STAYS: &[WordKey] = words!["bed", "room", "day", "icu", "labor", "clinic", "dialysis"];
    const THINGS: &[WordKey] = words!["tier", "formulary", "file", "line", "page", "section"];
    const WARDS: &[WordKey] = words![
        "icu", "floor", "ward", "unit", "hospital", "vent", "waiting", "er", "ed",
    ];
    if page.word_is(told, words!["a", "an"]) {
        let unit = told + 2 + usize::from(page.mark_is(told + 2, b'-'));
        let is_aged = page.is_digits(told + 1)
            && (page.has(unit, cue::AGE_UNIT)
                || page.word_is(unit, words!["year"])
                    && (unit + 1..unit + 3).any(|old| page.word_is(old, words!["old"])));
        if is_aged {
            return Evidence::Decisive; // "Rivers is a 45 year old"
        }
        let is_person = page.token(told + 1).is_some_and(Token::has_digit) || page.has(told + 1, cue::PERSON);
        return Evidence::Strong.when(is_person || page.word_is(told + 1, PERSON_NOUNS));
    }
    if page.is_digits(told) {
        return counted(page, told);
    }
    if page.word_is(told, words!["in", "on", "at", "off"]) {
        if page.word_is(told + 1, STAYS) {
            return Evidence::Strong;
        }
        let is_thing = page.word_is(told + 1, THINGS);
        let is_the = page.word_is(told + 1, words!["the"]);
        return Evidence::Some.when(!is_thing && !is_the || is_the && page.word_is(told + 2, WARDS));
    }
    let is_one = page.word_is(told, words!["the", "my", "our", "that"])
        && page.word_is(told + 1, ONES)
        && page.word_is(told + 2, words!["with", "who", "whose", "in", "on", "from", "to"]);
    Evidence::Some.when(is_one || page.word_is(told, NUMBERS))
}

/// "is 14 and", "is 22 weeks", not "is 40 mg".
fn counted(page: &Page, told: usize) -> Evidence {
    const AGES: &[WordKey] = words!["weeks", "wks", "months", "years", "yo", "yrs", "days", "and", "with"];
    const AMOUNTS: &[WordKey] = words!["mg", "ml", "mcg", "percent", "dollars", "units", "g", "points"];
    let ends = matches!(page.token(told + 1).map(|token| token.mark), Some(b'/' | b'%' | b'.'));
    let is_amount =
        page.word(told).len() > 3 || ends || page.has(told + 1, cue::CODE_CUE) || page.word_is(told + 1, AMOUNTS);
    if is_amount {
        return Evidence::None;
    }
    Evidence::Some.max(Evidence::Strong.when(page.word_is(told + 1, AGES)))
}

/// What a person is said to be.
pub(super) const PERSON_NOUNS: &[WordKey] = words![
    "man",
    "woman",
    "boy",
    "girl",
    "male",
    "female",
    "candidate",
    "nurse",
    "smoker",
    "diabetic",
    "vegan",
    "teacher",
    "baby",
    "toddler",
    "teenager",
    "widow",
    "widower",
    "newborn",
];

/// "Okafor and Lindqvist both", "Farrukh and his sister", "neither Farrukh nor": what is told of two is told of each.
fn is_of_pair(page: &Page, first: usize, and: usize) -> Evidence {
    if page.word_is(and + 1, words!["his", "her", "their", "i", "me", "we"]) {
        return Evidence::Strong;
    }
    let other = and + 1;
    let is_named = page.token(other).is_some_and(|token| {
        token.shape == Shape::Title && !token.has(cue::EPONYM | cue::PROPER | cue::MONTH | cue::STATE)
    });
    let is_neither = first
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["neither", "both", "between"]));
    if !is_named || page.dictionary(other) & dict::WORD != 0 {
        return Evidence::None;
    }
    if page.word_is(other + 1, words!["both", "each"]) || is_neither {
        return Evidence::Strong;
    }
    if page.word_is(other + 1, words!["and", "or", "nor"]) {
        Evidence::None
    } else {
        acts(page, first, other)
    }
}

/// "Hollis and" before it, found to be a name.
fn joins_found_name(page: &Page, first: usize) -> bool {
    first >= 2
        && page.word_is(first - 1, words!["and", "or", "nor", "vs", "versus"])
        && page.found.last().is_some_and(|found| {
            found.kind == PhiKind::Name
                && page
                    .token(first - 2)
                    .is_some_and(|before| before.end as usize == found.end)
        })
}

/// Words of "is" and "has", after which the state of a person may stand.
const STATIVES: &[WordKey] = words![
    "is", "was", "were", "are", "isn't", "wasn't", "has", "had", "been", "gets", "got", "remains", "became", "turned",
    "seems", "isnt", "being", "hasn't", "hadn't", "feels", "looks", "appears", "stays", "remained",
];
const MODALS: &[WordKey] = words![
    "will", "would", "can", "could", "should", "might", "may", "must", "does", "did",
];
const REFUSALS: &[WordKey] = words![
    "can't", "won't", "doesn't", "didn't", "wouldnt", "cannot", "don't", "couldnt",
];
const NUMBERS: &[WordKey] = words![
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];
const ONES: &[WordKey] = words![
    "one", "patient", "lady", "guy", "woman", "man", "kid", "girl", "boy", "first", "last",
];
