//! Undoes what hides text from a reader of bytes: compatibility forms, invisible characters, look-alikes, percent and entity
//! encoding. Every byte of the result remembers the characters it came from.

use super::word::{TOPS, no_less};
use std::borrow::Cow;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Text as the detectors read it.
pub(super) struct Normal<'t> {
    text: Cow<'t, str>,
    /// For each byte of `text`, the code points `from..to` of the original; `None` when every byte is its own code point.
    origins: Option<Vec<(u32, u32)>>,
}

impl<'t> Normal<'t> {
    /// Normalises `text`; plain ASCII costs one look at each byte.
    pub(super) fn of(text: &'t str) -> Self {
        if is_plain(text.as_bytes()) {
            return Self {
                text: Cow::Borrowed(text),
                origins: None,
            };
        }
        Writer::new(text).write_all(text)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The code points of the original, as (start, length), that bytes `start..end` came from.
    pub(super) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let Some(origins) = &self.origins else {
            return (start, end.saturating_sub(start));
        };
        let from = origins.get(start).map_or(0, |origin| origin.0);
        let to = end
            .checked_sub(1)
            .and_then(|last| origins.get(last))
            .map_or(from, |origin| origin.1);
        (from as usize, to.saturating_sub(from) as usize)
    }
}

/// Nothing to undo: ASCII, no control characters but tab and line ends, no encoded characters.
fn is_plain(bytes: &[u8]) -> bool {
    if is_plainest(bytes) {
        return true;
    }
    let is_unusual = |byte: u8| !(matches!(byte, b'\t' | b'\n' | b'\r') || (b' '..0x7f).contains(&byte));
    let may_encode = |byte: u8| (byte == b'%') | (byte == b'&');
    !holds(bytes, is_unusual) && (!holds(bytes, may_encode) || !holds_encoded(bytes))
}

/// What most texts are, looked at eight bytes at a time: printable ASCII of a single line without a percent sign or "&".
fn is_plainest(bytes: &[u8]) -> bool {
    let is_plain = |eight: &[u8; 8]| {
        let eight = u64::from_le_bytes(*eight);
        let may_encode = no_less(eight, b'%') & !no_less(eight, b'&' + 1);
        (no_less(eight, b' ') & !no_less(eight, 0x7f) & !may_encode & !eight) & TOPS == TOPS
    };
    // The last eight may have been among the others.
    bytes.len() >= 8 && { bytes.as_chunks().0.iter() }.chain(bytes.last_chunk()).all(is_plain)
}

/// Whether any byte is of a kind. Looking at all without an early exit, and keeping one byte of each look, lets the compiler use
/// vector instructions.
#[inline]
fn holds(bytes: &[u8], kind: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |found, byte| found | u8::from(kind(*byte))) != 0
}

/// Whether a character stands in its percent or entity form.
fn holds_encoded(bytes: &[u8]) -> bool {
    memchr::memchr2_iter(b'%', b'&', bytes).any(|at| match bytes.get(at..) {
        Some([b'%', high, low, ..]) => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        Some([b'&', b'#', ..]) => true,
        _ => false,
    })
}

struct Writer {
    text: String,
    origins: Vec<(u32, u32)>,
    from: u32,
    to: u32,
}

impl Writer {
    fn new(text: &str) -> Self {
        Self {
            text: String::with_capacity(text.len()),
            origins: Vec::with_capacity(text.len()),
            from: 0,
            to: 0,
        }
    }

    fn write_all<'t>(mut self, original: &str) -> Normal<'t> {
        let mut rest = original;
        while let Some(first) = rest.chars().next() {
            let (decoded, bytes, code_points) = decode(rest).unwrap_or((first, first.len_utf8(), 1));
            self.from = self.to;
            self.to += code_points;
            self.write(decoded);
            rest = rest.get(bytes..).unwrap_or("");
        }
        Normal {
            text: Cow::Owned(self.text),
            origins: Some(self.origins),
        }
    }

    fn write(&mut self, c: char) {
        if c.is_ascii() && !c.is_ascii_control() {
            return self.push(c);
        }
        match c {
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => self.push('\n'),
            '\t' | '\r' => self.push(' '),
            '§' => "section ".chars().for_each(|letter| self.push(letter)),
            _ if is_invisible(c) => {}
            _ if c.is_whitespace() => self.push(' '),
            _ => match look_alike(c) {
                Some(plain) => self.push(plain),
                None => self.write_decomposed(c),
            },
        }
    }

    /// The compatibility form of a character, at most four of it: some ligatures stand for a sentence, and would make a short text long.
    fn write_decomposed(&mut self, c: char) {
        let mut left = 4;
        decompose_compatible(c, |part| {
            if left > 0 {
                left -= 1;
                self.write_part(part);
            }
        });
    }

    fn write_part(&mut self, part: char) {
        if is_combining_mark(part) || is_invisible(part) {
            return;
        }
        if part.is_whitespace() {
            return self.push(' ');
        }
        self.push(look_alike(part).unwrap_or(part));
    }

    fn push(&mut self, c: char) {
        self.text.push(c);
        for _ in 0..c.len_utf8() {
            self.origins.push((self.from, self.to));
        }
    }
}

/// A percent-encoded or numeric-entity character at the start of `rest`: the character, its bytes and its code points there.
fn decode(rest: &str) -> Option<(char, usize, u32)> {
    match rest.as_bytes() {
        [b'%', ..] => decode_percent(rest.as_bytes()),
        [b'&', b'#', ..] => decode_entity(rest),
        _ => None,
    }
}

fn decode_percent(bytes: &[u8]) -> Option<(char, usize, u32)> {
    let byte_at = |index: usize| match bytes.get(index * 3..index * 3 + 3) {
        Some([b'%', high, low]) => Some((hex(*high)? << 4) | hex(*low)?),
        _ => None,
    };
    let first = byte_at(0)?;
    let count = match first {
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => return None,
    };
    let mut encoded = [0_u8; 3];
    for (index, slot) in encoded.iter_mut().enumerate().take(count) {
        *slot = byte_at(index)?;
    }
    let c = std::str::from_utf8(encoded.get(..count)?).ok()?.chars().next()?;
    Some((c, count * 3, u32::try_from(count * 3).ok()?))
}

fn hex(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}

fn decode_entity(rest: &str) -> Option<(char, usize, u32)> {
    let body = rest.get(2..)?;
    let end = body.bytes().take(9).position(|byte| byte == b';')?;
    let digits = body.get(..end)?;
    let value = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => digits.parse().ok()?,
    };
    let length = end + 3;
    Some((char::from_u32(value)?, length, u32::try_from(length).ok()?))
}

/// Characters a reader doesn't see.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The ASCII character that `c` is drawn like, where compatibility decomposition doesn't know it.
fn look_alike(c: char) -> Option<char> {
    if let Some(digit) = decimal_digit(c) {
        return Some(digit);
    }
    Some(match c {
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2043}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}'
        | '\u{30fc}'
        | '\u{2e3a}'
        | '\u{2e3b}' => '-',
        '‘' | '’' | '‚' | '‛' | 'ʼ' | 'ʹ' | '′' | '`' | '´' => '\'',
        '“' | '”' | '„' | '«' | '»' | '″' => '"',
        '·' | '•' | '‧' | '∙' | '。' | '｡' | '․' => '.',
        '⁄' | '∕' | '⧸' => '/',
        '∶' | '：' | '꞉' | 'ː' => ':',
        '™' | '®' | '©' | '°' => ' ',
        '≥' | '›' => '>',
        '≤' | '‹' => '<',
        '×' | 'х' | 'χ' => 'x',
        'а' | 'α' | 'ɑ' => 'a',
        'А' | 'Α' => 'A',
        'в' | 'В' | 'Β' => 'B',
        'Ь' | 'Ƅ' => 'b',
        'с' | 'ϲ' | 'ᴄ' => 'c',
        'С' | 'Ϲ' => 'C',
        'ԁ' | 'đ' | 'ð' => 'd',
        'Đ' | 'Ð' => 'D',
        'е' | 'ё' | 'є' => 'e',
        'Е' | 'Ё' | 'Ε' => 'E',
        'ɡ' | 'ց' => 'g',
        'һ' | 'հ' => 'h',
        'Н' | 'Η' => 'H',
        'і' | 'ι' | 'ı' | 'ɩ' => 'i',
        'І' | 'Ι' | 'Ӏ' => 'I',
        'ј' => 'j',
        'Ј' => 'J',
        'к' | 'κ' => 'k',
        'К' | 'Κ' => 'K',
        'ł' | 'ǀ' => 'l',
        'Ł' => 'L',
        'м' => 'm',
        'М' | 'Μ' => 'M',
        'ո' | 'η' => 'n',
        'Ν' => 'N',
        'о' | 'ο' | 'σ' | 'օ' | 'ø' => 'o',
        'О' | 'Ο' | 'Օ' | 'Ø' => 'O',
        'р' | 'ρ' => 'p',
        'Р' | 'Ρ' => 'P',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' | 'ꜱ' | 'ß' => 's',
        'Ѕ' => 'S',
        'т' | 'τ' => 't',
        'Т' | 'Τ' => 'T',
        'υ' | 'ս' | 'µ' | 'μ' => 'u',
        'ѵ' | 'ν' => 'v',
        'ԝ' | 'ω' => 'w',
        'Х' | 'Χ' => 'X',
        'у' | 'γ' => 'y',
        'У' | 'Υ' | 'Ү' => 'Y',
        'Ζ' => 'Z',
        'æ' => 'e',
        _ => return None,
    })
}

/// The first of the ten decimal digits in every script's block that compatibility decomposition leaves alone.
const ZEROS: [u32; 24] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
    0x17e0, 0x1810, 0x1946, 0x19d0, 0xa620, 0xa8d0, 0xa900, 0xff10,
];

fn decimal_digit(c: char) -> Option<char> {
    let code = u32::from(c);
    if code < 0x660 {
        return None;
    }
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}
