//! The models that answer, by version, and a card for each: what it is made of, how well it does, what it is for.
//!
//! | kind | version | whose |
//! |---|---|---|
//! | text | `text-1-<digest>` | shipped, everybody's |
//! | text | `text-1-<digest>-own-<digest>` | the shipped one with what a tenant's feedback adds |
//! | guardrails | `guardrails-<release>-<digest>` | the registries' |
//! | similarity | `similarity-<table>.<epoch>-<digest>` | a tenant's, frozen over its precedents |
//! | win estimate | `estimate-1-<digest>` | settings; the counts behind an answer stand in the answer |

mod cards;
mod measured;
pub(crate) mod store;

use std::sync::Arc;

use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::estimate::CellModel;
use super::text::TextModel;
use crate::db::TenantTx;
use crate::proto::v1::{GetModelCardResponse, ListModelsResponse, ModelCard};
use crate::registries::Registries;
use crate::rpc::error::{Error, Result};
use crate::similarity::finder::Finder;
use crate::similarity::scenario::FACT_FIELDS;

pub(crate) use cards::OwnCard;

/// Memory for tenants' own text models, in bytes of their files; in memory they take about twice that.
const OWN_MODELS_BYTES: u64 = 128 << 20;
/// Earlier models of a kind that a list shows.
const SHOWN_EARLIER: i64 = 100;
/// Registry files whose rows are the guardrails.
const GUARDRAIL_FILES: [&str; 4] = ["code_actions.csv", "codes.csv", "denial_types.csv", "guardrails.csv"];
/// Raised when the estimator changes otherwise than by its settings.
const ESTIMATOR_VERSION: u32 = 1;

/// Every model of the service. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Models {
    base: &'static TextModel,
    registries: Arc<Registries>,
    guardrails: Sealed,
    estimate: Sealed,
    own: Cache<Uuid, Arc<OwnTextModel>>,
}

/// A tenant's own text model.
#[derive(Debug)]
pub struct OwnTextModel {
    /// Its version.
    pub version: String,
    /// What it adds to the shared model.
    pub tuning: TextModel,
    bytes: u32,
}

/// A version with the digest behind it.
#[derive(Debug, Clone)]
struct Sealed {
    version: String,
    sha256: String,
}

impl Models {
    /// The models of this build over these registries.
    #[must_use]
    pub fn new(base: &'static TextModel, registries: Arc<Registries>) -> Self {
        let own = Cache::builder()
            .max_capacity(OWN_MODELS_BYTES)
            .weigher(|_: &Uuid, model: &Arc<OwnTextModel>| model.bytes);
        Self {
            base,
            guardrails: guardrails(&registries),
            estimate: estimate(&CellModel::of_fields(FACT_FIELDS)),
            registries,
            own: own.build(),
        }
    }

    /// The caller's own text model, when it has one beside this build's shared one. Asked of the database each time, so that
    /// every replica answers alike from the moment of training on; its bytes are kept in memory.
    ///
    /// # Errors
    /// Those of the database, and `INTERNAL` for bytes that are no model.
    pub async fn own(&self, tx: &mut TenantTx) -> Result<Option<Arc<OwnTextModel>>> {
        let Some((id, version)) = store::current(tx, self.base.digest()).await? else {
            return Ok(None);
        };
        if let Some(own) = self.own.get(&id) {
            return Ok(Some(own));
        }
        let content = store::content(tx, id).await?;
        let own = Arc::new(OwnTextModel {
            version,
            tuning: TextModel::decode(&content).map_err(Error::internal)?,
            bytes: u32::try_from(content.len()).unwrap_or(u32::MAX),
        });
        self.own.insert(id, own.clone());
        Ok(Some(own))
    }

    /// Version of the text model that answers.
    #[must_use]
    pub fn text_version(&self, own: Option<&OwnTextModel>) -> String {
        own.map_or_else(|| text_version(self.base), |own| own.version.clone())
    }

    /// Version of the guardrails.
    #[must_use]
    pub fn guardrails_version(&self) -> &str {
        &self.guardrails.version
    }

    /// Version of the estimator.
    #[must_use]
    pub fn estimate_version(&self) -> &str {
        &self.estimate.version
    }

    /// The models that answer the caller, and those that did.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn list(&self, tx: &mut TenantTx, finder: &Finder) -> Result<ListModelsResponse> {
        let own = self.own(tx).await?;
        let weights = cards::weights_in_force(tx, finder).await?;
        let is_current =
            |version: &str| own.as_ref().is_some_and(|own| own.version == version) || weights.version == version;
        let mut models = vec![
            cards::shared_text(self.base, own.is_none()),
            cards::guardrails(self),
            cards::estimate(self),
        ];
        for row in store::list(tx, SHOWN_EARLIER).await? {
            let mut model = cards::own_text(&row)?;
            model.is_current = is_current(&model.version);
            models.push(model);
        }
        let rows = store::list_weights(tx, SHOWN_EARLIER).await?;
        models.extend(rows.iter().map(|row| cards::weights(row, is_current(&row.version))));
        let mut seen = std::collections::BTreeSet::new();
        models.retain(|model| seen.insert(model.version.clone()));
        models.sort_by_key(|model| !model.is_current);
        Ok(ListModelsResponse { models })
    }

    /// The card of a model that answers the caller or did.
    ///
    /// # Errors
    /// `NOT_FOUND` for a version that is none, or another tenant's; those of the database.
    pub(super) async fn card(&self, tx: &mut TenantTx, finder: &Finder, version: &str) -> Result<GetModelCardResponse> {
        let card = self.find(tx, finder, version).await?;
        let card = card.ok_or_else(|| Error::no_such(version))?;
        Ok(GetModelCardResponse { card: Some(card) })
    }

    async fn find(&self, tx: &mut TenantTx, finder: &Finder, version: &str) -> Result<Option<ModelCard>> {
        if version == text_version(self.base) {
            let is_current = self.own(tx).await?.is_none();
            return Ok(Some(cards::of_shared_text(self.base, is_current)?));
        }
        if version == self.guardrails.version {
            return Ok(Some(cards::of_guardrails(self)));
        }
        if version == self.estimate.version {
            return cards::of_estimate(self, tx, finder).await.map(Some);
        }
        if let Some(row) = store::by_version(tx, version).await? {
            let is_current = self.own(tx).await?.is_some_and(|own| own.version == version);
            return cards::of_own_text(&row, is_current).map(Some);
        }
        // Loading the caller's weights notes them: the present ones are found below too.
        let in_force = cards::weights_in_force(tx, finder).await?;
        let row = store::weights(tx, version).await?;
        Ok(row.map(|row| cards::of_weights(&row, &in_force)))
    }
}

/// Version of the shared text model.
#[must_use]
pub fn text_version(base: &TextModel) -> String {
    format!("text-{}-{}", base.card().corpus_version, start(base.digest()))
}

/// Version of a tenant's own text model over this shared one.
#[must_use]
pub fn own_text_version(base: &TextModel, tuning: &TextModel) -> String {
    format!("{}-own-{}", text_version(base), start(tuning.digest()))
}

/// What of a digest a version shows.
fn start(digest: &str) -> &str {
    digest.get(..8).unwrap_or_default()
}

fn guardrails(registries: &Registries) -> Sealed {
    let mut hash = Sha256::new();
    for file in registries
        .manifest
        .files
        .iter()
        .filter(|f| GUARDRAIL_FILES.contains(&f.file.as_str()))
    {
        hash.update(format!("{} {}\n", file.file, file.sha256));
    }
    let sha256 = hex::encode(hash.finalize());
    let release = &registries.manifest.release;
    Sealed {
        version: format!("guardrails-{release}-{}", start(&sha256)),
        sha256,
    }
}

fn estimate(settings: &CellModel) -> Sealed {
    let mut hash = Sha256::new();
    hash.update(format!(
        "{} {} {}\n",
        ESTIMATOR_VERSION, settings.base_win_rate, settings.lasting_share
    ));
    for cell in &settings.cells {
        hash.update(format!(
            "{} {} {}\n",
            cell.fields.join(","),
            cell.scale,
            cell.memory_years
        ));
    }
    let sha256 = hex::encode(hash.finalize());
    Sealed {
        version: format!("estimate-{ESTIMATOR_VERSION}-{}", start(&sha256)),
        sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::{estimate, text_version};
    use crate::classification::estimate::CellModel;
    use crate::classification::text::TextModel;

    #[test]
    fn another_setting_is_another_version() {
        let settings = CellModel::of_fields(&["payer", "code"]);
        let mut other = settings.clone();
        other.base_win_rate += 0.01;
        let of = |settings: &CellModel| estimate(settings).version;
        assert_eq!(of(&settings), of(&settings.clone()));
        assert_ne!(of(&settings), of(&other));
        assert_ne!(of(&settings), of(&CellModel::of_fields(&["code", "payer"])));
    }

    #[test]
    fn the_text_version_names_corpus_and_bytes() {
        let base = TextModel::shipped().expect("the shipped model");
        let version = text_version(base);
        assert!(version.starts_with("text-1-") && base.digest().starts_with(version.get(7..).expect("a digest")));
    }
}
