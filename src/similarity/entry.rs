//! A precedent as the corpora take it, and the filters over what is kept of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use prost::Message as _;
use uuid::Uuid;

use super::engine::{Change, Condition, Document, FeatureSet, Filter, RankKey};
use super::scenario::{case_of, features_of_precedent, rank_of};
use super::store::ChangeRow;
use crate::classification::estimate::Case;
use crate::proto::v1::{Precedent, SimilarityOptions};
use crate::registries::Registries;
use crate::rpc::error::{Error, Result};

/// Attribute columns that filters read.
mod column {
    pub(super) const OUTCOME: usize = 0;
    pub(super) const TYPES: usize = 1;
    pub(super) const YEAR: usize = 2;
    pub(super) const PAYER: usize = 3;
    pub(super) const COUNT: usize = 4;
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
    found: Option<(RankKey, [u32; column::COUNT], FeatureSet)>,
    /// None when it is not decided.
    pub(super) case: Option<Case>,
}

impl Entry {
    /// What a changed row means; none when it says no more than the horizon.
    pub(super) fn of(row: ChangeRow, registries: &Registries, payers: &PayerNumbers) -> Result<Option<Self>> {
        let Some(id) = row.id else { return Ok(None) };
        let Some(content) = row.content else {
            return Ok(Some(Self {
                id,
                found: None,
                case: None,
            }));
        };
        let precedent = Precedent::decode(content.as_slice()).map_err(Error::internal)?;
        let rank = rank_of(&precedent, row.reuse_count.unwrap_or(0));
        let features = features_of_precedent(&precedent, registries);
        Ok(Some(Self {
            id,
            found: Some((rank, attributes(&precedent, payers), features)),
            case: case_of(&precedent),
        }))
    }

    pub(super) fn change(&self) -> Change<'_> {
        match self.document() {
            Some(document) => Change::Put(document),
            None => Change::Remove(self.id),
        }
    }

    pub(super) fn document(&self) -> Option<Document<'_>> {
        let (rank, attributes, features) = self.found.as_ref()?;
        Some(Document {
            id: self.id,
            rank: *rank,
            attributes,
            features,
        })
    }
}

fn attributes(precedent: &Precedent, payers: &PayerNumbers) -> [u32; column::COUNT] {
    let scenario = precedent.scenario.as_ref();
    let payer = scenario.and_then(|s| s.payer.as_ref());
    [
        u32::try_from(precedent.outcome).unwrap_or(0),
        scenario.map_or(0, |s| type_bits(&s.denial_types)),
        u32::try_from(precedent.event_year).unwrap_or(0),
        payer.map_or(0, |p| payers.of(&p.payer_id)),
    ]
}

fn type_bits(types: &[i32]) -> u32 {
    types
        .iter()
        .filter(|t| (0..32).contains(*t))
        .fold(0, |bits, t| bits | 1 << t)
}
