//! Codes in free text: adjustment reasons and remarks, procedures, diagnoses, modifiers, revenue codes.
//!
//! A plain number is never a code: a group, a word ("denial code", "CPT", "dx", "mod") or an unmistakable shape must say so.

use super::extract::{Mention, MentionKind};
use regex::{Captures, Regex};

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
            grouped_reason: Regex::new(
                r"(?i)\b(CO|PR|OA|PI)(\s*[-–—−:#/]\s*|\s?)([1-9]\d{0,2}|[ABDPWY][1-9]?\d)\b",
            )?,
            named_reason: Regex::new(
                r"(?i)\b(?:CARCs?|(?:claim\s+)?adjustment\s+reason(?:\s+codes?)?|(?:denial|reason|adjustment|ANSI|remit(?:tance)?|denial\s+reason|rejection\s+reason)\s+codes?)(?:\s+(?:is|was|of|number|no\.?)\b)?[\s:#=\-–—(]*([1-9]\d{0,2}|[ABPWY][1-9]?\d)\b",
            )?,
            next_reason: list(r"([1-9]\d{0,2}|[ABPWY][1-9]?\d)\b")?,
            remark: Regex::new(
                r"(?i)\b(?:(?:RARC|remark(?:\s+code)?)s?[\s:#-]*)?(MA?|N)(\d{1,3})\b",
            )?,
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
            named_modifier: Regex::new(
                r"(?i)\b(?:modifiers?|mods?)\.?(?:\s+codes?)?[\s:#=\-–(]*([0-9A-Z]{2})\b",
            )?,
            next_modifier: list(r"-?([0-9A-Z]{2})\b")?,
            modifier_before: Regex::new(
                r"(?i)(?:^|[\s(,/-])([0-9A-Z]{2})[\s-]+(?:modifier|mod)\b",
            )?,
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
            let (Some(group), Some(between), Some(code)) =
                (captures.get(1), captures.get(2), captures.get(3))
            else {
                continue;
            };
            let Some(group_code) = group_code(group.as_str()) else {
                continue;
            };
            // CO2 is a gas and "Dr. Pr 1" is nobody's code: CO-2 needs its hyphen.
            let is_gas = group_code == "CO"
                && code.as_str() == "2"
                && !between.as_str().contains(['-', '–', '—', '−']);
            if is_gas || !is_reason(code.as_str()) {
                continue;
            }
            found.add(
                MentionKind::Carc,
                code.as_str().to_ascii_uppercase(),
                Some(group_code),
                group.start(),
                code.end(),
            );
            let next = self.list_after(&self.next_reason, text, code.end(), |code| {
                is_reason(code) && !code.starts_with(['N', 'M'])
            });
            for (code, start, end) in next
                .into_iter()
                .filter(|(_, start, end)| is_list_item(text, *start, *end))
            {
                found.add(MentionKind::Carc, code, Some(group_code), start, end);
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
                code.start(),
                code.end(),
            );
            for (code, start, end) in
                self.list_after(&self.next_reason, text, code.end(), is_reason)
            {
                if is_list_item(text, start, end) {
                    found.add(MentionKind::Carc, code, None, start, end);
                }
            }
        }
    }

    fn remarks(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.remark.captures_iter(text) {
            let (Some(all), Some(letters), Some(digits)) =
                (captures.get(0), captures.get(1), captures.get(2))
            else {
                continue;
            };
            let is_named = all.start() < letters.start();
            let code = format!(
                "{}{}",
                letters.as_str().to_ascii_uppercase(),
                digits.as_str()
            );
            let is_plausible =
                is_named || letters.as_str().chars().all(char::is_uppercase) || digits.len() >= 2;
            if is_plausible
                && is_remark(&code)
                && !is_other_use(text, letters.start(), digits.end(), &code)
            {
                found.add(MentionKind::Rarc, code, None, letters.start(), digits.end());
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
                code.start(),
                code.end(),
            );
        }
        for captures in self.named_diagnosis.captures_iter(text) {
            let Some(code) = captures.get(1) else {
                continue;
            };
            found.add(
                MentionKind::Diagnosis,
                dotted(code.as_str()),
                None,
                code.start(),
                code.end(),
            );
            for (code, start, end) in
                self.list_after(&self.next_diagnosis, text, code.end(), |_| true)
            {
                found.add(MentionKind::Diagnosis, dotted(&code), None, start, end);
            }
        }
    }

    fn procedures(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.hcpcs.captures_iter(text) {
            let Some(code) = captures
                .get(1)
                .filter(|code| !is_identifier(text, code.start()))
            else {
                continue;
            };
            found.add(
                MentionKind::Procedure,
                code.as_str().to_ascii_uppercase(),
                None,
                code.start(),
                code.end(),
            );
        }
        for captures in self.named_procedure.captures_iter(text) {
            let Some(code) = captures
                .get(1)
                .filter(|code| !continues_number(text, code.end()))
            else {
                continue;
            };
            found.add(
                MentionKind::Procedure,
                code.as_str().to_owned(),
                None,
                code.start(),
                code.end(),
            );
            for (code, start, end) in
                self.list_after(&self.next_procedure, text, code.end(), |_| true)
            {
                found.add(MentionKind::Procedure, code, None, start, end);
            }
        }
        for captures in self.bare_procedure.captures_iter(text) {
            let Some(code) = captures
                .get(1)
                .filter(|code| !is_identifier(text, code.start()))
            else {
                continue;
            };
            found.add(
                MentionKind::Procedure,
                code.as_str().to_owned(),
                None,
                code.start(),
                code.end(),
            );
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
                code.start(),
                code.end(),
            );
        }
    }

    fn modifiers(&self, found: &mut Found<'_>) {
        let text = found.text;
        for captures in self.named_modifier.captures_iter(text) {
            let Some(code) = captures.get(1).filter(|code| is_modifier(code.as_str())) else {
                continue;
            };
            found.add(
                MentionKind::Modifier,
                code.as_str().to_owned(),
                None,
                code.start(),
                code.end(),
            );
            for (code, start, end) in
                self.list_after(&self.next_modifier, text, code.end(), is_modifier)
            {
                found.add(MentionKind::Modifier, code, None, start, end);
            }
        }
        for pattern in [&self.modifier_before, &self.modifier_suffix] {
            for captures in pattern.captures_iter(text) {
                let Some(code) = captures.get(1).filter(|code| is_modifier(code.as_str())) else {
                    continue;
                };
                found.add(
                    MentionKind::Modifier,
                    code.as_str().to_owned(),
                    None,
                    code.start(),
                    code.end(),
                );
            }
        }
    }

    /// The codes that follow at `at` as a list ("CPT 99214, 99215 and 72148").
    fn list_after(
        &self,
        item: &Regex,
        text: &str,
        at: usize,
        accept: impl Fn(&str) -> bool,
    ) -> Vec<(String, usize, usize)> {
        let mut codes = Vec::new();
        let mut at = at;
        while let Some(captures) = text.get(at..).and_then(|rest| item.captures(rest)) {
            let Some(code) = item_of(&captures).filter(|code| accept(code.as_str())) else {
                break;
            };
            let separator = text.get(at..at + code.start()).unwrap_or_default();
            // Only white space between two codes: no list ("97110 12 units").
            if separator.trim().is_empty() {
                break;
            }
            codes.push((
                code.as_str().to_ascii_uppercase(),
                at + code.start(),
                at + code.end(),
            ));
            at += code.end();
        }
        codes
    }
}

fn item_of<'t>(captures: &Captures<'t>) -> Option<regex::Match<'t>> {
    captures.get(1)
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
    fn add(
        &mut self,
        kind: MentionKind,
        value: String,
        qualifier: Option<&'static str>,
        start: usize,
        end: usize,
    ) {
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

fn group_code(letters: &str) -> Option<&'static str> {
    ["CO", "PR", "OA", "PI"]
        .into_iter()
        .find(|group| group.eq_ignore_ascii_case(letters))
}

/// Whether a CARC can be written so: numbers to 399, or one of the lettered series.
fn is_reason(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) => (1..400).contains(&number),
        Err(_) => code.starts_with(['A', 'B', 'D', 'P', 'W', 'Y', 'a', 'b', 'd', 'p', 'w', 'y']),
    }
}

/// Whether a RARC can be written so: M1–M150, MA01–MA150, N1–N999.
fn is_remark(code: &str) -> bool {
    let digits = code.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let Ok(number) = digits.parse::<u32>() else {
        return false;
    };
    let highest = if code.starts_with('N') { 999 } else { 150 };
    (1..=highest).contains(&number) && (code.starts_with("MA") || !digits.starts_with('0'))
}

/// A mask, a tumour stage, a square metre or the head of a diagnosis rather than a remark.
fn is_other_use(text: &str, start: usize, end: usize, code: &str) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let continues = after
        .strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_alphanumeric()));
    let is_mask = code == "N95"
        && ["mask", "respirator"]
            .iter()
            .any(|word| after.trim_start().to_ascii_lowercase().starts_with(word));
    let previous = before
        .trim_end()
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let is_stage = previous.starts_with('T')
        && previous.len() <= 4
        && previous.bytes().any(|byte| byte.is_ascii_digit());
    let is_area = before.ends_with("kg/") || before.ends_with("mg/") || before.ends_with("g/");
    continues || is_mask || is_stage || is_area
}

/// In a list after a reason code a bare number counts only when nothing is counted with it ("CO-97, 3 units").
fn is_list_item(text: &str, start: usize, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let word = rest
        .trim_start()
        .split(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let is_apart = !rest.starts_with(char::is_whitespace) || word.is_empty();
    let is_list_word = ["and", "or", "denial", "denials", "denied", "on", "for"]
        .contains(&word.to_ascii_lowercase().as_str());
    let is_date = text
        .get(..start)
        .is_some_and(|before| before.ends_with('/'))
        && rest.starts_with('/');
    !continues_number(text, end) && !is_date && (is_apart || is_list_word)
}

/// Whether the number goes on: a decimal, a percentage, a date or a thousand.
fn continues_number(text: &str, end: usize) -> bool {
    let mut rest = text.get(end..).unwrap_or_default().chars();
    match rest.next() {
        Some('%') => true,
        Some('.' | ',' | '/' | '-') => {
            rest.next().is_some_and(|next| next.is_ascii_digit())
                && !text.get(end..).is_some_and(is_code_list)
        }
        _ => false,
    }
}

/// "99214,99215", "97/236" and "99214-25" go on as codes; "1,450", "1/15/2024" and "3.5" as numbers.
fn is_code_list(rest: &str) -> bool {
    let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    let is_date = rest
        .get(1 + digits..)
        .is_some_and(|after| after.starts_with('/'));
    match rest.bytes().next() {
        Some(b'-') => matches!(digits, 2 | 5),
        Some(b'/') => digits == 5 || (digits <= 3 && !is_date),
        Some(b',') => matches!(digits, 1 | 2 | 5),
        Some(_) | None => false,
    }
}

/// A number behind `$`, `#`, a hyphen or a state's letters is an amount, an account or a ZIP code.
fn is_identifier(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let glued = before.ends_with(['$', '#', '-', '.', '_', '@']);
    let trimmed = before.trim_end();
    let previous = trimmed
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let lower = previous.to_ascii_lowercase();
    let is_id_word = [
        "id", "account", "acct", "claim", "member", "zip", "ref", "no", "number", "mrn", "box",
        "group", "policy",
    ]
    .contains(&lower.as_str());
    let is_state = previous.len() == 2
        && trimmed.len() < before.len()
        && previous.bytes().all(|byte| byte.is_ascii_uppercase())
        && !["EM", "PT", "OT", "ST", "CT", "DX"].contains(&previous);
    glued || is_id_word || is_state
}

/// "G43709" as "G43.709".
fn dotted(code: &str) -> String {
    let upper = code.to_ascii_uppercase();
    match (upper.contains('.'), upper.get(..3), upper.get(3..)) {
        (false, Some(category), Some(rest)) if !rest.is_empty() => format!("{category}.{rest}"),
        _ => upper,
    }
}

/// Two-character modifiers in use (numbers and letters as published; no descriptors). Letters must be capitals.
fn is_modifier(code: &str) -> bool {
    MODIFIERS.binary_search(&code).is_ok()
}

const MODIFIERS: [&str; 113] = [
    "22", "23", "24", "25", "26", "27", "32", "33", "47", "50", "51", "52", "53", "54", "55", "56",
    "57", "58", "59", "62", "63", "66", "73", "74", "76", "77", "78", "79", "80", "81", "82", "90",
    "91", "92", "93", "95", "96", "97", "99", "AA", "AD", "AF", "AG", "AH", "AI", "AJ", "AS", "AT",
    "AY", "CA", "CO", "CQ", "CR", "CS", "E1", "E2", "E3", "E4", "EY", "F1", "F2", "F5", "FA", "FQ",
    "G0", "GA", "GC", "GE", "GN", "GO", "GP", "GQ", "GT", "GV", "GW", "GX", "GY", "GZ", "HO", "JW",
    "JZ", "KH", "KI", "KJ", "KX", "LC", "LD", "LT", "MS", "NU", "P3", "PT", "Q0", "Q1", "QK", "QS",
    "QW", "QX", "QY", "QZ", "RA", "RB", "RC", "RR", "RT", "SA", "SG", "TA", "TC", "XE", "XP", "XS",
    "XU",
];
