//! Which records of a segment hold a feature.

/// Slots that are counted together: two bytes for each of them fit the first-level cache.
pub(super) const STRATUM: usize = 1 << 14;

/// For each feature the slots that hold it, ascending, and where each stratum begins among them.
#[derive(Debug, Default)]
pub(super) struct Postings {
    present: Present,
    strata: usize,
    /// For each present feature in order, for each stratum: where its slots start. One end more.
    starts: Box<[u32]>,
    slots: Box<[u16]>,
}

impl Postings {
    /// Of rows by slot: `row` gives the features of each of `rows` slots.
    pub(super) fn new<'a>(rows: usize, row: impl Fn(usize) -> &'a [u32]) -> Self {
        let mut next = count(rows, &row);
        let present = Present::new(&next);
        let strata = rows.div_ceil(STRATUM);
        let met: Vec<u32> = (0..)
            .zip(&next)
            .filter(|(_, count)| **count > 0)
            .map(|(feature, _)| feature)
            .collect();
        let mut end = 0;
        // From counts to places: where the next slot of each feature goes.
        for place in next.iter_mut().filter(|count| **count > 0) {
            end += std::mem::replace(place, end);
        }
        let mut starts = vec![end; met.len() * strata + 1];
        let mut slots = vec![0; end as usize];
        for (stratum, first) in (0..rows).step_by(STRATUM).enumerate() {
            let starts = starts.iter_mut().skip(stratum).step_by(strata);
            for (start, feature) in starts.zip(&met) {
                *start = next.get(*feature as usize).copied().unwrap_or(end);
            }
            for slot in first..rows.min(first + STRATUM) {
                for feature in row(slot) {
                    let Some(place) = next.get_mut(*feature as usize) else {
                        continue;
                    };
                    if let Some(held) = slots.get_mut(*place as usize) {
                        *held = u16::try_from(slot).unwrap_or(u16::MAX);
                    }
                    *place += 1;
                }
            }
        }
        Self {
            present,
            strata,
            starts: starts.into(),
            slots: slots.into(),
        }
    }

    /// The holders of a feature, if there are any.
    pub(super) fn of(&self, feature: u32) -> Option<Holders<'_>> {
        let first = self.present.rank(feature)? * self.strata;
        let starts = self.starts.get(first..=first + self.strata)?;
        Some(Holders {
            starts,
            slots: &self.slots,
        })
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.present.0) + size_of_val(&*self.starts) + size_of_val(&*self.slots)
    }
}

/// The slots that hold one feature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holders<'a> {
    starts: &'a [u32],
    slots: &'a [u16],
}

impl<'a> Holders<'a> {
    /// How many slots there are.
    pub(super) fn len(&self) -> usize {
        self.all().len()
    }

    /// All slots, ascending.
    pub(super) fn all(&self) -> &'a [u16] {
        self.range(self.starts.first(), self.starts.last())
    }

    /// The slots within one stratum, ascending.
    pub(super) fn within(&self, stratum: usize) -> &'a [u16] {
        self.range(self.starts.get(stratum), self.starts.get(stratum + 1))
    }

    fn range(&self, start: Option<&u32>, end: Option<&u32>) -> &'a [u16] {
        let bounds = start.zip(end);
        let slots = bounds.and_then(|(start, end)| self.slots.get(*start as usize..*end as usize));
        slots.unwrap_or(&[])
    }
}

/// How many rows hold each feature, by number.
fn count<'a>(rows: usize, row: impl Fn(usize) -> &'a [u32]) -> Vec<u32> {
    let mut counts = Vec::new();
    for feature in (0..rows).flat_map(row) {
        let feature = *feature as usize;
        if feature >= counts.len() {
            counts.resize(feature + 1, 0);
        }
        if let Some(count) = counts.get_mut(feature) {
            *count += 1;
        }
    }
    counts
}

/// Which features occur, as bits, each word with the number of features before it: a look-up reads one place.
#[derive(Debug, Default)]
struct Present(Box<[(u64, u32)]>);

impl Present {
    fn new(counts: &[u32]) -> Self {
        let mut before = 0;
        let words = counts.chunks(64).map(|chunk| {
            let bits = chunk
                .iter()
                .rev()
                .fold(0, |bits, count| bits << 1 | u64::from(*count > 0));
            let word = (bits, before);
            before += bits.count_ones();
            word
        });
        Self(words.collect())
    }

    /// How many present features come before this one, if it is present itself.
    fn rank(&self, feature: u32) -> Option<usize> {
        let (bits, before) = self.0.get(feature as usize >> 6)?;
        let bit = 1_u64 << (feature & 63);
        (bits & bit != 0).then(|| (before + (bits & (bit - 1)).count_ones()) as usize)
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "slots of a small segment")]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_feature_of_every_slot_is_held_in_its_stratum() {
        // Three strata, the last not full; features 3, 40 and others of their kind occur nowhere.
        let rows: Vec<Vec<u32>> = (0..2 * STRATUM + 77)
            .map(|slot| (0..5).map(|power| (slot as u32 >> power) % 37 * 37 + power).collect())
            .collect();
        let postings = Postings::new(rows.len(), |slot| rows.get(slot).map_or(&[], |row| row));
        let mut expected: BTreeMap<(u32, usize), Vec<u16>> = BTreeMap::new();
        for (slot, feature) in rows
            .iter()
            .enumerate()
            .flat_map(|(slot, row)| row.iter().map(move |feature| (slot, *feature)))
        {
            let within = expected.entry((feature, slot / STRATUM)).or_default();
            within.push(slot as u16);
        }
        for feature in 0..2_000 {
            let held = |stratum| expected.get(&(feature, stratum)).cloned().unwrap_or_default();
            let strata = [0, 1, 2].map(held);
            let found = postings.of(feature);
            assert_eq!(found.is_some(), !strata.concat().is_empty(), "feature {feature}");
            if let Some(holders) = found {
                assert_eq!([0, 1, 2].map(|stratum| holders.within(stratum).to_vec()), strata);
                assert_eq!(holders.all(), strata.concat());
            }
        }
    }
}
