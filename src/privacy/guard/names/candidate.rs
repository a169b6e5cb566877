//! The words of a possible name, over initials, hyphens, particles and nicknames.

use super::super::key::words;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::parts::{Part, is_hyphenated_given, part};

/// Longest name, in words.
pub(super) const WORDS_MAX: usize = 5;

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

/// What one token does to a possible name.
enum Step {
    /// It is a word of the name.
    Take(Part),
    /// It closes the name as its last word.
    Close(Part),
    /// It belongs to the name without being a word of it: so many tokens.
    Skip(usize),
    /// The name ended before it.
    End,
}

/// The words of a possible name from `at`; `allow_lower` for names in small letters after a label.
pub(super) fn candidate(page: &Page, at: usize, allow_lower: bool) -> Candidate {
    let mut found = Candidate {
        places: [(Part::No, 0); WORDS_MAX],
        count: 0,
        last: at,
    };
    let mut index = at;
    while found.count < WORDS_MAX {
        match step(page, &found, index, allow_lower) {
            Step::Take(part) => {
                found.push(part, index);
                if page.token(index).is_none_or(|token| token.possessive) {
                    break;
                }
                index += 1;
            }
            Step::Close(part) => {
                found.push(part, index);
                break;
            }
            Step::Skip(tokens) => index += tokens,
            Step::End => break,
        }
    }
    found
}

fn step(page: &Page, found: &Candidate, index: usize, allow_lower: bool) -> Step {
    let Some(token) = page.token(index) else {
        return Step::End;
    };
    let is_first = found.count == 0;
    if token.taken || !is_first && breaks_line(page, found, index) {
        return Step::End;
    }
    if !is_first && let Some(after) = nickname_end(page, index) {
        return Step::Skip(after + 1 - index);
    }
    if token.mark != 0 {
        let ends_initial = |(part, at): &(Part, usize)| *part == Part::Initial && at + 1 == index;
        let joins = token.mark == b'-' && token.gap == Gap::Glued
            || token.mark == b'.' && found.parts().last().is_some_and(ends_initial);
        return if joins && !is_first { Step::Skip(1) } else { Step::End };
    }
    let is_label = token.shape == Shape::Upper
        && token.len() > 1
        && token.cues != 0
        && found
            .parts()
            .first()
            .is_some_and(|(_, at)| page.token(*at).is_some_and(|lead| lead.shape == Shape::Title));
    if is_label {
        return Step::End; // "Emily Watson DOS"
    }
    let part = part(page, index);
    let is_particle = token.has(cue::PARTICLE) && !is_first && leads_name(page, index, allow_lower);
    if is_particle && (!token.is_capitalised() || part == Part::No) {
        let has_stop = page.mark_is(index + 1, b'.') && page.gap(index + 1) == Gap::Glued;
        return Step::Skip(if has_stop { 2 } else { 1 });
    }
    if part == Part::No && closes_name(page, found, index) {
        return Step::Close(Part::SurnameOrdinary);
    }
    let fits = token.is_capitalised()
        || allow_lower
            && (matches!(part, Part::First | Part::Surname | Part::SurnameOrdinary)
                || part == Part::FirstOrdinary && !is_first);
    if !fits && is_second_syllable(page, found, index) {
        return Step::Skip(1);
    }
    if fits && part != Part::No {
        Step::Take(part)
    } else {
        Step::End
    }
}

/// A name goes on over a line's end only from its first word.
fn breaks_line(page: &Page, found: &Candidate, index: usize) -> bool {
    match page.gap(index) {
        Gap::Glued | Gap::Space => false,
        Gap::Line => found.count > 1 || !matches!(page.before(index).map(|before| before.mark), Some(0 | b'.')),
        Gap::Paragraph => true,
    }
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
        && !page.word_is(index + 1, words!["permanente"])
}

/// The small syllable of "Min-jun", before a surname.
fn is_second_syllable(page: &Page, found: &Candidate, index: usize) -> bool {
    found.count == 1 && index == found.last + 2 && is_hyphenated_given(page, found.last)
}

/// Whether a name goes on after a particle, or after two: "de la Fuente", "al-Hashimi".
fn leads_name(page: &Page, particle: usize, allow_lower: bool) -> bool {
    let next = if page.has(particle + 1, cue::PARTICLE)
        && page
            .token(particle + 1)
            .is_some_and(|second| second.shape == Shape::Lower)
        || page
            .token(particle + 1)
            .is_some_and(|mark| matches!(mark.mark, b'.' | b'-') && mark.gap == Gap::Glued)
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
