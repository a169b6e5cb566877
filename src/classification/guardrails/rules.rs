//! The hard rules by name.

use super::super::super::registries::Registries;
use super::words_of;
use crate::proto::stratum::v1::{DenialType, RecoveryAction};

/// A hard rule that decides before any score. The order is the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guardrail {
    /// Refused at the front end, never adjudicated.
    RejectedAtFrontEnd,
    /// A reversal takes an earlier payment back and is no denial by itself.
    ReversalIsNoDenial,
    /// Remark MA130.
    UnprocessableMa130,
    /// Not decided yet.
    NotDecidedYet,
    /// Remark N211 or another that denies the right of appeal.
    NoAppealRight,
    /// CARC 236 with correct coding modifier indicator 0.
    PairNeverUnbundled,
    /// CARC 151 with MUE adjudication indicator 2.
    UnitsAbovePolicyLimit,
    /// PR-50 with a valid advance beneficiary notice.
    PatientLiableByAbn,
    /// CARC 236 with correct coding modifier indicator 1.
    PairMayBeUnbundled,
    /// CARC 18 on a line that no modifier marks as distinct.
    Duplicate,
    /// Nothing is left but the patient's share.
    PatientShare,
    /// Nothing is left but what is no denial.
    NoDenial,
}

impl Guardrail {
    /// Every rule, in order.
    pub const ALL: [Self; 12] = [
        Self::RejectedAtFrontEnd,
        Self::ReversalIsNoDenial,
        Self::UnprocessableMa130,
        Self::NotDecidedYet,
        Self::NoAppealRight,
        Self::PairNeverUnbundled,
        Self::UnitsAbovePolicyLimit,
        Self::PatientLiableByAbn,
        Self::PairMayBeUnbundled,
        Self::Duplicate,
        Self::PatientShare,
        Self::NoDenial,
    ];

    /// Registry id, which is the answer's guardrail code.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::RejectedAtFrontEnd => "REJECTED_AT_FRONT_END",
            Self::ReversalIsNoDenial => "REVERSAL_IS_NO_DENIAL",
            Self::UnprocessableMa130 => "UNPROCESSABLE_MA130",
            Self::NotDecidedYet => "NOT_DECIDED_YET",
            Self::NoAppealRight => "NO_APPEAL_RIGHT",
            Self::PairNeverUnbundled => "PAIR_NEVER_UNBUNDLED",
            Self::UnitsAbovePolicyLimit => "UNITS_ABOVE_POLICY_LIMIT",
            Self::PatientLiableByAbn => "PATIENT_LIABLE_BY_ABN",
            Self::PairMayBeUnbundled => "PAIR_MAY_BE_UNBUNDLED",
            Self::Duplicate => "DUPLICATE",
            Self::PatientShare => "PATIENT_SHARE",
            Self::NoDenial => "NO_DENIAL",
        }
    }

    /// The rule in a sentence, as the registry has it.
    pub(super) fn sentence(self, registries: &Registries, action: RecoveryAction) -> String {
        match registries.guardrails.get(self.id()) {
            Some(rule) => format!("{} ({})", rule.rule, rule.citation),
            None => format!("Rule {} decides: {}.", self.id(), words_of(action)),
        }
    }

    /// The denial type a rule stands for; `None` leaves it to the code.
    pub(super) fn denial_type(self) -> Option<DenialType> {
        match self {
            Self::RejectedAtFrontEnd | Self::UnprocessableMa130 => Some(DenialType::Unprocessable),
            Self::ReversalIsNoDenial | Self::PatientShare | Self::NoDenial => Some(DenialType::NotADenial),
            Self::NotDecidedYet
            | Self::NoAppealRight
            | Self::PairNeverUnbundled
            | Self::UnitsAbovePolicyLimit
            | Self::PatientLiableByAbn
            | Self::PairMayBeUnbundled
            | Self::Duplicate => None,
        }
    }
}
