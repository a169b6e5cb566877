//! The ways a demonstration claim is denied: codes as they stand on a remittance, and how a biller
//! would put it. Every tuple agrees with the guardrail table, which a test checks.

use super::services::Kind::{self, Drug, Equipment, Stay, Surgery, Test, Therapy, Visit};
use crate::proto::v1::DenialType as Type;
use crate::proto::v1::GroupCode::{self, Co, Oa, Pi, Pr};

/// A code tuple: who bears the balance, the reason, the remarks.
type Codes = (GroupCode, &'static str, &'static [&'static str]);

/// One way of being denied.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) denial_type: Type,
    /// As a title ends.
    pub(super) title: &'static str,
    /// How often it comes up.
    pub(super) weight: usize,
    /// The services it happens to; empty stands for all.
    pub(super) fits: &'static [Kind],
    /// The adjustments of one line; none where the denial came by letter before the service.
    pub(super) codes: &'static [Codes],
    /// Sentences with `{service}`, `{diagnosis}` and `{payer}`.
    pub(super) leads: &'static [&'static str],
}

const fn variant(
    denial_type: Type,
    title: &'static str,
    weight: usize,
    fits: &'static [Kind],
    codes: &'static [Codes],
    leads: &'static [&'static str],
) -> Variant {
    Variant {
        denial_type,
        title,
        weight,
        fits,
        codes,
        leads,
    }
}

const CLINICAL: &[Kind] = &[Test, Drug, Surgery, Therapy, Equipment, Stay];
const PLANNED: &[Kind] = &[Test, Drug, Surgery, Equipment, Therapy];

/// Every variant.
pub(super) const VARIANTS: &[Variant] = &[
    variant(
        Type::PriorAuthorization,
        "no authorization on file",
        16,
        PLANNED,
        &[(Co, "197", &["N706"])],
        &[
            "Precertification for {service} was not obtained and no record of it was attached.",
            "{payer} finds no authorization on file for {service} and asks for the document that shows it.",
            "Denied for lack of prior authorization; the approval for {service} was never linked to the claim.",
            "Notification was missing when {service} was billed for {diagnosis}.",
        ],
    ),
    variant(
        Type::PriorAuthorization,
        "authorization missing",
        9,
        PLANNED,
        &[(Co, "197", &[])],
        &[
            "Prior authorization for {service} is absent according to {payer}.",
            "The claim for {service} went out before an approval was on record.",
            "No precertification was requested in time for {service}, ordered for {diagnosis}.",
        ],
    ),
    variant(
        Type::PriorAuthorization,
        "authorization does not match",
        5,
        PLANNED,
        &[(Co, "15", &["N54"])],
        &[
            "The authorization covers another code than the one billed for {service}.",
            "The authorization number on the claim for {service} belongs to a different provider.",
        ],
    ),
    variant(
        Type::PriorAuthorization,
        "prior approval refused",
        7,
        PLANNED,
        &[],
        &[
            "{payer} refused prior approval of {service} for {diagnosis}.",
            "The request to authorize {service} was turned down before the service.",
        ],
    ),
    variant(
        Type::MedicalNecessity,
        "not medically necessary",
        14,
        CLINICAL,
        &[(Co, "50", &[])],
        &[
            "{payer} holds that {service} was not medically necessary for {diagnosis}.",
            "Denied as not medically necessary; the reviewer found the criteria for {service} not met.",
            "The records did not support the need for {service}, the notice says.",
        ],
    ),
    variant(
        Type::MedicalNecessity,
        "coverage criteria not met",
        9,
        CLINICAL,
        &[(Co, "50", &["N115"])],
        &[
            "The local coverage determination's criteria for {service} were held unmet.",
            "{payer} applied its local coverage policy and found {diagnosis} not covered for {service}.",
        ],
    ),
    variant(
        Type::MedicalNecessity,
        "need not shown before the service",
        7,
        CLINICAL,
        &[],
        &[
            "{payer} denied {service} as not medically necessary before it took place.",
            "The utilization review of {service} for {diagnosis} ended in a denial of medical necessity.",
        ],
    ),
    variant(
        Type::Referral,
        "no referral on file",
        4,
        &[Visit, Test, Therapy],
        &[(Co, "165", &[])],
        &[
            "{payer} has no referral for {service} from the primary physician.",
            "The referral for {service} had run out on the day of the service.",
        ],
    ),
    variant(
        Type::Experimental,
        "held to be investigational",
        7,
        &[Drug, Test, Surgery, Therapy],
        &[(Co, "55", &[])],
        &[
            "{payer} considers {service} experimental for {diagnosis}.",
            "Denied as investigational: the policy lists {service} as unproven for this use.",
        ],
    ),
    variant(
        Type::Experimental,
        "effectiveness not proven",
        4,
        &[Drug, Test, Surgery, Therapy],
        &[(Co, "56", &[])],
        &[
            "The reviewer wrote that {service} is not proven effective in {diagnosis}.",
            "Published evidence for {service} was called insufficient.",
        ],
    ),
    variant(
        Type::NonCoveredBenefit,
        "not a benefit",
        5,
        &[],
        &[(Co, "96", &["N130"])],
        &[
            "The plan does not list {service} among its benefits.",
            "{payer} points to an exclusion in the plan document for {service}.",
        ],
    ),
    variant(
        Type::NonCoveredBenefit,
        "excluded, patient's balance",
        3,
        &[],
        &[(Pr, "204", &["N130"])],
        &[
            "{service} is not covered under the member's plan, and the balance went to the patient.",
            "The benefit booklet excludes {service}, says {payer}.",
        ],
    ),
    variant(
        Type::BenefitLimit,
        "benefit used up",
        5,
        &[Therapy, Visit, Equipment],
        &[(Pr, "119", &["N362"])],
        &[
            "The yearly maximum for {service} had been reached.",
            "{payer} counts more visits than the plan allows for {service}.",
        ],
    ),
    variant(
        Type::Eligibility,
        "coverage had ended",
        5,
        &[],
        &[(Co, "27", &[])],
        &[
            "Coverage had ended before {service}, {payer} says.",
            "The eligibility check on the day of {service} had shown active coverage.",
        ],
    ),
    variant(
        Type::Eligibility,
        "member not found",
        4,
        &[],
        &[(Co, "31", &["N382"])],
        &[
            "{payer} could not find the member on the claim for {service}.",
            "The member's data on the claim for {service} did not match the payer's file.",
        ],
    ),
    variant(
        Type::CoordinationOfBenefits,
        "another payer is primary",
        6,
        &[],
        &[(Co, "22", &["MA04"])],
        &[
            "{payer} says another plan is primary for {service}.",
            "The primary payer's explanation of benefits was not with the claim for {service}.",
        ],
    ),
    variant(
        Type::TimelyFiling,
        "filed after the limit",
        7,
        &[],
        &[(Co, "29", &[])],
        &[
            "The claim for {service} arrived after the filing limit of {payer}.",
            "Denied as filed late; the clearinghouse had an acceptance report for {service}.",
            "A rejected first claim for {service} was corrected after the limit had passed.",
        ],
    ),
    variant(
        Type::Duplicate,
        "duplicate of a paid line",
        5,
        &[Test, Visit, Therapy, Surgery],
        &[(Co, "18", &["N522"])],
        &[
            "{payer} takes the claim for {service} for a copy of one it has processed.",
            "Two sessions of {service} on one day were read as one.",
        ],
    ),
    variant(
        Type::Bundling,
        "included in another service",
        6,
        &[Surgery, Visit, Test],
        &[(Co, "97", &["M15"])],
        &[
            "{payer} bundled {service} into another service of the same day.",
            "{service} was denied as part of the primary procedure.",
            "Payment for {service} is included in the global package, the remittance says.",
        ],
    ),
    variant(
        Type::Coding,
        "modifier missing",
        5,
        &[Surgery, Visit, Therapy],
        &[(Co, "4", &[])],
        &[
            "The modifier on the line for {service} is missing or does not fit.",
            "{payer} asks for a modifier that tells {service} from the visit.",
        ],
    ),
    variant(
        Type::Coding,
        "diagnosis does not fit",
        4,
        &[Test, Drug, Surgery],
        &[(Co, "11", &["M76"])],
        &[
            "The diagnosis pointed to does not agree with {service}.",
            "{diagnosis} is not on the list that {payer} accepts for {service}.",
        ],
    ),
    variant(
        Type::CodingUnits,
        "more units than allowed",
        5,
        &[Drug, Therapy, Equipment, Test],
        &[(Co, "151", &["N362"])],
        &[
            "{payer} found more units of {service} billed than the records support.",
            "The number of units for {service} is above the accepted maximum.",
        ],
    ),
    variant(
        Type::Documentation,
        "records requested",
        7,
        &[],
        &[(Co, "252", &["M127"])],
        &[
            "{payer} asks for the medical record of {service}.",
            "The claim for {service} waits for documents that were not attached.",
            "Chart notes for {diagnosis} are missing from the claim.",
        ],
    ),
    variant(
        Type::MissingInformation,
        "claim data missing",
        5,
        &[],
        &[(Co, "16", &["N265"])],
        &[
            "The identifier of the ordering provider is missing on the claim for {service}.",
            "{payer} can't process {service} without a valid ordering provider.",
        ],
    ),
    variant(
        Type::LevelOfCare,
        "setting not supported",
        7,
        &[Stay],
        &[(Co, "150", &[])],
        &[
            "{payer} says observation would have been enough instead of {service}.",
            "The level of care billed for {diagnosis} was held too high.",
            "The length of {service} is not supported after the second day.",
        ],
    ),
    variant(
        Type::LevelOfCare,
        "not an emergency",
        4,
        &[Visit],
        &[(Co, "40", &[])],
        &[
            "{payer} decided afterwards that {service} was no emergency.",
            "The final diagnosis, not the symptoms, was used to deny {service}.",
        ],
    ),
    variant(
        Type::Downgrade,
        "paid at a lower level",
        4,
        &[Stay, Visit],
        &[(Co, "186", &[])],
        &[
            "{payer} paid {service} at a lower level than billed.",
            "The group assigned to {service} was lowered on review.",
        ],
    ),
    variant(
        Type::Network,
        "out of network",
        5,
        &[Visit, Surgery, Test, Therapy],
        &[(Co, "242", &[])],
        &[
            "{payer} treats the provider of {service} as out of network.",
            "No provider in the network could give {service} within the access standard.",
        ],
    ),
    variant(
        Type::ProviderEligibility,
        "provider not enrolled",
        4,
        &[],
        &[(Co, "B7", &["N570"])],
        &[
            "{payer} shows the provider of {service} as not enrolled on that day.",
            "The enrolment of the rendering provider was under way when {service} took place.",
        ],
    ),
    variant(
        Type::StepTherapy,
        "another drug first",
        5,
        &[Drug],
        &[(Co, "B8", &[])],
        &[
            "{payer} wants a preferred drug tried before {service}.",
            "The step therapy rule for {diagnosis} was held unmet.",
        ],
    ),
    variant(
        Type::StepTherapy,
        "step refused before the service",
        4,
        &[Drug],
        &[],
        &[
            "The request for {service} was denied because the first step drug is not on record.",
            "{payer} denied {service} under its step therapy rule.",
        ],
    ),
    variant(
        Type::Formulary,
        "not on the formulary",
        5,
        &[Drug],
        &[],
        &[
            "{service} is not on the formulary of {payer}.",
            "The formulary exception for {service} was refused.",
        ],
    ),
    variant(
        Type::ThirdPartyLiability,
        "injury at work or accident",
        4,
        &[Visit, Therapy, Test],
        &[(Co, "19", &[])],
        &[
            "{payer} holds the injury behind {service} to be work related.",
            "A casualty carrier is said to be liable for {service}.",
        ],
    ),
    variant(
        Type::Unprocessable,
        "claim could not be processed",
        4,
        &[],
        &[(Co, "16", &["MA130", "M51"])],
        &[
            "The claim for {service} came back as unprocessable.",
            "{payer} made no decision on {service}: the procedure code is not valid for the date.",
        ],
    ),
    variant(
        Type::NotADenial,
        "patient's share",
        3,
        &[],
        &[(Pr, "1", &[])],
        &[
            "The balance of {service} is the member's deductible.",
            "{payer} applied the allowed amount of {service} to the deductible.",
        ],
    ),
    variant(
        Type::NotADenial,
        "contractual reduction",
        3,
        &[],
        &[(Co, "45", &[])],
        &[
            "The charge for {service} was reduced to the contract rate.",
            "The difference on {service} is the contractual write-off.",
        ],
    ),
    variant(
        Type::Other,
        "earlier decision upheld",
        3,
        &[],
        &[(Pi, "193", &[])],
        &[
            "{payer} upheld its first decision on {service} without a new reason.",
            "The reconsideration of {service} ended as it began.",
        ],
    ),
    variant(
        Type::Other,
        "reason not stated",
        2,
        &[],
        &[(Oa, "192", &[])],
        &[
            "{payer} gave no usable reason for denying {service}.",
            "The remittance for {service} carries a code that explains nothing.",
        ],
    ),
];
