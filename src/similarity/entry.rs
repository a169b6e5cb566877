//! A precedent as the corpora take it, and the filters over what is kept of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use prost::Message as _;
use uuid::Uuid;

use super::engine::{Change, Condition, Document, FeatureSet, Filter, RankKey};
use super::scenario::{own_features, rank_of, with_family};
use super::store::{ChangeRow, FoundRow};
use crate::proto::v1::{Precedent, SimilarityOptions};
use crate::registries::Registries;
use crate::rpc::error::{Error, Result};

/// Attribute columns, which filters and estimates read.
pub(super) mod column {
    pub(in super::super) const OUTCOME: usize = 0;
    pub(in super::super) const TYPES: usize = 1;
    pub(in super::super) const YEAR: usize = 2;
    pub(in super::super) const PAYER: usize = 3;
    pub(in super::super) const PRIMARY_TYPE: usize = 4;
    pub(in super::super) const ACTION: usize = 5;
    pub(in super::super) const COUNT: usize = 6;
}

/// A number for each payer met: filters compare numbers. 0 is no payer.
#[derive(Debug, Default)]
pub(super) struct PayerNumbers(Mutex<HashMap<String, u32>>);

impl PayerNumbers {
    /// The filter of a request; `None` when nothing can pass it.
    pub(super) fn filter(&self, options: &SimilarityOptions) -> Option<Filter> {
        let mut conditions = Vec::new();
        if !options.outcomes.is_empty() {
            let values = options.outcomes.iter().filter_map(|o| u32::try_from(*o).ok()).collect();
            conditions.push(Condition::OneOf {
                column: column::OUTCOME,
                values,
            });
        }
        if !options.denial_types.is_empty() {
            conditions.push(Condition::AnyBit {
                column: column::TYPES,
                bits: type_bits(&options.denial_types),
            });
        }
        if options.event_year_from != 0 || options.event_year_to != 0 {
            let low = u32::try_from(options.event_year_from).unwrap_or(0).max(1);
            let high = u32::try_from(options.event_year_to)
                .ok()
                .filter(|y| *y != 0)
                .unwrap_or(u32::MAX);
            conditions.push(Condition::Between {
                column: column::YEAR,
                low,
                high,
            });
        }
        if !options.payer_id.is_empty() {
            let number = self.known(&options.payer_id)?;
            conditions.push(Condition::OneOf {
                column: column::PAYER,
                values: vec![number],
            });
        }
        Some(Filter(conditions))
    }

    fn known(&self, payer_id: &str) -> Option<u32> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(payer_id)
            .copied()
    }

    fn of(&self, payer_id: &str) -> u32 {
        if payer_id.is_empty() {
            return 0;
        }
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.get(payer_id) {
            return *number;
        }
        let next = u32::try_from(numbers.len() + 1).unwrap_or(u32::MAX);
        numbers.insert(payer_id.to_owned(), next);
        next
    }
}

/// A changed precedent as the corpus takes it.
pub(super) struct Entry {
    pub(super) id: Uuid,
    /// None when it is not one that may be found.
    found: Option<Found>,
}

struct Found {
    rank: RankKey,
    attributes: [u32; column::COUNT],
    features: FeatureSet,
    /// What the row should hold in the place of older features, and the version it was read at.
    understood: Option<(i64, FeatureSet)>,
}

impl Entry {
    /// What a changed row means; none when it says no more than the horizon.
    pub(super) fn of(row: ChangeRow, registries: &Registries, payers: &PayerNumbers) -> Result<Option<Self>> {
        let Some(id) = row.id else { return Ok(None) };
        let found = row.found.map(|row| Found::of(row, registries, payers)).transpose()?;
        Ok(Some(Self { id, found }))
    }

    /// What the row should hold in the place of older features, and the version it was read at.
    pub(super) fn take_understood(&mut self) -> Option<(i64, FeatureSet)> {
        self.found.as_mut()?.understood.take()
    }

    pub(super) fn change(&self) -> Change<'_> {
        match self.document() {
            Some(document) => Change::Put(document),
            None => Change::Remove(self.id),
        }
    }

    pub(super) fn document(&self) -> Option<Document<'_>> {
        let found = self.found.as_ref()?;
        Some(Document {
            id: self.id,
            rank: found.rank,
            attributes: &found.attributes,
            features: &found.features,
        })
    }
}

impl Found {
    fn of(row: FoundRow, registries: &Registries, payers: &PayerNumbers) -> Result<Self> {
        let (own, is_new) = match (row.features, row.content) {
            (Some(features), None) => (FeatureSet::restore(features), false),
            (_, Some(content)) => {
                let precedent = Precedent::decode(content.as_slice()).map_err(Error::internal)?;
                (own_features(&precedent), true)
            }
            (None, None) => return Err(Error::internal("neither features nor a record came")),
        };
        let number = |of: i32| u32::try_from(of).unwrap_or(0);
        let payer_id = row.payer_id.as_deref().unwrap_or_default();
        let types: Vec<i32> = row.denial_types.iter().map(|of| *of as i32).collect();
        Ok(Self {
            rank: rank_of(row.outcome, row.outcome_evidence, row.event_year, row.reuse_count),
            attributes: [
                number(row.outcome.into()),
                type_bits(&types),
                number(row.event_year),
                payers.of(payer_id),
                types.first().copied().map_or(0, number),
                number(row.action_taken.into()),
            ],
            understood: is_new.then(|| (row.version, own.clone())),
            features: with_family(own, payer_id, registries),
        })
    }
}

fn type_bits(types: &[i32]) -> u32 {
    types
        .iter()
        .filter(|t| (0..32).contains(*t))
        .fold(0, |bits, t| bits | 1 << t)
}
