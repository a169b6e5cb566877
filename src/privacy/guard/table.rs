//! Words by hash, sixteen bits of meaning each.

use std::collections::BTreeMap;

use super::hash::WordHash;

/// A table that is asked for every word: each word has a slot of its own, so one look answers, and nothing has to be foretold.
#[derive(Default)]
pub(super) struct Perfect {
    pub(super) slots: Vec<u64>,
    /// What is left of a hash when it is shifted to the number of a slot.
    shift: u32,
    /// What a hash is multiplied by to find its slot, by the first bits of it; chosen so that no two words meet.
    seeds: Vec<u8>,
}

/// How many bits of a hash choose its seed.
const SEED_BITS: u32 = 11;

impl Perfect {
    /// A table of words and their meanings, of at least `1 << power` slots.
    fn new(words: &BTreeMap<WordHash, u16>, power: u32) -> Self {
        let mut power = power;
        loop {
            let table = Self {
                slots: vec![0; 1 << power],
                shift: 64 - power,
                seeds: vec![0; 1 << SEED_BITS],
            };
            if let Some(table) = table.filled(words) {
                return table;
            }
            power += 1; // a larger one has room
        }
    }

    /// A table of words and their bits: what it knows of a word is the place of its bits among the different ones, of which the first are none.
    pub(super) fn of(bits: &BTreeMap<WordHash, u64>, power: u32) -> (Self, Vec<u64>) {
        let mut different = vec![0];
        let mut place = |bits: u64| {
            let known = different.iter().position(|known| *known == bits);
            let place = known.unwrap_or_else(|| {
                different.push(bits);
                different.len() - 1
            });
            u16::try_from(place).unwrap_or(0)
        };
        let words = bits.iter().map(|(word, bits)| (*word, place(*bits))).collect();
        (Self::new(&words, power), different)
    }

    /// Fills the slots, beginning with the seeds that most words share; `None` when some find no room.
    fn filled(mut self, words: &BTreeMap<WordHash, u16>) -> Option<Self> {
        let mut groups: Vec<Vec<(WordHash, u16)>> = vec![Vec::new(); self.seeds.len()];
        for (hash, meaning) in words {
            groups.get_mut(seed_place(*hash))?.push((*hash, *meaning));
        }
        groups.retain(|group| !group.is_empty());
        groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        for group in groups {
            let (first, _) = *group.first()?;
            let seed = (0..=u8::MAX).find(|seed| self.has_room(&group, *seed))?;
            *self.seeds.get_mut(seed_place(first))? = seed;
            for (hash, meaning) in group {
                let place = self.place(hash, seed);
                *self.slots.get_mut(place)? = hash & TAG | u64::from(meaning);
            }
        }
        Some(self)
    }

    /// Whether all words of a group have a free slot of their own by this seed.
    fn has_room(&self, group: &[(WordHash, u16)], seed: u8) -> bool {
        let mut places: Vec<usize> = group.iter().map(|(hash, _)| self.place(*hash, seed)).collect();
        places.sort_unstable();
        places.dedup();
        places.len() == group.len() && places.iter().all(|place| self.slots.get(*place) == Some(&0))
    }

    #[inline]
    fn place(&self, hash: WordHash, seed: u8) -> usize {
        let mixed = hash.wrapping_mul(u64::from(seed) << 1 | 1);
        usize::try_from(mixed >> self.shift).unwrap_or(0)
    }

    #[inline]
    fn slot(&self, hash: WordHash) -> u64 {
        let seed = self.seeds.get(seed_place(hash)).copied().unwrap_or(0);
        self.slots.get(self.place(hash, seed)).copied().unwrap_or(0)
    }

    /// The meaning of a hash, if the table holds it.
    #[inline]
    pub(super) fn get(&self, hash: WordHash) -> Option<u16> {
        let slot = self.slot(hash);
        (slot != 0 && (slot ^ hash) & TAG == 0).then(|| meaning(slot))
    }

    /// The same, or zero.
    #[inline]
    pub(super) fn get_or_zero(&self, hash: WordHash) -> u16 {
        let slot = self.slot(hash);
        if (slot ^ hash) & TAG == 0 { meaning(slot) } else { 0 }
    }
}

#[inline]
fn seed_place(hash: WordHash) -> usize {
    usize::try_from(hash >> (64 - SEED_BITS)).unwrap_or(0)
}

/// The bits of a hash that a slot keeps; the other sixteen are the word's meaning. The names of the world take eight megabytes so, a third of them filled, and most
/// cues of a text stay in the fastest cache.
pub(super) const TAG: u64 = !0xffff;

#[inline]
pub(super) fn meaning(slot: u64) -> u16 {
    u16::try_from(slot & !TAG).unwrap_or(0)
}
