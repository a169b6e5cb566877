//! A classification as a biller reads it.

use std::collections::BTreeSet;

use crate::db::stored::StoredEnum;
use crate::dev::DevError;
use crate::proto::v1::{
    AppealLevel, ClassifyDenialResponse, Deadline, DenialType, Determination, EvidenceKind, Outcome, PrecedentGroup,
    RateEstimate, RecoveryAction, SimilarHit, TypeScore, WinEstimate,
};
use crate::registries::{Registries, Source};

/// Shared features named for each precedent.
const SHOWN_FEATURES: usize = 6;
/// Other deadlines shown below the binding one.
const SHOWN_DEADLINES: usize = 4;

/// The whole answer, with the best precedents.
pub(super) fn answer(answer: &ClassifyDenialResponse, precedents: usize) -> Result<String, DevError> {
    let registries = Registries::load(&Source::Embedded).map_err(|_| "the registries can't be used")?;
    let mut page = Page {
        registries,
        text: String::new(),
    };
    page.types(&answer.types);
    let determination = answer.determination.clone().unwrap_or_default();
    page.action(&determination);
    page.deadlines(&determination.deadlines);
    if is_contested(determination.action()) {
        page.win(&answer.win.clone().unwrap_or_default());
        page.groups(&answer.groups);
    }
    page.precedents(&answer.precedents, precedents);
    if answer.sud_suspected {
        page.row(
            "Careful",
            "this may rest on substance use records (42 CFR Part 2): don't share it without consent",
        );
    }
    Ok(page.text.trim_end().to_owned())
}

/// Lines under headings, aligned.
struct Page {
    registries: Registries,
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn row(&mut self, heading: &str, content: &str) {
        self.line(&format!("{heading:<13}{content}"));
    }

    fn type_label(&self, denial_type: DenialType) -> String {
        let info = self.registries.denial_type(denial_type);
        info.map_or_else(|| sentence(denial_type), |info| info.label.clone())
    }

    fn types(&mut self, types: &[TypeScore]) {
        let Some(first) = types.first() else {
            return self.row("Denial", "not clear from what was given");
        };
        let how = match first.source.as_str() {
            "codes" => "the codes decide it".to_owned(),
            "caller" => "as given".to_owned(),
            _ => format!("{} sure, from the words", percent(first.score)),
        };
        let label = self.type_label(first.denial_type());
        self.row("Denial", &format!("{label} ({how})"));
        let others: Vec<String> = types
            .iter()
            .skip(1)
            .filter(|other| other.score >= 0.05)
            .map(|other| format!("{} {}", self.type_label(other.denial_type()), percent(other.score)))
            .collect();
        if !others.is_empty() {
            self.row("", &format!("the words alone would say: {}", others.join(", ")));
        }
    }

    fn action(&mut self, determination: &Determination) {
        let others: Vec<String> = determination
            .alternatives()
            .map(|a| sentence(a).to_lowercase())
            .collect();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!(" (or {})", others.join(", "))
        };
        self.row("What to do", &format!("{}{others}", sentence(determination.action())));
        self.row(
            "Appeal",
            if determination.appealable {
                "you may appeal"
            } else {
                "there is no appeal right"
            },
        );
        if !determination.guardrail_code.is_empty() {
            self.row("Hard rule", &determination.guardrail_code);
        }
        for (place, reason) in determination.rationale.iter().enumerate() {
            self.row(if place == 0 { "Why" } else { "" }, reason);
        }
        let evidence: Vec<String> = determination
            .required_evidence()
            .map(|kind| self.evidence_label(kind))
            .collect();
        if !evidence.is_empty() {
            self.row("Evidence", &evidence.join(", "));
        }
    }

    fn evidence_label(&self, kind: EvidenceKind) -> String {
        let info = self.registries.evidence_kind(kind);
        info.map_or_else(|| sentence(kind), |info| info.label.clone())
            .to_lowercase()
    }

    fn deadlines(&mut self, deadlines: &[Deadline]) {
        let mut sorted: Vec<&Deadline> = deadlines.iter().filter(|d| d.reliable).collect();
        sorted.sort_by_key(|d| (!d.binding, d.due_date.clone()));
        for (place, deadline) in sorted.iter().take(SHOWN_DEADLINES).enumerate() {
            let left = match deadline.days_left {
                days if days < 0 => format!("{} days ago", -days),
                days => format!("{days} days left"),
            };
            let binding = if deadline.binding { ", this one counts" } else { "" };
            let Deadline { due_date, citation, .. } = deadline;
            let level = level_words(deadline.level());
            self.row(
                if place == 0 { "Deadline" } else { "" },
                &format!("{due_date}, {left}{binding}: {level} ({citation})"),
            );
            for warning in &deadline.warnings {
                self.row("", &format!("  {warning}"));
            }
        }
        let unreliable = deadlines.iter().filter(|d| !d.reliable).count();
        if unreliable > 0 {
            self.row(
                "",
                &format!("{unreliable} more clocks rest on rules not yet verified; --json shows them"),
            );
        }
    }

    fn win(&mut self, win: &WinEstimate) {
        if win.insufficient_evidence {
            return self.row(
                "Win rate",
                &format!("insufficient evidence ({} decisions like this; 11 are needed)", win.n),
            );
        }
        let counts = win.counts.unwrap_or_default();
        self.row(
            "Win rate",
            &format!(
                "{}, weighed by likeness and age (90 % interval {} to {}); {} won, {} in part, {} lost of {}",
                percent(win.probability),
                percent(win.low),
                percent(win.high),
                counts.won,
                counts.partial,
                counts.lost,
                win.n
            ),
        );
    }

    /// The narrowest group of the tenant's own precedents and of the published ones.
    fn groups(&mut self, groups: &[PrecedentGroup]) {
        let mut heading = "Groups";
        for (is_public, whose) in [(false, "own"), (true, "published")] {
            let mut quotable = groups.iter().filter(|g| g.is_public == is_public);
            let found = quotable.find_map(|g| Some((g, g.rate.as_ref().filter(|r| !r.insufficient_evidence)?)));
            if let Some((group, rate)) = found {
                let shared: Vec<String> = group.shared.iter().map(|s| feature(s)).collect();
                let RateEstimate { won, partial, n, .. } = rate;
                let share = percent(rate.rate);
                self.row(
                    heading,
                    &format!(
                        "{whose}: {} of {n} won ({share}) for {}",
                        won + partial,
                        shared.join(", ")
                    ),
                );
                heading = "";
            }
        }
    }

    fn precedents(&mut self, hits: &[SimilarHit], most: usize) {
        if hits.is_empty() {
            return self.row("Precedents", "none is like it");
        }
        self.line("\nPrecedents most like it");
        for (place, hit) in hits.iter().take(most).enumerate() {
            let precedent = hit.precedent.clone().unwrap_or_default();
            let origin = if hit.is_public { "published" } else { "own" };
            let outcome = sentence(hit.outcome());
            let action = sentence(precedent.action_taken()).to_lowercase();
            let level = level_words(precedent.appeal_level_reached());
            self.line(&format!(
                "{:>3}. {:.2}  {:<9} {}  {} [{origin}]",
                place + 1,
                hit.score,
                outcome_word(hit.outcome(), &outcome),
                precedent.event_year,
                precedent.title
            ));
            let how = if precedent.action_taken == 0 {
                String::new()
            } else {
                format!("{action}, {level}; ")
            };
            self.line(&format!("     {how}alike in {}", shared(hit)));
        }
    }
}

/// The heaviest shared features, most telling kinds once each word.
fn shared(hit: &SimilarHit) -> String {
    let explanation = hit.explanation.clone().unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut named = Vec::new();
    for part in &explanation.shared {
        let name = feature(&part.feature);
        if seen.insert(name.clone()) {
            named.push(format!(
                "{name} {}",
                percent(part.contribution / hit.score.max(f64::EPSILON))
            ));
        }
    }
    let more = named.len().saturating_sub(SHOWN_FEATURES);
    named.truncate(SHOWN_FEATURES);
    let mut text = named.join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// A feature as a person says it: `carc:CO-197` is `CO-197`, `word:migraine` is `"migraine"`.
fn feature(name: &str) -> String {
    let Some((kind, value)) = name.split_once(':') else {
        return name.to_owned();
    };
    let words = value.replace('_', " ").to_lowercase();
    match kind {
        "word" | "words" => format!("“{value}”"),
        "carc" | "rarc" | "code" | "procedure" | "diagnosis" => value.to_owned(),
        "procedure_family" | "diagnosis_category" => format!("{value}…"),
        _ => format!("{} {words}", kind.replace('_', " ")),
    }
}

/// Whether an action can be won: the others bill somebody else, or nobody.
const fn is_contested(action: RecoveryAction) -> bool {
    match action {
        RecoveryAction::Appeal
        | RecoveryAction::PeerToPeer
        | RecoveryAction::CorrectedClaim
        | RecoveryAction::SubmitDocumentation
        | RecoveryAction::Unspecified => true,
        RecoveryAction::RebillOtherPayer
        | RecoveryAction::BillSecondary
        | RecoveryAction::BillPatient
        | RecoveryAction::Close => false,
    }
}

/// A rung of the ladder as a biller calls it.
const fn level_words(level: AppealLevel) -> &'static str {
    match level {
        AppealLevel::Unspecified => "level not stated",
        AppealLevel::InitialDetermination => "claim level",
        AppealLevel::Reopening => "reopening",
        AppealLevel::PeerToPeer => "between physicians",
        AppealLevel::Internal1 => "first internal appeal",
        AppealLevel::Internal2 => "second internal appeal",
        AppealLevel::ExpeditedInternal => "expedited internal appeal",
        AppealLevel::ExternalReview => "external review",
        AppealLevel::ExpeditedExternal => "expedited external review",
        AppealLevel::Ire => "independent review entity",
        AppealLevel::StateFairHearing => "state fair hearing",
        AppealLevel::Alj => "administrative law judge",
        AppealLevel::AppealsCouncil => "Appeals Council",
        AppealLevel::Judicial => "court",
        AppealLevel::Arbitration => "arbitration",
        AppealLevel::RegulatorComplaint => "complaint to the regulator",
    }
}

fn outcome_word(outcome: Outcome, word: &str) -> String {
    if outcome == Outcome::Unspecified {
        String::new()
    } else {
        word.to_uppercase()
    }
}

/// `PRIOR_AUTHORIZATION` as `Prior authorization`.
fn sentence(value: impl StoredEnum) -> String {
    let words = value.stored().to_lowercase().replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
