//! What part a word can play in a name, and the words of a possible name.

use super::lexicon::{cue, dict};
use super::page::Page;
use super::token::{Gap, Shape};

/// Longest name, in words.
pub(super) const WORDS_MAX: usize = 5;

/// How a word can take part in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
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
const NO_NAMES: u64 = cue::PROPER | cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::RELATIVE;

/// The part a word plays; words in capitals count only when a list knows them.
pub(super) fn part(page: &Page, at: usize) -> Part {
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
    if known == 0 && token.shape == Shape::Title && !is_cue && token.len() > 2 && !has_word_ending(page.word(at)) {
        return Part::Unknown;
    }
    Part::No
}

/// "Min-jun Larsen", "Soo-jin Park": two short syllables and a surname.
fn is_hyphenated_given(page: &Page, at: usize) -> bool {
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
    let acts = known & dict::SURNAME_ORDINARY != 0
        && page.has(at + 2, cue::PERSON_VERB)
        && !page.has(at + 1, WORDS_OF_GRAMMAR);
    page.gap(at + 1) == Gap::Space
        && !page.has(at + 1, cue::PLACE_NOUN)
        && page.token(at + 1).zip(page.token(at)).is_some_and(|(next, lead)| {
            next.shape == lead.shape && next.len() > 2 && !next.has(cue::PROPER | cue::EPONYM)
        })
        && (acts || known & dict::SURNAME != 0 && known & (dict::WORD | dict::CITY) == 0)
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
    if follows_given && known & (dict::SURNAME | dict::SURNAME_ORDINARY | dict::FIRST) != 0 {
        return Part::Surname;
    }
    let leads_surname = page.gap(at + 1) == Gap::Space && is_neighbour(at + 1, dict::SURNAME);
    if leads_surname && known & dict::FIRST != 0 {
        Part::FirstOrdinary
    } else {
        Part::No
    }
}

/// Endings of clinical and trade words that no list can hold in full.
pub(super) fn has_word_ending(word: &str) -> bool {
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
        "oscopy",
        "ography",
        "gram",
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
    let lower = word.to_ascii_lowercase();
    lower.len() > 5 && ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// The words of a possible name from `at`: parts with their tokens, over initials, hyphens and particles.
pub(super) struct Candidate {
    pub(super) places: [(Part, usize); WORDS_MAX],
    pub(super) count: usize,
    pub(super) last: usize,
}

impl Candidate {
    pub(super) fn parts(&self) -> &[(Part, usize)] {
        self.places.get(..self.count).unwrap_or(&[])
    }

    pub(super) fn push(&mut self, part: Part, at: usize) {
        if let Some(place) = self.places.get_mut(self.count) {
            *place = (part, at);
            self.count += 1;
            self.last = at;
        }
    }
}

pub(super) fn candidate(page: &Page, at: usize, allow_lower: bool) -> Candidate {
    let mut found = Candidate {
        places: [(Part::No, 0); WORDS_MAX],
        count: 0,
        last: at,
    };
    let mut index = at;
    while found.count < WORDS_MAX {
        let Some(token) = page.token(index) else {
            break;
        };
        let is_first = found.count == 0;
        if token.taken
            || (!is_first && token.gap > Gap::Line)
            || (!is_first
                && token.gap == Gap::Line
                && (found.count > 1 || !matches!(page.before(index).map(|before| before.mark), Some(0 | b'.'))))
        {
            break;
        }
        if let Some(after) = nickname_end(page, index).filter(|_| !is_first) {
            index = after + 1;
            continue;
        }
        if token.mark != 0 {
            let joins = matches!(token.mark, b'-') && token.gap == Gap::Glued
                || token.mark == b'.'
                    && found
                        .parts()
                        .last()
                        .is_some_and(|(part, at)| *part == Part::Initial && at + 1 == index);
            if !joins || is_first {
                break;
            }
            index += 1;
            continue;
        }
        let is_particle = token.has(cue::PARTICLE) && !is_first && leads_name(page, index, allow_lower);
        let part = part(page, index);
        let fits = token.is_capitalised()
            || allow_lower
                && (matches!(part, Part::First | Part::Surname | Part::SurnameOrdinary)
                    || part == Part::FirstOrdinary && !is_first);
        if is_particle && (!token.is_capitalised() || part == Part::No) {
            let has_stop = page.mark_is(index + 1, b'.') && page.gap(index + 1) == Gap::Glued;
            index += if has_stop { 2 } else { 1 };
            continue;
        }
        if part == Part::No && closes_name(page, &found, index) {
            found.push(Part::SurnameOrdinary, index);
            break;
        }
        if !fits && is_second_syllable(page, &found, index) {
            index += 1;
            continue;
        }
        if !fits || part == Part::No {
            break;
        }
        found.push(part, index);
        if token.possessive {
            break;
        }
        index += 1;
    }
    found
}

/// "Otis Day", "Deborah A. Kaiser": a surname that is a unit, a payer or an eponym, after a clear given name.
fn closes_name(page: &Page, found: &Candidate, index: usize) -> bool {
    let leads = found.parts().first().is_some_and(|(lead, _)| *lead == Part::First)
        && found.parts().iter().skip(1).all(|(part, _)| *part == Part::Initial);
    leads
        && page.token(index).is_some_and(|token| {
            token.shape == Shape::Title
                && token.gap == Gap::Space
                && !token.has(cue::STATE | cue::RELATIVE | cue::PERSON | cue::PROVIDER_TITLE)
        })
        && page.dictionary(index) & (dict::SURNAME | dict::SURNAME_ORDINARY) != 0
        && !page.word_is(index + 1, &["permanente"])
}

/// The small syllable of "Min-jun", before a surname.
fn is_second_syllable(page: &Page, found: &Candidate, index: usize) -> bool {
    found.count == 1
        && page.gap(index) == Gap::Glued
        && page.mark_is(index - 1, b'-')
        && page
            .token(index)
            .is_some_and(|token| token.shape == Shape::Lower && (2..=5).contains(&token.len()))
        && (page.dictionary(index) & dict::WORD == 0 || page.has(index, cue::MONTH))
        && is_surname_after(page, index + 1)
}

/// Whether a name goes on after a particle, or after two: "de la Fuente".
fn leads_name(page: &Page, particle: usize, allow_lower: bool) -> bool {
    let next = if page.has(particle + 1, cue::PARTICLE)
        && page
            .token(particle + 1)
            .is_some_and(|second| second.shape == Shape::Lower)
        || page.mark_is(particle + 1, b'.') && page.gap(particle + 1) == Gap::Glued
    {
        particle + 2
    } else {
        particle + 1
    };
    page.token(next)
        .is_some_and(|next| next.is_capitalised() || allow_lower)
        && part(page, next) != Part::No
}

/// `"Hal"` or `(Hal)` between a given name and a surname: its closing mark.
fn nickname_end(page: &Page, open: usize) -> Option<usize> {
    let closing = match page.token(open)?.mark {
        b'"' => b'"',
        b'\'' => b'\'',
        b'(' => b')',
        _ => return None,
    };
    let is_nickname = page.gap(open) == Gap::Space
        && page
            .token(open + 1)
            .is_some_and(|name| name.shape == Shape::Title && name.gap == Gap::Glued)
        && page.mark_is(open + 2, closing)
        && page.gap(open + 3) == Gap::Space
        && part(page, open + 3).can_be_last();
    is_nickname.then_some(open + 2)
}

/// "Roe, Jane" after a label; in small letters too where `allow_lower`.
pub(super) fn surname_first(page: &Page, last: usize, allow_lower: bool) -> Option<usize> {
    if !page.mark_is(last + 1, b',') {
        return None;
    }
    let given = candidate(page, last + 2, allow_lower);
    given
        .parts()
        .first()
        .filter(|(part, _)| part.is_first())
        .map(|_| given.last)
}
