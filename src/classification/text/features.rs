//! A text as sparse features: words and word pairs, concepts and concept pairs, letter groups within words.

use super::lexicon::{Lexicon, LexiconError, Meaning, Token};
use super::numeric::fnv1a;

/// Number of feature groups; each is brought to unit length by itself.
pub const GROUPS: usize = 3;
/// What each group weighs beside the others: words, concepts, letter groups.
pub const GROUP_WEIGHTS: [f32; GROUPS] = [1.0, 1.0, 0.7];

const WORDS: u8 = 0;
const CONCEPTS: u8 = 1;
const LETTERS: u8 = 2;

/// Concepts this many concepts apart still make a pair.
const PAIR_WINDOW: usize = 4;
/// Letter groups are taken from the first letters of a word only.
const MAX_WORD_LETTERS: usize = 24;
/// Tokens of a text that are read; a denial letter's reason stands well within.
const MAX_TOKENS: usize = 4_000;

/// One feature of a text, and the tokens it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Hash of the feature's group and text.
    pub key: u32,
    /// Which group it belongs to.
    pub group: u8,
    /// First token it covers.
    pub first_token: u32,
    /// Last token it covers.
    pub last_token: u32,
}

/// Turns texts into tokens and features by the shipped lexicon.
#[derive(Debug, Clone, Copy)]
pub struct Vectorizer {
    lexicon: &'static Lexicon,
}

impl Vectorizer {
    /// The vectorizer over the shipped lexicon.
    ///
    /// # Errors
    /// The first line of the shipped lexicon that can't be read.
    pub fn shipped() -> Result<Self, LexiconError> {
        Ok(Self {
            lexicon: Lexicon::shipped()?,
        })
    }

    /// The lexicon it reads with.
    #[must_use]
    pub fn lexicon(self) -> &'static Lexicon {
        self.lexicon
    }

    /// Tokens and distinct features of a text; the first place of a repeated feature is kept.
    #[must_use]
    pub fn read(self, text: &str) -> (Vec<Token>, Vec<Feature>) {
        let mut tokens = self.lexicon.tokens(text);
        tokens.truncate(MAX_TOKENS);
        let forms: Vec<Form> = tokens.iter().map(Form::of).collect();
        let mut features = Vec::with_capacity(forms.len() * 24);
        word_features(&forms, &mut features);
        concept_features(&forms, &mut features);
        for (index, token) in tokens.iter().enumerate() {
            if has_letters(token) {
                letter_features(index, &token.raw, &mut features);
            }
        }
        features.sort_unstable_by_key(|feature| (feature.key, feature.first_token, feature.last_token));
        features.dedup_by_key(|feature| feature.key);
        (tokens, features)
    }
}

/// A token as the word features see it.
struct Form {
    hash: u64,
    concept: Option<u64>,
    is_filler: bool,
}

impl Form {
    fn of(token: &Token) -> Self {
        let masked = match token.meaning {
            Some(Meaning::Service(_)) => Some("<service>"),
            Some(Meaning::Payer) => Some("<payer>"),
            Some(Meaning::Concept(_)) | None => number_mask(&token.stem),
        };
        let concept = match token.meaning {
            Some(Meaning::Concept(number)) => Some(u64::from(number) + 1),
            Some(Meaning::Service(category)) => Some(0x1_0000 + category as u64),
            // A code's number is as telling as a concept; the high bit keeps the two apart.
            None if is_code(&token.stem) => Some(fnv1a(7, token.stem.as_bytes()) | 1 << 63),
            Some(Meaning::Payer) | None => None,
        };
        let is_filler = FILLERS.binary_search(&token.raw.as_str()).is_ok();
        Self {
            hash: fnv1a(1, masked.unwrap_or(&token.stem).as_bytes()),
            concept,
            is_filler,
        }
    }
}

/// An adjustment reason as the lexicon joins it ("carc197"), or a remark ("n706", "ma130").
fn is_code(stem: &str) -> bool {
    let digits = ["carc", "ma", "m", "n"]
        .iter()
        .find_map(|prefix| stem.strip_prefix(prefix));
    let is_number = |digits: &str| (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    stem.starts_with("carc") || digits.is_some_and(is_number)
}

/// Numbers, dates and codes differ from text to text: only their shape is kept.
fn number_mask(stem: &str) -> Option<&'static str> {
    let digits = stem.bytes().filter(u8::is_ascii_digit).count();
    let letters = stem.bytes().filter(u8::is_ascii_alphabetic).count();
    if is_code(stem) {
        return None;
    }
    match (digits, letters) {
        (0, _) => None,
        (5, 0) | (4, 1) if stem.len() == 5 => Some("<procedure>"),
        (3.., 1) if stem.contains('.') => Some("<diagnosis>"),
        (_, 0) if stem.contains('/') => Some("<date>"),
        (1..=2, 0) => Some("<number>"),
        (_, 0) => Some("<long number>"),
        _ => None,
    }
}

fn word_features(forms: &[Form], features: &mut Vec<Feature>) {
    let mut before: Option<usize> = None;
    let mut content_before: Option<usize> = None;
    for (index, form) in forms.iter().enumerate() {
        features.push(feature(WORDS, form.hash, index, index));
        if let Some(last) = before {
            features.push(feature(WORDS, pair(2, forms[last].hash, form.hash), last, index));
        }
        before = Some(index);
        if !form.is_filler {
            if let Some(last) = content_before.filter(|last| last + 1 < index) {
                features.push(feature(WORDS, pair(2, forms[last].hash, form.hash), last, index));
            }
            content_before = Some(index);
        }
    }
}

fn concept_features(forms: &[Form], features: &mut Vec<Feature>) {
    let concepts: Vec<(usize, u64)> = forms
        .iter()
        .enumerate()
        .filter_map(|(index, form)| Some((index, form.concept?)))
        .collect();
    for (place, (index, concept)) in concepts.iter().enumerate() {
        features.push(feature(CONCEPTS, pair(3, *concept, 0), *index, *index));
        for (later_index, later) in concepts.iter().skip(place + 1).take(PAIR_WINDOW) {
            let (low, high) = (concept.min(later), concept.max(later));
            features.push(feature(CONCEPTS, pair(4, *low, *high), *index, *later_index));
        }
    }
}

/// Masked names and codes say nothing by their letters.
fn has_letters(token: &Token) -> bool {
    match token.meaning {
        Some(Meaning::Service(_) | Meaning::Payer) => false,
        Some(Meaning::Concept(_)) => true,
        None => !is_code(&token.stem),
    }
}

fn letter_features(index: usize, raw: &str, features: &mut Vec<Feature>) {
    let mut buffer = [0_u8; MAX_WORD_LETTERS + 2];
    for word in raw.split(' ') {
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).take(MAX_WORD_LETTERS);
        let mut length = 1;
        buffer[0] = b'<';
        for letter in letters {
            buffer[length] = letter;
            length += 1;
        }
        if length < 4 {
            continue;
        }
        buffer[length] = b'>';
        let bounded = &buffer[..=length];
        for size in 3..=5 {
            for window in bounded.windows(size) {
                features.push(feature(LETTERS, fnv1a(5, window), index, index));
            }
        }
    }
}

fn pair(seed: u64, left: u64, right: u64) -> u64 {
    let mut bytes = [0_u8; 16];
    bytes[..8].copy_from_slice(&left.to_le_bytes());
    bytes[8..].copy_from_slice(&right.to_le_bytes());
    fnv1a(seed, &bytes)
}

fn feature(group: u8, hash: u64, first: usize, last: usize) -> Feature {
    let mixed = (hash ^ u64::from(group).rotate_left(60)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let token = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    Feature {
        key: (mixed >> 32) as u32,
        group,
        first_token: token(first),
        last_token: token(last),
    }
}

/// Words that carry no reason by themselves, sorted; negations are not among them.
const FILLERS: [&str; 60] = [
    "a", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by", "can", "could",
    "dear", "did", "do", "does", "for", "from", "had", "has", "have", "i", "if", "in", "is", "it", "its", "may", "of",
    "on", "or", "our", "please", "said", "she", "so", "such", "than", "that", "the", "their", "them", "these", "they",
    "this", "to", "was", "we", "were", "which", "will", "with", "would", "you", "your", "yours",
];
