//! What a feature is worth: namespace weight times rarity, frozen for an epoch.
//!
//! A shipped base table says how much each kind of feature matters and how common features are before anything
//! has been counted; the tenant's own document counts move that estimate. Everything is integer arithmetic, so
//! that one table means the same scores on every machine.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::features::{FeatureSet, Namespace};

/// Fractions of documents are counted in millionths.
const MILLION: u64 = 1_000_000;

/// The base estimate weighs as much as this many documents of the tenant's own.
const PRIOR_DOCUMENTS: u64 = 200;

/// Weight of one namespace and how common an unknown feature of it is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamespaceBase {
    /// Relative importance; 16 is ordinary.
    pub importance: u16,
    /// Expected share of documents that hold one given feature, in millionths.
    pub prior_share_millionths: u32,
}

/// The shipped table: what is known before a tenant has documents.
#[derive(Clone, Debug)]
pub struct BaseTable {
    /// Changes with every change of a figure below.
    pub version: u32,
    namespaces: [NamespaceBase; Namespace::ALL.len()],
    shares_millionths: BTreeMap<Box<str>, u32>,
}

impl BaseTable {
    /// The table this build ships. The figures are our own estimates, not measurements: codes that name the
    /// reason for a denial weigh most, who pays and for whom weighs less, single words least.
    #[must_use]
    pub fn shipped() -> Self {
        const COMMON: [(&str, u32); 18] = [
            ("denial_type:medical necessity", 300_000),
            ("denial_type:experimental", 150_000),
            ("denial_type:prior authorization", 150_000),
            ("carc:CO-16", 120_000),
            ("carc:CO-50", 120_000),
            ("carc:CO-97", 80_000),
            ("carc:CO-197", 100_000),
            ("appeal_level:initial determination", 300_000),
            ("word:authorization", 100_000),
            ("word:claim", 300_000),
            ("word:coverage", 150_000),
            ("word:denied", 400_000),
            ("word:medical", 250_000),
            ("word:medically", 200_000),
            ("word:necessary", 250_000),
            ("word:patient", 250_000),
            ("word:service", 250_000),
            ("words:medically necessary", 200_000),
        ];
        Self {
            version: 1,
            namespaces: Namespace::ALL.map(shipped_base),
            shares_millionths: COMMON.into_iter().map(|(name, share)| (name.into(), share)).collect(),
        }
    }

    fn namespace(&self, space: Namespace) -> NamespaceBase {
        let found = Namespace::ALL.iter().position(|other| *other == space);
        found
            .and_then(|at| self.namespaces.get(at))
            .copied()
            .unwrap_or_else(|| shipped_base(space))
    }

    /// Expected share of documents holding `name`, in millionths.
    fn share(&self, name: &str, space: Namespace) -> u64 {
        let named = self.shares_millionths.get(name).copied();
        u64::from(named.unwrap_or(self.namespace(space).prior_share_millionths)).clamp(1, MILLION)
    }
}

const fn shipped_base(space: Namespace) -> NamespaceBase {
    let (importance, prior_share_millionths) = match space {
        Namespace::Payer => (12, 20_000),
        Namespace::PayerFamily => (10, 60_000),
        Namespace::PlanKind => (10, 250_000),
        Namespace::Product => (6, 250_000),
        Namespace::DenialType => (40, 60_000),
        Namespace::Carc => (32, 20_000),
        Namespace::Rarc => (24, 10_000),
        Namespace::Procedure => (32, 3_000),
        Namespace::ProcedureFamily => (20, 15_000),
        Namespace::ProcedureSection | Namespace::AppealLevel | Namespace::Evidence => (10, 150_000),
        Namespace::Diagnosis => (16, 3_000),
        Namespace::DiagnosisCategory => (20, 10_000),
        Namespace::ServiceCategory => (28, 40_000),
        Namespace::DiagnosisGroup => (24, 40_000),
        Namespace::AgeBand => (6, 150_000),
        Namespace::Sex => (4, 500_000),
        Namespace::Word => (8, 5_000),
        Namespace::WordPair => (8, 1_000),
    };
    NamespaceBase {
        importance,
        prior_share_millionths,
    }
}

/// In how many documents of one tenant each feature occurs.
///
/// The caller counts only what may count: SUD-origin documents stay out, and so do other tenants'.
#[derive(Clone, Debug, Default)]
pub struct DocumentCounts {
    documents: u64,
    holding: HashMap<Box<str>, u64>,
}

impl DocumentCounts {
    /// Counts made elsewhere: how many documents there are, and how many hold each feature.
    pub fn restore<'a>(documents: u64, holding: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let holding = holding.into_iter().map(|(name, count)| (name.into(), count)).collect();
        Self { documents, holding }
    }

    /// Counts one document.
    pub fn add(&mut self, features: &FeatureSet) {
        self.documents += 1;
        for name in features.names() {
            if let Some(count) = self.holding.get_mut(name) {
                *count += 1;
            } else {
                self.holding.insert(name.into(), 1);
            }
        }
    }

    /// Documents counted so far.
    #[must_use]
    pub const fn documents(&self) -> u64 {
        self.documents
    }
}

/// The weights of one corpus for one epoch. Frozen: a new count means a new epoch.
#[derive(Clone, Debug)]
pub struct WeightTable {
    base: BaseTable,
    epoch: u64,
    named: HashMap<Box<str>, u16>,
    digest: [u8; 32],
}

impl WeightTable {
    /// Freezes the base table, moved by a tenant's own counts, as the weights of `epoch`.
    #[must_use]
    pub fn freeze(base: BaseTable, counts: &DocumentCounts, epoch: u64) -> Self {
        let counted = counts.holding.iter();
        let named = counted.map(|(name, holding)| (name.clone(), weigh(&base, name, *holding, counts.documents)));
        let named = named.collect();
        Self::assemble(base, epoch, named)
    }

    /// The base table alone: the weights of a corpus that has no counts.
    #[must_use]
    pub fn base_only(base: BaseTable, epoch: u64) -> Self {
        Self::freeze(base, &DocumentCounts::default(), epoch)
    }

    /// A table that was stored: its epoch and [`entries`](Self::entries).
    pub fn restore<Name: Into<Box<str>>>(
        base: BaseTable,
        epoch: u64,
        entries: impl IntoIterator<Item = (Name, u16)>,
    ) -> Self {
        let named = entries
            .into_iter()
            .map(|(name, weight)| (name.into(), weight.max(1)))
            .collect();
        Self::assemble(base, epoch, named)
    }

    fn assemble(base: BaseTable, epoch: u64, named: HashMap<Box<str>, u16>) -> Self {
        let mut table = Self {
            base,
            epoch,
            named,
            digest: [0; 32],
        };
        table.digest = table.compute_digest();
        table
    }

    /// The weight of a feature, never 0. A feature that was never counted has the weight of its base share; a
    /// name of no namespace weighs 1.
    #[must_use]
    pub fn weight(&self, name: &str) -> u16 {
        match self.named.get(name) {
            Some(weight) => *weight,
            None => weigh(&self.base, name, 0, 0),
        }
    }

    /// Version of the base table.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.base.version
    }

    /// The epoch these weights are frozen for.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// SHA-256 over everything that decides a weight: two tables with one digest give the same scores.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The counted features and their weights, sorted by name: what to store, what to show.
    #[must_use]
    pub fn entries(&self) -> Vec<(&str, u16)> {
        let mut entries: Vec<(&str, u16)> = self.named.iter().map(|(name, weight)| (&**name, *weight)).collect();
        entries.sort_unstable();
        entries
    }

    /// Importance and prior share by namespace.
    pub fn namespaces(&self) -> impl Iterator<Item = (Namespace, NamespaceBase)> + '_ {
        Namespace::ALL
            .into_iter()
            .map(|space| (space, self.base.namespace(space)))
    }

    /// Memory held, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let slot = size_of::<(Box<str>, u16)>() + 1;
        let text: usize = self.named.keys().map(|name| name.len()).sum();
        self.named.capacity() * slot * 8 / 7 + text
    }

    fn compute_digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"stratum weight table\0");
        hash.update(self.base.version.to_be_bytes());
        hash.update(self.epoch.to_be_bytes());
        for (space, base) in self.namespaces() {
            digest_entry(&mut hash, space.prefix(), base.importance.into());
            hash.update(base.prior_share_millionths.to_be_bytes());
        }
        for (name, share) in &self.base.shares_millionths {
            digest_entry(&mut hash, name, *share);
        }
        for (name, weight) in self.entries() {
            digest_entry(&mut hash, name, weight.into());
        }
        hash.finalize().into()
    }
}

/// Length before text, so that no two lists of entries have the same bytes.
fn digest_entry(hash: &mut Sha256, name: &str, value: u32) {
    hash.update(name.len().to_be_bytes());
    hash.update(name.as_bytes());
    hash.update(value.to_be_bytes());
}

/// Importance × log₂(1 + 1/share) × 4, at least 1. The share is the base share shrunk towards by
/// [`PRIOR_DOCUMENTS`] documents' worth: (prior × share + holding) / (prior + documents).
fn weigh(base: &BaseTable, name: &str, holding: u64, documents: u64) -> u16 {
    let Some(space) = Namespace::of(name) else {
        return 1;
    };
    let holders = PRIOR_DOCUMENTS * base.share(name, space) + holding.min(documents) * MILLION;
    let all = (PRIOR_DOCUMENTS + documents) * MILLION;
    let rarity = log2_of_ratio(all + holders, holders);
    let weight = u64::from(base.namespace(space).importance) * rarity / (LOG_UNIT / 4);
    u16::try_from(weight.max(1)).unwrap_or(u16::MAX)
}

/// Logarithms are fixed-point numbers in units of 1/65,536.
const LOG_UNIT: u64 = 1 << 16;

/// log₂(above / below) in [`LOG_UNIT`]s, rounded down; 0 when above ≤ below. Integer arithmetic, because the
/// last bit of a library's logarithm differs between machines.
fn log2_of_ratio(above: u64, below: u64) -> u64 {
    if below == 0 || above <= below {
        return 0;
    }
    let (above, below) = (u128::from(above), u128::from(below));
    let whole = u64::from((above / below).ilog2());
    // The rest, in [1, 2), scaled by 2³²; each squaring yields one more binary digit.
    let mut rest = (above << 32) / (below << whole);
    let mut digits = 0;
    for _ in 0..16 {
        rest = (rest * rest) >> 32;
        digits <<= 1;
        if rest >= 2 << 32 {
            rest >>= 1;
            digits |= 1;
        }
    }
    whole * LOG_UNIT + digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "compared with a tolerance")]
    fn fixed_point_logarithm_agrees_with_the_library() {
        for (above, below) in [
            (2u64, 1u64),
            (3, 2),
            (1_000_001, 1),
            (u64::from(u32::MAX), 7),
            (1_000_003, 1_000_000),
        ] {
            let expected = (above as f64 / below as f64).log2();
            let found = log2_of_ratio(above, below) as f64 / LOG_UNIT as f64;
            assert!(
                (found - expected).abs() < 1e-4,
                "{above}/{below}: {found} for {expected}"
            );
        }
        assert_eq!(log2_of_ratio(5, 5), 0);
    }

    #[test]
    fn rare_features_weigh_more_and_counts_move_the_base() {
        let mut counts = DocumentCounts::default();
        let common = FeatureSet::from_names(["word:knee"]);
        let rare = FeatureSet::from_names(["word:knee", "word:gondola"]);
        (0..999).for_each(|_| counts.add(&common));
        counts.add(&rare);
        let base = WeightTable::base_only(BaseTable::shipped(), 1);
        let own = WeightTable::freeze(BaseTable::shipped(), &counts, 2);
        assert!(own.weight("word:knee") < base.weight("word:knee"));
        assert!(own.weight("word:knee") < own.weight("word:gondola"));
        assert_eq!(own.weight("word:never seen"), base.weight("word:never seen"));
        assert!(base.weight("carc:CO-197") > base.weight("word:knee"));
        assert_eq!(own.weight("no namespace"), 1);
    }

    #[test]
    fn a_stored_table_comes_back_with_its_digest() {
        let mut counts = DocumentCounts::default();
        counts.add(&FeatureSet::from_names(["word:knee", "carc:CO-50"]));
        let table = WeightTable::freeze(BaseTable::shipped(), &counts, 7);
        let restored = WeightTable::restore(BaseTable::shipped(), 7, table.entries());
        assert_eq!(table.digest(), restored.digest());
        assert_ne!(
            table.digest(),
            WeightTable::freeze(BaseTable::shipped(), &counts, 8).digest()
        );
    }
}
