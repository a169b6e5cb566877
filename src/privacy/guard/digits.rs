//! Groups of digits as people write numbers: "402-19-8877", "(559) 555-0142", "4111 1111 1111 1111".

use super::page::Page;
use super::token::{Gap, Shape, Token};

/// Longest number, in groups.
const GROUPS_MAX: usize = 8;
const DIGITS_MAX: usize = 40;

/// Consecutive groups of digits, and what separates them.
#[derive(Default, Clone)]
pub(super) struct Groups {
    /// Length of each group.
    pub(super) lengths: Vec<usize>,
    /// What stands before each group but the first: `-`, `.`, `/`, `)` or a blank.
    pub(super) separators: Vec<u8>,
    /// Index of the last token of each group.
    pub(super) lasts: Vec<usize>,
    /// All digits, as ASCII.
    pub(super) digits: Vec<u8>,
}

impl Groups {
    /// Reads the groups that begin at token `at`; with `join_lines`, a line break inside a group is no separator.
    pub(super) fn read(page: &Page, at: usize, join_lines: bool) -> Self {
        let mut groups = Self::default();
        let mut next = at;
        let mut separator = 0;
        while groups.lengths.len() < GROUPS_MAX && groups.digits.len() < DIGITS_MAX {
            if !page
                .token(next)
                .is_some_and(|token| is_digit_like(page, next, token))
            {
                break;
            }
            groups.push(page, next, separator, join_lines);
            let Some((step, found)) = separator_after(page, next) else {
                break;
            };
            separator = found;
            next += step;
        }
        groups
    }

    fn push(&mut self, page: &Page, at: usize, separator: u8, join_lines: bool) {
        let word = without_extension(page.word(at));
        self.digits.extend(word.bytes().map(as_digit));
        let continues_group = join_lines && separator == b' ' && page.gap(at) == Gap::Line;
        match (self.lengths.last_mut(), self.lasts.last_mut()) {
            (Some(length), Some(last)) if continues_group => {
                *length += word.len();
                *last = at;
            }
            (previous, _) => {
                if previous.is_some() {
                    self.separators.push(separator);
                }
                self.lengths.push(word.len());
                self.lasts.push(at);
            }
        }
    }

    /// Whether the first groups have exactly these lengths.
    pub(super) fn starts_with(&self, lengths: &[usize]) -> bool {
        self.lengths.starts_with(lengths)
    }

    /// The digits of the first `count` groups.
    pub(super) fn digits_of(&self, count: usize) -> &[u8] {
        let length: usize = self.lengths.iter().take(count).sum();
        self.digits.get(..length).unwrap_or(&[])
    }

    /// The last token of the first `count` groups.
    pub(super) fn last_of(&self, count: usize) -> usize {
        count
            .checked_sub(1)
            .and_then(|index| self.lasts.get(index))
            .copied()
            .unwrap_or(0)
    }

    /// Whether a further group is attached to the first `count` without a blank.
    pub(super) fn continues_after(&self, count: usize) -> bool {
        count
            .checked_sub(1)
            .and_then(|index| self.separators.get(index))
            .is_some_and(|separator| *separator != b' ')
    }
}

/// The step to the next group and what separates it.
fn separator_after(page: &Page, at: usize) -> Option<(usize, u8)> {
    let next = page.token(at + 1)?;
    if next.gap == Gap::Paragraph {
        return None;
    }
    if next.mark == 0 {
        return (next.gap != Gap::Glued).then_some((1, b' '));
    }
    if !matches!(next.mark, b'-' | b'.' | b'/' | b')') || page.gap(at + 2) == Gap::Paragraph {
        return None;
    }
    if next.mark == b'.' && page.gap(at + 2) != Gap::Glued {
        return None;
    }
    if next.mark == b')' && page.mark_is(at + 2, b'-') {
        return Some((3, b')'));
    }
    Some((2, next.mark))
}

/// Digits, or digits in which a look-alike letter stands for 0 or 1.
fn is_digit_like(page: &Page, at: usize, token: &Token) -> bool {
    match token.shape {
        Shape::Digits => true,
        Shape::Mixed => {
            let word = without_extension(page.word(at));
            word.starts_with(|c: char| c.is_ascii_digit())
                && word.len() <= 12
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || matches!(byte, b'O' | b'o' | b'l' | b'I'))
        }
        Shape::Lower | Shape::Title | Shape::Upper | Shape::Mark => false,
    }
}

/// "0142x751" without the extension.
fn without_extension(word: &str) -> &str {
    match word.split_once(['x', 'X']) {
        Some((number, extension))
            if !number.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            number
        }
        _ => word,
    }
}

fn as_digit(byte: u8) -> u8 {
    match byte {
        b'O' | b'o' => b'0',
        b'l' | b'I' => b'1',
        other => other,
    }
}
