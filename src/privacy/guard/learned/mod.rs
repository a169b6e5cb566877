//! What labelled texts have taught: how likely a word is part of a name, a place, a date or somebody's number, by all that stands
//! around it.
//!
//! Rules tell why a word is somebody's; people write in more ways than rules foresee. Here each feature of a word and its surroundings
//! ([`features`]) has a weight for each kind ([`weights`]), found by logistic regression on the texts of many authors (`tests.rs`). Their sum is
//! the logarithm of the odds that the word is of that kind, and a word of which no rule has spoken is reported where it reaches a bound: a high
//! one in a text that may be nobody's, a low one beside an identifier.

mod features;
mod weights;

#[cfg(test)]
mod tests;

use std::ops::Range;

use self::features::{PARTS, Surroundings};
use self::weights::{KINDS, Kind, Sums, WEIGHTS, bound, score};
use super::FieldContext;
use super::index::Interest;
use super::lexicon::{GIVEN, SURNAMES, cue, dict};
use super::page::Page;
use super::token::{Shape, Token};

/// What the odds of a kind have to reach, in units of [`weights::UNIT`].
type Bounds = [i32; KINDS.len()];

/// In a text in which nothing else was found: three to one for a name or place, and neither date nor number.
const ALONE: Bounds = [bound(1.0), bound(1.0), i32::MAX, i32::MAX];

/// Beside an identifier: one to four or five for a name or place, three to five for a date, evens for a number.
const BESIDE: Bounds = [bound(-1.5), bound(-1.5), bound(-0.5), bound(0.0)];

/// How far below its bound a sum may be after each part of the features and still be expected to reach it. Most words are dismissed by the first
/// part; on texts held out from learning, nothing was found less.
const STILL_TO_COME: [i32; PARTS.len()] = [bound(1.5), bound(2.0), bound(3.0), 0];

/// Reports the words that are likely somebody's name or place, of those that the rules had reason to look at.
pub(super) fn find(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next_of(&[Interest::Name, Interest::Place], from) {
        let names = |token: &Token| token.is_word() && token.len() > 1 && !token.has(cue::PARTICLE);
        let is_open = free(page, at).is_some_and(names) && !is_ordinary(page, at);
        let last = is_open.then(|| judge(page, at, at + 1, ALONE)).flatten();
        from = last.unwrap_or(at) + 1;
    }
}

/// The same beside an identifier, where every word may belong to its person.
pub(super) fn beside(page: &mut Page, near: &Range<usize>) {
    let mut at = near.start;
    while at < near.end {
        let last = may_be_part(page, at)
            .then(|| judge(page, at, near.end, BESIDE))
            .flatten();
        at = last.unwrap_or(at) + 1;
    }
}

/// Reports a token, and those after it that are likely of the same kind; the last of them. A reference is not judged: its names are weak ones.
fn judge(page: &mut Page, at: usize, end: usize, bounds: Bounds) -> Option<usize> {
    if page.context == FieldContext::Reference {
        return None;
    }
    let (kind, sum) = likeliest(page, at, bounds)?;
    let (mut last, mut best) = (at, sum);
    while last + 1 < end && may_be_part(page, last + 1) {
        let Some((_, sum)) = likeliest(page, last + 1, bounds).filter(|(next, _)| *next == kind) else {
            break;
        };
        last += 1;
        best = best.max(sum);
    }
    page.report(at, last, kind.phi(), score(best), kind.detector());
    Some(last)
}

/// What a token likely is, and the logarithm of the odds.
fn likeliest(page: &Page, at: usize, bounds: Bounds) -> Option<(Kind, i32)> {
    let around = Surroundings::of(page, at)?;
    let mut sums = Sums::default();
    for (part, to_come) in PARTS.into_iter().zip(STILL_TO_COME) {
        around.each(part, |feature| sums.add(WEIGHTS.at(feature)));
        if { sums.all().into_iter().zip(bounds) }.all(|(sum, bound)| sum.saturating_add(to_come) < bound) {
            return None;
        }
    }
    { KINDS.into_iter().zip(sums.all()).zip(bounds) }
        .filter(|((_, sum), bound)| sum >= bound)
        .map(|(judged, _)| judged)
        .max_by_key(|(_, sum)| *sum)
}

/// A word that the dictionary knows, and neither as a name nor as a town.
fn is_ordinary(page: &Page, at: usize) -> bool {
    const NAMED: u64 = GIVEN | SURNAMES | dict::CITY | dict::TOWN;
    let known = page.dictionary(at);
    known & dict::WORD != 0 && known & NAMED == 0
}

/// What is judged beside an identifier: words with a capital, others where the text does without capitals or the rules had reason to look, and
/// what may be a date or a number.
fn may_be_part(page: &Page, at: usize) -> bool {
    free(page, at).is_some_and(|token| match token.shape {
        Shape::Title | Shape::Upper => true,
        Shape::Lower if page.is_informal() => true,
        Shape::Lower => page.is_of(&[Interest::Name, Interest::Place, Interest::Date], at),
        Shape::Digits | Shape::Mixed => {
            page.is_of(&[Interest::Date, Interest::Number], at) && !follows_code_cue(page, at)
        }
        Shape::Mark => false,
    })
}

/// "NPI 1234567893", "CPT 64615": the word before a number says that it is a public one.
fn follows_code_cue(page: &Page, at: usize) -> bool {
    page.before(at).is_some_and(|before| before.has(cue::CODE_CUE))
}

/// A token of no finding yet.
fn free<'p>(page: &'p Page, at: usize) -> Option<&'p Token> {
    page.token(at)
        .filter(|token| !token.taken && token.shape != Shape::Mark)
}
