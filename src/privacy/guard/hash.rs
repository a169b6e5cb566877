//! Hashes of words and phrases: what every list is keyed by.

/// The hash of one word, letters lower-cased, apostrophes and hyphens left out.
pub(super) type WordHash = u64;

/// What a hash begins with.
pub(super) const HASH_SEED: WordHash = 0x9E37_79B9_7F4A_7C15;
const MULTIPLIER: u64 = 0xD6E8_FEB8_6659_FD93;
/// The bit that makes an ASCII letter small and leaves a digit as it is.
const SMALL: u64 = 0x2020_2020_2020_2020;

/// The hash of the word `bytes[start..end]`, without apostrophes in it. Eight bytes at a time: every word of a text is hashed.
pub(super) fn hash_range(bytes: &[u8], start: usize, end: usize) -> WordHash {
    #[cfg(test)]
    super::page::work((end.saturating_sub(start)) / 8);
    let mut hash = HASH_SEED;
    let mut at = start;
    while at < end {
        let length = (end - at).min(8);
        let whole = eight_bytes(bytes, at);
        let kept = u64::MAX >> (64 - 8 * length);
        hash = hash_eight(hash, whole & kept, kept);
        at += 8;
    }
    hash_finish(hash)
}

/// Eight bytes from `at` on, the first lowest; zeros beyond the end.
#[inline]
pub(super) fn eight_bytes(bytes: &[u8], at: usize) -> u64 {
    if let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        return u64::from_le_bytes(*eight);
    }
    match bytes.last_chunk() {
        Some(last) => {
            let before = u32::try_from(at + 8 - bytes.len()).unwrap_or(8);
            u64::from_le_bytes(*last).checked_shr(8 * before).unwrap_or(0)
        }
        None => { bytes.iter().skip(at).rev() }.fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Takes up to eight further bytes of a word into a hash; `kept` covers the bytes there are, the others are zero.
#[inline]
pub(super) const fn hash_eight(hash: WordHash, bytes: u64, kept: u64) -> WordHash {
    let hash = (hash ^ (bytes | SMALL & kept)).wrapping_mul(MULTIPLIER);
    hash ^ hash >> 31
}

/// The hash of a word by itself.
pub(super) const fn hash_word(word: &str) -> WordHash {
    let bytes = word.as_bytes();
    let mut hash = HASH_SEED;
    let (mut eight, mut kept) = (0, 0);
    let mut at = 0;
    while at < bytes.len() {
        if !matches!(bytes[at], b'\'' | b'-') {
            eight |= (bytes[at] as u64) << kept;
            kept += 8;
        }
        at += 1;
        if kept == 64 || kept > 0 && at == bytes.len() {
            hash = hash_eight(hash, eight, u64::MAX >> (64 - kept));
            (eight, kept) = (0, 0);
        }
    }
    hash_finish(hash)
}

/// What stands for a mark, which no list holds.
pub(super) const fn hash_mark(mark: u8) -> WordHash {
    mark as WordHash
}

/// Closes a hash, so that both its ends are well mixed.
pub(super) const fn hash_finish(hash: u64) -> WordHash {
    let folded = (hash ^ (hash >> 32)).wrapping_mul(MULTIPLIER);
    folded ^ (folded >> 29)
}

/// The key of a phrase from the key so far and the next word's hash.
pub(super) const fn hash_phrase(so_far: WordHash, next: WordHash) -> WordHash {
    hash_finish(so_far.wrapping_mul(MULTIPLIER).wrapping_add(next))
}
