//! Why a precedent waits until a person has looked at it.

use super::record::is_restricted;
use super::suspicion::is_sud_suspected;
use crate::db::TenantTx;
use crate::db::stored::StoredEnum as _;
use crate::privacy::guard::AllowList;
use crate::privacy::{FreeTextGuard, allow_list};
use crate::proto::v1::{Precedent, PrecedentStatus};
use crate::rpc::error::Result;
use crate::rpc::validate::violations_at;

/// What a precedent is held for that may rest on substance use records.
pub(crate) const SUD_SUSPECTED: &str = "SUD_SUSPECTED";
/// What a precedent is held for in which newer detectors find identifiers.
pub(crate) const PHI_RULES: &str = "PHI_RULES";

/// Whether a precedent is held for review, and why.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) status: &'static str,
    pub(crate) reasons: Vec<String>,
}

impl Held {
    /// For a reason more.
    pub(crate) fn because(reason: &str, reasons: &[String]) -> Self {
        let mut reasons = reasons.to_vec();
        if !reasons.iter().any(|r| r == reason) {
            reasons.push(reason.to_owned());
        }
        Self {
            status: PrecedentStatus::NeedsReview.stored(),
            reasons,
        }
    }

    /// By everything that is known now of a record that had been put away.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn anew(
        tx: &mut TenantTx,
        guard: &dyn FreeTextGuard,
        precedent: &Precedent,
        status: PrecedentStatus,
    ) -> Result<Self> {
        let allowed = allow_list::of_tenant(tx).await?;
        let held = Self::of(precedent, status, &[]);
        let has_findings = has_findings(precedent, guard, &allowed);
        Ok(if has_findings {
            Self::because(PHI_RULES, &held.reasons)
        } else {
            held
        })
    }

    /// What looks like substance use records is held until a person has looked; what is declared as such is
    /// restricted already.
    pub(crate) fn of(precedent: &Precedent, status: PrecedentStatus, reasons: &[String]) -> Self {
        let mut reasons = reasons.to_vec();
        if is_restricted(precedent) {
            reasons.retain(|reason| reason != SUD_SUSPECTED);
        } else if is_sud_suspected(precedent) && !reasons.iter().any(|r| r == SUD_SUSPECTED) {
            reasons.push(SUD_SUSPECTED.to_owned());
        }
        let status = if reasons.is_empty() {
            status
        } else {
            PrecedentStatus::NeedsReview
        };
        Self {
            status: status.stored(),
            reasons,
        }
    }
}

/// Whether the guard finds an identifier in any free text of a precedent.
pub(super) fn has_findings(precedent: &Precedent, guard: &dyn FreeTextGuard, allowed: &AllowList) -> bool {
    violations_at("precedent", precedent, guard, allowed)
        .iter()
        .any(|violation| violation.is_phi)
}
