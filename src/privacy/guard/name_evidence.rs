//! What stands around one word and stands there only around a person's name: how it acts, what it owns, who meets it, what follows it.

use super::kinds::PhiKind;
use super::lexicon::{cue, dict};
use super::page::Page;
use super::token::{Gap, Shape, Token};

/// How strongly the words around a place tell of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Evidence {
    /// Nothing tells of a person.
    None,
    /// Enough for a word that the dictionaries know as a name and as nothing else.
    Some,
    /// Enough for a word that no list knows.
    Strong,
    /// Enough for a name that is also a word.
    Decisive,
}

/// How far on a pronoun is looked for, in tokens: the end of the sentence and the next one.
const PRONOUN_REACH: usize = 32;

/// Words of "is" and "has", after which the state of a person may stand.
const STATIVES: [&str; 24] = [
    "is", "was", "were", "are", "isn't", "wasn't", "has", "had", "been", "gets", "got", "remains", "became", "turned",
    "seems", "isnt", "being", "hasn't", "hadn't", "feels", "looks", "appears", "stays", "remained",
];

/// Words that may stand before a verb.
const ADVERBS: [&str; 22] = [
    "still",
    "also",
    "just",
    "never",
    "now",
    "again",
    "really",
    "always",
    "then",
    "already",
    "only",
    "both",
    "not",
    "actually",
    "finally",
    "currently",
    "probably",
    "recently",
    "apparently",
    "suddenly",
    "reportedly",
    "been",
];

/// What words around tokens `first..=last` tell of them.
pub(super) fn evidence(page: &Page, first: usize, last: usize) -> Evidence {
    let told = acts(page, first, last).max(owns_thing(page, last));
    // The pronoun of a later sentence stands for the one who acts.
    let told = match told {
        Evidence::Some if first == 0 && has_pronoun_after(page, last) => Evidence::Decisive,
        Evidence::Some if has_pronoun_after(page, last) => Evidence::Strong,
        Evidence::Strong if page.starts_sentence(first) && has_pronoun_after(page, last) => Evidence::Decisive,
        told => told,
    };
    told.max(follows_meeting(page, first, last))
        .max(is_described(page, first, last))
        .max(is_asked_about(page, first, last))
}

/// "he", "her" after it, before any other name is found.
fn has_pronoun_after(page: &Page, last: usize) -> bool {
    (last + 1..last + PRONOUN_REACH).any(|index| {
        page.token(index)
            .is_some_and(|token| token.len() <= 5 && matches!(token.first, b'h' | b's'))
            && page.word_is(index, &["he", "she", "his", "her", "him", "he's", "she's", "hers"])
    })
}

fn is_lower(page: &Page, at: usize) -> bool {
    page.token(at)
        .is_some_and(|token| token.shape == Shape::Lower && token.gap <= Gap::Line)
}

fn known_as(page: &Page, at: usize, bits: u64) -> bool {
    page.token(at).is_some_and(|token| token.mark == 0) && page.dictionary(at) & bits != 0
}

/// The first word from `at` on that is no adverb.
fn over_adverbs(page: &Page, at: usize) -> usize {
    (at..at + 2)
        .find(|index| !page.word_is(*index, &ADVERBS))
        .unwrap_or(at + 2)
}

/// "Halvorsen refuses", "Wren has been biting", "Ikaika is still febrile", "Farrukh and his sister".
fn acts(page: &Page, first: usize, last: usize) -> Evidence {
    let next = last + 1;
    if !is_lower(page, next)
        || page.gap(next) != Gap::Space && page.gap(next) != Gap::Line
        || follows_article(page, first)
    {
        return Evidence::None;
    }
    if page.word_is(next, &["and"]) && page.word_is(next + 1, &["i", "me", "we"]) {
        return Evidence::Strong;
    }
    if page.word_is(next, &["and", "or", "nor", "&"]) {
        return is_of_pair(page, first, next);
    }
    if joins_found_name(page, first)
        && (page.has(next, cue::PERSON_VERB | cue::HUMAN_VERB)
            || page.word_is(next, &["both", "each"])
            || known_as(page, next, dict::PERSON_BASE))
    {
        return Evidence::Strong;
    }
    if page.word_is(next, &["who", "whose"]) {
        return if page.starts_sentence(first) {
            Evidence::Strong
        } else {
            Evidence::Decisive
        };
    }
    // "Ikaika tore his ACL"
    const LINKS: u64 = cue::CONNECTOR | cue::PERSON_PREP | cue::PLACE_PREP;
    let has_own = page.word_is(next + 1, &["his", "her"]);
    if has_own && !page.has(next, LINKS) && opens_clause(page, first) {
        return Evidence::Decisive;
    }
    let verb = over_adverbs(page, next);
    if page.has(verb, cue::HUMAN_VERB) && is_lower(page, verb) {
        return if opens_clause(page, first) {
            Evidence::Decisive
        } else {
            Evidence::Strong
        };
    }
    if page.word_is(verb, &STATIVES) {
        let is_base = known_as(page, verb, dict::PERSON_BASE) && page.word_is(verb, &["gets", "got"]);
        return state(page, verb).max(if is_base { Evidence::Some } else { Evidence::None });
    }
    if page.word_is(
        verb,
        &[
            "will", "would", "can", "could", "should", "might", "may", "must", "does", "did",
        ],
    ) {
        return said_of_persons(page, over_adverbs(page, verb + 1));
    }
    if page.word_is(
        verb,
        &[
            "can't",
            "won't",
            "doesn't",
            "didn't",
            "couldn't",
            "wouldn't",
            "cannot",
            "don't",
            "shouldn't",
        ],
    ) {
        return said_of_persons(page, over_adverbs(page, verb + 1)).max(Evidence::Some);
    }
    let is_state = known_as(page, verb, dict::PERSON_STATE) && (verb > next || opens_clause(page, first));
    let is_verb = page.has(verb, cue::PERSON_VERB) && opens_clause(page, first)
        || known_as(page, verb, dict::PERSON_BASE) && verb == next;
    if is_state && verb > next {
        Evidence::Strong
    } else if is_state || is_verb {
        Evidence::Some
    } else {
        Evidence::None
    }
}

/// "can't swallow", "should be readmitted".
fn said_of_persons(page: &Page, verb: usize) -> Evidence {
    if known_as(page, verb, dict::PERSON_BASE)
        || page.word_is(verb, &["be"]) && known_as(page, verb + 1, dict::PERSON_STATE)
    {
        Evidence::Some
    } else {
        Evidence::None
    }
}

/// What "is", "has" and their like say after them.
fn state(page: &Page, verb: usize) -> Evidence {
    let told = over_adverbs(page, verb + 1);
    let is_having = page.word_is(verb, &["has", "had", "hasn't", "hadn't"]) && !page.word_is(verb + 1, &["been"]);
    if known_as(page, told, dict::PERSON_STATE) {
        return Evidence::Strong;
    }
    if page.has(told, cue::HUMAN_VERB) && is_having {
        return Evidence::Strong;
    }
    if page.word_is(told, &["a", "an"]) && !is_having {
        let is_person = page.token(told + 1).is_some_and(Token::has_digit)
            || page.has(told + 1, cue::PERSON)
            || page.word_is(told + 1, &PERSONS);
        return if is_person { Evidence::Strong } else { Evidence::None };
    }
    let is_placed = page.word_is(told, &["in", "on", "at", "off"])
        && !page.word_is(
            told + 1,
            &["tier", "formulary", "file", "line", "page", "section", "the"],
        )
        || page.word_is(told, &["in", "on"])
            && page.word_is(told + 1, &["the"])
            && page.word_is(
                told + 2,
                &[
                    "icu", "floor", "ward", "unit", "hospital", "vent", "waiting", "er", "ed",
                ],
            );
    let is_aged = page.is_digits(told)
        && page.word(told).len() <= 3
        && !page.mark_is(told + 1, b'/')
        && !page.has(told + 1, cue::CODE_CUE)
        && !page.word_is(
            told + 1,
            &["mg", "ml", "mcg", "percent", "dollars", "units", "g", "points", "point"],
        )
        && !page.mark_is(told + 1, b'%')
        && !page.mark_is(told + 1, b'.');
    let is_counted = is_aged
        && page.word_is(
            told + 1,
            &[
                "weeks", "weeks'", "wks", "months", "years", "yo", "yrs", "days", "and", "with",
            ],
        );
    if is_counted {
        return Evidence::Strong;
    }
    if is_placed && page.word_is(told + 1, &["bed", "room", "day", "icu", "labor", "clinic", "dialysis"]) {
        return Evidence::Strong;
    }
    if is_placed
        || is_aged
        || is_having && page.token(told).is_some_and(|token| token.mark == 0) && !page.has(told, cue::NEGATION)
    {
        Evidence::Some
    } else {
        Evidence::None
    }
}

/// What a person is said to be.
const PERSONS: [&str; 18] = [
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
    if page.word_is(and + 1, &["his", "her", "their"]) {
        return Evidence::Strong;
    }
    let other = and + 1;
    let is_named = page.token(other).is_some_and(|token| {
        token.shape == Shape::Title && !token.has(cue::EPONYM | cue::PROPER | cue::MONTH | cue::STATE)
    });
    let is_neither = first
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, &["neither", "both", "between"]));
    if !is_named || page.dictionary(other) & dict::WORD != 0 {
        return Evidence::None;
    }
    if page.word_is(other + 1, &["both", "each"]) || is_neither {
        return Evidence::Strong;
    }
    if page.word_is(other + 1, &["and", "or", "nor"]) {
        Evidence::None
    } else {
        acts(page, first, other)
    }
}

/// "Hollis and" before it, found to be a name.
fn joins_found_name(page: &Page, first: usize) -> bool {
    first >= 2
        && page.word_is(first - 1, &["and", "or", "nor", "vs", "versus"])
        && page.found.last().is_some_and(|found| {
            found.kind == PhiKind::Name
                && page
                    .token(first - 2)
                    .is_some_and(|before| before.end as usize == found.end)
        })
}

/// A sentence, or a clause of one, begins here.
fn opens_clause(page: &Page, at: usize) -> bool {
    const LEADS: [&str; 32] = [
        "if",
        "when",
        "that",
        "because",
        "while",
        "since",
        "although",
        "and",
        "but",
        "says",
        "said",
        "think",
        "whether",
        "after",
        "before",
        "until",
        "as",
        "though",
        "where",
        "why",
        "now",
        "hi",
        "so",
        "once",
        "shows",
        "show",
        "and",
        "think",
        "sure",
        "wondering",
        "hope",
        "bc",
    ];
    let Some(before) = at.checked_sub(1) else { return true };
    page.starts_sentence(at)
        || page.gap(at) >= Gap::Line
        || page
            .token(before)
            .is_some_and(|token| matches!(token.mark, b':' | b',' | b'(' | b'-' | b'"'))
        || page.word_is(before, &LEADS)
}

/// "the Semont", "a Latarjet": persons go without an article.
fn follows_article(page: &Page, first: usize) -> bool {
    first.checked_sub(1).is_some_and(|before| {
        page.word_is(
            before,
            &[
                "the", "a", "an", "this", "each", "every", "no", "any", "or", "vs", "versus",
            ],
        ) && !page.starts_sentence(first)
    })
}

/// "Okafor's potassium", "Waleed's CK", "Hernandez' lactate".
fn owns_thing(page: &Page, last: usize) -> Evidence {
    let is_plural = page.mark_is(last + 1, b'\'')
        && page.gap(last + 1) == Gap::Glued
        && page.word(last).ends_with(['s', 'z', 'x', 'S']);
    let thing = if is_plural { last + 2 } else { last + 1 };
    if !is_plural && !page.token(last).is_some_and(|token| token.possessive) {
        return Evidence::None;
    }
    if page.has(thing, cue::RELATIVE) && is_lower(page, thing) {
        return Evidence::Decisive;
    }
    // "Okafor's still febrile": the 's stands for "is" or "has".
    let told = over_adverbs(page, thing);
    if known_as(page, told, dict::PERSON_STATE) && is_lower(page, told) {
        return Evidence::Strong;
    }
    let is_thing = known_as(page, thing, dict::PERSON_THING)
        || known_as(page, thing + 1, dict::PERSON_THING) && page.gap(thing + 1) == Gap::Space;
    if is_thing {
        return Evidence::Strong;
    }
    let is_predicate = last > 0
        && page.word_is(last - 1, &["is", "was", "not"])
        && matches!(page.token(thing).map(|token| token.mark), Some(b'.' | b',' | b'?'));
    if is_predicate {
        return Evidence::Some;
    }
    if page.gap(thing) != Gap::Space || !page.token(thing).is_some_and(Token::is_word) {
        return Evidence::None;
    }
    let is_upper = page
        .token(thing)
        .is_some_and(|token| token.shape == Shape::Upper && token.len() > 1);
    let is_other = page.has(
        thing,
        cue::EPONYM_HEAD
            | cue::ORG_SUFFIX
            | cue::POLICY_DATE
            | cue::CONNECTOR
            | cue::PERSON_VERB
            | cue::PERSON_PREP
            | cue::CODE_CUE,
    ) || page.word_is(thing, &OF_COMPANIES);
    if is_upper || is_lower(page, thing) && !is_other {
        Evidence::Some
    } else {
        Evidence::None
    }
}

/// What companies, boards and methods have.
const OF_COMPANIES: [&str; 28] = [
    "portal",
    "website",
    "edit",
    "edits",
    "biosimilar",
    "vaccine",
    "product",
    "products",
    "list",
    "network",
    "system",
    "booster",
    "generic",
    "brand",
    "patent",
    "rules",
    "staff",
    "reviewer",
    "reviewers",
    "criteria",
    "kappa",
    "alpha",
    "exact",
    "lactate",
    "solution",
    "soap",
    "balm",
    "goal",
];

/// What may stand after a name that is an object: the end of a clause, or a word that holds a sentence together.
fn ends_object(page: &Page, last: usize) -> bool {
    let Some(next) = page.token(last + 1) else { return true };
    let ends = next.gap >= Gap::Line
        || matches!(
            next.mark,
            b'.' | b',' | b';' | b':' | b'?' | b'!' | b')' | b'(' | b'-' | b'/' | b'"'
        );
    let goes_on = next.shape == Shape::Lower
        && (next.has(
            cue::CONNECTOR | cue::PERSON_VERB | cue::PERSON_PREP | cue::PLACE_PREP | cue::HUMAN_VERB | cue::PERSON,
        ) || page.word_is(
            last + 1,
            &[
                "today",
                "yesterday",
                "tonight",
                "tomorrow",
                "again",
                "back",
                "last",
                "before",
                "after",
                "at",
                "off",
                "because",
                "while",
                "until",
                "still",
                "explaining",
                "telling",
                "asking",
                "came",
                "off",
                "since",
                "first",
                "twice",
                "who",
                "during",
                "per",
                "now",
                "home",
                "once",
                "saying",
            ],
        ));
    ends || goes_on
}

/// "saw Delacroix", "refer to Fujimoto", "consulted on Fairweather", "switch Okafor to", "NP Littlefeather".
fn follows_meeting(page: &Page, first: usize, last: usize) -> Evidence {
    if page.starts_sentence(first)
        || page.token(last).is_some_and(|token| token.possessive)
        || page.gap(first) > Gap::Line
    {
        return Evidence::None;
    }
    let Some(before) = first.checked_sub(1) else {
        return Evidence::None;
    };
    if page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(last + 1) <= Gap::Space {
        return Evidence::None;
    }
    if page.has(before, cue::RELATIVE)
        && is_lower(page, before)
        && page.token(before).is_some_and(|before| !before.possessive)
    {
        return Evidence::Some; // "his partner Tyler"
    }
    let ends = ends_object(page, last);
    let is_apposed = matches!(page.token(before).map(|token| token.mark), Some(b',' | b'('))
        && page
            .token(last + 1)
            .is_none_or(|next| matches!(next.mark, b',' | b')' | b'.'));
    let role = if is_apposed {
        before.checked_sub(1)
    } else {
        Some(before)
    };
    if let Some(role) = role
        && known_as(page, role, dict::PERSON_ROLE)
        && (page.has(role, cue::RELATIVE) || page.token(role).is_some_and(|role| role.len() > 2 || !is_apposed))
    {
        return if page.token(role).is_some_and(|role| role.len() > 2) {
            Evidence::Strong
        } else {
            Evidence::Some
        };
    }
    if !page.token(before).is_some_and(|token| token.mark == 0) {
        return if page.mark_is(before, b':') && is_named_on(page, before) {
            Evidence::Strong
        } else {
            Evidence::None
        };
    }
    if page.word_is(before, &["is", "was"]) && is_named_on(page, before)
        || page.word_is(before, &["was"]) && page.word_is(last + 1, &["who"])
    {
        return Evidence::Strong;
    }
    let is_link = page.word_is(
        before,
        &[
            "for",
            "on",
            "to",
            "with",
            "about",
            "of",
            "from",
            "by",
            "up",
            "re",
            "regarding",
        ],
    );
    let leads = if is_link { before.checked_sub(1) } else { Some(before) };
    let meets = leads.is_some_and(|lead| {
        known_as(page, lead, dict::PERSON_MET) && !page.token(lead).is_some_and(|lead| lead.gap == Gap::Glued)
    });
    if meets && ends || page.word_is(before, &["re", "regarding"]) && ends {
        return if is_link
            && page.word_is(before, &["by", "of", "to", "from"])
            && !page.word_is(
                before - 1,
                &["letter", "message", "refer", "referred", "spoke", "talked", "note"],
            ) {
            Evidence::Some
        } else {
            Evidence::Strong
        };
    }
    let gives = known_as(page, before, dict::PERSON_GIVEN)
        && (page.word_is(
            last + 1,
            &[
                "on", "off", "to", "from", "back", "home", "a", "an", "her", "his", "the", "iv", "po", "with", "up",
            ],
        ) || page.word_is(before, &["give", "gave", "giving", "given"]) && is_lower(page, last + 1));
    let is_object = is_link && !page.word_is(before, &["by", "of", "to", "from", "up"])
        || page.word_is(
            before,
            &["in", "than", "per", "says", "said", "asked", "told", "let", "between"],
        );
    if gives || is_object && ends || meets {
        Evidence::Some
    } else {
        Evidence::None
    }
}

/// "the name on the slip is", "Name on the wristband:".
fn is_named_on(page: &Page, at: usize) -> bool {
    page.cue_before(at, 6, cue::NAME_LABEL).is_some_and(|label| {
        page.word_is(label, &["name", "surname"]) && page.word_is(label + 1, &["on", "in", "is", "was"])
    }) || at.checked_sub(1).is_some_and(|before| page.has(before, cue::PERSON))
}

/// "Bean, 91, fell", "Halvorsen, room 14", "Eudora (102, COPD)", "Papadakis in bed 6", "Brzezicki / MR 771-093".
fn is_described(page: &Page, first: usize, last: usize) -> Evidence {
    let open = last + 1;
    let is_open = page
        .token(open)
        .is_some_and(|token| matches!(token.mark, b',' | b'(' | b'-' | b'/'));
    let told = if is_open || page.word_is(open, &["in", "at"]) {
        open + 1
    } else {
        open
    };
    let is_placed = page.word_is(told, &["bed", "room", "rm", "bay", "icu", "nicu", "picu"])
        && told > open
        && (page.is_digits(told + 1) || page.token(told).is_some_and(|token| token.shape == Shape::Upper));
    let is_placed_before = page.starts_sentence(first).then_some(false).unwrap_or(
        first >= 3
            && page.mark_is(first - 1, b',')
            && page.is_digits(first - 2)
            && page.word_is(first - 3, &["bed", "room", "rm", "bay"]),
    );
    if is_placed || is_placed_before {
        return Evidence::Strong;
    }
    let is_age = is_open
        && page.is_digits(told)
        && matches!(page.word(told).len(), 1..=3)
        && !page.mark_is(open, b'/')
        && page.number(told).is_some_and(|years| years < 120);
    let closes = page.token(told + 1).is_some_and(|next| {
        matches!(next.mark, b',' | b')') || page.word_is(told + 1, &["with", "and", "on"]) && next.gap == Gap::Space
    });
    // A list of numbers is no age.
    let is_list = page.token(told + 2).is_some_and(Token::has_digit)
        || first
            .checked_sub(1)
            .is_some_and(|before| page.token(before).is_some_and(|before| before.has_digit()));
    if is_age
        && closes
        && !is_list
        && (page.gap(open) == Gap::Glued || page.gap(open) == Gap::Space && !page.mark_is(open, b','))
    {
        return if page.mark_is(open, b',') && page.starts_sentence(first) {
            Evidence::Decisive
        } else {
            Evidence::Strong
        };
    }
    let is_own = page.mark_is(open, b',') && page.word_is(open + 1, &["who", "whose"]);
    let is_weighed = page.word_is(open, &["at", "is", "weighs"])
        && page.token(told).is_some_and(Token::has_digit)
        && (page.word_is(told + 1, &["kg", "weeks", "wks", "months", "years", "lb", "lbs"])
            || page.word(told).ends_with("kg"));
    // "Sparrow, a nurse's son", "Okafor, our fellow"
    let is_called = page.mark_is(open, b',')
        && page.word_is(open + 1, &["a", "an", "the", "our", "my", "her", "his"])
        && (open + 2..open + 4)
            .any(|index| page.has(index, cue::RELATIVE | cue::PERSON) || known_as(page, index, dict::PERSON_ROLE));
    if is_called {
        let is_kin = page.word_is(open + 1, &["a", "an"]) && page.has(open + 3, cue::RELATIVE);
        return if is_kin { Evidence::Decisive } else { Evidence::Strong };
    }
    let is_in_bed = first >= 2 && {
        let number = if page.word_is(first - 1, &["is"]) {
            first - 2
        } else {
            first - 1
        };
        page.is_digits(number) && number > 0 && page.word_is(number - 1, &["bed", "room", "rm", "bay"])
    };
    let is_record = page.mark_is(open, b'/')
        && page.has(told, cue::MRN_HEAD | cue::MRN_WORD | cue::AGED)
        && page
            .token(told + 1)
            .is_some_and(|next| next.has_digit() || next.mark == b'#' || next.mark == b':');
    if is_own || is_record || is_weighed || is_in_bed {
        Evidence::Strong
    } else {
        Evidence::None
    }
}

/// "Does Okafor need", "Should Okafor hold", "how often should Priya have".
fn is_asked_about(page: &Page, first: usize, last: usize) -> Evidence {
    const ASKING: [&str; 18] = [
        "does",
        "did",
        "is",
        "was",
        "can",
        "could",
        "should",
        "would",
        "will",
        "has",
        "do",
        "must",
        "might",
        "may",
        "doesn't",
        "isn't",
        "shouldn't",
        "had",
    ];
    let Some(before) = first.checked_sub(1) else {
        return Evidence::None;
    };
    if !page.word_is(before, &ASKING) || !is_lower(page, last + 1) || page.starts_sentence(first) {
        return Evidence::None;
    }
    let asks = page.starts_sentence(before)
        || before >= 1
            && (page.word_is(
                before - 1,
                &[
                    "when", "where", "why", "how", "what", "often", "much", "long", "or", "and", "soon", "fast",
                ],
            ) || page.token(before - 1).is_some_and(|token| token.mark != 0));
    let told = over_adverbs(page, last + 1);
    let is_candidate = page.word_is(told, &["a", "an"]) && page.word_is(told + 1, &PERSONS);
    let is_told = known_as(page, told, dict::PERSON_BASE | dict::PERSON_STATE)
        || page.has(told, cue::HUMAN_VERB)
        || is_candidate
        || told > last + 1;
    if asks && is_told {
        Evidence::Some
    } else {
        Evidence::None
    }
}
