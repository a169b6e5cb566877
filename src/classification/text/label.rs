//! The denial types that a text can be given.

use std::fmt;
use std::str::FromStr;

/// A name that is no denial type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a denial type")]
pub struct UnknownLabel(pub String);

macro_rules! labels {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// The type of a denial; the names are those of the wire's `DenialType`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DenialLabel { $($(#[$doc])* $variant,)+ }

        impl DenialLabel {
            /// Every type, in the order of the model's columns.
            pub const ALL: [Self; 25] = [$(Self::$variant,)+];

            /// The type's name, as on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl FromStr for DenialLabel {
            type Err = UnknownLabel;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($name => Ok(Self::$variant),)+
                    other => Err(UnknownLabel(other.to_owned())),
                }
            }
        }
    };
}

labels! {
    /// The payer judged the service not needed for this patient.
    MedicalNecessity = "MEDICAL_NECESSITY",
    /// No approval in advance, or one that does not fit what was billed.
    PriorAuthorization = "PRIOR_AUTHORIZATION",
    /// The plan wants a referral from the primary care physician.
    Referral = "REFERRAL",
    /// Judged experimental, investigational or unproven.
    Experimental = "EXPERIMENTAL",
    /// The plan does not cover this service at all.
    NonCoveredBenefit = "NON_COVERED_BENEFIT",
    /// Covered, but the plan's maximum is used up.
    BenefitLimit = "BENEFIT_LIMIT",
    /// The person was not covered on the day, or can't be found.
    Eligibility = "ELIGIBILITY",
    /// Another payer comes first, or is the right one.
    CoordinationOfBenefits = "COORDINATION_OF_BENEFITS",
    /// Claim or appeal arrived too late.
    TimelyFiling = "TIMELY_FILING",
    /// Already billed, processed or paid.
    Duplicate = "DUPLICATE",
    /// Paid as part of another service.
    Bundling = "BUNDLING",
    /// Codes that are invalid or contradict each other or the patient.
    Coding = "CODING",
    /// More units, or more often, than is allowed or supported.
    CodingUnits = "CODING_UNITS",
    /// Records or attachments are missing or don't support the service.
    Documentation = "DOCUMENTATION",
    /// A field of the claim is missing or invalid.
    MissingInformation = "MISSING_INFORMATION",
    /// The setting or the length of care was higher than judged needed.
    LevelOfCare = "LEVEL_OF_CARE",
    /// Paid, but at a lower code, DRG or level than billed.
    Downgrade = "DOWNGRADE",
    /// The provider or facility is outside the plan's network.
    Network = "NETWORK",
    /// The provider was not enrolled, credentialed or entitled to bill this.
    ProviderEligibility = "PROVIDER_ELIGIBILITY",
    /// Another drug or treatment has to be tried first.
    StepTherapy = "STEP_THERAPY",
    /// The drug is not on the plan's list.
    Formulary = "FORMULARY",
    /// Somebody else is liable: accident, work, another's fault.
    ThirdPartyLiability = "THIRD_PARTY_LIABILITY",
    /// Never adjudicated: rejected or returned, to be sent anew.
    Unprocessable = "UNPROCESSABLE",
    /// Cost share, contractual write-off, information: nothing was denied.
    NotADenial = "NOT_A_DENIAL",
    /// A denial of no type above, or no denial text at all.
    Other = "OTHER",
}

impl DenialLabel {
    /// Position in [`Self::ALL`] and in a model's rows.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for DenialLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
