//! Registries: the public facts everything else is judged by.
//!
//! Payers, codes, denial types, code actions, guardrails and appeal rules are
//! data, not code: CSV files whose every row names its source, the day it was
//! verified, when it holds and how sure it is. A release of them is sealed by a
//! manifest of checksums. [`Registries::load`] reads a whole release, checks it,
//! and either gives all of it or lists everything that is wrong.

pub mod api;
mod appeal_rules;
mod codes;
mod payers;
mod places;
mod references;
mod release;
mod resolve;
mod row;
mod table;
mod taxonomy;
#[cfg(test)]
mod tests;
mod words;

pub use appeal_rules::AppealRule;
pub use codes::{Code, CodeAction, GuardrailRule};
pub use payers::{Payer, PayerFamily, Plan};
pub use places::{Jurisdiction, Notice, RestrictedZip3};
pub use release::{Manifest, ManifestEntry, Source, manifest_json};
pub use resolve::PayerMatch;
pub use table::{Provenance, Registry, RegistryProblem, parse_day};
pub use taxonomy::{
    DecisionCategory, DecisionField, DenialTypeInfo, DiagnosisGroup, EvidenceKindInfo, Icd10Range, ServiceCategory,
};
pub use words::{Anchor, ClockKind, CodeSystem, Confidence, FiledWhen, PayerKind, Roll, RuleScope, TimeUnit, Word};

use std::collections::HashMap;

use crate::proto::stratum::v1::{DenialType, EvidenceKind, GroupCode};

use release::Files;
use resolve::PayerNames;
use table::{Problems, Record};

/// One release of all registries, checked and indexed.
#[derive(Clone, Debug)]
pub struct Registries {
    /// Version and checksums of the release.
    pub manifest: Manifest,
    /// Payer families by id.
    pub payer_families: Registry<PayerFamily>,
    /// Payers by id.
    pub payers: Registry<Payer>,
    /// Plans by id.
    pub plans: Registry<Plan>,
    /// Codes by `SYSTEM/code`.
    pub codes: Registry<Code>,
    /// Denial types by word.
    pub denial_types: Registry<DenialTypeInfo>,
    /// Service categories by id.
    pub service_categories: Registry<ServiceCategory>,
    /// Diagnosis groups by id.
    pub diagnosis_groups: Registry<DiagnosisGroup>,
    /// Categories of regulators' decisions.
    pub decision_categories: Registry<DecisionCategory>,
    /// Evidence kinds by word.
    pub evidence_kinds: Registry<EvidenceKindInfo>,
    /// Code actions by id.
    pub code_actions: Registry<CodeAction>,
    /// Guardrails by id.
    pub guardrails: Registry<GuardrailRule>,
    /// Appeal rules by id.
    pub appeal_rules: Registry<AppealRule>,
    /// Jurisdictions by id.
    pub jurisdictions: Registry<Jurisdiction>,
    /// Restricted postal areas.
    pub zip3_restricted: Registry<RestrictedZip3>,
    /// Notices by id.
    pub notices: Registry<Notice>,
    actions_by_carc: HashMap<String, Vec<usize>>,
    payer_names: PayerNames,
}

impl Registries {
    /// Loads and checks a release.
    ///
    /// # Errors
    /// Every problem of every file at once: missing or empty files, checksums, headers, values,
    /// duplicates and references between files, ordered by file and line.
    pub fn load(source: &Source) -> Result<Self, Vec<RegistryProblem>> {
        let problems = Problems::default();
        let files = Files::read(source, &problems);
        Self::from_files(&files, problems)
    }

    fn from_files(files: &Files, problems: Problems) -> Result<Self, Vec<RegistryProblem>> {
        let manifest = files.verify(&problems);
        let code_actions = read::<CodeAction>(files, &problems);
        let payers = read::<Payer>(files, &problems);
        let registries = Self {
            manifest: manifest.unwrap_or_else(|| files.manifest("unsealed")),
            payer_families: read(files, &problems),
            plans: read(files, &problems),
            codes: read(files, &problems),
            denial_types: read(files, &problems),
            service_categories: read(files, &problems),
            diagnosis_groups: read(files, &problems),
            decision_categories: read(files, &problems),
            evidence_kinds: read(files, &problems),
            guardrails: read(files, &problems),
            appeal_rules: read(files, &problems),
            jurisdictions: read(files, &problems),
            zip3_restricted: read(files, &problems),
            notices: read(files, &problems),
            actions_by_carc: by_carc(&code_actions),
            payer_names: PayerNames::index(payers.rows()),
            code_actions,
            payers,
        };
        references::check(&registries, &problems);
        let problems = problems.into_sorted();
        if problems.is_empty() {
            Ok(registries)
        } else {
            Err(problems)
        }
    }

    /// The claim adjustment reason code with this number.
    #[must_use]
    pub fn carc(&self, code: &str) -> Option<&Code> {
        self.codes.get(&codes::code_key(CodeSystem::Carc, code))
    }

    /// The remittance advice remark code with this number.
    #[must_use]
    pub fn rarc(&self, code: &str) -> Option<&Code> {
        self.codes.get(&codes::code_key(CodeSystem::Rarc, code))
    }

    /// What the registry says about a denial type.
    #[must_use]
    pub fn denial_type(&self, denial_type: DenialType) -> Option<&DenialTypeInfo> {
        self.denial_types.get(denial_type.word())
    }

    /// What the registry says about an evidence kind.
    #[must_use]
    pub fn evidence_kind(&self, kind: EvidenceKind) -> Option<&EvidenceKindInfo> {
        self.evidence_kinds.get(kind.word())
    }

    /// The code action that fits an adjustment most closely.
    ///
    /// A row that names one of the remark codes beats one that does not, then a row that names
    /// the group code beats one that does not, then the order of the file decides. The order of
    /// `rarcs` never matters.
    #[must_use]
    pub fn code_action(&self, group: GroupCode, carc: &str, rarcs: &[String]) -> Option<&CodeAction> {
        let rows = self.actions_by_carc.get(carc)?;
        let candidates = rows.iter().filter_map(|&index| self.code_actions.rows().get(index));
        let fitting = candidates.filter_map(|action| Some((action.fit(group, rarcs)?, action)));
        // The first of several equals, where max_by_key would take the last.
        fitting
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map(|(_, action)| action)
    }

    /// Every payer a name may stand for, best first. See [`PayerMatch`].
    #[must_use]
    pub fn resolve_payer(&self, name: &str) -> Vec<PayerMatch> {
        self.payer_names.resolve(name)
    }

    /// Every payer named in a text, in the order of the text. See [`PayerMatch`].
    #[must_use]
    pub fn find_payers(&self, text: &str) -> Vec<PayerMatch> {
        self.payer_names.find(text)
    }

    /// The category of a regulator's decision by the name the regulator uses.
    #[must_use]
    pub fn decision_category(&self, publisher: &str, field: DecisionField, name: &str) -> Option<&DecisionCategory> {
        self.decision_categories
            .get(&taxonomy::decision_key(publisher, field, name))
    }

    /// The diagnosis group of an ICD-10-CM code; the first in the order of the file.
    #[must_use]
    pub fn diagnosis_group_of(&self, icd10: &str) -> Option<&DiagnosisGroup> {
        let groups = self.diagnosis_groups.rows();
        groups
            .iter()
            .find(|group| group.icd10_ranges.iter().any(|range| range.contains(icd10)))
    }

    /// Whether a three-digit postal area is restricted on any known list.
    #[must_use]
    pub fn is_zip3_restricted(&self, zip3: &str) -> bool {
        self.zip3_restricted.rows().iter().any(|row| row.zip3 == zip3)
    }
}

fn read<T: Record>(files: &Files, problems: &Problems) -> Registry<T> {
    // A file that could not be read is a recorded problem already: reading "" would name it twice.
    match files.text(T::FILE) {
        Some(text) => Registry::read(text, problems),
        None => Registry::read("", &Problems::default()),
    }
}

fn by_carc(actions: &Registry<CodeAction>) -> HashMap<String, Vec<usize>> {
    let mut index: HashMap<String, Vec<usize>> = HashMap::new();
    for (position, action) in actions.rows().iter().enumerate() {
        index.entry(action.carc.clone()).or_default().push(position);
    }
    index
}
