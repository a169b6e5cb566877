//! The PHI guard: finds the identifiers of 45 CFR 164.514(b)(2)(i) in running text, and leaves codes, policies and clinical prose alone.
//!
//! A text is normalised ([`normal`]), cut into tokens once ([`token`]), and read by one detector after another, strongest first; a token
//! that belongs to a finding is no longer read. What the rules leave open is judged by weights ([`learned`]). Where something was found, the
//! text is read once more, bolder ([`beside`]). Every detector looks a bounded number of tokens around, so the work is linear in the text.
//! Findings name kind and place, never the text.

mod allow;
mod beside;
mod contact;
mod dates;
mod detectors;
mod dictionary;
mod encoded;
mod hash;
mod hosts;
mod index;
mod key;
mod kinds;
mod learned;
mod lexicon;
mod media;
mod names;
mod near;
mod normal;
mod numbers;
mod page;
mod places;
mod sections;
mod table;
mod token;
mod word;
mod words;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

pub use allow::{AllowEntry, AllowList};
pub use detectors::DetectorInfo;
pub use kinds::PhiKind;
pub use places::zip3::ZIP3_RESTRICTED_VERSION;

use index::Interest;
use lexicon::LEXICON;
use normal::Normal;
use page::{Page, Span};

/// Version of detectors, lists and weights together. Rows keep the version they were scanned with; a rise makes `stratum rescan` look again.
pub const PHI_SCAN_VERSION: u32 = 8;

/// Longest text that is read, in bytes. What lies beyond is reported as one finding: unread text never passes.
pub const INPUT_BYTES_MAX: usize = 2_000_000;

/// Rounds of redaction before the rest is given up as unreadable.
const REDACTION_ROUNDS_MAX: usize = 8;

/// What is known of the field that a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldContext {
    /// Running text: cues around a date, number or name decide.
    #[default]
    FreeText,
    /// A field about one individual: every date, number and name counts.
    PatientLinked,
    /// A citation or an external reference: dates and weak names count only beside a patient's cue.
    Reference,
}

/// One identifier found. Never the text itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: PhiKind,
    /// First Unicode code point of the original input.
    pub start: usize,
    /// Length in Unicode code points of the original input.
    pub length: usize,
    /// Confidence, 0 to 1.
    pub score: f32,
    /// Name of the detector, as in [`Guard::detectors`].
    pub detector: &'static str,
}

/// The guard. All it knows lies in the program.
#[derive(Debug, Clone, Default)]
pub struct Guard(());

impl Guard {
    /// A guard, which costs nothing to make.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }

    /// All findings in `text`, in order, none overlapping another.
    #[must_use]
    pub fn scan(&self, text: &str, context: FieldContext) -> Vec<Finding> {
        self.scan_with(text, context, &AllowList::default())
    }

    /// As [`Guard::scan`], without what a tenant's list allows.
    #[must_use]
    pub fn scan_with(&self, text: &str, context: FieldContext, allow: &AllowList) -> Vec<Finding> {
        let (head, rest) = text.split_at(text.floor_char_boundary(INPUT_BYTES_MAX));
        let normal = Normal::of(head);
        let mut spans = self.find(normal.text(), context, allow, true);
        if spans.is_empty() && rest.is_empty() {
            return Vec::new();
        }
        allow.apply(normal.text(), &mut spans);
        let mut findings = apart(spans.into_iter().map(|span| finding(&normal, span)));
        if !rest.is_empty() {
            findings.push(Finding {
                kind: PhiKind::OtherUniqueId,
                start: head.chars().count(),
                length: rest.chars().count(),
                score: 1.0,
                detector: "input.too_long",
            });
        }
        findings
    }

    /// `text` with every finding replaced by its kind in brackets; scanning the result finds nothing.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        self.redact_with(text, FieldContext::FreeText, &AllowList::default())
    }

    /// As [`Guard::redact`], without what a tenant's list allows.
    #[must_use]
    pub fn redact_with(&self, text: &str, context: FieldContext, allow: &AllowList) -> String {
        let mut redacted = text.to_owned();
        for _ in 0..REDACTION_ROUNDS_MAX {
            let findings = self.scan_with(&redacted, context, allow);
            if findings.is_empty() {
                return redacted;
            }
            redacted = replace(&redacted, &findings);
        }
        // A text in which each redaction uncovers another finding: nothing of it is let through.
        PhiKind::OtherUniqueId.placeholder().to_owned()
    }

    /// Every detector: what it detects and by which cues.
    #[must_use]
    pub fn detectors(&self) -> &'static [DetectorInfo] {
        detectors::ALL
    }

    /// Findings in normalised text, in order, not overlapping. Decoded runs are read once more, not deeper.
    fn find(&self, text: &str, context: FieldContext, allow: &AllowList, decodes: bool) -> Vec<Span> {
        let mut page = Page::new(text, &LEXICON, context);
        read_for(&mut page, &[Interest::Media, Interest::ImageData], media::find);
        read_for(&mut page, &[Interest::Address, Interest::Ip], contact::find);
        read_for(&mut page, &[Interest::Date], dates::find);
        read_for(&mut page, &[Interest::Number], numbers::find);
        read_for(&mut page, &[Interest::Age], dates::ages::find);
        read_for(&mut page, &[Interest::Place], places::find);
        read_for(&mut page, &[Interest::Name], names::find);
        read_for(&mut page, &[Interest::Name, Interest::Place], learned::find);
        if !page.found.is_empty() {
            names::find_again(&mut page);
            places::blocks::find(&mut page);
            beside::find(&mut page, allow);
        }
        if decodes {
            read_for(&mut page, &[Interest::Encoded], |page| {
                encoded::find(page, &|decoded| {
                    self.find(Normal::of(decoded).text(), context, allow, false)
                });
            });
        }
        let mut found = page.into_findings();
        found.sort_unstable_by_key(|span| span.start);
        found
    }
}

/// Lets a detector read the text, if any token concerns it.
#[inline]
fn read_for(page: &mut Page, interests: &[Interest], detector: impl Fn(&mut Page)) {
    if interests.iter().any(|interest| page.concerns(*interest)) {
        detector(page);
    }
}

fn finding(normal: &Normal, span: Span) -> Finding {
    let (start, length) = normal.original(span.start, span.end);
    Finding {
        kind: span.kind,
        start,
        length,
        score: span.score,
        detector: span.detector,
    }
}

/// One character of the original may stand for several of the normalised text, and two findings for it; the first keeps it.
fn apart(findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut end = 0;
    findings
        .filter_map(|mut found| {
            let overlap = end.max(found.start) - found.start;
            found.start += overlap;
            found.length = found.length.checked_sub(overlap).filter(|length| *length > 0)?;
            end = found.start + found.length;
            Some(found)
        })
        .collect()
}

/// Puts each finding's placeholder in its place.
fn replace(text: &str, findings: &[Finding]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut findings = findings.iter().peekable();
    let mut skip_until = 0;
    for (position, c) in text.chars().enumerate() {
        if let Some(found) = findings.next_if(|found| found.start == position) {
            out.push_str(found.kind.placeholder());
            skip_until = found.start + found.length;
        }
        if position >= skip_until {
            out.push(c);
        }
    }
    out
}
