//! Remittance codes, and what to do about them.
//!
//! Numbers are facts; the labels are this project's own, because the descriptor
//! texts of X12 are licensed.

use crate::proto::stratum::v1::{CoreScenario, DenialType, EvidenceKind, GroupCode, RecoveryAction};

use super::row::Row;
use super::table::{Provenance, Record};
use super::words::{CodeSystem, Word};

/// A code of a remittance.
#[derive(Clone, Debug)]
pub struct Code {
    /// The list it belongs to.
    pub system: CodeSystem,
    /// The code, such as `197`, `N706` or `CO`.
    pub code: String,
    /// Our own short label.
    pub label: String,
    /// What the code is about, one word of this project's own.
    pub category: String,
    /// Whether it is in use; retired codes appear in old remittances.
    pub current: bool,
    /// Whether at least one remark code must stand beside it.
    pub requires_rarc: bool,
    /// Whether it only informs: such remarks are never a reason for a denial.
    pub informational: bool,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for Code {
    const FILE: &'static str = "codes.csv";
    const COLUMNS: &'static [&'static str] = &[
        "system",
        "code",
        "label",
        "category",
        "status",
        "requires_rarc",
        "informational",
    ];

    fn read(row: &Row<'_>) -> Self {
        let status = row.required("status");
        if !matches!(status.as_str(), "current" | "deactivated") {
            row.problem("status", format!("`{status}` is neither `current` nor `deactivated`"));
        }
        Self {
            system: row.word("system"),
            code: row.required("code"),
            label: row.required("label"),
            category: row.required("category"),
            current: status == "current",
            requires_rarc: row.flag("requires_rarc"),
            informational: row.flag("informational"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        code_key(self.system, &self.code)
    }
}

/// The key of a code in its registry.
pub(super) fn code_key(system: CodeSystem, code: &str) -> String {
    format!("{}/{code}", system.word())
}

/// What a combination of group code, CARC and remark codes means.
#[derive(Clone, Debug)]
pub struct CodeAction {
    /// Registry id, such as `co-197` or `any-16-n706`.
    pub id: String,
    /// Group code it is about; `None` for any.
    pub group_code: Option<GroupCode>,
    /// CARC it is about.
    pub carc: String,
    /// Remark codes of which one must be present; empty for any or none.
    pub rarcs: Vec<String>,
    /// What kind of denial it is.
    pub denial_type: DenialType,
    /// CORE scenario; `None` for what is no denial.
    pub core_scenario: Option<CoreScenario>,
    /// What to do first.
    pub action: RecoveryAction,
    /// Other actions worth weighing, best first.
    pub alternatives: Vec<RecoveryAction>,
    /// Whether an appeal right exists.
    pub appealable: bool,
    /// Hard rule that may decide instead; `None` when there is none.
    pub guardrail_id: Option<String>,
    /// Evidence such a denial needs.
    pub evidence: Vec<EvidenceKind>,
    /// Why, in one sentence.
    pub rationale: String,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for CodeAction {
    const FILE: &'static str = "code_actions.csv";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "group_code",
        "carc",
        "rarcs",
        "denial_type",
        "core_scenario",
        "action",
        "alternatives",
        "appealable",
        "guardrail_id",
        "evidence",
        "rationale",
    ];

    fn read(row: &Row<'_>) -> Self {
        let action = Self {
            id: row.slug("id"),
            group_code: row.optional_word("group_code"),
            carc: row.required("carc"),
            rarcs: row.list("rarcs"),
            denial_type: row.word("denial_type"),
            core_scenario: row.optional_word("core_scenario"),
            action: row.word("action"),
            alternatives: row.words("alternatives"),
            appealable: row.flag("appealable"),
            guardrail_id: row.optional("guardrail_id"),
            evidence: row.words("evidence"),
            rationale: row.required("rationale"),
            provenance: row.provenance(),
        };
        action.check(row);
        action
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}

impl CodeAction {
    /// Without an appeal right nothing that contests the decision may be proposed.
    fn check(&self, row: &Row<'_>) {
        let mut proposed = self.alternatives.iter().chain([&self.action]);
        let contests = |action: &RecoveryAction| matches!(action, RecoveryAction::Appeal | RecoveryAction::PeerToPeer);
        if !self.appealable && proposed.any(contests) {
            row.problem("appealable", "is `no` although an appeal is proposed");
        }
        if self.alternatives.contains(&self.action) {
            row.problem("alternatives", "repeats the action");
        }
    }

    /// How closely this row fits an adjustment; `None` when it does not fit.
    ///
    /// A remark code that fits weighs more than a group code that fits.
    pub(super) fn fit(&self, group: GroupCode, rarcs: &[String]) -> Option<u8> {
        let group_fit = match self.group_code {
            None => 0,
            Some(own) if own == group => 1,
            Some(_) => return None,
        };
        if self.rarcs.is_empty() {
            return Some(group_fit);
        }
        let remark_fits = self.rarcs.iter().any(|own| rarcs.contains(own));
        remark_fits.then_some(group_fit + 2)
    }
}

/// A hard rule that no score can override.
#[derive(Clone, Debug)]
pub struct GuardrailRule {
    /// Registry id, such as `UNPROCESSABLE_MA130`.
    pub id: String,
    /// Position in the order the rules are tried, from 1.
    pub order: u16,
    /// The rule in a sentence.
    pub rule: String,
    /// The law or standard it rests on.
    pub citation: String,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for GuardrailRule {
    const FILE: &'static str = "guardrails.csv";
    const COLUMNS: &'static [&'static str] = &["id", "order", "rule", "citation"];

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.required("id"),
            order: row.number("order").unwrap_or_else(|| {
                row.problem("order", "is no position");
                0
            }),
            rule: row.required("rule"),
            citation: row.required("citation"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}
