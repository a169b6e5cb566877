//! A small seeded generator: the same slug gives the same precedents on every machine.

/// `SplitMix64` (Steele, Lea and Flood 2014): enough for demonstration data, and nothing else.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// A generator of its own for a tenant and one of its precedents.
    pub(super) fn of(slug: &str, number: usize) -> Self {
        // FNV-1a over the name and the number.
        let bytes = slug.bytes().chain((number as u64).to_le_bytes());
        let seed = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = bound.max(1) as u64;
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = usize::try_from(high - low + 1).unwrap_or(1);
        low + i32::try_from(self.below(width)).unwrap_or(0)
    }

    /// True in `share` of 100 cases.
    pub(super) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// True with a probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        // The 53 high bits make an exact fraction.
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let fraction = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        fraction < probability
    }

    /// One of a list; `None` when it is empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }

    /// One of a list, each as likely as its weight says; `None` when all weigh nothing.
    pub(super) fn weighted<'a, T>(&mut self, list: &'a [T], weight: impl Fn(&T) -> usize) -> Option<&'a T> {
        let total: usize = list.iter().map(&weight).sum();
        let mut left = self.below(total);
        list.iter().find(|item| {
            let own = weight(item);
            let is_it = left < own;
            left = left.saturating_sub(own);
            is_it
        })
    }
}
