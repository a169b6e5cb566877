//! Words out of free text, the same way every time.

use std::borrow::Cow;

/// Words that say nothing about a denial: grammar, and the politeness of letters.
const STOP_WORDS: [&str; 129] = [
    "about",
    "above",
    "after",
    "again",
    "all",
    "also",
    "although",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "below",
    "between",
    "both",
    "but",
    "by",
    "can",
    "could",
    "dear",
    "did",
    "do",
    "does",
    "doing",
    "down",
    "due",
    "during",
    "each",
    "either",
    "etc",
    "every",
    "few",
    "for",
    "from",
    "further",
    "had",
    "has",
    "have",
    "having",
    "he",
    "hence",
    "her",
    "here",
    "hers",
    "him",
    "his",
    "how",
    "however",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "may",
    "me",
    "might",
    "more",
    "most",
    "must",
    "my",
    "of",
    "off",
    "on",
    "once",
    "only",
    "or",
    "other",
    "our",
    "out",
    "over",
    "own",
    "per",
    "please",
    "regarding",
    "same",
    "shall",
    "she",
    "should",
    "sincerely",
    "so",
    "some",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "therefore",
    "these",
    "they",
    "this",
    "those",
    "through",
    "to",
    "too",
    "under",
    "until",
    "up",
    "upon",
    "us",
    "very",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "whom",
    "why",
    "will",
    "with",
    "within",
    "would",
    "you",
];

/// Length in bytes of the longest stop words.
const LONGEST_STOP_WORD: usize = 9;

/// The longest word that is kept, in characters; longer runs are identifiers or noise, not words.
const LONGEST_WORD: usize = 40;

/// The content words of each sentence, in order: folded, without stop words, plurals made singular.
#[must_use]
pub fn sentences(text: &str) -> Vec<Vec<String>> {
    let folded = fold(text);
    folded
        .split(['.', ';', ':', '!', '?', '\n', '\r'])
        .map(words)
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

/// A registry key or category name: folded, letters and digits kept, everything between them one blank.
#[must_use]
pub fn label(text: &str) -> String {
    let folded = fold(text);
    let parts: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// A code: upper case, no blanks.
#[must_use]
pub fn code(text: &str) -> String {
    fold(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_uppercase)
        .collect()
}

fn words(sentence: &str) -> Vec<String> {
    sentence
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter_map(word)
        .collect()
}

/// One word, or `None` if it carries no meaning by itself.
fn word(raw: &str) -> Option<String> {
    let bare = raw.trim_matches('\'');
    let bare = bare.strip_suffix("'s").unwrap_or(bare);
    let bare = if bare.contains('\'') {
        Cow::from(bare.replace('\'', ""))
    } else {
        Cow::from(bare)
    };
    let length = bare.chars().count();
    let is_short_number = length < 3 && bare.bytes().all(|byte| byte.is_ascii_digit());
    if !(2..=LONGEST_WORD).contains(&length) || is_short_number || is_stop_word(&bare) {
        return None;
    }
    Some(singular(&bare))
}

fn is_stop_word(word: &str) -> bool {
    word.len() <= LONGEST_STOP_WORD && STOP_WORDS.binary_search(&word).is_ok()
}

/// Light plural stemming; words whose final s is no plural (`diagnosis`, `access`, `virus`) stay.
fn singular(word: &str) -> String {
    const NO_PLURAL: [&str; 4] = ["ss", "us", "is", "as"];
    const LONG_PLURAL: [&str; 4] = ["sses", "ches", "shes", "xes"];
    if word.len() < 4 || !word.ends_with('s') || NO_PLURAL.iter().any(|end| word.ends_with(end)) {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return format!("{stem}y");
    }
    let ending = if LONG_PLURAL.iter().any(|end| word.ends_with(end)) {
        "es"
    } else {
        "s"
    };
    word.strip_suffix(ending).unwrap_or(word).to_owned()
}

/// Lower case, with the spellings that Unicode offers for one text made one: width, accents, ligatures,
/// quotes and dashes. Covers what medical English and pasted documents hold, which is less than NFKC.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'A'..='Z' => folded.push(c.to_ascii_lowercase()),
            '\0'..='\x7f' => folded.push(c),
            _ => fold_wide(c, &mut folded),
        }
    }
    folded
}

fn fold_wide(c: char, folded: &mut String) {
    match c {
        // Invisible: soft hyphen, zero-width characters and joiners, marks of direction, byte order mark. And
        // combining marks: the letter stays, the accent goes, as with the composed letters below.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}' => {}
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = u32::from(c).wrapping_sub(0xfee0);
            folded.extend(char::from_u32(narrow).map(|c| c.to_ascii_lowercase()));
        }
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => folded.push(' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
        '\u{2018}' | '\u{2019}' | '\u{2032}' => folded.push('\''),
        'ﬀ' => folded.push_str("ff"),
        'ﬁ' => folded.push_str("fi"),
        'ﬂ' => folded.push_str("fl"),
        'ﬃ' => folded.push_str("ffi"),
        'ﬄ' => folded.push_str("ffl"),
        'ß' => folded.push_str("ss"),
        'æ' | 'Æ' => folded.push_str("ae"),
        'œ' | 'Œ' => folded.push_str("oe"),
        _ => folded.extend(c.to_lowercase().map(without_accent)),
    }
}

/// The plain letter under an accent, for the Latin letters that names of drugs and procedures use.
fn without_accent(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'į' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ś' | 'š' => 's',
        'ź' | 'ż' | 'ž' => 'z',
        'ł' => 'l',
        '²' => '2',
        '³' => '3',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted_for_the_binary_search() {
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn plurals_and_spellings_meet() {
        let text = "Botox injections for MIGRAINES; patient’s biopsies, boxes. The diagnosis, Ménière's";
        let expected = [
            vec!["botox", "injection", "migraine"],
            vec!["patient", "biopsy", "box"],
            vec!["diagnosis", "meniere"],
        ];
        assert_eq!(sentences(text), expected);
    }

    #[test]
    fn composed_combined_and_wide_letters_are_one() {
        for spelling in ["café", "cafe\u{301}", "ＣＡＦＥ", "ca\u{200b}fe"] {
            assert_eq!(sentences(spelling), [["cafe"]], "{spelling:?}");
        }
    }

    #[test]
    fn labels_and_codes() {
        assert_eq!(
            label("Digestive System/ Gastrointestinal"),
            "digestive system gastrointestinal"
        );
        assert_eq!(code(" co-197 "), "CO-197");
    }
}
