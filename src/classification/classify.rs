//! The main job: a denial in; type, action, deadlines, groups, precedents, win estimate out.

use std::sync::Arc;

use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::deadlines::{self, Dates, Query};
use super::estimate::{Fact, Tally, WinEstimate as Estimated};
use super::guardrails::{Context, Suggestion, determine};
use super::models::{Models, OwnTextModel};
use super::text::Prediction;
use super::understanding::{Reader, Understanding, denial_type, span};
use crate::db::TenantTx;
use crate::precedents::rate;
use crate::precedents::suspicion::is_scenario_sud_suspected;
use crate::proto::v1::{
    BackoffStep, ClassifyDenialResponse, Deadline, DenialType, Determination, PrecedentGroup, RateEstimate,
    RecoveryAction, Scenario, SimilarityOptions, TypeScore, WinEstimate,
};
use crate::registries::{Registries, parse_day};
use crate::rpc::error::{Error, Result};
use crate::rpc::validate::Violation;
use crate::similarity::corpora::Held;
use crate::similarity::finder::Finder;
use crate::similarity::scenario::{facts, features_of_scenario};

/// A word prediction below this decides no action.
const LEAST_SUGGESTION: f32 = 0.25;
/// Types shown.
const SHOWN_TYPES: usize = 5;
/// Precedents shown when the request does not say.
const SHOWN_PRECEDENTS: i32 = 5;
/// Precedents behind an estimate that are named.
const NAMED_PRECEDENTS: usize = 10;

/// Everything classification stands on. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Classifier {
    registries: Arc<Registries>,
    reader: Arc<Reader>,
    finder: Finder,
    models: Models,
}

/// A denial judged without its precedents.
#[derive(Debug)]
pub struct Judged {
    /// The denial as understood, its type filled in.
    pub understanding: Understanding,
    /// Types, the likeliest first.
    pub types: Vec<TypeScore>,
    /// What to do, and why.
    pub determination: Determination,
}

impl Classifier {
    /// A classifier over these parts.
    #[must_use]
    pub fn new(registries: Arc<Registries>, reader: Arc<Reader>, finder: Finder) -> Self {
        Self {
            models: Models::new(reader.model(), registries.clone()),
            registries,
            reader,
            finder,
        }
    }

    /// The models that answer.
    #[must_use]
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// Where precedents are found.
    pub(super) fn finder(&self) -> &Finder {
        &self.finder
    }

    /// The main job.
    ///
    /// # Errors
    /// Those of the database, and of dates that are none.
    pub async fn classify(
        &self,
        tx: &mut TenantTx,
        own: Option<&OwnTextModel>,
        scenario: Scenario,
        as_of: &str,
        top_k: i32,
    ) -> Result<ClassifyDenialResponse> {
        let mut judged = self.judge(&scenario, own);
        if scenario.dates.is_some() {
            judged.determination.deadlines = self.deadlines(&judged.understanding.scenario, as_of, None)?;
        }
        let understood = judged.understanding.scenario;
        let options = SimilarityOptions {
            top_k: if top_k == 0 { SHOWN_PRECEDENTS } else { top_k },
            ..Default::default()
        };
        let found = self.finder.find_scenario(tx, &understood, options).await?;
        let (win, groups) = self
            .estimate(tx.tenant_id(), &understood, judged.determination.action())
            .await?;
        Ok(ClassifyDenialResponse {
            types: judged.types,
            determination: Some(judged.determination),
            groups,
            precedents: found.hits,
            win: Some(win),
            mentions: judged.understanding.mentions,
            model_version: format!(
                "{} {} {}",
                self.judging_version(own),
                found.model_version,
                self.models.estimate_version()
            ),
            // Of what was given: a group that the words alone suggest is too rash.
            sud_suspected: is_scenario_sud_suspected(&scenario),
            understood: Some(understood),
        })
    }

    /// Types and action: hard rules over codes first, then what was said, then words.
    #[must_use]
    pub fn judge(&self, scenario: &Scenario, own: Option<&OwnTextModel>) -> Judged {
        let tuning = own.map(|own| &own.tuning);
        let mut understanding = self.reader.read(scenario, &self.registries, tuning);
        let context = Context {
            service_timing: scenario.service_timing(),
            ..Default::default()
        };
        let verdict = determine(&understanding.scenario.lines, context, &self.registries);
        let suggestion = suggestion(scenario, understanding.prediction.as_ref());
        let decided_by_codes = !verdict.is_open();
        let determination = verdict.conclude(suggestion.as_ref(), context, &self.registries);
        let types = types(
            scenario,
            &determination,
            decided_by_codes,
            understanding.prediction.as_ref(),
        );
        if understanding.scenario.denial_types.is_empty()
            && let Some(first) = types.first()
        {
            understanding.scenario.denial_types = vec![first.denial_type];
        }
        Judged {
            understanding,
            types,
            determination,
        }
    }

    /// Codes alone, by rule.
    #[must_use]
    pub fn determine(&self, scenario: &Scenario, context: Context) -> Determination {
        determine(&scenario.lines, context, &self.registries).conclude(None, context, &self.registries)
    }

    /// Every clock that runs.
    ///
    /// # Errors
    /// `VALIDATION` naming each date that is none.
    pub fn deadlines(&self, scenario: &Scenario, as_of: &str, amount_minor: Option<i64>) -> Result<Vec<Deadline>> {
        let dates = Dates::try_from(&scenario.dates.clone().unwrap_or_default()).map_err(|bad| {
            let violation = |field: &str| Violation {
                field: format!("scenario.dates.{field}"),
                description: "is no day of the calendar".to_owned(),
                is_phi: false,
            };
            Error::violations(bad.iter().map(|b| violation(b.field)).collect())
        })?;
        let payer = scenario.payer.clone().unwrap_or_default();
        let some = |text: String| (!text.is_empty()).then_some(text);
        let query = Query {
            line_of_business: scenario.line_of_business(),
            funding: scenario.funding(),
            state: scenario.state.clone(),
            payer_id: some(payer.payer_id),
            plan_id: some(payer.plan_id),
            level: scenario.appeal_level(),
            urgency: scenario.urgency(),
            service_timing: scenario.service_timing(),
            amount_in_controversy_minor: amount_minor,
            dates,
            ..Query::on(day(as_of)?)
        };
        let clocks = deadlines::compute(self.registries.appeal_rules.rows(), &query);
        Ok(clocks.into_iter().map(|clock| clock.deadline).collect())
    }

    /// How likely an action wins: from the tenant's own precedents when they are enough, else from the
    /// public ones; and the groups behind either.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn estimate(
        &self,
        tenant: Uuid,
        scenario: &Scenario,
        action: RecoveryAction,
    ) -> Result<(WinEstimate, Vec<PrecedentGroup>)> {
        let own = self.finder.corpora().of(tenant, 0).await?;
        let public = self.finder.corpora().public().await?;
        let features = features_of_scenario(scenario, &self.registries);
        let primary = scenario.denial_types().next().unwrap_or_default();
        let known = facts(&features, primary, action);
        let (own_estimate, own_ids) = estimated(&own, &known).await?;
        let (public_estimate, public_ids) = estimated(&public, &known).await?;
        let mut groups = groups_of(&own_estimate, false);
        groups.extend(groups_of(&public_estimate, true));
        let win = if own_estimate.insufficient_evidence && !public_estimate.insufficient_evidence {
            shown(&public_estimate, public_ids)
        } else {
            shown(&own_estimate, own_ids)
        };
        Ok((win, groups))
    }

    /// Versions of the models that judge without precedents.
    #[must_use]
    pub fn judging_version(&self, own: Option<&OwnTextModel>) -> String {
        format!("{} {}", self.models.text_version(own), self.models.guardrails_version())
    }

    /// Versions of the models that estimate.
    #[must_use]
    pub fn estimating_version(&self, own: Option<&OwnTextModel>) -> String {
        format!("{} {}", self.judging_version(own), self.models.estimate_version())
    }
}

/// What a caller said, or else what the words suggest when they are clear enough.
fn suggestion(scenario: &Scenario, prediction: Option<&Prediction>) -> Option<Suggestion> {
    if let Some(given) = scenario.denial_types().next() {
        return Some(Suggestion {
            denial_type: given,
            rationale: "The denial type was given.".to_owned(),
        });
    }
    let best = prediction?.scores.first().filter(|s| s.score >= LEAST_SUGGESTION)?;
    Some(Suggestion {
        denial_type: denial_type(best.label),
        rationale: "No code decides it; the words of the denial speak for this type.".to_owned(),
    })
}

fn types(
    scenario: &Scenario,
    determination: &Determination,
    decided_by_codes: bool,
    prediction: Option<&Prediction>,
) -> Vec<TypeScore> {
    let mut types: Vec<TypeScore> = Vec::new();
    let sure = |denial_type: DenialType, source: &str| TypeScore {
        denial_type: denial_type.into(),
        score: 1.0,
        spans: Vec::new(),
        source: source.to_owned(),
    };
    if decided_by_codes && determination.denial_type() != DenialType::Unspecified {
        types.push(sure(determination.denial_type(), "codes"));
    }
    types.extend(scenario.denial_types().map(|t| sure(t, "caller")));
    for (place, scored) in prediction
        .iter()
        .flat_map(|p| p.scores.iter().take(SHOWN_TYPES))
        .enumerate()
    {
        let denial_type = denial_type(scored.label);
        if types.iter().any(|t| t.denial_type == denial_type as i32) {
            continue;
        }
        let spans = prediction
            .iter()
            .filter(|_| place == 0)
            .flat_map(|p| &p.spans)
            .map(|e| span(e.span))
            .collect();
        types.push(TypeScore {
            denial_type: denial_type.into(),
            score: f64::from(scored.score),
            spans,
            source: "words".to_owned(),
        });
    }
    types.truncate(SHOWN_TYPES);
    types
}

async fn estimated(held: &Held, known: &[Fact]) -> Result<(Estimated, Vec<Uuid>)> {
    let estimates = held.estimates().await?;
    let year = OffsetDateTime::now_utc().year().min(estimates.as_of + 1);
    let estimate = estimates.estimator.estimate(known, year);
    let named = estimate.precedents.iter().take(NAMED_PRECEDENTS);
    let ids = named.filter_map(|p| estimates.ids.get(p.index).copied()).collect();
    Ok((estimate, ids))
}

fn shown(estimate: &Estimated, ids: Vec<Uuid>) -> WinEstimate {
    let counts = rate_of(estimate.counts);
    WinEstimate {
        probability: if estimate.insufficient_evidence {
            estimate.prior
        } else {
            estimate.probability
        },
        low: estimate.low,
        high: estimate.high,
        n: counts.n,
        effective_n: estimate.effective_n,
        insufficient_evidence: estimate.insufficient_evidence,
        counts: Some(counts),
        backoff: estimate
            .groups
            .iter()
            .filter(|group| group.counts.n() > 0)
            .map(|group| BackoffStep {
                shared: names(&group.facts),
                n: rate_of(group.counts).n,
                rate: group.counts.win_rate().unwrap_or(0.0),
                estimate: group.estimate,
            })
            .collect(),
        precedent_ids: ids.iter().map(ToString::to_string).collect(),
    }
}

/// Groups of a few facts with something in them, the narrowest first.
fn groups_of(estimate: &Estimated, is_public: bool) -> Vec<PrecedentGroup> {
    let mut groups: Vec<PrecedentGroup> = estimate
        .groups
        .iter()
        .filter(|g| !g.facts.is_empty() && g.counts.n() > 0 && g.facts.iter().all(|f| &*f.field != "word"))
        .map(|g| PrecedentGroup {
            shared: names(&g.facts),
            rate: Some(rate_of(g.counts)),
            is_public,
        })
        .collect();
    groups.sort_by_key(|g| std::cmp::Reverse((g.shared.len(), g.rate.as_ref().map_or(0, |r| r.n))));
    groups.truncate(6);
    groups
}

fn names(facts: &[Fact]) -> Vec<String> {
    facts.iter().map(|f| format!("{}:{}", f.field, f.value)).collect()
}

fn rate_of(counts: Tally) -> RateEstimate {
    rate::estimate(counts.won.into(), counts.partial.into(), counts.lost.into())
}

/// The day asked about; today when none was given.
fn day(text: &str) -> Result<Date> {
    if text.is_empty() {
        return Ok(OffsetDateTime::now_utc().date());
    }
    parse_day(text).ok_or_else(|| Error::field("as_of", "is no day of the calendar"))
}
