//! What stands around one word and stands there only around a person's name: how it acts, what it owns, who meets it, what follows it.

use super::super::key::{WordKey, words};
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{self, class};
use super::acts::{PERSON_NOUNS, acts};
use super::described::{is_described, owns_thing};
use super::met::follows_meeting;

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

impl Evidence {
    /// This much where something holds, and nothing elsewhere.
    pub(super) const fn when(self, holds: bool) -> Self {
        if holds { self } else { Self::None }
    }
}

/// How far on a pronoun is looked for, in tokens: the end of the sentence and the next one.
const PRONOUN_REACH: usize = 32;

/// Words that may stand before a verb.
const ADVERBS: &[WordKey] = words![
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
    let may_rise = matches!(told, Evidence::Some | Evidence::Strong) && has_pronoun_after(page, last);
    let opens = first == 0 || told == Evidence::Strong && page.starts_sentence(first);
    let told = told
        .max(Evidence::Strong.when(may_rise))
        .max(Evidence::Decisive.when(may_rise && opens));
    told.max(follows_meeting(page, first, last))
        .max(is_described(page, first, last))
        .max(is_asked_about(page, first, last))
}

/// "he", "her" after it, before any other name is found.
fn has_pronoun_after(page: &Page, last: usize) -> bool {
    (last + 1..last + PRONOUN_REACH).any(|index| {
        page.token(index)
            .is_some_and(|token| token.len() <= 5 && matches!(token.first, b'h' | b's'))
            && page.word_is(index, words!["he", "she", "his", "her", "him", "he's", "she's", "hers"])
    })
}

pub(super) fn is_lower(page: &Page, at: usize) -> bool {
    page.token(at)
        .is_some_and(|token| token.shape == Shape::Lower && token.gap <= Gap::Line)
}

/// The first word from `at` on that is no adverb.
pub(super) fn over_adverbs(page: &Page, at: usize) -> usize {
    (at..at + 2)
        .find(|index| !page.word_is(*index, ADVERBS))
        .unwrap_or(at + 2)
}

/// A sentence, or a clause of one, begins here.
pub(super) fn opens_clause(page: &Page, at: usize) -> bool {
    const LEADS: &[WordKey] = words![
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
        "also",
        "then",
        "today",
        "fyi",
        "btw",
        "sadly",
        "luckily",
        "morning",
        "tonight",
        "ok",
        "unfortunately",
        "yesterday",
        "overnight",
    ];
    let Some(before) = at.checked_sub(1) else { return true };
    page.starts_sentence(at)
        || page.gap(at) >= Gap::Line
        || page
            .token(before)
            .is_some_and(|token| matches!(token.mark, b':' | b',' | b'(' | b'-' | b'"'))
        || page.word_is(before, LEADS)
}

/// "the Semont", "a Latarjet": persons go without an article.
pub(super) fn follows_article(page: &Page, first: usize) -> bool {
    first.checked_sub(1).is_some_and(|before| {
        page.word_is(
            before,
            words![
                "the", "a", "an", "this", "each", "every", "no", "any", "or", "vs", "versus",
            ],
        ) && !page.starts_sentence(first)
    })
}

/// "Does Okafor need", "Should Okafor hold", "how often should Priya have".
fn is_asked_about(page: &Page, first: usize, last: usize) -> Evidence {
    const ASKING: &[WordKey] = words![
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
    if !page.word_is(before, ASKING) || !is_lower(page, last + 1) || page.starts_sentence(first) {
        return Evidence::None;
    }
    let asks = page.starts_sentence(before)
        || before >= 1
            && (page.word_is(
                before - 1,
                words![
                    "when", "where", "why", "how", "what", "often", "much", "long", "or", "and", "soon", "fast",
                ],
            ) || page.token(before - 1).is_some_and(|token| token.mark != 0));
    let told = over_adverbs(page, last + 1);
    let is_candidate = page.word_is(told, words!["a", "an"]) && page.word_is(told + 1, PERSON_NOUNS);
    let is_told = words::is(page, told, class::PERSON_BASE | class::PERSON_STATE)
        || page.has(told, cue::HUMAN_VERB)
        || is_candidate
        || told > last + 1;
    if asks && is_told {
        Evidence::Some
    } else {
        Evidence::None
    }
}
