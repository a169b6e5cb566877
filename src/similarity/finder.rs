//! Finding: what in the tenant's precedents and the public corpus is like a denial, explained.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::corpora::{Corpora, Held};
use super::engine::{
    CorpusHit, Explanation, FeatureSet, FeatureShare, Filter, Order, ScenarioQuery, SearchOptions, WeightTable,
    search_corpora,
};
use super::scenario::{features_of_precedent, features_of_scenario};
use super::store;
use crate::db::TenantTx;
use crate::precedents::record;
use crate::precedents::store::Row;
use crate::proto::v1::{
    FeatureContribution, Scenario, SimilarHit, SimilarityCorpus, SimilarityExplanation, SimilarityOptions,
    SimilarityOrder,
};
use crate::registries::Registries;
use crate::rpc::error::{Error, Result};

/// Hits of an answer when the request does not say.
const DEFAULT_HITS: usize = 10;

/// Finds similar precedents for this slice and for classification.
#[derive(Debug, Clone)]
pub struct Finder {
    pub(super) corpora: Arc<Corpora>,
    pub(super) registries: Arc<Registries>,
}

/// What was found, and by which weights.
#[derive(Debug)]
pub struct Found {
    /// The hits, best first.
    pub hits: Vec<SimilarHit>,
    /// Version and epoch of the weights.
    pub model_version: String,
    /// Of the precedent they are like: the transaction that changed it last, and whether its origin is restricted.
    like: Option<(i64, bool)>,
}

impl Finder {
    /// Finds in `corpora`; features of payers need the registries.
    #[must_use]
    pub fn new(corpora: Arc<Corpora>, registries: Arc<Registries>) -> Self {
        Self { corpora, registries }
    }

    /// The corpora searched.
    #[must_use]
    pub fn corpora(&self) -> &Corpora {
        &self.corpora
    }

    /// What is like a denial that is not stored.
    ///
    /// # Errors
    /// Those of the database, and of options that can't be kept.
    pub async fn find_scenario(
        &self,
        tx: &mut TenantTx,
        scenario: &Scenario,
        options: SimilarityOptions,
    ) -> Result<Found> {
        let asked = self.asked(tx, options).await?;
        let features = features_of_scenario(scenario, &self.registries);
        asked.find(tx, &features, None).await
    }

    /// What is like a precedent, and whether that is of restricted origin.
    ///
    /// # Errors
    /// `NOT_FOUND` where the caller can't see it; those of the database, and of options that can't be kept.
    pub async fn find_precedent(
        &self,
        tx: &mut TenantTx,
        id: Uuid,
        options: SimilarityOptions,
    ) -> Result<(Found, bool)> {
        let asked = self.asked(tx, options).await?;
        // The corpus knows its features already, and one statement tells whether it may be seen and reads the hits.
        if let Some((features, revision)) = asked.features_of(id) {
            let found = asked.find(tx, &features, Some(id)).await?;
            let (like, is_restricted) = found.like.ok_or_else(|| Error::not_found(id))?;
            if like < revision {
                return Ok((found, is_restricted));
            }
        }
        let row = crate::precedents::store::get(tx, id).await?;
        let row = row.ok_or_else(|| Error::not_found(id))?;
        let is_restricted = row.is_restricted();
        let features = features_of_precedent(&record::precedent(row)?, &self.registries);
        Ok((asked.find(tx, &features, Some(id)).await?, is_restricted))
    }

    async fn asked(&self, tx: &TenantTx, options: SimilarityOptions) -> Result<Asked> {
        if !(0.0..=1.0).contains(&options.min_score) {
            return Err(Error::field("options.min_score", "must be from 0 to 1"));
        }
        Ok(Asked {
            own: self.corpora.of(tx.tenant_id(), options.min_revision).await?,
            public: self.corpora.public().await?,
            filter: self.corpora.filter(&options),
            options,
        })
    }
}

/// What a request asks of which corpora.
struct Asked {
    own: Arc<Held>,
    public: Arc<Held>,
    /// None when nothing can pass it.
    filter: Option<Filter>,
    options: SimilarityOptions,
}

impl Asked {
    /// The features of a precedent that is in a corpus, and the revision up to which that knows every change.
    fn features_of(&self, id: Uuid) -> Option<(FeatureSet, i64)> {
        [&self.own, &self.public].into_iter().find_map(|held| {
            let revision = i64::try_from(held.corpus.revision()).unwrap_or(0);
            Some((held.corpus.features_of(id)?, revision))
        })
    }

    fn searched(&self) -> Vec<&Held> {
        match self.options.corpus() {
            SimilarityCorpus::Unspecified | SimilarityCorpus::Both if Arc::ptr_eq(&self.own, &self.public) => {
                vec![&self.public]
            }
            SimilarityCorpus::Unspecified | SimilarityCorpus::Both => vec![&self.own, &self.public],
            SimilarityCorpus::Own => vec![&self.own],
            SimilarityCorpus::Public => vec![&self.public],
        }
    }

    fn limit(&self) -> usize {
        let limit = usize::try_from(self.options.top_k).ok().filter(|k| *k > 0);
        limit.unwrap_or(DEFAULT_HITS)
    }

    fn search(&self, features: &FeatureSet, filter: &Filter, like: Option<Uuid>, limit: usize) -> Vec<CorpusHit> {
        let unlike = FeatureSet::from_names(&self.options.unlike);
        let search = SearchOptions {
            limit,
            order: match self.options.order() {
                SimilarityOrder::Unspecified | SimilarityOrder::Similarity => Order::Similarity,
                SimilarityOrder::Outcome => Order::Outcome,
            },
            min_score: self.options.min_score,
            filter: filter.clone(),
            exclude: like.into_iter().collect(),
        };
        let searched = self.searched();
        let corpora: Vec<_> = searched.iter().map(|held| &held.corpus).collect();
        let query = ScenarioQuery {
            features,
            unlike: &unlike,
        };
        search_corpora(&corpora, query, &search)
    }

    /// Searches and reads what was found. Where something was put away since the index saw it, there are fewer
    /// hits than asked for: then once more, for as many again.
    async fn find(&self, tx: &mut TenantTx, features: &FeatureSet, like: Option<Uuid>) -> Result<Found> {
        let nothing = Filter(Vec::new());
        let limit = if self.filter.is_some() { self.limit() } else { 0 };
        let filter = self.filter.as_ref().unwrap_or(&nothing);
        let mut read = Read::default();
        let mut found = self.search(features, filter, like, limit);
        let is_all = found.len() < limit;
        read.fetch(tx, self, &found, like).await?;
        if !is_all && found.iter().any(|hit| !read.rows.contains_key(&hit.hit.id)) {
            found = self.search(features, filter, like, limit * 2);
            read.fetch(tx, self, &found, like).await?;
        }
        Ok(Found {
            hits: read.shown(found, limit)?,
            model_version: model_version(self.own.corpus.weights()),
            like: read.like,
        })
    }
}

/// Rows as they stand now.
#[derive(Default)]
struct Read {
    rows: HashMap<Uuid, Row>,
    /// Of the precedent that the hits are like: the transaction that changed it last, and whether its origin is
    /// restricted.
    like: Option<(i64, bool)>,
}

impl Read {
    async fn fetch(&mut self, tx: &mut TenantTx, asked: &Asked, found: &[CorpusHit], like: Option<Uuid>) -> Result<()> {
        let searched = asked.searched();
        let is_public = |hit: &&CorpusHit| {
            let held = searched.get(hit.hit.corpus);
            held.is_some_and(|held| std::ptr::eq(*held, &raw const *asked.public))
        };
        let (public, own): (Vec<&CorpusHit>, Vec<&CorpusHit>) = found.iter().partition(is_public);
        let ids = |hits: &[&CorpusHit]| -> Vec<Uuid> { hits.iter().map(|hit| hit.hit.id).chain(like).collect() };
        let (own, public) = (ids(&own), ids(&public));
        for row in store::hits(tx, &own, &public, like).await? {
            if like == Some(row.id()) {
                self.like = Some((row.revision(), row.is_restricted()));
            } else {
                self.rows.insert(row.id(), row);
            }
        }
        Ok(())
    }

    /// The hits that still stand, in the order found.
    fn shown(&mut self, found: Vec<CorpusHit>, limit: usize) -> Result<Vec<SimilarHit>> {
        let standing = found
            .into_iter()
            .filter_map(|hit| Some((self.rows.remove(&hit.hit.id)?, hit)));
        let hits = standing.take(limit).map(|(row, hit)| {
            let precedent = record::precedent(row)?;
            Ok(SimilarHit {
                score: hit.hit.score.value(),
                explanation: Some(shown(hit.explanation)),
                outcome: precedent.outcome,
                is_public: precedent.is_public,
                precedent: Some(precedent),
            })
        });
        hits.collect()
    }
}

/// An explanation on the wire. What is shared is always whole, so that it sums to the score.
pub(super) fn shown(explanation: Explanation) -> SimilarityExplanation {
    let contribution = |share: FeatureShare| FeatureContribution {
        feature: share.name,
        weight: i32::from(share.weight),
        contribution: share.share,
    };
    let why_not_higher = explanation.why_not_higher(5);
    let why_not_higher = why_not_higher.into_iter().map(|(_, share)| contribution(share.clone()));
    SimilarityExplanation {
        why_not_higher: why_not_higher.collect(),
        shared: explanation.shared.into_iter().map(contribution).collect(),
        only_left: explanation.only_left.into_iter().map(contribution).collect(),
        only_right: explanation.only_right.into_iter().map(contribution).collect(),
    }
}

/// Name of the weights in answers.
#[must_use]
pub fn model_version(weights: &WeightTable) -> String {
    let digest = hex::encode(weights.digest());
    format!(
        "similarity-{}.{}-{}",
        weights.version(),
        weights.epoch(),
        digest.get(..8).unwrap_or_default()
    )
}
