//! What a denial's words say beyond its codes: mentions, types, and the scenario with both put together.

use std::collections::BTreeSet;

use super::text::{DenialLabel, Extractor, ExtractorError, MentionKind as Found, ModelError, Prediction, TextModel};
use crate::db::stored::StoredEnum as _;
use crate::proto::v1::{
    Adjustment, DenialType, GroupCode, Mention, MentionKind, PayerRef, Scenario, ServiceLine, TextSpan,
};
use crate::registries::Registries;

/// Reads denial texts.
#[derive(Debug)]
pub struct Reader {
    extractor: Extractor,
    model: &'static TextModel,
}

/// Why the reader can't be built.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The lexicon or a payer's name can't be used.
    #[error("the extractor can't be built: {0}")]
    Extractor(#[from] ExtractorError),
    /// The shipped model is damaged.
    #[error("the text model can't be used: {0}")]
    Model(#[from] ModelError),
}

/// A denial as understood.
#[derive(Debug)]
pub struct Understanding {
    /// What was given, and what the text added where nothing was given.
    pub scenario: Scenario,
    /// What the text mentions.
    pub mentions: Vec<Mention>,
    /// What the text model says; `None` without words.
    pub prediction: Option<Prediction>,
}

impl Reader {
    /// Builds the extractor over the payers of the registry and loads the shipped model.
    ///
    /// # Errors
    /// When either can't be used, which refuses the start.
    pub fn new(registries: &Registries) -> Result<Self, ReaderError> {
        let aliases = registries.payers.rows().iter().flat_map(|payer| {
            let names = payer.aliases.iter().chain([&payer.name]);
            names.map(move |name| (name.clone(), payer.id.clone()))
        });
        Ok(Self {
            extractor: Extractor::new(aliases)?,
            model: TextModel::shipped()?,
        })
    }

    /// The shared text model.
    #[must_use]
    pub fn model(&self) -> &'static TextModel {
        self.model
    }

    /// Reads a scenario's words, with what a tenant's own model adds.
    #[must_use]
    pub fn read(&self, scenario: &Scenario, registries: &Registries, tuning: Option<&TextModel>) -> Understanding {
        let text = scenario.denial_trigger.as_str();
        if text.trim().is_empty() {
            return Understanding {
                scenario: scenario.clone(),
                mentions: Vec::new(),
                prediction: None,
            };
        }
        let mentions: Vec<Mention> = self.extractor.extract(text).into_iter().map(mention).collect();
        let mut understood = scenario.clone();
        add_codes(&mut understood, &mentions);
        add_names(&mut understood, &mentions);
        add_categories(&mut understood, text, registries);
        let prediction = Some(self.model.classify_tuned(text, tuning));
        Understanding {
            scenario: understood,
            mentions,
            prediction,
        }
    }
}

/// Codes of the text make one line, when no line was given.
fn add_codes(scenario: &mut Scenario, mentions: &[Mention]) {
    if scenario.lines.iter().all(|line| line.adjustments.is_empty()) {
        let rarcs: Vec<String> = values(mentions, MentionKind::Rarc);
        let mut adjustments: Vec<Adjustment> = mentions
            .iter()
            .filter(|m| m.kind() == MentionKind::Carc)
            .map(|m| Adjustment {
                group_code: GroupCode::from_stored(&m.qualifier)
                    .unwrap_or(GroupCode::Unspecified)
                    .into(),
                carc: m.value.clone(),
                rarcs: Vec::new(),
                amount_minor: None,
            })
            .collect();
        adjustments.dedup();
        if let Some(first) = adjustments.first_mut() {
            first.rarcs = rarcs;
            scenario.lines.push(ServiceLine {
                adjustments,
                ..Default::default()
            });
        }
    }
    if scenario.procedure_codes.is_empty() && scenario.lines.iter().all(|l| l.procedure_code.is_empty()) {
        scenario.procedure_codes = values(mentions, MentionKind::Procedure);
    }
    if scenario.diagnosis_codes.is_empty() {
        scenario.diagnosis_codes = values(mentions, MentionKind::Diagnosis);
    }
}

/// A payer of the text counts when it names exactly one.
fn add_names(scenario: &mut Scenario, mentions: &[Mention]) {
    let has_payer = scenario.payer.as_ref().is_some_and(|p| !p.payer_id.is_empty());
    let payers: BTreeSet<String> = values(mentions, MentionKind::Payer).into_iter().collect();
    if !has_payer && payers.len() == 1 {
        let payer_id = payers.into_iter().next().unwrap_or_default();
        scenario.payer = Some(PayerRef {
            payer_id,
            plan_id: String::new(),
        });
    }
}

/// Categories whose words the text holds; the longest word decides.
fn add_categories(scenario: &mut Scenario, text: &str, registries: &Registries) {
    let lower = format!(" {} ", text.to_lowercase());
    let longest = |words: &[String]| words.iter().filter(|w| holds_word(&lower, w)).map(String::len).max();
    if scenario.service_category.is_empty() {
        let rows = registries.service_categories.rows().iter();
        let best = rows
            .filter_map(|row| Some((longest(&row.words)?, row)))
            .max_by_key(|(length, _)| *length);
        scenario.service_category = best.map(|(_, row)| row.id.clone()).unwrap_or_default();
    }
    if scenario.diagnosis_group.is_empty() {
        let by_code = scenario
            .diagnosis_codes
            .iter()
            .find_map(|code| registries.diagnosis_group_of(code));
        let rows = registries.diagnosis_groups.rows().iter();
        let by_word = rows
            .filter_map(|row| Some((longest(&row.words)?, row)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, r)| r);
        scenario.diagnosis_group = by_code.or(by_word).map(|row| row.id.clone()).unwrap_or_default();
    }
}

/// Whether a phrase stands in a text as whole words, a plural s allowed.
fn holds_word(text: &str, phrase: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric();
    text.match_indices(phrase).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let mut after = text.get(at + phrase.len()..).unwrap_or_default().chars();
        let next = after.next();
        let ends = next.is_none_or(|c| !is_word(c)) || next == Some('s') && after.next().is_none_or(|c| !is_word(c));
        before.is_none_or(|c| !is_word(c)) && ends
    })
}

fn values(mentions: &[Mention], kind: MentionKind) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let found = mentions.iter().filter(|m| m.kind() == kind).map(|m| m.value.clone());
    found.filter(|value| seen.insert(value.clone())).take(20).collect()
}

fn mention(found: super::text::Mention) -> Mention {
    let kind = match found.kind {
        Found::Carc => MentionKind::Carc,
        Found::Rarc => MentionKind::Rarc,
        Found::Procedure => MentionKind::Procedure,
        Found::Diagnosis => MentionKind::Diagnosis,
        Found::Modifier => MentionKind::Modifier,
        Found::RevenueCode => MentionKind::RevenueCode,
        Found::Payer => MentionKind::Payer,
        Found::Service => MentionKind::Service,
        Found::DenialPhrase => MentionKind::DenialPhrase,
    };
    Mention {
        kind: kind.into(),
        value: found.value,
        qualifier: found.qualifier.unwrap_or_default().to_owned(),
        span: Some(span(found.span)),
    }
}

/// A span of the text on the wire.
#[must_use]
pub fn span(span: super::text::Span) -> TextSpan {
    let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    TextSpan {
        start: number(span.start),
        end: number(span.end),
    }
}

/// The denial type of a label: both name the same list.
#[must_use]
pub fn denial_type(label: DenialLabel) -> DenialType {
    DenialType::from_stored(label.as_str()).unwrap_or(DenialType::Other)
}
