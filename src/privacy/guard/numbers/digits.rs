//! Groups of digits as people write numbers: "402-19-8877", "(559) 555-0142", "4111 1111 1111 1111".

use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};

/// Longest number, in groups and in digits.
const GROUPS_MAX: usize = 8;
const DIGITS_MAX: usize = 48;

/// Consecutive groups of digits, and what separates them. Kept on the stack: one is read for every number of a text.
pub(super) struct Groups {
    count: usize,
    lengths: [usize; GROUPS_MAX],
    /// What stands before each group: `-`, `.`, `/`, `)` or a blank; 0 before the first.
    separators: [u8; GROUPS_MAX],
    /// Index of the last token of each group.
    lasts: [usize; GROUPS_MAX],
    digit_count: usize,
    digits: [u8; DIGITS_MAX],
    /// A line break stands between two groups.
    pub(super) crosses_line: bool,
}

impl Groups {
    /// Reads the groups that begin at token `at`; with `join_lines`, a line break inside a group is no separator.
    pub(super) fn read(page: &Page, at: usize, join_lines: bool) -> Self {
        let mut groups = Self {
            count: 0,
            lengths: [0; GROUPS_MAX],
            separators: [0; GROUPS_MAX],
            lasts: [0; GROUPS_MAX],
            digit_count: 0,
            digits: [0; DIGITS_MAX],
            crosses_line: false,
        };
        let mut next = at;
        let mut separator = 0;
        while page.token(next).is_some_and(|token| is_digit_like(page, next, token)) {
            if !groups.push(page, next, separator, join_lines) {
                break;
            }
            let Some((step, found)) = separator_after(page, next) else {
                break;
            };
            separator = found;
            next += step;
        }
        groups
    }

    /// Adds the token's digits; false when there is no room for them.
    fn push(&mut self, page: &Page, at: usize, separator: u8, join_lines: bool) -> bool {
        let word = without_extension(page.word(at));
        let breaks_line = self.count > 0 && page.gap(at) == Gap::Line;
        let continues_group = join_lines && separator == b' ' && breaks_line;
        let Some(room) = self.digits.get_mut(self.digit_count..self.digit_count + word.len()) else {
            return false;
        };
        let index = if continues_group { self.count - 1 } else { self.count };
        let (Some(length), Some(last), Some(before)) = (
            self.lengths.get_mut(index),
            self.lasts.get_mut(index),
            self.separators.get_mut(index),
        ) else {
            return false;
        };
        for (slot, byte) in room.iter_mut().zip(word.bytes()) {
            *slot = as_digit(byte);
        }
        *length += word.len();
        *last = at;
        if !continues_group {
            *before = separator;
            self.count += 1;
        }
        self.digit_count += word.len();
        self.crosses_line |= breaks_line;
        true
    }

    /// Whether groups joined over a line's end can be others than these.
    pub(super) const fn may_cross_line(&self) -> bool {
        self.crosses_line || self.count == GROUPS_MAX
    }

    /// Length of each group.
    pub(super) fn lengths(&self) -> &[usize] {
        self.lengths.get(..self.count).unwrap_or(&[])
    }

    /// What stands between the first `count` groups.
    pub(super) fn separators(&self, count: usize) -> &[u8] {
        self.separators.get(1..count.min(self.count)).unwrap_or(&[])
    }

    /// Index of the last token of each group.
    pub(super) fn lasts(&self) -> &[usize] {
        self.lasts.get(..self.count).unwrap_or(&[])
    }

    /// All digits, as ASCII.
    pub(super) fn digits(&self) -> &[u8] {
        self.digits.get(..self.digit_count).unwrap_or(&[])
    }

    /// Whether the first groups have exactly these lengths.
    pub(super) fn starts_with(&self, lengths: &[usize]) -> bool {
        self.lengths().starts_with(lengths)
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
        count < self.count && self.separators.get(count).is_some_and(|separator| *separator != b' ')
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
    if next.mark == b'.' && !matches!(page.gap(at + 2), Gap::Glued | Gap::Line) {
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
        Some((number, extension)) if !number.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit()) => {
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
