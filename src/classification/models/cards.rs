//! Cards: what there is to know about each kind of model.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::super::estimate::CellModel;
use super::super::text::{
    BeforeAfter, Corpus, MOST_COST, MOST_FEEDBACK, Measured, ModelCard as Trained, TextModel, TrainOptions,
    TuningReport, measure_tuned,
};
use super::store::{TextModelRow, WeightsRow};
use super::{Models, measured, text_version};
use crate::db::TenantTx;
use crate::proto::v1::{CalibrationBin, Model, ModelCard, ModelKind, ModelMeasurement, ModelNote};
use crate::rpc::error::{Error, Result};
use crate::similarity::corpora::Held;
use crate::similarity::estimates::MOST_CASES;
use crate::similarity::finder::{Finder, model_version};
use crate::similarity::scenario::FACT_FIELDS;

/// What is kept of a tenant's own text model beside its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OwnCard {
    /// Digest of its bytes, hexadecimal.
    pub(crate) sha256: String,
    /// Version of the shared model it adds to.
    pub(crate) base_version: String,
    /// What it was made of.
    pub(crate) trained: Trained,
    /// How well it does.
    pub(crate) report: TuningReport,
    /// Texts of feedback that today's guard keeps out of models.
    pub(crate) left_out: usize,
}

/// The weights that answer a tenant.
pub(super) struct WeightsInForce {
    pub(super) version: String,
    own: Arc<Held>,
    public: Arc<Held>,
}

pub(super) async fn weights_in_force(tx: &mut TenantTx, finder: &Finder) -> Result<WeightsInForce> {
    let own = finder.corpora().of(tx.tenant_id(), 0).await?;
    let public = finder.corpora().public().await?;
    Ok(WeightsInForce {
        version: model_version(own.corpus.weights()),
        own,
        public,
    })
}

pub(super) fn shared_text(base: &TextModel, is_current: bool) -> Model {
    Model {
        version: text_version(base),
        kind: ModelKind::Text.into(),
        is_current,
        is_own: false,
        sha256: base.digest().to_owned(),
        made_on: base.card().trained_on.clone(),
    }
}

pub(super) fn own_text(row: &TextModelRow) -> Result<Model> {
    let card: OwnCard = serde_json::from_str(&row.card).map_err(Error::internal)?;
    Ok(Model {
        version: row.version.clone(),
        kind: ModelKind::Text.into(),
        is_current: false,
        is_own: true,
        sha256: card.sha256,
        made_on: row.created_at.date().to_string(),
    })
}

pub(super) fn guardrails(models: &Models) -> Model {
    Model {
        version: models.guardrails.version.clone(),
        kind: ModelKind::Guardrails.into(),
        is_current: true,
        is_own: false,
        sha256: models.guardrails.sha256.clone(),
        made_on: String::new(),
    }
}

pub(super) fn estimate(models: &Models) -> Model {
    Model {
        version: models.estimate.version.clone(),
        kind: ModelKind::WinEstimate.into(),
        is_current: true,
        is_own: false,
        sha256: models.estimate.sha256.clone(),
        made_on: String::new(),
    }
}

pub(super) fn weights(row: &WeightsRow, is_current: bool) -> Model {
    Model {
        version: row.version.clone(),
        kind: ModelKind::Similarity.into(),
        is_current,
        is_own: true,
        sha256: row.sha256.clone(),
        made_on: row.created_at.date().to_string(),
    }
}

const TEXT_USE: &str = "Tells the type of a denial from its words where no code decides it. A person or a rule acts on it, never it alone.";
const TEXT_LIMITS: &[&str] = &[
    "Reads English denial texts of United States payers; other languages get the type OTHER or a low score.",
    "Reads the reason, not the service: names of drugs, tests and payers are masked before it looks.",
    "Hard rules over codes come first; no score overrides them.",
    "Scores are calibrated on phrases of our own writing, which are not a sample of any payer's letters.",
];

pub(super) fn of_shared_text(base: &'static TextModel, is_current: bool) -> Result<ModelCard> {
    let card = base.card();
    let held_out = held_out(base)?;
    Ok(ModelCard {
        model: Some(shared_text(base, is_current)),
        intended_use: TEXT_USE.to_owned(),
        limits: TEXT_LIMITS.iter().map(|limit| (*limit).to_owned()).collect(),
        data: vec![
            note("version of the phrases", card.corpus_version),
            note("SHA-256 of phrases, codes, slots and lexicon", &card.corpus_sha256),
            note("phrases, written by ourselves", card.templates),
            note("texts made from them", card.texts),
            note("texts of any tenant", card.feedback_texts),
            note("features with weights", card.features),
        ],
        training: shared_training(card),
        measurements: vec![
            measurement(
                "our own phrases, each by a model that saw neither it nor a near copy",
                &cross_validated(card),
            ),
            measurement(
                "our own texts kept aside; some were looked at while phrases were written, the others were written last",
                held_out,
            ),
        ],
    })
}

fn shared_training(card: &Trained) -> Vec<ModelNote> {
    let TrainOptions {
        trained_on: _,
        folds: _,
        solver,
    } = TrainOptions::dated("");
    vec![
        note(
            "kind",
            "multinomial logistic regression over words, concepts and letter groups, eight-bit weights",
        ),
        note(
            "solver",
            format!(
                "AdaGrad, rate {}, {} epochs, decay {}, dropout {}, seed {}",
                solver.rate, solver.epochs, solver.decay, solver.dropout, solver.seed
            ),
        ),
        note("temperature", card.temperature),
        note("folds of the cross-validation, by near copies", card.folds),
    ]
}

/// The shared model on our texts kept aside, measured once a process.
fn held_out(base: &'static TextModel) -> Result<&'static Measured> {
    static MEASURED: OnceLock<Measured> = OnceLock::new();
    if let Some(measured) = MEASURED.get() {
        return Ok(measured);
    }
    let texts = Corpus::held_out().map_err(Error::internal)?;
    Ok(MEASURED.get_or_init(|| measure_tuned(base, None, &texts)))
}

pub(super) fn of_own_text(row: &TextModelRow, is_current: bool) -> Result<ModelCard> {
    let card: OwnCard = serde_json::from_str(&row.card).map_err(Error::internal)?;
    let mut limits: Vec<String> = TEXT_LIMITS.iter().map(|limit| (*limit).to_owned()).collect();
    limits.push("It is this tenant's alone, and as right as what this tenant's people said.".to_owned());
    limits.push(format!(
        "It is not kept where it would cost more than {} of our texts kept aside their type; the last {MOST_FEEDBACK} texts count.",
        MOST_COST
    ));
    let mut data = vec![
        note("shared model it adds to", &card.base_version),
        note("SHA-256 of shared model and feedback", &card.trained.corpus_sha256),
        note("texts of this tenant's feedback", card.trained.feedback_texts),
        note("texts left out, because today's guard would refuse them", card.left_out),
        note("features with weights", card.trained.features),
    ];
    data.extend(
        card.report
            .types
            .iter()
            .map(|(name, texts)| note(&format!("texts of {name}"), texts)),
    );
    let mut measurements = Vec::new();
    if let Some(both) = &card.report.feedback {
        measurements.extend(before_after(
            "this tenant's feedback, each text by a model that saw neither it nor a near copy",
            both,
        ));
    }
    measurements.extend(before_after("our own texts kept aside", &card.report.held_out));
    Ok(ModelCard {
        model: Some(Model {
            is_current,
            ..own_text(row)?
        }),
        intended_use: TEXT_USE.to_owned(),
        limits,
        data,
        training: vec![
            note(
                "kind",
                "multinomial logistic regression over words and concepts, added to the shared model's",
            ),
            note("held in place by", "phrases of the shared model's corpus, every eighth"),
            note("temperature", card.trained.temperature),
        ],
        measurements,
    })
}

pub(super) fn of_guardrails(models: &Models) -> ModelCard {
    let registries = &models.registries;
    ModelCard {
        model: Some(guardrails(models)),
        intended_use: "Tells from adjustment codes and the circumstances of a line what may be done, before any score is looked at.".to_owned(),
        limits: vec![
            "Rules, not estimates: there is nothing to calibrate. Each cites its source in the registry.".to_owned(),
            "A code that no row names is left open, and the words are asked.".to_owned(),
            "Adjustment codes are read as given; a wrong code on the remittance is judged as it stands.".to_owned(),
        ],
        data: vec![
            note("release of the registries", &registries.manifest.release),
            note("SHA-256 of their files", &models.guardrails.sha256),
            note("guardrails", registries.guardrails.rows().len()),
            note("code actions", registries.code_actions.rows().len()),
            note("codes", registries.codes.rows().len()),
            note("denial types", registries.denial_types.rows().len()),
        ],
        training: vec![note("kind", "rules written by hand, in the order in which they are tried")],
        measurements: Vec::new(),
    }
}

pub(super) fn of_weights(row: &WeightsRow, in_force: &WeightsInForce) -> ModelCard {
    let is_current = in_force.version == row.version;
    let mut data = vec![
        note("SHA-256 of all weights", &row.sha256),
        note("own precedents that the weights were frozen over", row.frozen_over),
    ];
    if is_current {
        data.push(note("own precedents searched", in_force.own.corpus.len()));
        data.push(note("public precedents searched", in_force.public.corpus.len()));
    }
    let namespaces = in_force.own.corpus.weights().namespaces();
    ModelCard {
        model: Some(weights(row, is_current)),
        intended_use:
            "Weighs features when precedents are compared, so that what is rare counts more than what is common."
                .to_owned(),
        limits: vec![
            "Likeness is no forecast: how similar cases ended is told beside it, with counts.".to_owned(),
            "The search is exact under its order; the weights are a choice, frozen until the corpus has doubled."
                .to_owned(),
            "Precedents of substance use or psychotherapy origin count nowhere, other tenants' neither.".to_owned(),
        ],
        data,
        training: namespaces
            .filter(|_| is_current)
            .map(|(namespace, base)| note(&format!("importance of {}", namespace.prefix()), base.importance))
            .chain([note(
                "kind",
                "importance of the kind of feature times its rarity, whole numbers; score: weighted Jaccard",
            )])
            .collect(),
        measurements: Vec::new(),
    }
}

pub(super) async fn of_estimate(models: &Models, tx: &mut TenantTx, finder: &Finder) -> Result<ModelCard> {
    let WeightsInForce {
        version: _,
        own,
        public,
    } = weights_in_force(tx, finder).await?;
    let settings = CellModel::of_fields(FACT_FIELDS);
    let (own, public) = (own.estimates().await?, public.estimates().await?);
    Ok(ModelCard {
        model: Some(estimate(models)),
        intended_use:
            "Estimates how likely an appeal or another remedy wins, from decided precedents that the answer names."
                .to_owned(),
        limits: vec![
            "Below 11 precedents, counted by likeness, it says that the evidence is insufficient.".to_owned(),
            "Precedents that were settled, dismissed, withdrawn, moot or not pursued are not counted.".to_owned(),
            "Whoever appeals chooses what to appeal: the estimate is of denials like those that were taken further."
                .to_owned(),
            "When win rates change from one year to the next, it follows a year late.".to_owned(),
            format!(
                "It learns from the latest {MOST_CASES} decided precedents of a corpus; what is older is not counted."
            ),
        ],
        data: vec![
            note("own decided precedents", own.ids.len()),
            note("last year among them", own.as_of),
            note("public decided precedents", public.ids.len()),
            note("last year among those", public.as_of),
        ],
        training: vec![
            note(
                "kind",
                "hierarchical logistic model: a normally distributed effect for each group of precedents and year",
            ),
            note("groups", settings.cells.len()),
            note("win rate where nothing is known", settings.base_win_rate),
            note("share of an effect that never fades", settings.lasting_share),
            note("fitted", "anew when decided precedents change"),
        ],
        measurements: measured::estimates()?,
    })
}

fn note(name: &str, value: impl ToString) -> ModelNote {
    ModelNote {
        name: name.to_owned(),
        value: value.to_string(),
    }
}

fn cross_validated(card: &Trained) -> Measured {
    Measured {
        metrics: card.cross_validated,
        calibration: Vec::new(),
    }
}

fn before_after(cases: &str, both: &BeforeAfter) -> [ModelMeasurement; 2] {
    [
        measurement(&format!("{cases}; the shared model alone"), &both.before),
        measurement(cases, &both.after),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "ten bins")]
fn measurement(cases: &str, measured: &Measured) -> ModelMeasurement {
    let Measured { metrics, calibration } = measured;
    let width = 1.0 / calibration.len().max(1) as f64;
    let bins = calibration.iter().enumerate().filter(|(_, bin)| bin.texts > 0);
    ModelMeasurement {
        cases: cases.to_owned(),
        n: i64::try_from(metrics.texts).unwrap_or(i64::MAX),
        top1: Some(metrics.top1.into()),
        top3: Some(metrics.top3.into()),
        auc: None,
        brier: None,
        log_loss: Some(metrics.log_loss.into()),
        calibration_error: Some(metrics.calibration_error.into()),
        calibration: bins
            .map(|(at, bin)| CalibrationBin {
                from: at as f64 * width,
                to: (at + 1) as f64 * width,
                n: i64::try_from(bin.texts).unwrap_or(i64::MAX),
                mean_score: bin.mean_score.into(),
                hit_rate: bin.hit_rate.into(),
            })
            .collect(),
    }
}
