//! Numbers and codes: what their form, their check digits and their labels say.

mod bare;
pub(super) mod beside;
mod checksum;
mod codes;
mod digits;
pub(super) mod forms;
mod groups;
mod labelled;
pub(super) mod labels;
mod phones;
mod plans;
mod policies;
mod records;
mod spoken;

use self::bare::{bare, unlabelled_long};
use self::forms::{by_form, last_four, masked};
use self::groups::{capitals_and_groups, echoes};
use self::labelled::{after_letters, labelled, spaced_plate};
use self::labels::Reading;
use self::phones::extension;
use super::dates::spaced;
use super::index::Interest;
use super::kinds::PhiKind;
use super::lexicon::cue;
use super::page::Page;
use super::token::{Gap, Shape};

/// Longest identifier, in tokens.
const RUN_TOKENS_MAX: usize = 16;

/// Tokens written without a blank between them: "HPX-77-40921".
pub(super) struct Run {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) digits: usize,
    pub(super) letters: usize,
}

impl Run {
    pub(super) fn text<'p>(&self, page: &Page<'p>) -> &'p str {
        let (Some(from), Some(to)) = (page.token(self.first), page.token(self.last)) else {
            return "";
        };
        page.text.get(from.start as usize..to.end as usize).unwrap_or("")
    }

    /// Letters and digits only.
    pub(super) fn compact(&self, page: &Page) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.letters + self.digits);
        text.extend(self.text(page).bytes().filter(u8::is_ascii_alphanumeric));
        text
    }
}

pub(super) fn find(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::Number, from) {
        if is_inside_chain(page, at) {
            from = at + 1;
            continue;
        }
        let run = run_around(page, at, from);
        from = run.last + 1;
        if !page.is_taken(run.first, run.last) {
            from = inspect(page, &run, 0).map_or(from, |last| last + 1).max(at + 1);
        }
    }
}

/// One short number among several with blanks or line ends between: the chain was read from its first.
fn is_inside_chain(page: &Page, at: usize) -> bool {
    let is_short = |index: usize| {
        page.is_digits(index) && page.word(index).len() <= 2 && matches!(page.gap(index), Gap::Space | Gap::Line)
    };
    at > 0 && is_short(at) && is_short(at - 1) && is_short(at + 1)
}

/// The run that a token with digits belongs to; it begins at `from` or later. A hyphen at the end of a line joins.
fn run_around(page: &Page, at: usize, from: usize) -> Run {
    let joins = |joint: usize| {
        let is_hyphen = page.mark_is(joint, b'-');
        page.token(joint)
            .is_some_and(|mark| mark.gap == Gap::Glued && is_joint(mark.mark))
            && (page.gap(joint + 1) == Gap::Glued || is_hyphen && page.gap(joint + 1) == Gap::Line)
    };
    let is_part = |index: usize| page.token(index).is_some_and(|part| part.mark == 0);
    if let Some(alone) = alone(page, at) {
        return alone;
    }
    let mut first = at;
    while at - first < RUN_TOKENS_MAX && first > from {
        let over_joint = first >= from + 2 && joins(first - 1) && is_part(first - 2);
        if over_joint {
            first -= 2;
        } else if page.gap(first) == Gap::Glued && is_part(first - 1) {
            first -= 1;
        } else {
            break;
        }
    }
    let mut run = Run {
        first,
        last: first,
        digits: 0,
        letters: 0,
    };
    count(page, first, &mut run);
    while run.last - first < 2 * RUN_TOKENS_MAX {
        let next = run.last + 1;
        let step = if joins(next) { next + 1 } else { next };
        if !is_part(step) || step == next && page.gap(next) != Gap::Glued {
            break;
        }
        run.last = step;
        count(page, step, &mut run);
    }
    run
}

/// A run of one token, which most are: blanks before and after it, or a mark that joins nothing.
fn alone(page: &Page, at: usize) -> Option<Run> {
    let begins = matches!(page.gap(at), Gap::Space | Gap::Paragraph);
    let ends = page.token(at + 1).is_none_or(|next| {
        next.gap != Gap::Glued
            || next.mark != 0 && (!is_joint(next.mark) || matches!(page.gap(at + 2), Gap::Space | Gap::Paragraph))
    });
    if !(begins && ends) {
        return None;
    }
    let mut run = Run {
        first: at,
        last: at,
        digits: 0,
        letters: 0,
    };
    count(page, at, &mut run);
    Some(run)
}

/// Marks inside an identifier.
pub(super) const fn is_joint(mark: u8) -> bool {
    matches!(mark, b'-' | b'.' | b'/' | b'_')
}

fn count(page: &Page, at: usize, run: &mut Run) {
    match page.token(at).map(|token| (token.shape, token.len())) {
        Some((Shape::Digits, length)) => run.digits += length,
        Some((Shape::Mixed, _)) => {
            let digits = page.word(at).bytes().filter(u8::is_ascii_digit).count();
            run.digits += digits;
            run.letters += page.word(at).len() - digits;
        }
        Some((_, length)) => run.letters += length,
        None => {}
    }
}

/// Tries the readings of a run, strongest first; gives the last token of what it reported.
fn inspect(page: &mut Page, run: &Run, depth: usize) -> Option<usize> {
    if let Some(last) = spaced::find(page, run.first) {
        return Some(last);
    }
    let reading = labels::before(page, run.first);
    if let Reading::Identifier(label) = &reading
        && label.is_head
        && let Some(last) = labelled(page, run, *label)
    {
        return Some(last);
    }
    by_form(page, run, &reading)
        .or_else(|| match reading {
            Reading::Identifier(label) => labelled(page, run, label),
            Reading::Code | Reading::Unlabelled => None,
        })
        .or_else(|| extension(page, run))
        .or_else(|| masked(page, run))
        .or_else(|| last_four(page, run))
        .or_else(|| over_line(page, run, depth))
        .or_else(|| spaced_plate(page, run))
        .or_else(|| after_letters(page, run))
        .or_else(|| capitals_and_groups(page, run))
        .or_else(|| {
            if matches!(reading, Reading::Unlabelled) {
                echoes(page, run)
            } else {
                None
            }
        })
        .or_else(|| prefixed(page, run))
        .or_else(|| unlabelled_long(page, run, &reading))
        .or_else(|| bare(page, run, &reading))
}

/// The same readings for a run that a line break cut in two.
fn over_line(page: &mut Page, run: &Run, depth: usize) -> Option<usize> {
    let next = run.last + 1;
    let goes_on = page.gap(next) == Gap::Line
        && page
            .token(next)
            .is_some_and(|token| token.has_digit() || token.shape == Shape::Upper && token.len() > 1);
    if !goes_on || depth > 0 {
        return None;
    }
    let rest = run_around(page, next, next);
    let whole = Run {
        first: run.first,
        last: rest.last,
        digits: run.digits + rest.digits,
        letters: run.letters + rest.letters,
    };
    if page.is_taken(whole.first, whole.last) {
        None
    } else {
        inspect(page, &whole, depth + 1)
    }
}

/// "MRN04857211", "chartMRN0485": a label grown onto its number, or joined by a hyphen.
fn prefixed(page: &mut Page, run: &Run) -> Option<usize> {
    const PREFIXES: [(&str, PhiKind); 9] = [
        ("mrn", PhiKind::Mrn),
        ("ssn", PhiKind::Ssn),
        ("acct", PhiKind::Account),
        ("account", PhiKind::Account),
        ("mbi", PhiKind::HealthPlanId),
        ("member", PhiKind::HealthPlanId),
        ("memberid", PhiKind::HealthPlanId),
        ("patientid", PhiKind::Mrn),
        ("ptid", PhiKind::Mrn),
    ];
    let text = run.text(page);
    let is_chart = run.letters == 2
        && run.digits >= 5
        && text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("mr-"))
        && page
            .cue_before(run.first, 10, cue::MRN_WORD | cue::PERSON | cue::RELATIVE)
            .is_some();
    if is_chart {
        page.report(run.first, run.last, PhiKind::Mrn, 0.8, "id.prefix");
        return Some(run.last);
    }
    if run.digits < 4 || run.letters < 3 {
        return None;
    }
    let letters = text.find(|c: char| !c.is_ascii_alphabetic())?;
    let (prefix, _) = text.split_at_checked(letters)?;
    let prefix = prefix.to_ascii_lowercase();
    let (_, kind) = PREFIXES.into_iter().find(|(label, _)| prefix.ends_with(label))?;
    page.report(run.first, run.last, kind, 0.9, "id.prefix");
    Some(run.last)
}
