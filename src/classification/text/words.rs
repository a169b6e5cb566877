//! Words of a text with their code-point spans: compatibility-normalised, lower case, a light stem.

use super::Span;
use unicode_normalization::UnicodeNormalization;

/// One word as read, with the place it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Normalised, lower case; inner `/`, `.` and `,` survive between digits or after one letter ("w/o", "m54.5").
    pub text: String,
    /// Where it stands in the original text.
    pub span: Span,
}

/// Splits `text` into words. Apostrophes inside a word vanish ("req'd" → "reqd"), hyphens split.
pub fn words(text: &str) -> Vec<Word> {
    let mut reader = Reader::default();
    let mut chars = text.chars().enumerate().peekable();
    while let Some((index, original)) = chars.next() {
        let next = chars.peek().map(|(_, following)| *following);
        reader.take(index, original, next);
    }
    reader.finish();
    reader.words
}

#[derive(Default)]
struct Reader {
    words: Vec<Word>,
    current: String,
    start: u32,
    end: u32,
}

impl Reader {
    fn take(&mut self, index: usize, original: char, next: Option<char>) {
        let position = u32::try_from(index).unwrap_or(u32::MAX - 1);
        if original.is_ascii() {
            self.take_normal(position, original.to_ascii_lowercase(), next);
        } else if is_invisible(original) {
            // A zero-width character never splits a word.
        } else {
            for folded in std::iter::once(original).nfkc().flat_map(char::to_lowercase) {
                self.take_normal(position, folded, next);
            }
        }
    }

    fn take_normal(&mut self, position: u32, letter: char, next: Option<char>) {
        if letter.is_alphanumeric() {
            if self.current.is_empty() {
                self.start = position;
            }
            self.current.push(letter);
            self.end = position + 1;
        } else if !self.joins(letter, next) {
            self.finish();
        }
    }

    /// Whether a mark belongs inside the current word; pushes it when it carries meaning.
    fn joins(&mut self, mark: char, next: Option<char>) -> bool {
        let Some(last) = self.current.chars().last() else {
            return false;
        };
        let Some(next) = next else { return false };
        match mark {
            '\'' | '\u{2019}' => last.is_alphabetic() && next.is_alphabetic(),
            '.' | ',' => self.keep(mark, last.is_ascii_digit() && next.is_ascii_digit()),
            '/' => {
                let one_letter = self.current.len() == 1 && next.is_alphanumeric();
                self.keep(mark, one_letter || (last.is_ascii_digit() && next.is_ascii_digit()))
            }
            '&' => self.keep(mark, self.current.len() == 1 && next.is_alphabetic()),
            _ => false,
        }
    }

    fn keep(&mut self, mark: char, wanted: bool) -> bool {
        if wanted {
            self.current.push(mark);
        }
        wanted
    }

    fn finish(&mut self) {
        if !self.current.is_empty() {
            let text = std::mem::take(&mut self.current);
            self.words.push(Word {
                text,
                span: Span {
                    start: self.start,
                    end: self.end,
                },
            });
        }
    }
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Strips the common English endings, lightly: "denied" and "denies" meet, "necessary" and "necessity" need not.
pub fn stem(word: &str) -> String {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let base = strip_plural(word);
    let base = strip_participle(&base);
    match base.strip_suffix('e') {
        Some(shorter) if shorter.len() >= 3 => shorter.to_owned(),
        _ => base,
    }
}

fn strip_plural(word: &str) -> String {
    if let Some(base) = word.strip_suffix("ies") {
        return format!("{base}y");
    }
    for suffix in ["sses", "shes", "ches", "xes"] {
        if word.ends_with(suffix) {
            return word[..word.len() - 2].to_owned();
        }
    }
    let keeps_s = ["ss", "us", "is"].iter().any(|suffix| word.ends_with(suffix));
    word.strip_suffix('s').filter(|_| !keeps_s).unwrap_or(word).to_owned()
}

fn strip_participle(word: &str) -> String {
    if let Some(base) = word.strip_suffix("ied") {
        return format!("{base}y");
    }
    let stripped = ["ing", "ed"].iter().find_map(|suffix| word.strip_suffix(suffix));
    let Some(base) = stripped.filter(|base| base.len() >= 3 && base.bytes().any(is_vowel)) else {
        return word.to_owned();
    };
    let bytes = base.as_bytes();
    match bytes {
        [.., before, last] if before == last && !matches!(last, b'l' | b's' | b'z') => {
            base[..base.len() - 1].to_owned()
        }
        _ => base.to_owned(),
    }
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}
