//! The weights as they lie in the program, four bytes a place: what `tests.rs` has written.

use super::features::{PLACES_POWER, Place};
use crate::privacy::guard::kinds::PhiKind;

/// What a token is judged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Place,
    Date,
    Number,
}

/// In the order of the bytes of a place.
pub(super) const KINDS: [Kind; 4] = [Kind::Name, Kind::Place, Kind::Date, Kind::Number];

impl Kind {
    pub(super) const fn phi(self) -> PhiKind {
        match self {
            Self::Name => PhiKind::Name,
            Self::Place => PhiKind::Geography,
            Self::Date => PhiKind::Date,
            Self::Number => PhiKind::OtherUniqueId,
        }
    }

    pub(super) const fn detector(self) -> &'static str {
        match self {
            Self::Name => "name.learned",
            Self::Place => "geo.learned",
            Self::Date => "date.learned",
            Self::Number => "id.learned",
        }
    }
}

pub(super) const PLACES: usize = 1 << PLACES_POWER;

/// So many make one in the logarithm of the odds.
pub(super) const UNIT: f32 = 16.0;

/// The logarithm of some odds, in units.
#[expect(clippy::cast_possible_truncation, reason = "a few units")]
pub(super) const fn bound(odds: f32) -> i32 {
    (odds * UNIT) as i32
}

/// The probability that a sum of weights stands for.
#[expect(clippy::cast_precision_loss, reason = "some thousand units at most")]
pub(super) fn score(sum: i32) -> f32 {
    1.0 / (1.0 + (-(sum as f32) / UNIT).exp())
}

/// A weight for each kind at each place.
#[derive(Clone, Copy)]
pub(super) struct Weights(&'static [[u8; 4]; PLACES]);

pub(super) static WEIGHTS: Weights = Weights::of(include_bytes!("../data/learned.bin"));

impl Weights {
    const fn of(bytes: &'static [u8; 4 * PLACES]) -> Self {
        Self(&bytes.as_chunks().0.as_chunks().0[0])
    }

    #[inline]
    pub(super) const fn at(self, place: Place) -> [u8; 4] {
        self.0[place % PLACES]
    }
}

/// The weights of all features of a token, added up.
#[derive(Default)]
pub(super) struct Sums([i32; 4]);

impl Sums {
    #[inline]
    pub(super) fn add(&mut self, weights: [u8; 4]) {
        for (sum, weight) in self.0.iter_mut().zip(weights) {
            *sum += i32::from(weight.cast_signed());
        }
    }

    pub(super) fn all(&self) -> [i32; KINDS.len()] {
        self.0
    }
}
