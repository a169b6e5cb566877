//! Numbers and codes: what their form, their check digits and their labels say.

mod bare;
pub(super) mod beside;
mod checksum;
mod codes;
mod digits;
mod forms;
mod groups;
pub(super) mod labels;
mod phones;
mod policies;

use self::bare::{bare, unlabelled_long};
use self::codes::is_public_code;
use self::digits::Groups;
use self::forms::{by_form, last_four, masked};
use self::groups::{echoes, last_group, payer_groups, spaced_groups, spaced_value};
use self::labels::{Label, Reading};
use self::phones::extension;
use self::policies::is_document_number;
use super::index::Interest;
use super::kinds::PhiKind;
use super::lexicon::cue;
use super::page::Page;
use super::token::{Gap, Shape};

/// Longest identifier, in tokens.
const RUN_TOKENS_MAX: usize = 16;

/// From so many digits on, groups are no codes in a row.
const LONG_DIGITS: usize = 8;

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
        .or_else(|| after_letters(page, run))
        .or_else(|| spaced_groups(page, run))
        .or_else(|| payer_groups(page, run))
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

/// An identifier by its label; the value may go on over blanks with groups of digits.
fn labelled(page: &mut Page, run: &Run, label: Label) -> Option<usize> {
    let (last, digits) = value_end(page, run, label);
    if !is_identifier_value(page, run, digits, label) {
        return None;
    }
    let score = if label.is_explicit { 0.95 } else { 0.8 };
    page.report(run.first, last, label.kind, score, "id.label");
    Some(last)
}

/// The last token of a labelled value, and its digits.
fn value_end(page: &Page, run: &Run, label: Label) -> (usize, usize) {
    if label.is_explicit
        && run.first == run.last
        && let Some((last, digits)) = spaced_value(page, run.first)
        && digits >= LONG_DIGITS
    {
        return (last, digits);
    }
    if run.letters == 0 {
        let groups = Groups::read(page, run.first, true);
        let is_quantity = groups.lasts().iter().any(|end| page.has(end + 1, cue::UNIT));
        if groups.digits().len() > run.digits && groups.lengths().len() <= 5 && !is_quantity {
            return (groups.last_of(groups.lengths().len()), groups.digits().len());
        }
    } else if page.is_digits(run.last + 1) && page.gap(run.last + 1) <= Gap::Line {
        let shortest = if label.is_explicit { 3 } else { 2 };
        let is_group = |index: usize| {
            page.is_digits(index) && page.gap(index) <= Gap::Line && (shortest..=9).contains(&page.word(index).len())
        };
        let last = (run.last + 1..run.last + 4).take_while(|index| is_group(*index)).last();
        if let Some(last) = last.filter(|last| !page.has(last + 1, cue::UNIT)) {
            let more: usize = (run.last + 1..=last).map(|index| page.word(index).len()).sum();
            // "W2398 44120" goes on like a code after a code; "NM-88 204" is no code.
            let digits = run.digits + more;
            if label.is_explicit || digits >= LONG_DIGITS || run.first != run.last && digits >= 5 {
                return (last, digits);
            }
        }
    }
    (run.last, run.digits)
}

fn is_identifier_value(page: &Page, run: &Run, digits: usize, label: Label) -> bool {
    let is_quantity = page.has(run.last + 1, cue::UNIT)
        || page.has(run.last, cue::UNIT) && page.before(run.last).is_none_or(|before| before.mark != b'-')
        || page.mark_is(run.last + 1, b'%')
        || run
            .first
            .checked_sub(1)
            .is_some_and(|before| page.mark_is(before, b'$'));
    let is_year =
        run.letters == 0 && digits == 4 && page.number(run.first).is_some_and(|year| (1900..=2099).contains(&year));
    let is_field = run.text(page).len() == 6 && run.text(page).contains('-') || run.text(page).starts_with("CMS-");
    let is_loop =
        run.digits == 4 && run.text(page).starts_with("20") && page.cue_before(run.first, 8, cue::CODE_CUE).is_some();
    let is_statute = run.text(page).contains('.')
        && run
            .first
            .checked_sub(1)
            .is_some_and(|code| page.word_is(code, &["code"]));
    let is_public = (digits == run.digits && !label.is_head && !label.is_explicit || is_field)
        && is_public_code(page, run)
        || is_loop && run.letters == 2
        || is_statute;
    let is_strength = run.letters == 0 && run.digits == 1; // "tylenol #3"
    if is_strength || is_quantity || is_public || is_document_number(page, run) {
        return false;
    }
    let text = run.text(page);
    let is_plate = label.kind == PhiKind::Vehicle
        && run.letters > 0
        && run.digits > 0
        && (5..=8).contains(&(run.letters + run.digits))
        && !text.bytes().any(|byte| byte.is_ascii_lowercase());
    if is_plate {
        return true; // "SKI4LYF"
    }
    let is_joined = run.letters > 0 && (run.letters <= 12 || run.first == run.last && run.digits >= 2);
    let is_charts = run
        .first
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, &["chart", "record", "rec"]));
    if is_charts && run.first != run.last && run.letters > 0 && digits >= 4 {
        return true; // "chart G-4471"
    }
    match (label.is_head, label.is_explicit) {
        (true, _) => digits >= 3 || (digits >= 2 && digits + run.letters >= 4),
        (false, true) => !is_year && (digits >= 4 || (is_joined && digits >= 2 && digits + run.letters >= 5)),
        (false, false) => (run.letters == 0 && digits >= 6) || (is_joined && digits >= 3 && digits + run.letters >= 6),
    }
}

/// "license plate KLM 4821": capitals of the same identifier stand before the digits.
fn after_letters(page: &mut Page, run: &Run) -> Option<usize> {
    let first = run.first.checked_sub(1)?;
    let is_part = matches!(page.gap(run.first), Gap::Space | Gap::Line)
        && page
            .token(first)
            .is_some_and(|token| token.shape == Shape::Upper && (1..=4).contains(&token.len()) && token.cues == 0);
    if !is_part {
        return None;
    }
    let spaced = spaced_value(page, first).filter(|(_, digits)| *digits >= LONG_DIGITS);
    if run.digits < 3 && spaced.is_none() {
        return None;
    }
    let Reading::Identifier(label) = labels::before(page, first) else {
        return None;
    };
    if let Some((last, _)) = spaced {
        page.report(first, last, label.kind, 0.8, "id.label");
        return Some(last);
    }
    let last = last_group(page, run);
    let is_long = run.digits >= 6 || run.first != run.last && run.digits >= 5;
    let is_clear = label.is_explicit || label.kind == PhiKind::Vehicle || last > run.last || is_long;
    if !is_clear || page.has(last + 1, cue::UNIT) {
        return None;
    }
    page.report(first, last, label.kind, 0.85, "id.label");
    Some(last)
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
