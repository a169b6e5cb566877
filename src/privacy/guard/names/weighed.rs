//! One word weighed as somebody's name: how much the word is a name, and how much its place in the sentence is a person's or a thing's.

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};
use super::parts::{Part, has_plain_case, has_word_ending, part};
use super::things::{FAMILIES, FUNCTION, ROW_REACH, is_link, is_on_list, is_thing, row_before, row_next};

/// From this weight on a word is taken for a name.
const ENOUGH: i32 = 3;

/// How far off a pronoun of the same sentence is looked for, in tokens.
const SENTENCE_REACH: usize = 24;

/// Whether tokens `first..=last`, one word or a hyphenated one, weigh enough.
pub(super) fn is_weighty(page: &Page, kind: Part, first: usize, last: usize) -> bool {
    let is_plain = (first..=last).step_by(2).all(|index| has_plain_case(page.word(index)));
    let letters = page
        .token(last)
        .map_or(0, |token| token.len() - 2 * usize::from(token.possessive));
    let shortest = match kind {
        Part::First | Part::Surname => 2,
        Part::FirstOrdinary => 3,
        Part::SurnameOrdinary | Part::Unknown | Part::Initial | Part::No => 4,
    };
    if !is_plain || letters < shortest {
        return false;
    }
    let word = word_weight(page, kind, first);
    if word < 0 || is_thing(page, first, last) {
        return false;
    }
    let place = before_weight(page, kind, first) + after_weight(page, kind, first, last);
    // A pronoun may be anybody's: it only adds to a place that a person can have.
    let pronoun = if place > 0 {
        pronoun_weight(page, kind, first, last)
    } else {
        0
    };
    place > 0 && word + place + pronoun >= ENOUGH
}

/// How much of a name the word is by itself.
fn word_weight(page: &Page, kind: Part, at: usize) -> i32 {
    let known = page.dictionary(at);
    let (is_word, is_city) = (known & dict::WORD != 0, known & dict::CITY != 0);
    let opens = page.starts_sentence(at);
    let is_rare = known & dict::FIRST_RARE != 0;
    let weight = match kind {
        Part::First if is_word || is_city => 2,
        Part::First => 3,
        Part::Surname if is_city => 1 + i32::from(!opens),
        Part::Surname => 2 + i32::from(is_rare && !opens),
        Part::Unknown if is_rare => 2 + i32::from(!opens),
        Part::FirstOrdinary if is_word && opens => 0,
        Part::FirstOrdinary | Part::Unknown => 1 + i32::from(!is_word && !opens && kind == Part::FirstOrdinary),
        Part::SurnameOrdinary => i32::from(!is_word && !opens),
        Part::Initial | Part::No => 0,
    };
    let of_thing = page.has(at, cue::EPONYM) || words::is(page, at, class::THING_NAME);
    weight - 3 * i32::from(of_thing) - i32::from(page.has(at, cue::MONTH))
}

/// A name by some list.
fn is_listed(page: &Page, kind: Part, at: usize) -> bool {
    kind != Part::Unknown || page.dictionary(at) & dict::FIRST_RARE != 0
}

/// What stands before it.
fn before_weight(page: &Page, kind: Part, first: usize) -> i32 {
    const LINKS: &[WordKey] = words![
        "to",
        "for",
        "with",
        "on",
        "about",
        "under",
        "from",
        "by",
        "says",
        "than",
        "re",
        "regarding",
        "of",
        "without",
    ];
    const LEADS: &[WordKey] = words![
        "same", "other", "late", "so", "but", "because", "when", "if", "while", "since", "that", "until", "is", "was",
        "called", "not", "certain",
    ];
    if signs_off(page, first, first) && is_listed(page, kind, first) {
        return 2;
    }
    let Some(before) = first.checked_sub(1).filter(|_| !page.starts_sentence(first)) else {
        return 0;
    };
    if row_before(page, first).is_some_and(|other| is_found_name(page, other)) {
        return 2;
    }
    let is_mark = page.token(before).is_some_and(|token| token.mark != 0);
    let lead = if page.mark_is(before, b'(') || page.mark_is(before, b',') {
        before.saturating_sub(1)
    } else {
        before
    };
    let is_called = page.has(before, cue::RELATIVE) && !page.token(before).is_some_and(|token| token.possessive)
        || (words::is(page, lead, class::PERSON_ROLE) || page.word(lead).ends_with("ist"))
            && (!is_mark || page.mark_is(before, b'('))
        || words::is(page, before, class::ADDRESSED)
        || page.mark_is(before, b'(') && page.has(lead, cue::RELATIVE)
        || page.word_is(before, words!["poor", "old", "little", "young", "auntie", "dear"])
        || words::is(page, lead, class::GREETING);
    if is_called {
        return 2;
    }
    let is_known = is_listed(page, kind, first);
    if page.word_is(before, LINKS) {
        if page.has(first, cue::MONTH) {
            return 0; // "from March"
        }
        return link_weight(page, is_known, before);
    }
    let is_owner = page.token(first).is_some_and(|token| token.possessive);
    let meets = words::is(page, before, class::PERSON_MET)
        || (is_known || is_owner) && words::is(page, before, class::PERSON_GIVEN);
    if meets || page.word_is(before, words!["herself", "himself"]) {
        return 2;
    }
    let is_set_off = page.token(before).is_some_and(|token| {
        matches!(token.mark, b':' | b';' | b',' | b'-' | b'"')
            && (token.mark != b',' || is_known || page.mark_is(first + 1, b':'))
            && (token.mark != b'-' || token.gap == Gap::Space)
    });
    let told_of =
        page.word_is(before, words!["is", "was"]) && page.cue_before(before, 12, cue::PERSON | cue::RELATIVE).is_some();
    i32::from(is_set_off || page.word_is(before, LEADS)) + i32::from(told_of)
}

/// Most tokens that follow a name in the last line of a message: ", OT", ", staff nurse".
const SIGNED_MAX: usize = 4;

/// "Shona, OT", "M. Okoro" in a last line of their own.
pub(super) fn signs_off(page: &Page, first: usize, last: usize) -> bool {
    let ends = (last + 1..=last + SIGNED_MAX).find(|index| page.token(*index).is_none());
    let follows = page.token(last + 1).is_none_or(|next| matches!(next.mark, b',' | b'.'));
    first > 0
        && page.gap(first) >= Gap::Line
        && follows
        && ends.is_some_and(|end| (last + 1..end).all(|index| page.gap(index) < Gap::Line))
}

/// Whether the word at `at` closes a name that was found.
pub(super) fn is_found_name(page: &Page, at: usize) -> bool {
    let end = page.token(at).map_or(0, |token| token.end as usize);
    page.found
        .iter()
        .rev()
        .take(2)
        .any(|found| found.kind == PhiKind::Name && found.end == end)
}

/// "a letter to", "worried about", "bloods on"; of words that no list knows, "switch to", "allergic to" and "six weeks of" are drugs' as well.
fn link_weight(page: &Page, is_known: bool, link: usize) -> i32 {
    let Some(lead) = link.checked_sub(1) else { return 1 };
    let changes = words::is(page, lead, class::PERSON_GIVEN);
    let cares = words::is(page, lead, class::PERSON_MET | class::PERSON_THING)
        || page.word_is(
            lead,
            words![
                "happened", "answers", "belongs", "needful", "instead", "given", "gave", "sent",
            ],
        );
    if page.word_is(link, words!["under"]) {
        return i32::from(page.token(lead).is_some_and(Token::is_word)); // "on file under Okafor", but not "Under Roe"
    }
    let may_be_place =
        page.dictionary(link + 1) & dict::CITY != 0 && !page.word_is(link, words!["for", "with", "about", "says"]);
    if may_be_place {
        return i32::from(cares);
    }
    if is_known {
        let is_state = words::is(page, lead, class::PERSON_STATE);
        return i32::from(!page.word_is(link, words!["of"]))
            + i32::from(cares || changes || is_state || page.has(lead, cue::RELATIVE));
    }
    let is_persons = page.word_is(link, words!["for", "with", "about", "says", "than", "re", "regarding"]);
    i32::from(is_persons) + 2 * i32::from(cares && (!changes || page.word_is(lead, words!["given", "gave", "sent"])))
        - i32::from(is_persons && cares)
}

/// What stands after it.
fn after_weight(page: &Page, kind: Part, first: usize, last: usize) -> i32 {
    let next = last + 1;
    if page.word_is(next, FAMILIES) {
        return 3;
    }
    if is_on_list(page, next) {
        return 1;
    }
    let Some(token) = page.token(next) else { return 0 };
    if page.token(last).is_some_and(|token| token.possessive) {
        let is_thing = words::is(page, next, class::PERSON_THING);
        return if is_thing || page.has(next, cue::RELATIVE) {
            2
        } else {
            let is_name = matches!(kind, Part::First | Part::Surname);
            i32::from(is_name && token.shape == Shape::Lower && !page.starts_sentence(first))
        };
    }
    if token.shape == Shape::Lower && token.gap == Gap::Space && !is_link(page, next) {
        return verb_weight(page, kind, first, next);
    }
    let mut end = last;
    for _ in 0..ROW_REACH {
        end = row_next(page, end).unwrap_or(end);
    }
    if end > last {
        let is_given = part(page, end) == Part::First;
        if page.word_is(end + 1, words!["and"]) && page.word_is(end + 2, words!["his", "her", "their"]) {
            return 2;
        }
        return verb_weight(page, kind, first, end + 1).max(i32::from(is_given));
    }
    if page.word_is(next, words!["and"]) {
        return 2 * i32::from(page.word_is(next + 1, words!["his", "her", "their", "i"]));
    }
    let tells = |index: usize| page.token(index).is_some_and(Token::is_word) && words::is(page, index, words::PERSONS);
    if page.mark_is(next, b'-') && token.gap == Gap::Space {
        return 2 * i32::from(tells(next + 1) || page.word_is(next + 1, words!["known"]));
    }
    if token.mark == b':' && page.starts_sentence(first) && is_listed(page, kind, first) {
        return i32::from((next + 1..next + 4).any(tells));
    }
    if token.mark == b':' && first > 0 && page.mark_is(first - 1, b',') {
        return 1;
    }
    if token.mark == b','
        && page.word_is(next + 1, words!["can", "could", "would", "may", "do"])
        && page.word_is(next + 2, words!["i", "you", "we"])
    {
        return 2; // "Jakobine, can I speak"
    }
    let is_told = words::is(page, next + 1, words::PERSONS)
        || page.word_is(
            next + 1,
            words!["post", "aged", "who", "whose", "smoker", "now", "excised"],
        );
    i32::from(token.mark == b',' && is_told)
}

/// What the word in small letters after it says of it.
fn verb_weight(page: &Page, kind: Part, first: usize, verb: usize) -> i32 {
    const AUXILIARIES: &[WordKey] = words![
        "is", "was", "has", "had", "will", "would", "can", "could", "should", "may", "might", "must", "does", "did",
        "isn't", "wasn't", "hasn't", "were",
    ];
    const ADVERBS: &[WordKey] = words!["still", "also", "now", "just", "never", "again", "not", "each", "both"];
    let is_ordinary = page.dictionary(first) & dict::WORD != 0;
    let is_auxiliary = page.word_is(verb, AUXILIARIES);
    let mut told = verb + usize::from(is_auxiliary);
    told += usize::from(page.word_is(told, ADVERBS));
    let is_past = |index: usize| {
        let word = page.word(index);
        word.len() > 4 && (word.ends_with("ed") || word.ends_with("ing"))
    };
    let is_measured = page.is_digits(told)
        && page.word_is(
            told + 1,
            words!["kg", "lb", "lbs", "cm", "weeks", "years", "yo", "months"],
        );
    let is_sick = page.word_is(verb, words!["has", "had"]) && has_word_ending(page.word(told));
    let is_persons = page.has(told, cue::HUMAN_VERB)
        || words::is(page, told, class::PERSON_BASE | class::PERSON_STATE)
        || is_measured
        || is_sick;
    let is_known = is_listed(page, kind, first);
    if is_auxiliary {
        return 1 + i32::from(is_persons || is_past(told) && !is_ordinary && is_known);
    }
    if is_persons || page.word_is(verb, words!["no", "self", "re"]) && page.mark_is(verb + 1, b'-') {
        return 2;
    }
    if page.has(told, cue::PERSON_VERB) {
        return 1;
    }
    let opens = page.starts_sentence(first) || page.before(first).is_some_and(|before| before.mark != 0);
    if page.word_is(told, words!["for", "straight"]) {
        return i32::from(opens && !is_ordinary && is_known);
    }
    let is_verb = opens
        && page.word(first).len() > 3
        && (is_past(told) || page.word(told).len() > 4 && page.word(told).ends_with('s'));
    if is_verb {
        return i32::from(!is_ordinary);
    }
    // "Brannock measurement": a thing called by a name.
    let names_thing = page.token(verb).is_some_and(|token| !token.has(FUNCTION))
        && !words::is(page, verb, words::PERSONS)
        && is_noun(page, verb);
    -2 * i32::from(names_thing)
}

/// No adverb, no preposition, no participle.
fn is_noun(page: &Page, at: usize) -> bool {
    const OTHERS: &[WordKey] = words![
        "instead",
        "down",
        "double",
        "rather",
        "there",
        "today",
        "tonight",
        "tomorrow",
        "yesterday",
        "again",
        "back",
        "off",
        "up",
        "out",
        "because",
        "after",
        "before",
        "during",
        "until",
        "while",
        "since",
        "per",
        "via",
        "over",
        "yet",
        "too",
        "first",
        "once",
        "twice",
        "now",
        "home",
        "last",
        "and",
        "or",
        "about",
    ];
    let word = page.word(at);
    word.len() > 3
        && !word.contains('\'')
        && !word.ends_with("ly")
        && !word.ends_with("ed")
        && !page.word_is(at, OTHERS)
}

/// "he", "she", "her" in the same sentence or the next.
fn pronoun_weight(page: &Page, kind: Part, first: usize, last: usize) -> i32 {
    let is_pronoun = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.len() <= 5 && matches!(token.first, b'h' | b's'))
            && page.word_is(
                index,
                words![
                    "he", "she", "his", "her", "him", "he's", "she's", "hers", "he'd", "she'd",
                ],
            )
    };
    let after = (last + 1..last + SENTENCE_REACH).any(is_pronoun);
    let before = (1..SENTENCE_REACH)
        .take_while(|back| *back <= first && !page.starts_sentence(first + 1 - back))
        .any(|back| is_pronoun(first - back));
    // Of a word that no list knows, "her" before it says nothing: "her patches … Evorel".
    i32::from(after || before && is_listed(page, kind, first))
}
