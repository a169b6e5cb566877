//! Words that a rule names itself, compared by number: a list of texts would have to be read letter by letter, and takes several times the
//! room in the program.

use super::hash::{WordHash, hash_mark, hash_word};
use super::token::Token;

/// A word in any case, or a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordKey(u64);

impl WordKey {
    /// The key of a token: apostrophes and a final 's, which a hash leaves out, show in its length.
    #[inline]
    pub(super) const fn of_token(token: &Token) -> Self {
        Self::new(token.hash, token.len())
    }

    /// The key of a word of the program's, for [`words!`].
    ///
    /// # Panics
    /// While the program is built, if no token can be such a word.
    pub(super) const fn of(word: &str) -> Self {
        let bytes = word.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let may_be_of_word = bytes[at].is_ascii_alphanumeric() || bytes[at] == b'\'';
            assert!(may_be_of_word || bytes.len() == 1, "no token is such a word");
            at += 1;
        }
        if let [mark] = bytes
            && !mark.is_ascii_alphanumeric()
        {
            return Self::new(hash_mark(*mark), 1);
        }
        let hashed = match bytes {
            [start @ .., b'\'', b's'] => start.len(),
            _ => bytes.len(),
        };
        Self::new(hash_word(word.split_at(hashed).0), bytes.len())
    }

    const fn new(hash: WordHash, length: usize) -> Self {
        Self(hash.wrapping_add(length as u64))
    }
}

/// A list of words for [`Page::word_is`](super::page::Page::word_is), made while the program is built.
macro_rules! words {
    ($($word:literal),* $(,)?) => {
        const { &[$($crate::privacy::guard::key::WordKey::of($word)),*] as &[$crate::privacy::guard::key::WordKey] }
    };
}
pub(super) use words;
