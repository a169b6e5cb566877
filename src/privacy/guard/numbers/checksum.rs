//! Check digits and number rules of the identifiers that have them.

/// Luhn's sum of decimal digits: cards, IMEI.
pub(super) fn is_luhn(digits: &[u8]) -> bool {
    luhn_sum(digits).is_multiple_of(10)
}

fn luhn_sum(digits: &[u8]) -> u32 {
    digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            let doubled = if place % 2 == 1 { value * 2 } else { value };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum()
}

/// A National Provider Identifier: ten digits from 1 or 2 on, Luhn with the prefix 80840 (worth 24).
pub(super) fn is_npi(digits: &[u8]) -> bool {
    digits.len() == 10 && matches!(digits.first(), Some(b'1' | b'2')) && (luhn_sum(digits) + 24).is_multiple_of(10)
}

/// A payment card: 13 to 19 digits of a known issuer range with a valid Luhn sum.
pub(super) fn is_card(digits: &[u8]) -> bool {
    let is_issuer = matches!(
        digits,
        [b'3', b'0' | b'4'..=b'9', ..]
            | [b'4' | b'5', ..]
            | [b'6', b'0' | b'2'..=b'9', ..]
            | [b'2', b'2'..=b'7', ..]
            | [b'1', b'8', b'0', b'0', ..]
            | [b'2', b'1', b'3', b'1', ..]
    );
    (12..=19).contains(&digits.len()) && is_issuer && is_luhn(digits)
}

/// Social Security numbers that can have been issued (SSA: no area 000, 666 or 9xx, no group 00, no serial 0000).
pub(super) fn is_issued_ssn(digits: &[u8]) -> bool {
    match digits {
        [b'0', b'0', b'0', ..] | [b'6', b'6', b'6', ..] => false,
        [b'9', ..] => is_itin(digits),
        [_, _, _, b'0', b'0', ..] => false,
        [_, _, _, _, _, serial @ ..] => digits.len() == 9 && serial != b"0000",
        _ => false,
    }
}

/// Individual Taxpayer Identification Numbers: 9xx with a group of 50-65, 70-88, 90-92 or 94-99.
fn is_itin(digits: &[u8]) -> bool {
    let group = match digits {
        [_, _, _, tens, units, ..] if digits.len() == 9 => {
            (tens.wrapping_sub(b'0')).saturating_mul(10) + units.wrapping_sub(b'0')
        }
        _ => return false,
    };
    matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// A Medicare Beneficiary Identifier: 11 places, letters without S, L, O, I, B, Z (CMS: C A AN N A AN N A A N N).
pub(super) fn is_mbi(text: &[u8]) -> bool {
    let letter = |byte: u8| {
        byte.is_ascii_alphabetic() && !matches!(byte.to_ascii_uppercase(), b'S' | b'L' | b'O' | b'I' | b'B' | b'Z')
    };
    let digit = |byte: u8| byte.is_ascii_digit();
    let either = |byte: u8| letter(byte) || digit(byte);
    match text {
        [a, b, c, d, e, f, g, h, i, j, k] => {
            matches!(a, b'1'..=b'9')
                && letter(*b)
                && either(*c)
                && digit(*d)
                && letter(*e)
                && either(*f)
                && digit(*g)
                && letter(*h)
                && letter(*i)
                && digit(*j)
                && digit(*k)
        }
        _ => false,
    }
}

/// A DEA registration: two letters, seven digits, the last of which checks the others.
pub(super) fn is_dea(text: &[u8]) -> bool {
    let [kind, _, number @ ..] = text else {
        return false;
    };
    if number.len() != 7
        || !number.iter().all(u8::is_ascii_digit)
        || !text.iter().take(2).all(u8::is_ascii_alphabetic)
        || !b"ABCDEFGHJKLMPRSTUX".contains(&kind.to_ascii_uppercase())
    {
        return false;
    }
    let place = |index: usize| number.get(index).map_or(0, |digit| u32::from(digit - b'0'));
    let sum = place(0) + place(2) + place(4) + 2 * (place(1) + place(3) + place(5));
    sum % 10 == place(6)
}

/// A Vehicle Identification Number: 17 places without I, O, Q, check digit in the ninth (49 CFR 565).
pub(super) fn is_vin(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if text.len() != 17 || text.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut sum = 0;
    for (byte, weight) in text.iter().zip(WEIGHTS) {
        let Some(value) = vin_value(byte.to_ascii_uppercase()) else {
            return false;
        };
        sum += value * weight;
    }
    let check = text.get(8).map(u8::to_ascii_uppercase);
    check
        == if sum % 11 == 10 {
            Some(b'X')
        } else {
            char::from_digit(sum % 11, 10).map(|digit| digit as u8)
        }
}

fn vin_value(byte: u8) -> Option<u32> {
    Some(match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'N' => u32::from(byte - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => return None,
    })
}

/// Lengths of IBANs and the countries that have them (SWIFT's IBAN registry).
const IBAN_LENGTHS: [(usize, &str); 18] = [
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FK FO GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BI DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

/// An IBAN: a country's two letters, two check digits, letters or digits to the country's length, remainder 1 modulo 97 (ISO 13616).
pub(super) fn is_iban(text: &[u8]) -> bool {
    let (Some([one, two, digits @ ..]), Some(body)) = (text.first_chunk::<4>(), text.get(4..)) else {
        return false;
    };
    let country = [one.to_ascii_uppercase(), two.to_ascii_uppercase()];
    let has_length = IBAN_LENGTHS.iter().any(|(length, countries)| {
        *length == text.len() && countries.split(' ').any(|known| known.as_bytes() == country)
    });
    if !has_length || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let head = text.iter().take(4);
    let mut remainder = 0_u32;
    for byte in body.iter().chain(head) {
        remainder = match char::from(*byte).to_digit(36) {
            Some(value) if value < 10 => (remainder * 10 + value) % 97,
            Some(value) => (remainder * 100 + value) % 97,
            None => return false,
        };
    }
    remainder == 1
}

/// A Romanian personal numeric code: 13 digits, a birth date inside, the last digit a weighted check.
pub(super) fn is_cnp(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9];
    if digits.len() != 13 || !digits.iter().all(u8::is_ascii_digit) || digits.first() == Some(&b'0') {
        return false;
    }
    let place = |index: usize| digits.get(index).map_or(0, |digit| u32::from(digit - b'0'));
    let month = place(3) * 10 + place(4);
    let day = place(5) * 10 + place(6);
    let sum: u32 = WEIGHTS
        .iter()
        .enumerate()
        .map(|(index, weight)| place(index) * weight)
        .sum();
    let check = if sum % 11 == 10 { 1 } else { sum % 11 };
    (1..=12).contains(&month) && (1..=31).contains(&day) && check == place(12)
}

/// A Brazilian CPF: eleven digits, two weighted check digits, not all the same.
pub(super) fn is_cpf(digits: &[u8]) -> bool {
    if digits.len() != 11 || digits.windows(2).all(|pair| pair.first() == pair.last()) {
        return false;
    }
    let place = |index: usize| digits.get(index).map_or(0, |digit| u32::from(digit.wrapping_sub(b'0')));
    let check = |count: usize| {
        let sum: u32 = (0..count)
            .map(|index| place(index) * u32::try_from(count + 1 - index).unwrap_or(0))
            .sum();
        (sum * 10) % 11 % 10
    };
    check(9) == place(9) && check(10) == place(10)
}

/// An Aadhaar number: twelve digits from 2 on, Verhoeff's check.
pub(super) fn is_aadhaar(digits: &[u8]) -> bool {
    if digits.len() != 12 || matches!(digits.first(), Some(b'0' | b'1')) {
        return false;
    }
    let check = digits.iter().rev().enumerate().fold(0_u8, |check, (place, digit)| {
        dihedral(check, permute(place % 8, digit.wrapping_sub(b'0')))
    });
    check == 0
}

/// Multiplication in the dihedral group of order ten.
const fn dihedral(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a - 5 + 5 - (b - 5)) % 5,
    }
}

/// Verhoeff's permutation, applied `times` times.
fn permute(times: usize, digit: u8) -> u8 {
    const ONCE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    (0..times).fold(digit, |value, _| ONCE.get(usize::from(value)).copied().unwrap_or(0))
}
