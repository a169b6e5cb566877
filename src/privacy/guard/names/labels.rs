//! Names after what calls them a person: titles, "patient", "daughter", "name:".

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{GIVEN, SURNAMES, cue, dict};
use super::super::near::is_clear_name;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::candidate::{Candidate, candidate, surname_first};
use super::context::{has_demographics_after, leads_record};
use super::lower_full::is_unlisted;
use super::parts::Part;
use super::phrases::{ends_clause, is_borne};
use super::titles::{initials_after, lower_titled, others_of_title};
use super::told::is_lower_surname;

/// "Dr. Scholl", "Mrs. Dash", "Dr. Bronner's soap": brands with a title.
fn names_brand(page: &Page, first: usize) -> bool {
    page.word_is(
        first,
        words![
            "reddy's",
            "scholl's",
            "bronner's",
            "meyer's",
            "pepper",
            "dash",
            "scholl",
        ],
    ) || page.word_is(first, words!["comfort"])
        && page.word_is(first + 1, words!["shoe", "shoes", "brand", "footwear", "inserts"])
        || page.token(first).is_some_and(|next| next.possessive)
            && page.word_is(first + 1, words!["bottles", "soap", "inserts", "balm", "insoles"])
}

/// "Mr. Wijtze", "Dr. Patel", "Ms. de la Cruz". Clinicians' names are refused too: beside a place or a date they lead to the patient.
pub(super) fn titled(page: &mut Page, at: usize, title: &Token) -> Option<usize> {
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
    let next = *page.token(first)?;
    let is_letter = next.possessive && next.len() <= 3; // "Dr. X's": a placeholder
    if next.gap > Gap::Line
        || next.taken
        || is_letter
        || page.token(at)?.gap == Gap::Glued && page.before(at).is_some_and(|before| before.mark == b'-')
    {
        return None;
    }
    let is_bare_title = title.shape == Shape::Lower && !page.mark_is(at + 1, b'.');
    if next.shape == Shape::Lower
        && let Some(name) = after_particle(page, first, title)
    {
        page.report(at, name, PhiKind::Name, 0.95, "name.title");
        return Some(name);
    }
    let is_brand = names_brand(page, first);
    if is_brand {
        page.pass(at, first);
    } else if let Some(last) = lower_titled(page, at, first) {
        return report_titled(page, at, last, 0.85);
    }
    if is_brand
        || next.shape == Shape::Lower && title.shape == Shape::Upper && title.len() > 1
        || next.shape == Shape::Lower && page.dictionary(first) & dict::WORD != 0
    {
        return None; // "an MR myelogram"; a maker of generics
    }
    let found = candidate(page, first, next.shape == Shape::Lower);
    let Some((lead, lead_at)) = found.parts().first().copied() else {
        // A surname that is an ordinary word or an eponym: "Mr. Brown", "Ms. Still".
        let is_plain = next.shape == Shape::Title
            && (!next.has(cue::PERSON | cue::CONNECTOR | cue::UNIT | cue::CODE_CUE)
                || (page.mark_is(at + 1, b'.') || next.possessive && title.shape == Shape::Title)
                    && page.dictionary(first) & dict::SURNAME_ORDINARY != 0)
            && !is_bare_title
            && !(title.shape == Shape::Upper && title.len() > 1 && next.has(cue::PROPER)) // "MS Contin", "relapsing MS. Molina"
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
        return report_titled(page, at, first, 0.85);
    };
    // "mrs whitcombe"
    let is_clear = next.shape == Shape::Lower && is_clear_name(page.dictionary(first)) && next.len() > 3;
    if lead == Part::Initial && found.count == 1 || is_bare_title && !page.token(lead_at)?.is_capitalised() && !is_clear
    {
        return None;
    }
    report_titled(page, at, found.last, 0.95)
}

/// Reports a title with its name, and those that the same title is said of.
fn report_titled(page: &mut Page, title: usize, last: usize, score: f32) -> Option<usize> {
    page.report(title, last, PhiKind::Name, score, "name.title");
    Some(others_of_title(page, title, last))
}

/// "Ms van Straaten": the word with a capital after small particles.
fn after_particle(page: &Page, first: usize, title: &Token) -> Option<usize> {
    if !page.has(first, cue::PARTICLE) || !title.is_capitalised() {
        return None;
    }
    (first + 1..first + 3).find(|index| {
        page.token(*index)
            .is_some_and(|name| name.shape == Shape::Title && name.gap == Gap::Space)
    })
}

/// "patient Jane Roe", "Name: Roe, Jane", "pt is maria gonzalez", "daughter Kate", "called 'Sunny'".
pub(super) fn labelled(page: &mut Page, at: usize, label: &Token) -> Option<usize> {
    if label.possessive && !label.has(cue::NAME_LABEL) {
        return None;
    }
    if page.word_is(at, words!["initials"]) || label.has(cue::PERSON) && leads_initials(page, at + 1) {
        return report_initials(page, at);
    }
    let (first, has_colon) = after_label(page, at).filter(|(first, _)| !is_new_sentence(page, at, *first))?;
    if let Some(last) = lone_lower(page, at, label, first) {
        page.report(first, last, PhiKind::Name, 0.6, "name.label");
        return Some(last);
    }
    let token = page.token(first)?;
    let allow_lower = token.shape == Shape::Lower;
    let found = candidate(page, first, allow_lower);
    let names_other = page.has(found.last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
        && page.gap(found.last + 1) <= Gap::Space
        && !has_colon;
    if names_other && found.count < 2 {
        return None;
    }
    let is_name = if allow_lower {
        is_lower_name(page, at, first, has_colon, &found)
    } else if token.shape == Shape::Upper && token.len() > 1 {
        is_upper_name(page, label, has_colon, &found)
    } else {
        is_title_name(page, at, first, has_colon, &found)
    };
    if !is_name || label.has(cue::CONNECTOR) {
        return None;
    }
    let last = surname_first(page, found.last, allow_lower).unwrap_or(found.last);
    page.report(first, last, PhiKind::Name, 0.9, "name.label");
    Some(last)
}

/// "pt kowalski f/u", "my patient tavi lost", "last name: rivers", "patient el-sayed,": the last token of one name in small letters.
fn lone_lower(page: &Page, at: usize, label: &Token, first: usize) -> Option<usize> {
    let is_name = is_unlisted(page, first)
        || page.dictionary(first) & (dict::FIRST | dict::WORD) == dict::FIRST && page.word(first).len() > 2;
    let is_called = label.has(cue::PERSON)
        && first == at + 1
        && (is_lower_surname(page, first) || is_name && page.has(first + 1, cue::HUMAN_VERB));
    if is_called || is_form_field(page, at, first) {
        return Some(first);
    }
    let is_person_label = label.has(cue::PERSON | cue::RELATIVE);
    joined_by_particle(page, first).filter(|_| is_person_label)
}

/// Whether words in small letters after a label are a name: "pt is maria gonzalez", "patient: baker, rose", "called sunny".
fn is_lower_name(page: &Page, at: usize, first: usize, has_colon: bool, found: &Candidate) -> bool {
    let Some((lead, _)) = found.parts().first().copied() else {
        return false;
    };
    let is_person_label = page.has(at, cue::PERSON | cue::RELATIVE);
    let is_reversed = is_person_label
        && (surname_first(page, found.last, true)
            .is_some_and(|_| lead.is_strong() || page.dictionary(found.last + 2) & dict::FIRST != 0)
            || page.mark_is(found.last + 1, b',') && leads_record(page, found.last + 2) && lead.can_be_last());
    let is_relative = page.has(at, cue::RELATIVE) && first == at + 1 && page.is_informal();
    let is_lone_given = found.count == 1
        && lead == Part::First
        && (is_called(page, at) || has_colon || is_relative)
        && page.dictionary(first) & dict::WORD == 0;
    let is_lone_surname = lead == Part::Surname && has_colon && is_person_label && page.word(first).len() > 4;
    found.count >= 2 && lead == Part::First || is_reversed || is_lone_given || is_lone_surname
}

fn strong_parts(found: &Candidate) -> usize {
    found.parts().iter().filter(|(part, _)| part.is_strong()).count()
}

/// Whether words in capitals after a label are a name.
fn is_upper_name(page: &Page, label: &Token, has_colon: bool, found: &Candidate) -> bool {
    let Some((lead, first)) = found.parts().first().copied() else {
        return false;
    };
    let is_person_label = label.has(cue::PERSON | cue::RELATIVE);
    let strong = strong_parts(found);
    lead != Part::Initial
        && (strong >= 2
            || strong >= 1 && (has_colon || is_person_label && found.count >= 2)
            || lead.is_strong() && is_person_label && page.word(first).len() > 3)
}

/// Whether words with a capital each after a label are a name.
fn is_title_name(page: &Page, at: usize, first: usize, has_colon: bool, found: &Candidate) -> bool {
    let Some((lead, _)) = found.parts().first().copied() else {
        return false;
    };
    let (strong, count) = (strong_parts(found), found.count);
    let is_person_label = page.has(at, cue::PERSON | cue::RELATIVE);
    let is_kin = lead.is_first() && page.has(at, cue::RELATIVE) && first == at + 1;
    match lead {
        Part::First | Part::Surname => true,
        Part::FirstOrdinary | Part::SurnameOrdinary => {
            is_introduced(page, at, first)
                || strong >= 1
                || has_colon
                || is_called(page, at)
                || is_person_label && (count >= 2 || is_kin)
        }
        // "Migraine patient, Nurtivec denied": after a comma a new clause may begin.
        Part::Unknown if count == 1 && first == at + 2 && page.mark_is(at + 1, b',') => ends_clause(page, first),
        Part::Unknown => is_person_label || has_colon || is_called(page, at) || count >= 2 && !page.starts_sentence(at),
        Part::Initial => strong >= 1 || is_person_label && count >= 2 && page.mark_is(first + 1, b'.'),
        Part::No => false,
    }
}

/// "pt q.r.t. mrn": letters with stops, and what a person has after them.
fn leads_initials(page: &Page, first: usize) -> bool {
    const NO_PERSONS: [&str; 5] = ["i.e", "e.g", "i.v", "p.o", "p.r"];
    let is_letter = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.is_word() && token.len() == 1)
    };
    let is_glued = |index: usize| page.gap(index) == Gap::Glued;
    let is_next = |index: usize| {
        page.mark_is(index + 1, b'.') && is_letter(index + 2) && is_glued(index + 1) && is_glued(index + 2)
    };
    if !is_letter(first) || !is_next(first) {
        return false;
    }
    let last = first + if is_next(first + 2) { 4 } else { 2 };
    let stop = last + usize::from(page.mark_is(last + 1, b'.'));
    let letters = page.token(first).zip(page.token(first + 2));
    let is_other = letters
        .and_then(|(one, two)| page.text.get(one.start as usize..two.end as usize))
        .is_none_or(|letters| NO_PERSONS.iter().any(|other| letters.eq_ignore_ascii_case(other)));
    !is_other && has_demographics_after(page, stop)
}

fn report_initials(page: &mut Page, label: usize) -> Option<usize> {
    let (first, last) = initials_after(page, label)?;
    page.report(first, last, PhiKind::Name, 0.7, "name.label");
    Some(last)
}

/// "last name: rivers", "her name is hope": where a form asks for a name that is a word too, or somebody tells it.
fn is_form_field(page: &Page, label: usize, first: usize) -> bool {
    let is_said = page.word_is(label, words!["name"])
        && page.word_is(label + 1, words!["is"])
        && label > 0
        && page.word_is(label - 1, words!["her", "his", "my"]);
    if is_said && first == label + 2 {
        return is_borne(page, first, GIVEN) && (ends_clause(page, first) || page.word_is(first + 1, words!["and"]));
    }
    first == label + 2
        && page.mark_is(label + 1, b':')
        && (page.word_is(label, words!["surname", "forename", "lastname", "firstname"])
            || page.word_is(label, words!["name"])
                && label > 0
                && page.word_is(
                    label - 1,
                    words!["first", "last", "given", "family", "patient", "pt", "member"],
                ))
        && is_borne(page, first, GIVEN | SURNAMES)
}

/// "patient el-sayed,": a particle joined by a hyphen to a word in small letters that is no other.
fn joined_by_particle(page: &Page, first: usize) -> Option<usize> {
    let last = first + 2;
    let is_lower = |index: usize| page.token(index).is_some_and(|token| token.shape == Shape::Lower);
    let is_joined = page.mark_is(first + 1, b'-')
        && page.gap(first + 1) == Gap::Glued
        && page.gap(last) == Gap::Glued
        && is_lower(first)
        && is_lower(last);
    (is_joined && page.has(first, cue::PARTICLE) && page.dictionary(last) & dict::WORD == 0).then_some(last)
}

/// "Hi, Letter of medical necessity", "Hi, Crohn's flare": after a greeting and a comma a sentence begins with a word.
fn is_new_sentence(page: &Page, at: usize, first: usize) -> bool {
    let goes_on = page
        .token(first + 1)
        .is_some_and(|next| next.mark == 0 && next.gap == Gap::Space);
    let is_other = page.dictionary(first) & dict::WORD != 0 || page.token(first).is_some_and(|token| token.possessive);
    // "Regards, Joy Hill" and nothing more.
    let signs = page.token(first + 1).is_some_and(|next| next.shape == Shape::Title)
        && is_borne(page, first, GIVEN)
        && is_borne(page, first + 1, SURNAMES)
        && page
            .token(first + 2)
            .is_none_or(|next| next.gap >= Gap::Line || next.mark == b',');
    page.mark_is(first - 1, b',')
        && first <= at + 3
        && !signs
        && page.word_is(at, words!["hi", "hello", "thanks", "thank", "regards"])
        && goes_on
        && is_other
        && !page.word_is(first + 1, words!["here", "from"])
}

/// "Mother of Zephyr", "my patient Cash, yes …": a name that is also a word, with a capital inside the sentence.
fn is_introduced(page: &Page, at: usize, first: usize) -> bool {
    let is_child = page.has(at, cue::RELATIVE)
        && first == at + 2
        && page.word_is(at + 1, words!["of"])
        && page.dictionary(first) & dict::WORD == 0;
    let is_apposed = first == at + 1
        && page.mark_is(first + 1, b',')
        && page.token(at).is_some_and(|label| label.shape == Shape::Lower)
        && page.dictionary(first) & (dict::FIRST | dict::FIRST_ORDINARY) != 0;
    is_child || is_apposed
}

/// "named", "called", "goes by", "nickname": what follows is a name even when it is a word.
pub(super) fn is_called(page: &Page, at: usize) -> bool {
    page.has(at, cue::NAME_LABEL)
        && page.word_is(
            at,
            words![
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
                "surname",
                "name's",
                "forename",
                "i'm",
                "im",
                "am",
                "this",
                "is",
                "thanks",
                "thank",
                "you",
                "regards",
            ],
        )
}

/// The first token after a label and its connectors: ":", "is", "name", quotes, brackets.
pub(super) fn after_label(page: &Page, at: usize) -> Option<(usize, bool)> {
    let mut index = at + 1;
    let mut has_colon = false;
    for _ in 0..5 {
        let token = page.token(index)?;
        if token.gap == Gap::Paragraph {
            return None;
        }
        let is_colon = matches!(token.mark, b':' | b'=');
        let is_open = matches!(token.mark, b'"' | b'\'' | b'(' | b'[' | b'-' | b',' | b'/')
            || token.mark == b'.' && page.token(at).is_some_and(|label| label.len() <= 2);
        let is_link = token.shape != Shape::Title
            && page.word_is(
                index,
                words![
                    "is", "was", "name", "named", "called", "of", "to", "the", "mr", "id", "as", "me", "him", "her",
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
