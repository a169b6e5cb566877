//! The features of a token: itself, its neighbours, and what the lists tell of them.
//!
//! A change here asks for new weights, see `tests.rs`.

use crate::privacy::guard::hash::eight_bytes;
use crate::privacy::guard::page::Page;
use crate::privacy::guard::token::{Shape, Token};
use crate::privacy::guard::words;

/// Where a feature's weights are.
pub(super) type Place = usize;

/// How many places there are, as a power of two. Features that share one share its weights, which costs little.
pub(super) const PLACES_POWER: u32 = 16;

/// What a feature tells of. The number is part of its place.
#[derive(Clone, Copy)]
enum Of {
    Any,
    Word,
    WordBefore,
    WordAfter,
    SecondBefore,
    SecondAfter,
    Between,
    Form,
    FormBefore,
    FormAfter,
    FormsAround,
    FormWordBefore,
    FormWordAfter,
    Known,
    FormKnown,
    KnownBefore,
    KnownAfter,
    KnownPairBefore,
    KnownPairAfter,
    KnownWordBefore,
    KnownWordAfter,
    Length,
    Head,
    Tail,
    ShortTail,
    /// Cues and classes have a number for each token around.
    Cue = 32,
    Class = 40,
}

/// The features in parts, the cheapest and most telling first: most words are dismissed by those alone.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// The words beside it.
    Beside,
    /// Shapes and letters, and words further on.
    Forms,
    /// What the dictionary knows.
    Dictionary,
    /// Cues and classes of the words around.
    Cues,
}

pub(super) const PARTS: [Part; 4] = [Part::Beside, Part::Forms, Part::Dictionary, Part::Cues];

/// How far around the token cues are features, and classes of words.
const CUES_REACH: isize = 2;
const CLASSES_REACH: isize = 1;

/// Lengths above this one are told as this one.
const LENGTH_MAX: usize = 12;

/// A token and what stands around it.
pub(super) struct Surroundings<'p> {
    page: &'p Page<'p>,
    at: usize,
    token: &'p Token,
}

impl<'p> Surroundings<'p> {
    /// Of a token, if there is one.
    pub(super) fn of(page: &'p Page, at: usize) -> Option<Self> {
        let token = page.token(at)?;
        Some(Self { page, at, token })
    }

    /// Tells each feature of a part once.
    #[inline]
    pub(super) fn each(&self, part: Part, mut tell: impl FnMut(Place)) {
        let tell = &mut tell;
        match part {
            Part::Beside => self.beside(&mut |of, value| tell(place(of as u64, value))),
            Part::Forms => self.forms(&mut |of, value| tell(place(of as u64, value))),
            Part::Dictionary => self.dictionary(&mut |of, value| tell(place(of as u64, value))),
            Part::Cues => self.cues_and_classes(tell),
        }
    }

    #[inline]
    fn beside(&self, tell: &mut impl FnMut(Of, u64)) {
        let form = self.form();
        let (before, after) = (self.word(-1), self.word(1));
        tell(Of::Any, 0);
        tell(Of::Word, self.word(0));
        tell(Of::WordBefore, before);
        tell(Of::WordAfter, after);
        tell(Of::FormBefore, form | self.shape(-1) << 4);
        tell(Of::FormAfter, form | self.shape(1) << 4);
        tell(Of::FormWordBefore, pair(form, before));
        tell(Of::FormWordAfter, pair(form, after));
    }

    #[inline]
    fn forms(&self, tell: &mut impl FnMut(Of, u64)) {
        let form = self.form();
        tell(Of::SecondBefore, self.word(-2));
        tell(Of::SecondAfter, self.word(2));
        tell(Of::Between, pair(self.word(-1), self.word(1)));
        let stands = u64::from(self.token.starts_sentence)
            | u64::from(self.token.possessive) << 1
            | (self.token.gap as u64) << 2;
        tell(Of::Form, form | stands << 4);
        tell(Of::FormsAround, form | self.shape(-1) << 4 | self.shape(1) << 8);
        tell(Of::Length, length(self.token));
        if self.token.is_word() {
            let (head, tail) = self.ends();
            tell(Of::Head, head);
            tell(Of::Tail, tail);
            tell(Of::ShortTail, tail >> 8);
        }
    }

    #[inline]
    fn dictionary(&self, tell: &mut impl FnMut(Of, u64)) {
        let form = self.form();
        let (before, known, after) = (self.known(-1), self.known(0), self.known(1));
        tell(Of::Known, known);
        tell(Of::FormKnown, form | known << 8);
        tell(Of::KnownBefore, form | before << 8);
        tell(Of::KnownAfter, form | after << 8);
        tell(Of::KnownPairBefore, known | before << 16);
        tell(Of::KnownPairAfter, known | after << 16);
        tell(Of::KnownWordBefore, pair(known, self.word(-1)));
        tell(Of::KnownWordAfter, pair(known, self.word(1)));
    }

    fn cues_and_classes(&self, tell: &mut impl FnMut(Place)) {
        for (step, number) in (-CUES_REACH..=CUES_REACH).zip(0..) {
            let Some(at) = self.at.checked_add_signed(step) else {
                continue;
            };
            let Some(near) = self.page.token(at) else { continue };
            each_bit(near.cues, |bit| tell(place(Of::Cue as u64 + number, bit)));
            if step.abs() <= CLASSES_REACH {
                each_bit(words::all(self.page, at), |bit| {
                    tell(place(Of::Class as u64 + number, bit));
                });
            }
        }
    }

    fn near(&self, step: isize) -> Option<&'p Token> {
        self.page.token(self.at.checked_add_signed(step)?)
    }

    /// What a word is told by; of numbers the length only.
    fn word(&self, step: isize) -> u64 {
        self.near(step).map_or(1, |token| match token.shape {
            Shape::Digits => 0x100 + length(token),
            Shape::Mixed => 0x200 + length(token),
            Shape::Lower | Shape::Title | Shape::Upper | Shape::Mark => token.hash,
        })
    }

    fn shape(&self, step: isize) -> u64 {
        self.near(step).map_or(7, |token| token.shape as u64)
    }

    /// The shape, and whether the text does without capitals.
    fn form(&self) -> u64 {
        (self.token.shape as u64) << 1 | u64::from(self.page.is_informal())
    }

    fn known(&self, step: isize) -> u64 {
        self.at.checked_add_signed(step).map_or(0, |at| {
            self.page.dictionary(at) | u64::from(self.page.starts_dictionary_phrase(at)) << 15
        })
    }

    /// The first three and the last three letters of a word, in small letters.
    fn ends(&self) -> (u64, u64) {
        let bytes = self.page.text.as_bytes();
        let length = self.token.len().min(3);
        let kept = (1_u64 << (8 * length)) - 1;
        let letters = |at: usize| eight_bytes(bytes, at) & kept | 0x0020_2020 & kept;
        (
            letters(self.token.start as usize),
            letters(self.token.end as usize - length),
        )
    }
}

fn length(token: &Token) -> u64 {
    token.len().min(LENGTH_MAX) as u64
}

fn each_bit(mut bits: u64, mut tell: impl FnMut(u64)) {
    while bits != 0 {
        tell(u64::from(bits.trailing_zeros()));
        bits &= bits - 1;
    }
}

const fn pair(one: u64, other: u64) -> u64 {
    one.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ other
}

/// Where the weights of a feature are: the top bits of a product, which all bits of both have part in.
#[inline]
fn place(of: u64, value: u64) -> Place {
    let mixed = (value ^ of << 57).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let mixed = (mixed ^ mixed >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15 + (of << 1));
    usize::try_from(mixed >> (64 - PLACES_POWER)).unwrap_or(0)
}
