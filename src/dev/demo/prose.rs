//! The words of demonstration records beside the denial itself: what each piece of evidence shows, how
//! an appeal is argued, what colleagues noted.

use crate::proto::v1::{
    DenialType as Type, EvidenceKind as Kind, EvidenceStrength as Strength, Outcome, VariableClass,
};

/// What each kind of evidence shows, what is asserted on its strength, and how strong it is.
const EVIDENCE: &[(Kind, &str, &str, Strength)] = &[
    (
        Kind::ClinicalNote,
        "Visit notes that describe history, findings and plan.",
        "The record documents each criterion of the policy.",
        Strength::High,
    ),
    (
        Kind::OperativeReport,
        "Operative report that names each distinct step.",
        "The report shows two separate procedures.",
        Strength::High,
    ),
    (
        Kind::LetterOfMedicalNecessity,
        "Letter that answers the policy's criteria one by one.",
        "The treating clinician answers every criterion.",
        Strength::Moderate,
    ),
    (
        Kind::ImagingReport,
        "Reading of the last imaging.",
        "Imaging agrees with the findings on exam.",
        Strength::High,
    ),
    (
        Kind::LabResult,
        "Results that support the diagnosis.",
        "The results meet the thresholds of the policy.",
        Strength::Moderate,
    ),
    (
        Kind::FailedTherapyLog,
        "Table of therapies tried, with dose, length and result.",
        "The required alternatives were tried and failed.",
        Strength::High,
    ),
    (
        Kind::AuthorizationRecord,
        "Copy of the authorization with services and dates.",
        "The service was authorized before it took place.",
        Strength::High,
    ),
    (
        Kind::Referral,
        "Referral that was in force on the day of the service.",
        "A valid referral covered the service.",
        Strength::High,
    ),
    (
        Kind::Eligibility271,
        "Eligibility response of the day of the service.",
        "The payer itself confirmed coverage that day.",
        Strength::High,
    ),
    (
        Kind::ProofOfTimelyFiling277ca,
        "Acceptance report with its date.",
        "The claim was accepted within the filing limit.",
        Strength::High,
    ),
    (
        Kind::CallLog,
        "Log of calls with reference numbers.",
        "The payer was told in time.",
        Strength::Low,
    ),
    (
        Kind::PayerPolicy,
        "The payer's policy in the version then in force.",
        "The policy covers this use.",
        Strength::Moderate,
    ),
    (
        Kind::NcdLcd,
        "Coverage determination with its criteria and codes.",
        "The determination lists the diagnosis as covered.",
        Strength::High,
    ),
    (
        Kind::PlanDocument,
        "Benefit chapter of the plan document.",
        "The plan document does not exclude the service.",
        Strength::Moderate,
    ),
    (
        Kind::Guideline,
        "Recommendation of the specialty society.",
        "The guideline recommends the service in this situation.",
        Strength::Moderate,
    ),
    (
        Kind::Literature,
        "Two controlled studies in like patients.",
        "Controlled studies show a benefit.",
        Strength::Moderate,
    ),
    (
        Kind::CodingReference,
        "Chapter of the coding manual that was relied on.",
        "The codes follow the manual.",
        Strength::Moderate,
    ),
    (
        Kind::ContractClause,
        "Clause of the provider contract.",
        "The contract decides the question.",
        Strength::Moderate,
    ),
    (
        Kind::Abn,
        "Advance notice signed before the service.",
        "The patient had been told of the cost.",
        Strength::Moderate,
    ),
    (
        Kind::PrimaryEob,
        "Explanation of benefits of the primary payer.",
        "The primary payer has paid its part.",
        Strength::High,
    ),
    (
        Kind::PriorDecision,
        "Earlier decision in a like case.",
        "The payer decided otherwise before.",
        Strength::Low,
    ),
    (
        Kind::Affidavit,
        "Statement about the facts.",
        "The facts are as stated.",
        Strength::Low,
    ),
];

/// What a piece of evidence shows, what is asserted on its strength, and how strong it is.
pub(super) fn evidence(kind: Kind) -> (&'static str, &'static str, Strength) {
    let known = EVIDENCE.iter().find(|(other, ..)| *other == kind);
    known.map_or(
        (
            "Further document.",
            "The document supports the claim.",
            Strength::Ungraded,
        ),
        |(_, description, assertion, strength)| (*description, *assertion, *strength),
    )
}

/// The argument of an appeal. Its variables are those of [`VARIABLES`].
pub(super) const fn narrative(denial_type: Type) -> &'static str {
    match denial_type {
        Type::MedicalNecessity | Type::LevelOfCare | Type::Downgrade | Type::Other | Type::Unspecified => {
            "We ask for reversal of the decision on {{service}}. The decision rests on {{policy}}. Each of its criteria is met, as the table below shows. {{patient_history}} The enclosed records document this: {{evidence_list}}."
        }
        Type::Experimental => {
            "{{service}} is not investigational for this indication. {{evidence_list}} are enclosed. {{policy}} was written before the newer evidence. {{patient_history}}"
        }
        Type::StepTherapy | Type::Formulary => {
            "An exception is asked for under {{policy}}. {{patient_history}} The required alternatives failed or don't fit, as {{evidence_list}} show. {{service}} is the next step."
        }
        Type::PriorAuthorization | Type::Referral => {
            "The denial of {{service}} for want of an approval should be reversed. {{evidence_list}} show what was requested and when. {{patient_history}} {{policy}} allows approval after the service in such a case."
        }
        Type::TimelyFiling => {
            "The claim for {{service}} was filed in time. {{evidence_list}} prove when it was accepted. {{policy}} counts from that day."
        }
        Type::Network => {
            "No provider of the network could give {{service}} in time. {{evidence_list}} show the search. Under {{policy}} the service is processed as in network. {{patient_history}}"
        }
        Type::Bundling | Type::Coding | Type::CodingUnits | Type::Duplicate => {
            "{{service}} was distinct and correctly coded. {{evidence_list}} show it. Under {{policy}} it is paid separately."
        }
        Type::NonCoveredBenefit | Type::BenefitLimit | Type::Eligibility => {
            "{{policy}} covers {{service}}. {{evidence_list}} are enclosed. {{patient_history}}"
        }
        Type::CoordinationOfBenefits
        | Type::ThirdPartyLiability
        | Type::ProviderEligibility
        | Type::Documentation
        | Type::MissingInformation
        | Type::Unprocessable
        | Type::NotADenial => "The enclosed {{evidence_list}} answer the notice on {{service}} under {{policy}}.",
    }
}

/// The variables that narratives use.
pub(super) const VARIABLES: &[(&str, VariableClass, &str)] = &[
    ("service", VariableClass::Public, "The service as the claim names it."),
    (
        "policy",
        VariableClass::Public,
        "The policy, contract clause or law relied on.",
    ),
    ("evidence_list", VariableClass::Public, "The enclosed documents."),
    (
        "patient_history",
        VariableClass::Patient,
        "The course so far; filled in by the practice, never stored.",
    ),
];

/// What a colleague noted afterwards.
pub(super) const fn notes(outcome: Outcome) -> &'static [&'static str] {
    match outcome {
        Outcome::Won => &[
            "Reversed after the complete record was sent.",
            "The reviewer accepted the table of criteria.",
            "Paid on the next remittance after the decision.",
        ],
        Outcome::Partial => &["Part of the units were allowed.", "Paid from the second day on."],
        Outcome::Lost => &[
            "Upheld: the record did not answer the second criterion.",
            "Upheld without discussion of the enclosed policy.",
            "Upheld; the next level was not worth the amount.",
        ],
        Outcome::Dismissed => &["Dismissed as late; set a reminder for the receipt date."],
        Outcome::Withdrawn => &["Withdrawn after the payer reprocessed a sister claim."],
        Outcome::Settled => &["Settled with other claims of the quarter."],
        Outcome::Moot => &["The other payer paid."],
        Outcome::NotPursued | Outcome::Pending | Outcome::Unspecified => &[""],
    }
}
