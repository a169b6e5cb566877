//! Appeal rules as data: every clock with its citation and how well it is established.

use crate::proto::stratum::v1::{AppealLevel, Funding, LineOfBusiness, ServiceTiming, Urgency};

use super::row::Row;
use super::table::{Provenance, Record};
use super::words::{Anchor, ClockKind, FiledWhen, Roll, RuleScope, TimeUnit};

/// One version of one rule about one clock.
///
/// An empty list or `None` among the conditions means "whatever it is".
#[derive(Clone, Debug)]
pub struct AppealRule {
    /// Registry id of this version, such as `medicare-ffs-redetermination`.
    pub id: String,
    /// What the versions of one rule have in common; the one in force is used.
    pub series: String,
    /// Whose clock it is.
    pub kind: ClockKind,
    /// Whose rule it is.
    pub scope: RuleScope,
    /// `US` or the two letters of a state.
    pub jurisdiction: String,
    /// Registry id of the payer, for rules of a payer, plan or contract.
    pub payer_id: Option<String>,
    /// Registry id of the plan, for rules of a plan or contract.
    pub plan_id: Option<String>,
    /// Programs it governs.
    pub programs: Vec<LineOfBusiness>,
    /// Funding it governs.
    pub funding: Vec<Funding>,
    /// The level to be filed, or that decides.
    pub level: AppealLevel,
    /// The levels whose decision may be taken there.
    pub after_levels: Vec<AppealLevel>,
    /// What is done by then, one slug such as `request`; a more specific rule replaces only its like.
    pub step: String,
    /// Urgency it is about.
    pub urgency: Option<Urgency>,
    /// Timings of the service it is about.
    pub timings: Vec<ServiceTiming>,
    /// How long the clock runs, in `unit`.
    pub amount: u32,
    /// What `amount` is counted in.
    pub unit: TimeUnit,
    /// The day it runs from.
    pub anchor: Anchor,
    /// Days from notice to presumed receipt, where the rule presumes any.
    pub presumed_receipt_days: Option<u16>,
    /// When a filing counts as made.
    pub filed_when: FiledWhen,
    /// What happens on a weekend day or federal holiday.
    pub roll: Roll,
    /// Least amount in controversy, in cents, where there is one.
    pub min_amount_in_controversy_minor: Option<i64>,
    /// What to know before relying on it, in a sentence; empty when there is nothing.
    pub note: String,
    /// The law or contract clause.
    pub citation: String,
    /// Where it was read; empty when nobody has read it yet.
    pub source_url: String,
    /// Where the fact comes from, and when this version holds.
    pub provenance: Provenance,
}

impl Record for AppealRule {
    const FILE: &'static str = "appeal_rules.csv";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "series",
        "kind",
        "scope",
        "jurisdiction",
        "payer_id",
        "plan_id",
        "programs",
        "funding",
        "level",
        "after_levels",
        "step",
        "urgency",
        "timings",
        "amount",
        "unit",
        "anchor",
        "presumed_receipt_days",
        "filed_when",
        "roll",
        "min_amount_in_controversy_minor",
        "note",
        "citation",
        "source_url",
    ];

    fn read(row: &Row<'_>) -> Self {
        let rule = Self {
            id: row.slug("id"),
            series: row.slug("series"),
            kind: row.word("kind"),
            scope: row.word("scope"),
            jurisdiction: row.required("jurisdiction"),
            payer_id: row.optional("payer_id"),
            plan_id: row.optional("plan_id"),
            programs: row.words("programs"),
            funding: row.words("funding"),
            level: row.word("level"),
            after_levels: row.words("after_levels"),
            step: row.slug("step"),
            urgency: row.optional_word("urgency"),
            timings: row.words("timings"),
            amount: row.number("amount").unwrap_or_default(),
            unit: row.word("unit"),
            anchor: row.word("anchor"),
            presumed_receipt_days: row.number("presumed_receipt_days"),
            filed_when: row.word("filed_when"),
            roll: row.word("roll"),
            min_amount_in_controversy_minor: row.number("min_amount_in_controversy_minor"),
            note: row.text("note"),
            citation: row.required("citation"),
            source_url: row.text("source_url"),
            provenance: row.provenance(),
        };
        rule.check(row);
        rule
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}

impl AppealRule {
    /// What one cell can't tell about another.
    fn check(&self, row: &Row<'_>) {
        if self.amount == 0 {
            row.problem("amount", "must be at least 1");
        }
        if self.presumed_receipt_days.is_some() && self.anchor != Anchor::ReceiptDate {
            row.problem("presumed_receipt_days", "needs the anchor RECEIPT_DATE");
        }
        let federal = self.jurisdiction == "US";
        if self.scope == RuleScope::State && federal {
            row.problem("jurisdiction", "must be a state for the scope STATE");
        }
        if self.scope == RuleScope::Federal && !federal {
            row.problem("jurisdiction", "must be `US` for the scope FEDERAL");
        }
        if self.scope == RuleScope::Payer && self.payer_id.is_none() {
            row.problem("payer_id", "is empty for the scope PAYER");
        }
        if self.scope == RuleScope::Plan && self.plan_id.is_none() {
            row.problem("plan_id", "is empty for the scope PLAN");
        }
    }
}
