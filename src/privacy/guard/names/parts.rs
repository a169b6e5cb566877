//! What part a word can play in a name.

use super::super::key::words;
use super::super::lexicon::{PLACES, cue, dict};
use super::super::near::is_clear_name;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words;

/// How a word can take part in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Part {
    /// A given name and no other word.
    First,
    /// A given name that is also a word.
    FirstOrdinary,
    /// A surname and no other word.
    Surname,
    /// A surname that is also a word.
    SurnameOrdinary,
    /// A capitalised word no list knows.
    Unknown,
    /// One capital letter.
    Initial,
    /// An ordinary word, or the name of something else.
    No,
}

impl Part {
    pub(super) const fn is_first(self) -> bool {
        matches!(self, Self::First | Self::FirstOrdinary)
    }
    pub(super) const fn is_strong(self) -> bool {
        matches!(self, Self::First | Self::Surname)
    }
    pub(super) const fn can_be_last(self) -> bool {
        matches!(
            self,
            Self::First | Self::FirstOrdinary | Self::Surname | Self::SurnameOrdinary | Self::Unknown
        )
    }
}

/// Words that hold a sentence together, months, and units.
pub(super) const WORDS_OF_GRAMMAR: u64 =
    cue::CONNECTOR | cue::PERSON_VERB | cue::PERSON_PREP | cue::PLACE_PREP | cue::UNIT | cue::MONTH | cue::NEGATION;

/// Words that are nobody's name even with a capital.
pub(in super::super) const NO_NAMES: u64 = cue::PROPER | cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::RELATIVE;

/// The part a word plays; words in capitals count only when a list knows them.
pub(in super::super) fn part(page: &Page, at: usize) -> Part {
    let Some(token) = page.token(at) else {
        return Part::No;
    };
    if token.taken || !token.is_word() || token.has(NO_NAMES) {
        return Part::No;
    }
    if token.len() == 1 {
        return if token.shape == Shape::Upper {
            Part::Initial
        } else {
            Part::No
        };
    }
    if token.mixes_case && page.word(at).ends_with(|last: char| last.is_ascii_uppercase()) {
        return Part::No; // "IgE"
    }
    let known = page.dictionary(at);
    if is_hyphenated_given(page, at) {
        return Part::FirstOrdinary;
    }
    if token.has(cue::STATE) {
        return state_name(page, at, known);
    }
    if token.has(WORDS_OF_GRAMMAR) {
        // "Will Ortega", "Jun Watanabe": such words are names with a capital, inside a sentence or before a clear surname.
        let is_given = known & (dict::FIRST | dict::FIRST_ORDINARY) != 0;
        let is_title = token.shape == Shape::Title;
        return if is_given && (is_title && !page.starts_sentence(at) || leads_surname(page, at)) {
            Part::FirstOrdinary
        } else {
            Part::No
        };
    }
    if is_plural_of_letters(page.word(at)) {
        return Part::No;
    }
    if known & dict::FIRST != 0 {
        return Part::First;
    }
    if known & dict::SURNAME != 0 && known & dict::WORD == 0 {
        return Part::Surname;
    }
    if known & dict::FIRST_ORDINARY != 0 {
        return Part::FirstOrdinary;
    }
    if known & (dict::SURNAME | dict::SURNAME_ORDINARY) != 0 {
        return Part::SurnameOrdinary;
    }
    let is_cue = token.cues & !(cue::EPONYM | cue::PARTICLE | cue::FACILITY_NAME) != 0;
    if known & !PLACES == 0
        && token.shape == Shape::Title
        && !is_cue
        && token.len() > 2
        && (!has_word_ending(page.word(at)) || page.word(at).ends_with("line") && is_surname_after(page, at + 1))
        && !is_contraction(page.word(at))
        && has_plain_case(page.word(at))
        && !words::is(page, at, words::PERSONS)
    {
        return Part::Unknown;
    }
    Part::No
}

/// "GERDs", "MRIs": several of what is called by letters.
fn is_plural_of_letters(word: &str) -> bool {
    word.strip_suffix('s')
        .is_some_and(|letters| letters.len() > 1 && letters.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// "I've", "They'd".
fn is_contraction(word: &str) -> bool {
    ["'ve", "'d", "'ll", "'re", "'m", "n't"]
        .iter()
        .any(|ending| word.ends_with(ending))
}

/// One leading capital, or a second one after what names begin with: "McDougal", not "`QTc`".
pub(super) fn has_plain_case(word: &str) -> bool {
    const BEGINNINGS: [&str; 12] = [
        "Mc", "Mac", "De", "Di", "Da", "Du", "La", "Le", "Van", "Fitz", "O'", "St",
    ];
    let is_second = |byte: u8| byte.is_ascii_uppercase();
    !word.bytes().skip(1).any(is_second) || BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}

/// "Min-jun Larsen", "Soo-jin Park": two short syllables and a surname.
pub(super) fn is_hyphenated_given(page: &Page, at: usize) -> bool {
    page.mark_is(at + 1, b'-')
        && page.gap(at + 1) == Gap::Glued
        && page.gap(at + 2) == Gap::Glued
        && page
            .token(at)
            .is_some_and(|first| first.shape == Shape::Title && (2..=5).contains(&first.len()))
        && page
            .token(at + 2)
            .is_some_and(|second| second.shape == Shape::Lower && (2..=5).contains(&second.len()))
        && (page.dictionary(at + 2) & dict::WORD == 0
            || page.has(at + 2, cue::MONTH)
            || page.dictionary(at) & dict::WORD == 0 && page.word(at).len() > 2 && page.word(at + 2).len() <= 3)
        && is_surname_after(page, at + 3)
}

/// "Jun-seo", "bo-ra" without a surname: two syllables as Korean and Chinese given names have them, and no two words. Gives the second.
pub(super) fn syllables(page: &Page, at: usize) -> Option<usize> {
    let last = at + 2;
    if !page.mark_is(at + 1, b'-')
        || page.gap(at + 1) != Gap::Glued
        || page.gap(last) != Gap::Glued
        || page.gap(at) == Gap::Glued
    {
        return None;
    }
    let follows_hyphen = page.mark_is(last + 1, b'-') && page.gap(last + 1) == Gap::Glued;
    let is_free = |index: usize| {
        page.token(index).is_some_and(|token| {
            token.is_word()
                && !token.taken
                && token.shape != Shape::Upper
                && token.cues & !(cue::MONTH | cue::PATIENT_DATE) == 0
        })
    };
    let is_word = |index: usize| page.dictionary(index) & dict::WORD != 0;
    let are_syllables = is_syllable(page.word(at)) && is_syllable(page.word(last).trim_end_matches("'s"));
    (!follows_hyphen && is_free(at) && is_free(last) && are_syllables && !(is_word(at) && is_word(last)))
        .then_some(last)
}

/// A consonant or two, vowels, and at most one of the sounds that such syllables end in.
fn is_syllable(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    let Some((onset, rest)) = word.find(is_vowel).and_then(|vowel| word.split_at_checked(vowel)) else {
        return false;
    };
    let coda = rest.trim_start_matches(is_vowel);
    let is_onset = onset.len() <= 1
        || matches!(
            onset,
            "ch" | "sh" | "zh" | "hw" | "hy" | "ky" | "gy" | "my" | "by" | "kw" | "gw" | "yw" | "jy" | "ts"
        );
    let is_coda = matches!(coda, "" | "n" | "ng" | "m" | "k" | "l" | "p" | "h");
    (2..=5).contains(&word.len()) && is_onset && is_coda && rest.len() - coda.len() <= 3
}

/// A surname with a capital at `at`, or after an initial there.
fn is_surname_after(page: &Page, at: usize) -> bool {
    let is_initial = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Upper && token.len() == 1)
        && page.mark_is(at + 1, b'.');
    let surname = if is_initial { at + 2 } else { at };
    page.token(surname)
        .is_some_and(|token| token.shape == Shape::Title && token.gap == Gap::Space && !token.has(cue::EPONYM_HEAD))
        && page.dictionary(surname) & (dict::SURNAME | dict::SURNAME_ORDINARY) != 0
}

/// A capitalised surname that is no other word follows.
fn leads_surname(page: &Page, at: usize) -> bool {
    let known = page.dictionary(at + 1);
    let has_generation = has_generation(page, at + 1) && known & (dict::SURNAME | dict::SURNAME_ORDINARY) != 0;
    let acts = known & dict::SURNAME_ORDINARY != 0
        && page.has(at + 2, cue::PERSON_VERB)
        && !page.has(at + 1, WORDS_OF_GRAMMAR);
    page.gap(at + 1) == Gap::Space
        && !page.has(at + 1, cue::PLACE_NOUN)
        && page.token(at + 1).zip(page.token(at)).is_some_and(|(next, lead)| {
            next.shape == lead.shape && next.len() > 2 && (has_generation || !next.has(cue::PROPER | cue::EPONYM))
        })
        && (acts || known & dict::SURNAME != 0 && known & (dict::WORD | dict::CITY) == 0 || has_generation)
}

/// "Will Rogers Jr.": the one of a family's generations.
pub(super) fn has_generation(page: &Page, last: usize) -> bool {
    let next = last + 1 + usize::from(page.mark_is(last + 1, b','));
    page.word_is(next, words!["jr", "sr", "iii"])
}

/// "Ethel Washington", "Virginia Okafor": a state's name beside a given name or a surname.
pub(super) fn state_name(page: &Page, at: usize, known: u64) -> Part {
    let is_neighbour = |index: usize, bits: u64| {
        page.token(index)
            .is_some_and(|token| token.is_capitalised() && !token.has(cue::STATE | cue::PROPER))
            && page.dictionary(index) & bits != 0
            && page.dictionary(index) & dict::WORD == 0
    };
    let follows_given = page.gap(at) == Gap::Space
        && at.checked_sub(1).is_some_and(|before| {
            is_neighbour(before, dict::FIRST)
                || page.mark_is(before, b'.')
                    && at >= 3
                    && page.token(at - 2).is_some_and(|initial| initial.len() == 1)
                    && is_neighbour(at - 3, dict::FIRST)
                || page.token(before).is_some_and(|initial| initial.len() == 1)
                    && at >= 2
                    && is_neighbour(at - 2, dict::FIRST)
        });
    // "Patient M Washington"
    let follows_initial = at >= 2
        && page.gap(at) == Gap::Space
        && page
            .token(at - 1)
            .is_some_and(|initial| initial.shape == Shape::Upper && initial.len() == 1)
        && page.has(at - 2, cue::PERSON | cue::TITLE | cue::PROVIDER_TITLE)
        || follows_stopped_initial(page, at);
    if (follows_given || follows_initial) && known & (dict::SURNAME | dict::SURNAME_ORDINARY | dict::FIRST) != 0 {
        return Part::Surname;
    }
    let leads_surname = page.gap(at + 1) == Gap::Space && is_neighbour(at + 1, dict::SURNAME);
    if leads_surname && known & dict::FIRST != 0 {
        Part::FirstOrdinary
    } else {
        Part::No
    }
}

/// "claim for D. Washington": a state's name after an initial with a stop, led by what leads to persons.
fn follows_stopped_initial(page: &Page, at: usize) -> bool {
    let is_initial = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Upper && token.len() == 1)
    };
    at >= 3
        && page.mark_is(at - 1, b'.')
        && page.gap(at) == Gap::Space
        && is_initial(at - 2)
        && page.has(at - 3, cue::PERSON | cue::PERSON_PREP | cue::RELATIVE)
}

/// Endings of clinical and trade words that no list can hold in full.
const ENDINGS: &[&str] = &[
    "mab",
    "nib",
    "tinib",
    "ciclib",
    "parib",
    "vir",
    "pril",
    "sartan",
    "statin",
    "azole",
    "cillin",
    "mycin",
    "floxacin",
    "cycline",
    "gliptin",
    "gliflozin",
    "glutide",
    "tide",
    "olol",
    "dipine",
    "triptan",
    "gepant",
    "setron",
    "prazole",
    "afil",
    "caine",
    "oxetine",
    "azepam",
    "zolam",
    "idone",
    "apine",
    "barbital",
    "codone",
    "morphone",
    "fentanyl",
    "parin",
    "xaban",
    "grel",
    "platin",
    "rubicin",
    "taxel",
    "mide",
    "lone",
    "sone",
    "onide",
    "terol",
    "tropium",
    "kinra",
    "cept",
    "leucel",
    "gene",
    "sen",
    "siran",
    "stim",
    "itis",
    "osis",
    "emia",
    "ectomy",
    "otomy",
    "plasty",
    "dontia",
    "dontics",
    "oscopy",
    "ography",
    "gram",
    "graph",
    "pathy",
    "algia",
    "opia",
    "uria",
    "iasis",
    "oma",
    "ology",
    "ologist",
    "ment",
    "tion",
    "sion",
    "ness",
    "ity",
    "ing",
    "able",
    "ible",
    "ical",
    "ious",
    "eous",
    "ative",
    "ally",
    "ized",
    "ization",
    "less",
    "ful",
    "ship",
    "ance",
    "ence",
    "ase",
    "ine",
    "ide",
    "ate",
];

/// Whether a word ends as clinical and trade words do, and is no clear name: "petersen", "fleming" and "ingram" are.
pub(super) fn looks_clinical(page: &Page, at: usize) -> bool {
    has_word_ending(page.word(at)) && !is_clear_name(page.dictionary(at))
}

/// Whether a word ends as clinical and trade words do.
pub(super) fn has_word_ending(word: &str) -> bool {
    let ends_with = |ending: &&str| {
        let start = word.len().saturating_sub(ending.len());
        word.as_bytes()
            .get(start..)
            .is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
    };
    word.len() > 5 && ENDINGS.iter().any(ends_with)
}
