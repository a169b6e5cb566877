//! Codes in free text: adjustment reasons and remarks, procedures, diagnoses, modifiers, revenue codes.
//!
//! A plain number is never a code: a group, a word ("denial code", "CPT", "dx", "mod") or an unmistakable shape must say so.

use super::code_shapes::{
    continues_number, dotted, group_code, is_identifier, is_list_item, is_modifier, is_other_use, is_reason, is_remark,
};
use super::extract::{Mention, MentionKind};
use regex::Regex;
use std::ops::Range;

/// Compiled patterns; every one is matched in linear time.
#[derive(Debug)]
pub struct CodePatterns {
    grouped_reason: Regex,
    named_reason: Regex,
    next_reason: Regex,
    remark: Regex,
    dotted_diagnosis: Regex,
    named_diagnosis: Regex,
    next_diagnosis: Regex,
    hcpcs: Regex,
    named_procedure: Regex,
    next_procedure: Regex,
    bare_procedure: Regex,
    named_modifier: Regex,
    next_modifier: Regex,
    modifier_before: Regex,
    modifier_suffix: Regex,
    revenue: Regex,
}

/// Between the items of a list of codes.
const BETWEEN: &str = r"^\s*(?:,|/|&|\+|;|\band\b|\bor\b|\s)\s*(?:and\s+|or\s+)?";

impl CodePatterns {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// A pattern that the engine refuses; a test compiles them all.
    pub fn compile() -> Result<Self, regex::Error> {
        let list = |item: &str| Regex::new(&format!("(?i){BETWEEN}(?:#\\s*)?{item}"));
        Ok(Self {
            grouped_reason: Regex::new(r"(?i)\b(CO|PR|OA|PI)(\s*[-–—−:#/]\s*|\s?)([1-9]\d{0,2}|[ABDPWY][1-9]?\d)\b")?,
            named_reason: Regex::new(
                r"(?i)\b(?:CARCs?|(?:claim\s+)?adjustment\s+reason(?:\s+codes?)?|(?:denial|reason|adjustment|ANSI|remit(?:tance)?|denial\s+reason|rejection\s+reason)\s+codes?)(?:\s+(?:is|was|of|number|no\.?)\b)?[\s:#=\-–—(]*([1-9]\d{0,2}|[ABPWY][1-9]?\d)\b",
            )?,
            next_reason: list(r"([1-9]\d{0,2}|[ABPWY][1-9]?\d)\b")?,
            remark: Regex::new(r"(?i)\b(?:(?:RARC|remark(?:\s+code)?)s?[\s:#-]*)?(MA?|N)(\d{1,3})\b")?,
            dotted_diagnosis: Regex::new(r"\b([A-Za-z]\d[0-9A-Za-z]\.[0-9A-Za-z]{1,4})\b")?,
            named_diagnosis: Regex::new(
                r"(?i)\b(?:dx|diagnos[ie]s|diag|ICD(?:-?\s?10)?(?:-CM)?)(?:\s+codes?)?(?:\s+(?:is|was|of|for))?[\s:#=\-(]*([A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?)\b",
            )?,
            next_diagnosis: list(r"([A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?)\b")?,
            hcpcs: Regex::new(r"(?i)\b([A-V]\d{4}|\d{4}[FTU])\b")?,
            named_procedure: Regex::new(
                r"(?i)\b(?:CPT|HCPCS|procedures?|proc|px|billed|billing|code|codes|add-?on|E/M|service\s+code)(?:[/ ]HCPCS)?(?:\s+(?:codes?|is|was|of|for|as|number|with))*[\s:#=\-(®]*(\d{5})\b",
            )?,
            next_procedure: list(r"(\d{5})\b")?,
            bare_procedure: Regex::new(
                r"(?i)(?:^|[\s(,;:/])(\d{5})(?:\s*-\s*[0-9A-Z]{2}\b|\s+x\s?\d|\s*\(|\s+(?:denied|denial|bundle|bundled|bundles|bundling|inclusive|incl|included|not\s+(?:covered|paid|payable|separately)|rejected|w/|with\s+(?:mod|modifier)|needs?\s+(?:mod|modifier|auth|prior)|mod\b|modifier\b))",
            )?,
            named_modifier: Regex::new(r"(?i)\b(?:modifiers?|mods?)\.?(?:\s+codes?)?[\s:#=\-–(]*([0-9A-Z]{2})\b")?,
            next_modifier: list(r"-?([0-9A-Z]{2})\b")?,
            modifier_before: Regex::new(r"(?i)(?:^|[\s(,/-])([0-9A-Z]{2})[\s-]+(?:modifier|mod)\b")?,
            modifier_suffix: Regex::new(r"\b(?:\d{5}|[A-Va-v]\d{4})\s?-\s?([0-9A-Z]{2})\b")?,
            revenue: Regex::new(
                r"(?i)\b(?:rev(?:enue)?\.?\s*(?:codes?|cd)[\s:#=\-]*(0?\d{3})|rev\.?[\s:#]*(0\d{3}))\b",
            )?,
        })
    }

    /// All codes of `text`, with byte spans, in no particular order; earlier kinds win where two overlap.
    pub fn find(&self, text: &str) -> Vec<ByteMention> {
        let mut found = Found {
            text,
            mentions: Vec::new(),
        };
        self.reasons(&mut found);
        self.diagnoses(&mut found);
        self.remarks(&mut found);
        self.procedures(&mut found);
        self.revenue_codes(&mut found);
        self.modifiers(&mut found);
        found.mentions
    }

    fn reasons(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.grouped_reason.captures_iter(text) {
            let (Some(group), Some(between), Some(code)) = (captures.get(1), captures.get(2), captures.get(3)) else {
                continue;
            };
            let Some(group_code) = group_code(group.as_str()) else {
                continue;
            };
            // CO2 is a gas and "Dr. Pr 1" is nobody's code: CO-2 needs its hyphen.
            let is_gas = group_code == "CO" && code.as_str() == "2" && !between.as_str().contains(['-', '–', '—', '−']);
            if is_gas || !is_reason(code.as_str()) {
                continue;
            }
            found.add(
                MentionKind::Carc,
                code.as_str().to_ascii_uppercase(),
                Some(group_code),
                group.start()..code.end(),
            );
            let next = list_after(&self.next_reason, text, code.end(), |code| {
                is_reason(code) && !code.starts_with(['N', 'M'])
            });
            for (code, start, end) in next
                .into_iter()
                .filter(|(_, start, end)| is_list_item(text, *start, *end))
            {
                found.add(MentionKind::Carc, code, Some(group_code), start..end);
            }
        }
        for captures in self.named_reason.captures_iter(text) {
            let Some(code) = captures.get(1).filter(|code| is_reason(code.as_str())) else {
                continue;
            };
            if continues_number(text, code.end()) {
                continue;
            }
            found.add(
                MentionKind::Carc,
                code.as_str().to_ascii_uppercase(),
                None,
                code.range(),
            );
            for (code, start, end) in list_after(&self.next_reason, text, code.end(), is_reason) {
                if is_list_item(text, start, end) {
                    found.add(MentionKind::Carc, code, None, start..end);
                }
            }
        }
    }

    fn remarks(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.remark.captures_iter(text) {
            let (Some(all), Some(letters), Some(digits)) = (captures.get(0), captures.get(1), captures.get(2)) else {
                continue;
            };
            let is_named = all.start() < letters.start();
            let code = format!("{}{}", letters.as_str().to_ascii_uppercase(), digits.as_str());
            let is_plausible = is_named || letters.as_str().chars().all(char::is_uppercase) || digits.len() >= 2;
            if is_plausible && is_remark(&code) && !is_other_use(text, letters.start(), digits.end(), &code) {
                found.add(MentionKind::Rarc, code, None, letters.start()..digits.end());
            }
        }
    }

    fn diagnoses(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.dotted_diagnosis.captures_iter(text) {
            let Some(code) = captures.get(1) else {
                continue;
            };
            found.add(
                MentionKind::Diagnosis,
                code.as_str().to_ascii_uppercase(),
                None,
                code.range(),
            );
        }
        for captures in self.named_diagnosis.captures_iter(text) {
            let Some(code) = captures.get(1) else {
                continue;
            };
            found.add(MentionKind::Diagnosis, dotted(code.as_str()), None, code.range());
            for (code, start, end) in list_after(&self.next_diagnosis, text, code.end(), |_| true) {
                found.add(MentionKind::Diagnosis, dotted(&code), None, start..end);
            }
        }
    }

    fn procedures(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.hcpcs.captures_iter(text) {
            let Some(code) = captures.get(1).filter(|code| !is_identifier(text, code.start())) else {
                continue;
            };
            found.add(
                MentionKind::Procedure,
                code.as_str().to_ascii_uppercase(),
                None,
                code.range(),
            );
        }
        for captures in self.named_procedure.captures_iter(text) {
            let Some(code) = captures.get(1).filter(|code| !continues_number(text, code.end())) else {
                continue;
            };
            found.add(MentionKind::Procedure, code.as_str().to_owned(), None, code.range());
            for (code, start, end) in list_after(&self.next_procedure, text, code.end(), |_| true) {
                found.add(MentionKind::Procedure, code, None, start..end);
            }
        }
        for captures in self.bare_procedure.captures_iter(text) {
            let Some(code) = captures.get(1).filter(|code| !is_identifier(text, code.start())) else {
                continue;
            };
            found.add(MentionKind::Procedure, code.as_str().to_owned(), None, code.range());
        }
    }

    fn revenue_codes(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.revenue.captures_iter(text) {
            let Some(code) = captures.get(1).or_else(|| captures.get(2)) else {
                continue;
            };
            found.add(
                MentionKind::RevenueCode,
                format!("{:0>4}", code.as_str()),
                None,
                code.range(),
            );
        }
    }

    fn modifiers(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.named_modifier.captures_iter(text) {
            let Some(code) = captures.get(1).filter(|code| is_modifier(code.as_str())) else {
                continue;
            };
            found.add(MentionKind::Modifier, code.as_str().to_owned(), None, code.range());
            for (code, start, end) in list_after(&self.next_modifier, text, code.end(), is_modifier) {
                found.add(MentionKind::Modifier, code, None, start..end);
            }
        }
        for pattern in [&self.modifier_before, &self.modifier_suffix] {
            for captures in pattern.captures_iter(text) {
                let Some(code) = captures.get(1).filter(|code| is_modifier(code.as_str())) else {
                    continue;
                };
                found.add(MentionKind::Modifier, code.as_str().to_owned(), None, code.range());
            }
        }
    }
}

/// The codes that follow at `at` as a list ("CPT 99214, 99215 and 72148").
fn list_after(item: &Regex, text: &str, at: usize, accept: impl Fn(&str) -> bool) -> Vec<(String, usize, usize)> {
    let mut codes = Vec::new();
    let mut at = at;
    while let Some(captures) = text.get(at..).and_then(|rest| item.captures(rest)) {
        let Some(code) = captures.get(1).filter(|code| accept(code.as_str())) else {
            break;
        };
        let separator = text.get(at..at + code.start()).unwrap_or_default();
        // Only white space between two codes: no list ("97110 12 units").
        if separator.trim().is_empty() {
            break;
        }
        codes.push((code.as_str().to_ascii_uppercase(), at + code.start(), at + code.end()));
        at += code.end();
    }
    codes
}

/// A mention whose span still counts bytes.
#[derive(Debug)]
pub struct ByteMention {
    /// What was found.
    pub mention: Mention,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

struct Found<'t> {
    text: &'t str,
    mentions: Vec<ByteMention>,
}

impl Found<'_> {
    fn add(&mut self, kind: MentionKind, value: String, qualifier: Option<&'static str>, place: Range<usize>) {
        let (start, end) = (place.start, place.end);
        if self
            .mentions
            .iter()
            .rev()
            .take(64)
            .all(|known| known.end <= start || end <= known.start)
        {
            let span = super::Span { start: 0, end: 0 };
            self.mentions.push(ByteMention {
                mention: Mention {
                    kind,
                    value,
                    qualifier,
                    span,
                },
                start,
                end,
            });
        }
    }
}
