//! The words of closed lists: how an enum value is written in a registry file.

use crate::proto::stratum::v1::{
    AdjudicationState, AppealLevel, CoreScenario, DenialType, EvidenceKind, Funding, GroupCode, LineOfBusiness,
    ProductType, RecoveryAction, ServiceTiming, Urgency,
};

/// A closed list whose values are written as upper-case words.
///
/// Contract enums are written without their prefix and never as `UNSPECIFIED`:
/// an empty cell is how a file says nothing.
pub trait Word: Copy + PartialEq + 'static {
    /// What the list is called in a message, such as `DenialType`.
    const LIST: &'static str;

    /// The value that stands for "not said"; only used after a problem was recorded.
    fn unsaid() -> Self;

    /// The value a word stands for, or `None` when the list has no such word.
    fn from_word(word: &str) -> Option<Self>;

    /// The word of this value.
    fn word(self) -> &'static str;
}

macro_rules! contract_words {
    ($($list:ident => $prefix:literal),+ $(,)?) => {$(
        impl Word for $list {
            const LIST: &'static str = stringify!($list);

            fn unsaid() -> Self {
                Self::Unspecified
            }

            fn from_word(word: &str) -> Option<Self> {
                Self::from_str_name(&format!(concat!($prefix, "{}"), word))
                    .filter(|value| *value != Self::Unspecified)
            }

            fn word(self) -> &'static str {
                let name = self.as_str_name();
                name.strip_prefix($prefix).unwrap_or(name)
            }
        }
    )+};
}

contract_words! {
    AdjudicationState => "ADJUDICATION_STATE_",
    AppealLevel => "APPEAL_LEVEL_",
    CoreScenario => "CORE_SCENARIO_",
    DenialType => "DENIAL_TYPE_",
    EvidenceKind => "EVIDENCE_KIND_",
    Funding => "FUNDING_",
    GroupCode => "GROUP_CODE_",
    LineOfBusiness => "LINE_OF_BUSINESS_",
    ProductType => "PRODUCT_TYPE_",
    RecoveryAction => "RECOVERY_ACTION_",
    ServiceTiming => "SERVICE_TIMING_",
    Urgency => "URGENCY_",
}

/// Declares a closed list of the registries that the contract has no enum for.
macro_rules! registry_words {
    ($(#[$list_doc:meta])* $list:ident { $($(#[$doc:meta])* $value:ident = $word:literal),+ $(,)? } unsaid $unsaid:ident) => {
        $(#[$list_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $list {
            $($(#[$doc])* $value),+
        }

        impl Word for $list {
            const LIST: &'static str = stringify!($list);

            fn unsaid() -> Self {
                Self::$unsaid
            }

            fn from_word(word: &str) -> Option<Self> {
                [$(($word, Self::$value)),+]
                    .into_iter()
                    .find_map(|(known, value)| (known == word).then_some(value))
            }

            fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word),+
                }
            }
        }
    };
}

registry_words! {
    /// How well a fact is established. Ordered from the weakest to the strongest.
    Confidence {
        /// Inferred, or this project's own wording or opinion.
        Inferred = "I",
        /// General knowledge that nobody has yet checked against its source.
        Known = "K",
        /// Read in the cited source on the day given.
        Verified = "V",
    } unsaid Inferred
}

registry_words! {
    /// The list a code belongs to.
    CodeSystem {
        /// Claim adjustment group codes.
        Cagc = "CAGC",
        /// Claim adjustment reason codes.
        Carc = "CARC",
        /// Remittance advice remark codes.
        Rarc = "RARC",
    } unsaid Cagc
}

registry_words! {
    /// What sort of organisation a payer is.
    PayerKind {
        /// Insurer that bears risk in several lines of business.
        Insurer = "INSURER",
        /// Blue Cross Blue Shield licensee.
        BlueLicensee = "BLUE_LICENSEE",
        /// Plan that mostly serves Medicaid or other public programs.
        ManagedMedicaid = "MANAGED_MEDICAID",
        /// Plan that mostly serves Medicare Advantage.
        MedicareAdvantage = "MEDICARE_ADVANTAGE",
        /// Third-party administrator of self-funded plans.
        Administrator = "ADMINISTRATOR",
        /// Government program that pays claims itself or through contractors.
        Program = "PROGRAM",
        /// Carrier of workers' compensation or automobile claims, or their administrator.
        Casualty = "CASUALTY",
        /// Dental carrier.
        Dental = "DENTAL",
        /// Vision carrier.
        Vision = "VISION",
        /// Utilisation management or benefit manager that decides for other payers.
        Manager = "MANAGER",
    } unsaid Insurer
}

registry_words! {
    /// Whether a clock is the appellant's or the payer's.
    ClockKind {
        /// The appellant must file by then.
        Filing = "FILING",
        /// The payer must decide by then.
        Decision = "DECISION",
    } unsaid Decision
}

registry_words! {
    /// Whose rule it is, from the most general to the most specific.
    RuleScope {
        /// Federal law.
        Federal = "FEDERAL",
        /// State law.
        State = "STATE",
        /// A payer's published rule.
        Payer = "PAYER",
        /// One plan's rule.
        Plan = "PLAN",
        /// A provider contract.
        Contract = "CONTRACT",
    } unsaid Federal
}

registry_words! {
    /// What a clock's amount is counted in.
    TimeUnit {
        /// Hours.
        Hours = "HOURS",
        /// Calendar days.
        CalendarDays = "CALENDAR_DAYS",
        /// Days that are neither a weekend day nor a federal holiday.
        BusinessDays = "BUSINESS_DAYS",
        /// Calendar months, clipped to the end of a shorter month.
        Months = "MONTHS",
        /// Calendar years, clipped likewise.
        Years = "YEARS",
    } unsaid CalendarDays
}

registry_words! {
    /// The day a clock runs from.
    Anchor {
        /// Date of service.
        DateOfService = "DATE_OF_SERVICE",
        /// Date on the notice.
        NoticeDate = "NOTICE_DATE",
        /// Date the notice was received, or is presumed to have been.
        ReceiptDate = "RECEIPT_DATE",
        /// Date of the remittance.
        RemittanceDate = "REMITTANCE_DATE",
        /// Date of the decision that the next level reviews.
        PriorDecisionDate = "PRIOR_DECISION_DATE",
        /// Date an authorisation or appeal was asked for.
        RequestDate = "REQUEST_DATE",
    } unsaid NoticeDate
}

registry_words! {
    /// When a filing counts as made.
    FiledWhen {
        /// When it is sent.
        Sent = "SENT",
        /// When it is postmarked.
        Postmarked = "POSTMARKED",
        /// When the addressee has it.
        Received = "RECEIVED",
    } unsaid Received
}

registry_words! {
    /// What happens when the last day is a weekend day or a federal holiday.
    Roll {
        /// Nothing: the day stands.
        None = "NONE",
        /// It moves to the next business day.
        NextBusinessDay = "NEXT_BUSINESS_DAY",
    } unsaid None
}

pub(super) use registry_words;
