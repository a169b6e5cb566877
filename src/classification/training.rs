//! Training of tenants' own text models from what they said: see [`super::text::Tuner`] for what is learnt.
//!
//! A tenant's words make that tenant's model and no other. Texts that today's guard would refuse are left out, whatever it
//! said when they were submitted. The same feedback gives the same bytes, and a model that is in force already is not kept twice.

use std::sync::Arc;

use uuid::Uuid;

use super::feedback::store as feedback;
use super::models::{OwnCard, own_text_version, store, text_version};
use super::text::{Corpus, DenialLabel, FeedbackText, MOST_FEEDBACK, TextModel, TuneError, Tuned, Tuner};
use crate::audit::event::{AuditEvent, Facts, Resource};
use crate::db::{Db, TenantTx};
use crate::precedents::record::new_id;
use crate::privacy::sud::sud_suspected;
use crate::privacy::{FreeTextGuard, allow_list};
use crate::rpc::error::{Error, Result};
use crate::rpc::identity::Caller;

/// The audit action.
const ACTION: &str = "classification.train";

/// What training came to for one tenant.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing was said in words.
    NoFeedback,
    /// The model in force is the one that the feedback makes.
    Unchanged {
        /// Its version.
        version: String,
    },
    /// The feedback contradicts plain words; what was in force stays.
    Contradicts {
        /// Share of our held-out texts that the shared model gets right.
        before: f32,
        /// The same with the tenant's feedback.
        after: f32,
    },
    /// A new model is in force.
    Trained {
        /// Its version.
        version: String,
        /// Texts it learnt from.
        texts: usize,
    },
}

/// Trains tenants' own text models.
#[derive(Debug)]
pub struct Trainer {
    db: Db,
    guard: Arc<dyn FreeTextGuard>,
    base: &'static TextModel,
    tuner: Arc<Tuner<'static>>,
}

impl Trainer {
    /// A trainer over the shipped model.
    ///
    /// # Errors
    /// `INTERNAL` when the shipped model or phrases are damaged.
    pub fn new(db: Db, guard: Arc<dyn FreeTextGuard>) -> Result<Self> {
        let base = TextModel::shipped().map_err(Error::internal)?;
        let corpus = Corpus::shipped().map_err(Error::internal)?;
        let held_out = Corpus::held_out().map_err(Error::internal)?;
        let tuner = Tuner::new(base, &corpus, held_out).map_err(Error::internal)?;
        Ok(Self {
            db,
            guard,
            base,
            tuner: Arc::new(tuner),
        })
    }

    /// Trains the model of every tenant.
    ///
    /// # Errors
    /// Those of the database; tenants before the one at fault keep what they got.
    pub async fn all(&self) -> Result<Vec<(Uuid, Outcome)>> {
        let mut outcomes = Vec::new();
        for tenant in crate::tenants::store::every_id(self.db.auth()).await? {
            outcomes.push((tenant, self.one(tenant).await?));
        }
        Ok(outcomes)
    }

    /// Trains the model of one tenant.
    ///
    /// # Errors
    /// Those of the database and the audit log.
    pub async fn one(&self, tenant: Uuid) -> Result<Outcome> {
        let caller = Caller::system(tenant, "train");
        let (texts, left_out) = self.feedback(&mut self.db.begin_read(&caller).await?).await?;
        let tuner = self.tuner.clone();
        let tuned = tokio::task::spawn_blocking(move || tuner.tune(&texts)).await;
        match tuned.map_err(|e| Error::internal(e.to_string()))? {
            Ok(tuned) => self.keep(&caller, tuned, left_out).await,
            Err(TuneError::NoFeedback) => Ok(Outcome::NoFeedback),
            Err(TuneError::Contradicts { before, after }) => Ok(Outcome::Contradicts { before, after }),
            Err(fault @ (TuneError::TooMuchFeedback | TuneError::Lexicon(_))) => Err(Error::internal(fault)),
        }
    }

    /// The tenant's feedback, and how many texts are left out.
    async fn feedback(&self, tx: &mut TenantTx) -> Result<(Vec<FeedbackText>, usize)> {
        let allowed = allow_list::of_tenant(tx).await?;
        let told = feedback::latest(tx, i64::try_from(MOST_FEEDBACK).unwrap_or(i64::MAX)).await?;
        let all = told.len();
        let is_clean = |words: &str| {
            self.guard.findings(words, &allowed).is_empty() && !sud_suspected(words, std::iter::empty()).is_suspected()
        };
        let texts: Vec<FeedbackText> = told
            .into_iter()
            .filter(|told| is_clean(&told.words))
            .filter_map(|told| {
                let label: DenialLabel = told.denial_type.parse().ok()?;
                Some(FeedbackText {
                    text: told.words,
                    label,
                })
            })
            .collect();
        let left_out = all - texts.len();
        Ok((texts, left_out))
    }

    async fn keep(&self, caller: &Caller, tuned: Tuned, left_out: usize) -> Result<Outcome> {
        let Tuned { model, report } = tuned;
        let version = own_text_version(self.base, &model);
        let mut tx = self.db.begin(caller).await?;
        let in_force = store::current(&mut tx, self.base.digest()).await?;
        if in_force.is_some_and(|(_, in_force)| in_force == version) {
            return Ok(Outcome::Unchanged { version });
        }
        let card = OwnCard {
            sha256: model.digest().to_owned(),
            base_version: text_version(self.base),
            trained: model.card().clone(),
            report,
            left_out,
        };
        let (id, texts) = (new_id(), model.card().feedback_texts);
        let new = store::NewTextModel {
            id,
            version: &version,
            base_sha256: self.base.digest(),
            content: &model.encode(),
            card: &serde_json::to_string(&card).map_err(Error::internal)?,
        };
        store::insert(&mut tx, &new).await?;
        let facts = Facts {
            row_count: i64::try_from(texts).unwrap_or(i64::MAX),
            ..Facts::one(Resource::Model, id)
        };
        crate::audit::store::append(&mut tx, &AuditEvent::of_work(caller, ACTION, facts)).await?;
        tx.commit().await?;
        Ok(Outcome::Trained { version, texts })
    }
}
