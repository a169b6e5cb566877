//! What a code looks like, and what only looks like one: the judgement behind the patterns of `extract_codes.rs`.

/// The group of an adjustment, in capitals.
pub fn group_code(letters: &str) -> Option<&'static str> {
    ["CO", "PR", "OA", "PI"]
        .into_iter()
        .find(|group| group.eq_ignore_ascii_case(letters))
}

/// Whether a CARC can be written so: numbers to 399, or one of the lettered series.
pub fn is_reason(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) => (1..400).contains(&number),
        Err(_) => code.starts_with(['A', 'B', 'D', 'P', 'W', 'Y', 'a', 'b', 'd', 'p', 'w', 'y']),
    }
}

/// Whether a RARC can be written so: M1–M150, MA01–MA150, N1–N999.
pub fn is_remark(code: &str) -> bool {
    let digits = code.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let Ok(number) = digits.parse::<u32>() else {
        return false;
    };
    let highest = if code.starts_with('N') { 999 } else { 150 };
    (1..=highest).contains(&number) && (code.starts_with("MA") || !digits.starts_with('0'))
}

/// A mask, a tumour stage, a square metre or the head of a diagnosis rather than a remark.
pub fn is_other_use(text: &str, start: usize, end: usize, code: &str) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let continues = after
        .strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_alphanumeric()));
    let is_mask = code == "N95"
        && ["mask", "respirator"]
            .iter()
            .any(|word| after.trim_start().to_ascii_lowercase().starts_with(word));
    let previous = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    let is_stage =
        previous.starts_with('T') && previous.len() <= 4 && previous.bytes().any(|byte| byte.is_ascii_digit());
    let is_area = before.ends_with("kg/") || before.ends_with("mg/") || before.ends_with("g/");
    continues || is_mask || is_stage || is_area
}

/// In a list after a reason code a bare number counts only when nothing is counted with it ("CO-97, 3 units").
pub fn is_list_item(text: &str, start: usize, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let word = rest
        .trim_start()
        .split(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let is_apart = !rest.starts_with(char::is_whitespace) || word.is_empty();
    let is_list_word =
        ["and", "or", "denial", "denials", "denied", "on", "for"].contains(&word.to_ascii_lowercase().as_str());
    let is_date = text.get(..start).is_some_and(|before| before.ends_with('/')) && rest.starts_with('/');
    !continues_number(text, end) && !is_date && (is_apart || is_list_word)
}

/// Whether the number goes on: a decimal, a percentage, a date or a thousand.
pub fn continues_number(text: &str, end: usize) -> bool {
    let mut rest = text.get(end..).unwrap_or_default().chars();
    match rest.next() {
        Some('%') => true,
        Some('.' | ',' | '/' | '-') => {
            rest.next().is_some_and(|next| next.is_ascii_digit()) && !text.get(end..).is_some_and(is_code_list)
        }
        _ => false,
    }
}

/// "99214,99215", "97/236" and "99214-25" go on as codes; "1,450", "1/15/2024" and "3.5" as numbers.
pub fn is_code_list(rest: &str) -> bool {
    let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    let is_date = rest.get(1 + digits..).is_some_and(|after| after.starts_with('/'));
    match rest.bytes().next() {
        Some(b'-') => matches!(digits, 2 | 5),
        Some(b'/') => digits == 5 || (digits <= 3 && !is_date),
        Some(b',') => matches!(digits, 1 | 2 | 5),
        Some(_) | None => false,
    }
}

/// A number behind `$`, `#`, a hyphen or a state's letters is an amount, an account or a ZIP code.
pub fn is_identifier(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let glued = before.ends_with(['$', '#', '-', '.', '_', '@']);
    let trimmed = before.trim_end();
    let previous = trimmed
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let lower = previous.to_ascii_lowercase();
    let is_id_word = [
        "id", "account", "acct", "claim", "member", "zip", "ref", "no", "number", "mrn", "box", "group", "policy",
    ]
    .contains(&lower.as_str());
    let is_state = previous.len() == 2
        && trimmed.len() < before.len()
        && previous.bytes().all(|byte| byte.is_ascii_uppercase())
        && !["EM", "PT", "OT", "ST", "CT", "DX"].contains(&previous);
    glued || is_id_word || is_state
}

/// "G43709" as "G43.709".
pub fn dotted(code: &str) -> String {
    let upper = code.to_ascii_uppercase();
    match (upper.contains('.'), upper.get(..3), upper.get(3..)) {
        (false, Some(category), Some(rest)) if !rest.is_empty() => format!("{category}.{rest}"),
        _ => upper,
    }
}

/// Two-character modifiers in use (numbers and letters as published; no descriptors). Letters must be capitals.
pub fn is_modifier(code: &str) -> bool {
    MODIFIERS.binary_search(&code).is_ok()
}

const MODIFIERS: [&str; 113] = [
    "22", "23", "24", "25", "26", "27", "32", "33", "47", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59",
    "62", "63", "66", "73", "74", "76", "77", "78", "79", "80", "81", "82", "90", "91", "92", "93", "95", "96", "97",
    "99", "AA", "AD", "AF", "AG", "AH", "AI", "AJ", "AS", "AT", "AY", "CA", "CO", "CQ", "CR", "CS", "E1", "E2", "E3",
    "E4", "EY", "F1", "F2", "F5", "FA", "FQ", "G0", "GA", "GC", "GE", "GN", "GO", "GP", "GQ", "GT", "GV", "GW", "GX",
    "GY", "GZ", "HO", "JW", "JZ", "KH", "KI", "KJ", "KX", "LC", "LD", "LT", "MS", "NU", "P3", "PT", "Q0", "Q1", "QK",
    "QS", "QW", "QX", "QY", "QZ", "RA", "RB", "RC", "RR", "RT", "SA", "SG", "TA", "TC", "XE", "XP", "XS", "XU",
];
