//! What words mean to the model: concepts (one for all the ways to say "prior authorization"), and the services and
//! payers that are masked so that no type is learnt from them.

use super::Span;
use super::words::{Word, stem, words};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Longest phrase of the lexicon, in words.
const MAX_PHRASE_WORDS: usize = 6;

/// What a service of the lexicon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the categories of data/services.tsv")]
pub enum ServiceCategory {
    Drug,
    Imaging,
    Surgery,
    Procedure,
    Therapy,
    BehavioralHealth,
    Laboratory,
    Equipment,
    Facility,
    HomeCare,
    Transport,
    Visit,
    Preventive,
    Dental,
}

impl ServiceCategory {
    /// The category's name in `data/services.tsv` and in mentions.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drug => "DRUG",
            Self::Imaging => "IMAGING",
            Self::Surgery => "SURGERY",
            Self::Procedure => "PROCEDURE",
            Self::Therapy => "THERAPY",
            Self::BehavioralHealth => "BEHAVIORAL_HEALTH",
            Self::Laboratory => "LABORATORY",
            Self::Equipment => "EQUIPMENT",
            Self::Facility => "FACILITY",
            Self::HomeCare => "HOME_CARE",
            Self::Transport => "TRANSPORT",
            Self::Visit => "VISIT",
            Self::Preventive => "PREVENTIVE",
            Self::Dental => "DENTAL",
        }
    }

    const ALL: [Self; 14] = [
        Self::Drug,
        Self::Imaging,
        Self::Surgery,
        Self::Procedure,
        Self::Therapy,
        Self::BehavioralHealth,
        Self::Laboratory,
        Self::Equipment,
        Self::Facility,
        Self::HomeCare,
        Self::Transport,
        Self::Visit,
        Self::Preventive,
        Self::Dental,
    ];
}

/// A drug, test or service that is often denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// What kind of service it is.
    pub category: ServiceCategory,
    /// Our name for it.
    pub name: String,
    /// Other ways to write it, the name first.
    pub aliases: Vec<String>,
}

/// What one token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A concept of `data/concepts.tsv`, by its number there.
    Concept(u16),
    /// A service of `data/services.tsv`: masked.
    Service(ServiceCategory),
    /// A payer's name: masked.
    Payer,
}

/// One or more words with one meaning, or one word without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Stemmed word, or stemmed words joined by a space.
    pub stem: String,
    /// The words as read, joined by a space.
    pub raw: String,
    /// Where it stands in the text.
    pub span: Span,
    /// What it stands for, if the lexicon knows it.
    pub meaning: Option<Meaning>,
}

/// A line of the lexicon's data that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct LexiconError {
    /// File name within `data/`.
    pub file: &'static str,
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// The shipped concepts, services and payer names.
#[derive(Debug)]
pub struct Lexicon {
    meanings: HashMap<String, Meaning>,
    /// First stem of a phrase → words of the longest phrase that starts so.
    longest: HashMap<String, usize>,
    concepts: Vec<String>,
    services: Vec<Service>,
}

impl Lexicon {
    /// Concepts, services and payer names as shipped.
    pub(super) const SOURCES: [&str; 3] = [
        include_str!("data/concepts.tsv"),
        include_str!("data/services.tsv"),
        include_str!("data/payer_names.tsv"),
    ];

    /// The lexicon shipped with the program, read once.
    ///
    /// # Errors
    /// The first line of the shipped data that can't be read.
    pub fn shipped() -> Result<&'static Self, LexiconError> {
        static SHIPPED: OnceLock<Result<Lexicon, LexiconError>> = OnceLock::new();
        SHIPPED
            .get_or_init(|| {
                let [concepts, services, payers] = Lexicon::SOURCES;
                Lexicon::parse(concepts, services, payers)
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    fn parse(concepts: &str, services: &str, payers: &str) -> Result<Self, LexiconError> {
        let mut lexicon = Self {
            meanings: HashMap::new(),
            longest: HashMap::new(),
            concepts: Vec::new(),
            services: Vec::new(),
        };
        for (line, fields) in rows(concepts) {
            let [name, phrases] = columns("concepts.tsv", line, &fields)?;
            let meaning = Meaning::Concept(lexicon.concept_number(name));
            for phrase in phrases.split('|') {
                lexicon.add(phrase, meaning);
            }
        }
        for (line, fields) in rows(services) {
            let [category, aliases] = columns("services.tsv", line, &fields)?;
            let category = ServiceCategory::ALL
                .into_iter()
                .find(|known| known.as_str() == category);
            let category = category.ok_or_else(|| problem("services.tsv", line, "unknown category"))?;
            let aliases: Vec<String> = aliases.split('|').map(str::to_owned).collect();
            for alias in &aliases {
                lexicon.add(alias, Meaning::Service(category));
            }
            let name = aliases.first().cloned().unwrap_or_default();
            lexicon.services.push(Service {
                category,
                name,
                aliases,
            });
        }
        for (_, fields) in rows(payers) {
            for name in fields {
                lexicon.add(name, Meaning::Payer);
            }
        }
        Ok(lexicon)
    }

    fn concept_number(&mut self, name: &str) -> u16 {
        let known = self.concepts.iter().position(|concept| concept == name);
        let number = known.unwrap_or_else(|| {
            self.concepts.push(name.to_owned());
            self.concepts.len() - 1
        });
        u16::try_from(number).unwrap_or(u16::MAX)
    }

    /// Adds a phrase; what was there first stays, so concepts win over services.
    fn add(&mut self, phrase: &str, meaning: Meaning) {
        let stems: Vec<String> = words(phrase).iter().map(|word| stem(&word.text)).collect();
        let Some(first) = stems.first() else { return };
        let longest = self.longest.entry(first.clone()).or_default();
        *longest = (*longest).max(stems.len().min(MAX_PHRASE_WORDS));
        self.meanings.entry(stems.join(" ")).or_insert(meaning);
    }

    /// The drugs and services of the lexicon, in file order.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// A concept's name, for explanations.
    #[must_use]
    pub fn concept_name(&self, number: u16) -> &str {
        self.concepts.get(usize::from(number)).map_or("", String::as_str)
    }

    /// Reads `text` as tokens: the longest known phrase at each place, else the single word.
    #[must_use]
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        let words = join_codes(words(text));
        let stems: Vec<String> = words.iter().map(|word| stem(&word.text)).collect();
        let mut tokens = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < words.len() {
            let (length, meaning) = self.longest_at(&stems, at);
            tokens.push(token(&words[at..at + length], &stems[at..at + length], meaning));
            at += length;
        }
        tokens
    }

    fn longest_at(&self, stems: &[String], at: usize) -> (usize, Option<Meaning>) {
        let Some(longest) = self.longest.get(&stems[at]) else {
            return (1, None);
        };
        let available = (*longest).min(stems.len() - at);
        for length in (2..=available).rev() {
            if let Some(meaning) = self.meanings.get(&stems[at..at + length].join(" ")) {
                return (length, Some(*meaning));
            }
        }
        (1, self.meanings.get(&stems[at]).copied())
    }
}

/// Makes one word of an adjustment reason: "CO-197", "co 197", "CARC 197" and "denial code 197" all read "carc197".
fn join_codes(words: Vec<Word>) -> Vec<Word> {
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        let number = reason_number(&word.text);
        let before = joined.last().map_or("", |last| last.text.as_str());
        match number {
            // "CO2" is a gas; CO-2 is not in use.
            Some(number) if REASON_GROUPS.contains(&before) && !(before == "co" && number == "2") => {
                let span = joined.pop().map_or(word.span, |group| group.span.join(word.span));
                joined.push(Word {
                    text: format!("carc{number}"),
                    span,
                });
            }
            Some(number) if REASON_WORDS.contains(&before) => {
                let text = format!("carc{number}");
                let mut span = word.span;
                while let Some(noun) = joined.pop_if(|last| REASON_WORDS.contains(&last.text.as_str())) {
                    span = noun.span.join(span);
                }
                joined.push(Word { text, span });
            }
            Some(_) | None => joined.push(split_code(word)),
        }
    }
    joined
}

/// Words behind which a short number is an adjustment reason, and which then belong to it.
const REASON_GROUPS: [&str; 5] = ["co", "pr", "oa", "pi", "carc"];
const REASON_WORDS: [&str; 3] = ["code", "reason", "denial"];

fn reason_number(word: &str) -> Option<&str> {
    let digits = word.strip_prefix(['a', 'b', 'p']).unwrap_or(word);
    let is_number = !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !digits.starts_with('0')).then_some(word)
}

/// "co197" as "carc197".
fn split_code(word: Word) -> Word {
    let number = REASON_GROUPS[..4]
        .iter()
        .find_map(|group| reason_number(word.text.strip_prefix(group)?));
    match number {
        Some(number) if word.text != "co2" => Word {
            text: format!("carc{number}"),
            span: word.span,
        },
        Some(_) | None => word,
    }
}

fn token(words: &[Word], stems: &[String], meaning: Option<Meaning>) -> Token {
    let raw = words
        .iter()
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let span = words
        .iter()
        .map(|word| word.span)
        .reduce(Span::join)
        .unwrap_or(Span { start: 0, end: 0 });
    Token {
        stem: stems.join(" "),
        raw,
        span,
        meaning,
    }
}

/// Numbered rows of a tab-separated file; blank lines and `#` comments are skipped.
pub fn rows(file: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let numbered = file
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_end()));
    numbered
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| (number, line.split('\t').collect()))
}

fn columns<'a, const COUNT: usize>(
    file: &'static str,
    line: usize,
    fields: &[&'a str],
) -> Result<[&'a str; COUNT], LexiconError> {
    <[&str; COUNT]>::try_from(fields).map_err(|_| problem(file, line, "wrong number of columns"))
}

fn problem(file: &'static str, line: usize, problem: &str) -> LexiconError {
    LexiconError {
        file,
        line,
        problem: problem.to_owned(),
    }
}
