//! How the lists in `data/` are written: sections of words, each a bit of what a word tells.

use super::hash::{WordHash, hash_phrase, hash_word};

macro_rules! bits {
    ($(#[$doc:meta])* $module:ident, $sections:ident: $($name:ident = $section:literal),+ $(,)?) => {
        $(#[$doc])*
        pub(super) mod $module {
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants only number the constants below")]
            enum Index { $($name),+ }
            $(pub(in super::super) const $name: u64 = 1 << Index::$name as u64;)+
        }
        pub(super) const $sections: &[(&str, u64)] = &[$(($section, $module::$name)),+];
        const _: () = assert!($sections.len() <= 64);
    };
}
pub(super) use bits;

/// Reads `section: word word_of_phrase …` lines; `#` begins a comment. `starts` marks the first word of a phrase.
pub(super) fn fill(source: &str, sections: &[(&str, u64)], starts: u64, insert: &mut impl FnMut(WordHash, u64)) {
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let Some((section, words)) = line.split_once(':') else {
            continue;
        };
        let Some((_, bit)) = sections.iter().find(|(name, _)| *name == section) else {
            debug_assert!(false, "unknown section {section}");
            continue;
        };
        for word in words.split_ascii_whitespace() {
            if word.contains('_') {
                insert_phrase(word, *bit, starts, insert);
            } else {
                insert(hash_word(word), *bit);
            }
        }
    }
}

/// Every beginning of a phrase gets an entry, so that readers can stop at the first word that leads nowhere.
fn insert_phrase(phrase: &str, bit: u64, starts: u64, insert: &mut impl FnMut(WordHash, u64)) {
    let mut parts = phrase.split('_').map(hash_word);
    let Some(mut key) = parts.next() else { return };
    insert(key, starts);
    for part in parts {
        key = hash_phrase(key, part);
        insert(key, 0);
    }
    insert(key, bit);
}
