//! The product's own taxonomy: denial types, services, diagnoses and evidence.

use crate::proto::stratum::v1::{CoreScenario, DenialType, EvidenceKind, RecoveryAction};

use super::row::Row;
use super::table::{Provenance, Record};
use super::words::Word;

/// What a denial type means, and what such denials usually need.
#[derive(Clone, Debug)]
pub struct DenialTypeInfo {
    /// The type this row is about.
    pub denial_type: DenialType,
    /// Name for people.
    pub label: String,
    /// One sentence.
    pub description: String,
    /// The broader type it belongs to, if any.
    pub parent: Option<DenialType>,
    /// CORE scenario; `None` for what is no denial.
    pub core_scenario: Option<CoreScenario>,
    /// What to do when nothing more is known.
    pub default_action: RecoveryAction,
    /// Evidence that usually helps.
    pub typical_evidence: Vec<EvidenceKind>,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for DenialTypeInfo {
    const FILE: &'static str = "denial_types.csv";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "label",
        "description",
        "parent",
        "core_scenario",
        "default_action",
        "typical_evidence",
    ];

    fn read(row: &Row<'_>) -> Self {
        Self {
            denial_type: row.word("id"),
            label: row.required("label"),
            description: row.required("description"),
            parent: row.optional_word("parent"),
            core_scenario: row.optional_word("core_scenario"),
            default_action: row.word("default_action"),
            typical_evidence: row.words("typical_evidence"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.denial_type.word().to_owned()
    }
}

/// What an evidence kind is called.
#[derive(Clone, Debug)]
pub struct EvidenceKindInfo {
    /// The kind this row is about.
    pub kind: EvidenceKind,
    /// Name for people.
    pub label: String,
    /// One sentence.
    pub description: String,
    /// LOINC code of such a claim attachment, where one is certain.
    pub loinc: Option<String>,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for EvidenceKindInfo {
    const FILE: &'static str = "evidence_kinds.csv";
    const COLUMNS: &'static [&'static str] = &["id", "label", "description", "loinc"];

    fn read(row: &Row<'_>) -> Self {
        Self {
            kind: row.word("id"),
            label: row.required("label"),
            description: row.required("description"),
            loinc: row.optional("loinc"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.kind.word().to_owned()
    }
}

/// A category of services, such as `imaging`.
#[derive(Clone, Debug)]
pub struct ServiceCategory {
    /// Registry id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Words and phrases by which a text speaks of it, lower case.
    pub words: Vec<String>,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for ServiceCategory {
    const FILE: &'static str = "service_categories.csv";
    const COLUMNS: &'static [&'static str] = &["id", "name", "words"];

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.slug("id"),
            name: row.required("name"),
            words: row.list("words"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// A group of diagnoses, such as `nervous_system`.
#[derive(Clone, Debug)]
pub struct DiagnosisGroup {
    /// Registry id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// ICD-10-CM category ranges, such as `G00-G99`.
    pub icd10_ranges: Vec<Icd10Range>,
    /// Words and phrases by which a text speaks of it, lower case.
    pub words: Vec<String>,
    /// Whether it concerns substance use, which 42 CFR Part 2 may protect.
    pub sud: bool,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for DiagnosisGroup {
    const FILE: &'static str = "diagnosis_groups.csv";
    const COLUMNS: &'static [&'static str] = &["id", "name", "icd10_ranges", "words", "sud"];

    fn read(row: &Row<'_>) -> Self {
        let ranges = row.list("icd10_ranges");
        let parsed = ranges.iter().filter_map(|range| {
            let parsed = Icd10Range::parse(range);
            if parsed.is_none() {
                row.problem("icd10_ranges", format!("`{range}` is no range of categories"));
            }
            parsed
        });
        Self {
            id: row.slug("id"),
            name: row.required("name"),
            icd10_ranges: parsed.collect(),
            words: row.list("words"),
            sud: row.flag("sud"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// An inclusive range of three-character ICD-10-CM categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icd10Range {
    /// First category.
    pub first: String,
    /// Last category.
    pub last: String,
}

impl Icd10Range {
    /// Parses `G00-G99` or a single category such as `G43`.
    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let well_formed = |category: &str| {
            category.len() == 3
                && category.starts_with(|c: char| c.is_ascii_uppercase())
                && category.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        };
        (well_formed(first) && well_formed(last) && first <= last).then(|| Self {
            first: first.to_owned(),
            last: last.to_owned(),
        })
    }

    /// Whether a code, full or category, lies in the range.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        code.get(..3)
            .is_some_and(|category| (self.first.as_str()..=self.last.as_str()).contains(&category))
    }
}

/// What a category name of a regulator's decisions maps to.
#[derive(Clone, Debug)]
pub struct DecisionCategory {
    /// Where the name is used, such as `ca-dmhc-imr`.
    pub publisher: String,
    /// Which of the publisher's columns it stands in.
    pub field: DecisionField,
    /// The name as published.
    pub name: String,
    /// Registry id of the service category or diagnosis group it maps to.
    pub target_id: String,
    /// Whether such decisions may rest on substance use records and are held for review.
    pub sud_suspected: bool,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

super::words::registry_words! {
    /// A column of a regulator's decisions.
    DecisionField {
        /// The diagnosis category.
        Diagnosis = "DIAGNOSIS",
        /// The treatment category.
        Treatment = "TREATMENT",
        /// The diagnosis sub-category.
        DiagnosisSub = "DIAGNOSIS_SUB",
        /// The treatment sub-category.
        TreatmentSub = "TREATMENT_SUB",
    } unsaid Diagnosis
}

impl Record for DecisionCategory {
    const FILE: &'static str = "decision_categories.csv";
    const COLUMNS: &'static [&'static str] = &["publisher", "field", "name", "target_id", "sud_suspected"];

    fn read(row: &Row<'_>) -> Self {
        Self {
            publisher: row.slug("publisher"),
            field: row.word("field"),
            name: row.required("name"),
            target_id: row.slug("target_id"),
            sud_suspected: row.flag("sud_suspected"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        decision_key(&self.publisher, self.field, &self.name)
    }
}

/// The key of a decision category. Names are compared without regard to case and spacing.
pub(super) fn decision_key(publisher: &str, field: DecisionField, name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{publisher}/{}/{}", field.word(), name.to_lowercase())
}
