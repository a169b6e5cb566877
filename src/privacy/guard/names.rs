//! Names of people: by what calls them a person, by dictionary, and by shape.

use super::FieldContext;
use super::index::Interest;
use super::kinds::PhiKind;
use super::lexicon::{cue, dict};
use super::page::Page;
use super::token::{Gap, Shape, Token};

/// Longest name, in words.
const WORDS_MAX: usize = 5;

/// How a word can take part in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
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
    const fn is_first(self) -> bool {
        matches!(self, Self::First | Self::FirstOrdinary)
    }
    const fn is_strong(self) -> bool {
        matches!(self, Self::First | Self::Surname)
    }
    const fn can_be_last(self) -> bool {
        matches!(
            self,
            Self::First | Self::Surname | Self::SurnameOrdinary | Self::Unknown
        )
    }
}

pub(super) fn find(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::Name, from) {
        let Some(token) = page.token(at).copied() else {
            break;
        };
        let mut last = if token.has(cue::TITLE | cue::PROVIDER_TITLE) {
            titled(page, at, &token)
        } else if token.has(cue::PERSON | cue::RELATIVE | cue::NAME_LABEL) {
            labelled(page, at, &token)
        } else if token.shape == Shape::Lower {
            lower_pair(page, at)
        } else {
            None
        };
        if last.is_none() && token.is_capitalised() && !token.has(cue::TITLE | cue::PROVIDER_TITLE)
        {
            last = shaped(page, at);
        }
        from = last.unwrap_or(at) + 1;
    }
}

/// Words that hold a sentence together, months, and units.
const WORDS_OF_GRAMMAR: u64 = cue::CONNECTOR
    | cue::PERSON_VERB
    | cue::PERSON_PREP
    | cue::PLACE_PREP
    | cue::UNIT
    | cue::MONTH
    | cue::NEGATION;

/// The part a word plays; words in capitals count only when a list knows them.
fn part(page: &Page, at: usize) -> Part {
    let Some(token) = page.token(at) else {
        return Part::No;
    };
    if token.taken || !token.is_word() || token.has(cue::PROPER | cue::TITLE | cue::PROVIDER_TITLE)
    {
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
    if token.has(cue::STATE) {
        return state_name(page, at, known);
    }
    if token.has(WORDS_OF_GRAMMAR) {
        // "Will Ortega", "April Jones": such words are names only inside a sentence, with a capital.
        let is_given =
            known & (dict::FIRST | dict::FIRST_ORDINARY) != 0 && token.shape == Shape::Title;
        return if is_given && !page.starts_sentence(at) {
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
    if known == 0
        && token.shape == Shape::Title
        && !is_cue
        && token.len() > 2
        && !has_word_ending(page.word(at))
    {
        return Part::Unknown;
    }
    Part::No
}

/// "Ethel Washington", "Virginia Okafor": a state's name beside a given name or a surname.
fn state_name(page: &Page, at: usize, known: u64) -> Part {
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
fn has_word_ending(word: &str) -> bool {
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
struct Candidate {
    places: [(Part, usize); WORDS_MAX],
    count: usize,
    last: usize,
}

impl Candidate {
    fn parts(&self) -> &[(Part, usize)] {
        self.places.get(..self.count).unwrap_or(&[])
    }

    fn push(&mut self, part: Part, at: usize) {
        if let Some(place) = self.places.get_mut(self.count) {
            *place = (part, at);
            self.count += 1;
            self.last = at;
        }
    }
}

fn candidate(page: &Page, at: usize, allow_lower: bool) -> Candidate {
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
                && (found.count > 1
                    || !matches!(page.before(index).map(|before| before.mark), Some(0 | b'.'))))
        {
            break;
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
        let is_particle = token.has(cue::PARTICLE)
            && !is_first
            && page
                .token(index + 1)
                .is_some_and(|next| next.is_capitalised() || allow_lower)
            && part(page, index + 1) != Part::No;
        let part = part(page, index);
        let fits = token.is_capitalised()
            || (allow_lower && matches!(part, Part::First | Part::Surname | Part::SurnameOrdinary));
        if is_particle && !token.is_capitalised() {
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

/// "Mr. Wijtze", "Dr. Patel", "Ms. de la Cruz". Clinicians' names are refused too: beside a place or a date they lead to the patient.
fn titled(page: &mut Page, at: usize, title: &Token) -> Option<usize> {
    let mut first = at + 1;
    if page.mark_is(first, b'.') {
        first += 1;
    }
    for _ in 0..2 {
        if !page.has(first, cue::TITLE | cue::PROVIDER_TITLE) {
            break;
        }
        first += if page.mark_is(first + 1, b'.') { 2 } else { 1 };
    }
    let next = page.token(first)?;
    if next.gap > Gap::Line
        || next.taken
        || page.token(at)?.gap == Gap::Glued
            && page.before(at).is_some_and(|before| before.mark == b'-')
    {
        return None;
    }
    let is_bare_title = title.shape == Shape::Lower && !page.mark_is(at + 1, b'.');
    if next.shape == Shape::Lower && title.shape == Shape::Upper && title.len() > 1
        || page.word_is(first, &["reddy's"])
        || next.shape == Shape::Lower && page.dictionary(first) & dict::WORD != 0
    {
        return None; // "an MR myelogram"; a maker of generics
    }
    let found = candidate(page, first, next.shape == Shape::Lower);
    let mut last = found.last;
    let Some((lead, lead_at)) = found.parts().first().copied() else {
        // A surname that is an ordinary word or an eponym: "Mr. Brown", "Ms. Still".
        let is_plain = next.shape == Shape::Title
            && !next.has(cue::PERSON | cue::CONNECTOR | cue::UNIT | cue::CODE_CUE)
            && !is_bare_title
            && next.len() > 1
            && title.len() <= 3;
        if !is_plain {
            let is_lower_unknown = next.shape == Shape::Lower
                && page.dictionary(first) == 0
                && next.cues == 0
                && next.len() > 3
                && !is_bare_title;
            if !is_lower_unknown {
                return None;
            }
        }
        page.report(at, first, PhiKind::Name, 0.85, "name.title");
        return Some(first);
    };
    if lead == Part::Initial && found.count == 1
        || is_bare_title && !page.token(lead_at)?.is_capitalised()
    {
        return None;
    }
    if title.has(cue::PROVIDER_TITLE)
        && page.has(last + 1, cue::EPONYM_HEAD)
        && found.count == 1
        && !page.has(first, cue::EPONYM)
    {
        last = found.last;
    }
    page.report(at, last, PhiKind::Name, 0.95, "name.title");
    Some(last)
}

/// "patient Jane Roe", "Name: Roe, Jane", "pt is maria gonzalez", "daughter Kate", "called 'Sunny'".
fn labelled(page: &mut Page, at: usize, label: &Token) -> Option<usize> {
    if label.possessive && !label.has(cue::NAME_LABEL) {
        return None;
    }
    let (first, has_colon) = after_label(page, at)?;
    let token = *page.token(first)?;
    let is_person_label = label.has(cue::PERSON | cue::RELATIVE);
    let allow_lower = token.shape == Shape::Lower;
    let found = candidate(page, first, allow_lower);
    let strong = found
        .parts()
        .iter()
        .filter(|(part, _)| part.is_strong())
        .count();
    let count = found.count;
    let (lead, _) = *found.parts().first()?;
    let names_other = page.has(found.last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
        && page.gap(found.last + 1) <= Gap::Space
        && !has_colon;
    if names_other && count < 2 {
        return None;
    }
    let is_name = if allow_lower {
        let is_full = count >= 2 && lead == Part::First;
        is_full
            || (count == 1
                && lead == Part::First
                && (is_called(page, at) || has_colon)
                && page.dictionary(first) & dict::WORD == 0)
    } else if token.shape == Shape::Upper {
        lead != Part::Initial
            && (strong >= 2
                || strong >= 1 && (has_colon || is_person_label && count >= 2)
                || (lead.is_strong() && is_person_label && token.len() > 3))
    } else {
        match lead {
            Part::First | Part::Surname => true,
            Part::FirstOrdinary | Part::SurnameOrdinary => {
                strong >= 1 || has_colon || is_called(page, at) || (count >= 2 && is_person_label)
            }
            Part::Unknown => {
                is_person_label
                    || has_colon
                    || is_called(page, at)
                    || count >= 2 && !page.starts_sentence(at)
            }
            Part::Initial => strong >= 1,
            Part::No => false,
        }
    };
    if !is_name || label.has(cue::CONNECTOR) {
        return None;
    }
    let last = surname_first(page, found.last).unwrap_or(found.last);
    page.report(first, last, PhiKind::Name, 0.9, "name.label");
    Some(last)
}

/// "Roe, Jane" after a label.
fn surname_first(page: &Page, last: usize) -> Option<usize> {
    if !page.mark_is(last + 1, b',') {
        return None;
    }
    let given = candidate(page, last + 2, false);
    given
        .parts()
        .first()
        .filter(|(part, _)| part.is_first())
        .map(|_| given.last)
}

/// "named", "called", "goes by", "nickname": what follows is a name even when it is a word.
fn is_called(page: &Page, at: usize) -> bool {
    page.has(at, cue::NAME_LABEL)
        && page.word_is(
            at,
            &[
                "called",
                "call",
                "calls",
                "me",
                "dear",
                "hi",
                "hello",
                "named",
                "nickname",
                "nicknamed",
                "by",
                "as",
                "alias",
                "aka",
                "name",
            ],
        )
}

/// The first token after a label and its connectors: ":", "is", "name", quotes, brackets.
fn after_label(page: &Page, at: usize) -> Option<(usize, bool)> {
    let mut index = at + 1;
    let mut has_colon = false;
    for _ in 0..5 {
        let token = page.token(index)?;
        if token.gap == Gap::Paragraph {
            return None;
        }
        let is_colon = matches!(token.mark, b':' | b'=');
        let is_open = matches!(token.mark, b'"' | b'\'' | b'(' | b'-' | b',' | b'/')
            || token.mark == b'.' && page.token(at).is_some_and(|label| label.len() <= 2);
        let is_link = token.shape != Shape::Title
            && page.word_is(
                index,
                &[
                    "is", "was", "name", "named", "called", "of", "to", "the", "mr", "id", "as",
                    "me", "him", "her",
                ],
            )
            || token.has(cue::NAME_LABEL);
        let is_label = token.has(cue::PERSON | cue::RELATIVE) && has_colon;
        if !(is_colon || is_open || is_link) || is_label {
            return Some((index, has_colon));
        }
        has_colon |= is_colon;
        index += 1;
    }
    Some((index, has_colon))
}

/// Names without a label: by dictionary and shape.
fn shaped(page: &mut Page, at: usize) -> Option<usize> {
    if page.gap(at) == Gap::Glued
        && page
            .before(at)
            .is_some_and(|before| matches!(before.mark, b'-' | b'/' | b'_' | b'.' | b'@' | b'&'))
    {
        return None;
    }
    let found = candidate(page, at, false);
    let last = found.last;
    let names_other = page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
        && page.gap(last + 1) <= Gap::Space
        || page.mark_is(last + 1, b'&')
        || page.word_is(last + 1, &["et"])
        || page.before(at).is_some_and(|before| {
            before.mark == b'&'
                || before.has(cue::PROPER) && page.gap(at) == Gap::Space && before.is_capitalised()
        });
    let is_upper = found.parts().iter().any(|(_, index)| {
        page.token(*index)
            .is_some_and(|token| token.shape == Shape::Upper && token.len() > 1)
    });
    if names_other {
        return None;
    }
    let score = match found.parts() {
        [] => return None,
        [(only, index)] => single(page, *only, *index, is_upper)?,
        parts => several(page, parts, is_upper)?,
    };
    if page.context == FieldContext::Reference && score < 0.7 {
        return None;
    }
    let last = if found.count == 1 {
        surname_first(page, last).unwrap_or(last)
    } else {
        last
    };
    page.report(at, last, PhiKind::Name, score, "name.shape");
    Some(last)
}

/// "maria gonzalez" in small letters: both words are names and nothing else.
fn lower_pair(page: &mut Page, at: usize) -> Option<usize> {
    if part(page, at) != Part::First || page.gap(at) == Gap::Glued {
        return None;
    }
    let found = candidate(page, at, true);
    let is_clear = |(part, index): &(Part, usize)| {
        part.is_strong()
            && page
                .token(*index)
                .is_some_and(|token| token.len() > 2 && token.cues & !cue::PARTICLE == 0)
    };
    let is_name = found.count >= 2 && found.parts().iter().all(is_clear);
    let stands_on_line = page.gap(at) >= Gap::Line
        && page.gap(at + 1) == Gap::Space
        && page.gap(at + 2) >= Gap::Line;
    let is_lone_line = stands_on_line
        && page
            .token(at + 1)
            .is_some_and(|next| next.shape == Shape::Lower && next.cues == 0 && next.len() > 3)
        && page.dictionary(at + 1) & dict::WORD == 0;
    if is_lone_line {
        page.report(at, at + 1, PhiKind::Name, 0.6, "name.shape");
        return Some(at + 1);
    }
    let acts = page.has(at + 1, cue::PERSON_VERB)
        && page.token(at).is_some_and(|token| token.len() > 3)
        && page.starts_sentence(at);
    let names_other = page.has(found.last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
        && page.gap(found.last + 1) <= Gap::Space;
    if names_other || !(is_name || acts) {
        return None;
    }
    let last = if is_name { found.last } else { at };
    page.report(
        at,
        last,
        PhiKind::Name,
        if is_name { 0.7 } else { 0.5 },
        "name.shape",
    );
    Some(last)
}

/// One word: only with a person's verb, a person's preposition or an age beside it.
fn single(page: &Page, part: Part, at: usize, is_upper: bool) -> Option<f32> {
    let known = page.dictionary(at);
    let is_place = known & dict::CITY != 0;
    let comma_given = surname_first(page, at).is_some()
        && matches!(part, Part::Surname | Part::Unknown | Part::SurnameOrdinary)
        && !is_place;
    if comma_given && !page.has(at, cue::EPONYM) {
        return Some(0.85);
    }
    if part != Part::First && part != Part::Surname && part != Part::Unknown || is_upper {
        return None;
    }
    if part != Part::First {
        let is_human = page.has(at + 1, cue::HUMAN_VERB)
            && page.gap(at + 1) == Gap::Space
            && !page.has(at, cue::EPONYM);
        let is_told = page.cue_before(at, 1, cue::HUMAN_VERB).is_some()
            && at > 0
            && page.word_is(at - 1, &["said", "says", "told", "asked"]);
        return (is_human || is_told || owns(page, at) || is_in_list(page, at)).then_some(0.6);
    }
    let token = page.token(at)?;
    let is_eponym = page.has(at, cue::EPONYM);
    let verbs = if is_eponym {
        cue::HUMAN_VERB
    } else {
        cue::HUMAN_VERB | cue::PERSON_VERB
    };
    let acts = page.has(at + 1, verbs) && page.gap(at + 1) == Gap::Space || is_in_list(page, at);
    let is_object = page.cue_before(at, 1, cue::PERSON_PREP).is_some();

    let stands_alone = !is_place
        && !is_eponym
        && known & dict::WORD == 0
        && token.len() > 3
        && is_plain_title(page.word(at))
        && !leads(page, at);
    if acts || is_object || owns(page, at) || has_demographics_after(page, at) {
        return Some(0.7);
    }
    (stands_alone && page.context != FieldContext::Reference).then_some(0.5)
}

/// "Konrad's claim", "Maria's daughter": a possessive before what persons have.
fn owns(page: &Page, at: usize) -> bool {
    let owned = cue::RELATIVE
        | cue::OTHER_WORD
        | cue::PLAN_WORD
        | cue::ADDRESS_CUE
        | cue::AGED
        | cue::PHONE
        | cue::MRN_WORD;
    page.token(at)
        .is_some_and(|token| token.possessive && !token.has(cue::EPONYM))
        && page.has(at + 1, owned)
}

/// "Ana, Kyle and Rosa": joined to a name already found, or to two given names.
fn is_in_list(page: &Page, at: usize) -> bool {
    let joins = |index: usize| page.mark_is(index, b',') || page.word_is(index, &["and"]);
    let follows_name = at >= 2
        && joins(at - 1)
        && page.found.last().is_some_and(|found| {
            found.kind == PhiKind::Name
                && page
                    .token(at - 2)
                    .is_some_and(|before| before.end as usize == found.end)
        });
    let leads_names = joins(at + 1)
        && part(page, at + 2) == Part::First
        && joins(at + 3)
        && part(page, at + 4) == Part::First;
    follows_name
        && (part(page, at) == Part::First || page.mark_is(at - 1, b','))
        && page.dictionary(at) & dict::CITY == 0
        || follows_name && part(page, at) == Part::First
        || leads_names && part(page, at) == Part::First
}

/// A capital and small letters only: not "IgE".
fn is_plain_title(word: &str) -> bool {
    word.bytes().skip(1).all(|byte| !byte.is_ascii_uppercase())
}

/// Nothing but codes and brackets before it in its sentence: its capital says nothing.
fn leads(page: &Page, at: usize) -> bool {
    let mut index = at;
    for _ in 0..4 {
        if page.starts_sentence(index) {
            return true;
        }
        let Some(before) = index.checked_sub(1) else {
            return true;
        };
        if !page.token(before).is_some_and(|token| {
            token.has_digit() || matches!(token.mark, b'[' | b'(' | b'-' | b'.' | b'*')
        }) {
            let is_with = before > 0 && page.word_is(before - 1, &["w"]);
            return page.mark_is(before, b'/') && !is_with || page.word_is(before, &["st"]);
        }
        index = before;
    }
    true
}

/// "Maria, 67F", "Maria (DOB …)", "Maria, a 54-year-old".
fn has_demographics_after(page: &Page, last: usize) -> bool {
    let mut index = last + 1;
    for _ in 0..3 {
        if page.has(index, cue::AGED | cue::MRN_HEAD) {
            return true;
        }
        let is_age = page
            .token(index)
            .is_some_and(|token| token.has_digit() && token.len() <= 4 && token.gap <= Gap::Space)
            && (page.word(index).ends_with(['F', 'M', 'f', 'm', 'y'])
                || page.has(index + 1, cue::AGE_UNIT)
                || page.mark_is(index + 1, b'-') && page.has(index + 2, cue::AGE_UNIT | cue::UNIT));
        if is_age {
            return true;
        }
        if !(page.mark_is(index, b',')
            || page.mark_is(index, b'(')
            || page.word_is(index, &["a", "an", "is"]))
        {
            return false;
        }
        index += 1;
    }
    false
}

/// Two words and more.
fn several(page: &Page, parts: &[(Part, usize)], is_upper: bool) -> Option<f32> {
    let words = || parts.iter().filter(|(part, _)| *part != Part::Initial);
    let count = words().count();
    let eponyms = words()
        .filter(|(_, index)| page.has(*index, cue::EPONYM))
        .count();
    let (lead, lead_at) = *parts.first()?;
    let (tail, tail_at) = *parts.last()?;
    let starts = page.starts_sentence(lead_at);
    let in_context = has_demographics_after(page, tail_at)
        || page.cue_before(lead_at, 1, cue::PERSON_PREP).is_some()
        || page.has(tail_at + 1, cue::PERSON_VERB) && page.gap(tail_at + 1) == Gap::Space;
    if is_upper {
        let strong = words()
            .filter(|(part, index)| {
                part.is_strong() && page.token(*index).is_some_and(|token| token.len() > 2)
            })
            .count();
        return (count >= 2 && strong >= 2 && lead.is_first()).then_some(0.75);
    }
    let both_cities = words().all(|(_, index)| page.dictionary(*index) & dict::CITY != 0);
    // "Kaplan-Meier": one hyphenated word is no given name and surname.
    let is_one_word = parts
        .iter()
        .skip(1)
        .all(|(_, index)| page.gap(*index) == Gap::Glued);
    if is_one_word && !in_context && lead != Part::First {
        return None;
    }
    match (lead, count) {
        (Part::First, 2..) if tail.can_be_last() || tail == Part::FirstOrdinary => Some(0.9),
        (Part::First, 1) => None,
        (Part::FirstOrdinary, 2..) if tail.is_strong() && !starts => Some(0.8),
        (Part::FirstOrdinary, 2..) if tail.is_strong() || (tail.can_be_last() && in_context) => {
            Some(0.7)
        }
        (Part::Surname, 2..) if tail.is_strong() && eponyms == 0 && !both_cities => Some(0.75),
        (Part::Surname | Part::Unknown, 2..)
            if in_context && (tail.can_be_last() || tail.is_first()) && eponyms == 0 =>
        {
            Some(0.7)
        }
        (Part::Unknown, 2..) if tail == Part::Surname && eponyms == 0 && !starts => Some(0.6),
        (Part::SurnameOrdinary, 2..) if in_context && tail.is_strong() && eponyms == 0 => Some(0.6),
        (Part::Initial, 1)
            if tail == Part::Surname && eponyms == 0 && page.mark_is(lead_at + 1, b'.') =>
        {
            Some(0.65)
        }
        _ => None,
    }
}
