//! A published decision, typed.

use std::fmt;

use serde::Serialize;

/// One published decision of an external reviewer about a denied service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The regulator's case number: an identity, never a feature.
    pub reference_id: String,
    /// The report year.
    pub year: i32,
    /// Broad diagnosis group, as the regulator words it.
    pub diagnosis_category: Option<String>,
    /// Diagnosis within its category.
    pub diagnosis_sub_category: Option<String>,
    /// Broad group of the disputed service.
    pub treatment_category: Option<String>,
    /// Disputed service within its category.
    pub treatment_sub_category: Option<String>,
    /// What the reviewer decided.
    pub determination: Determination,
    /// The ground of the denial.
    pub dispute_type: Option<DisputeType>,
    /// The patient's age band.
    pub age_range: Option<AgeRange>,
    /// The patient's gender.
    pub gender: Option<Gender>,
}

/// What an external reviewer decided about a plan's denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Determination {
    /// The patient won: the plan must authorise or pay.
    Overturned,
    /// Part of what was asked for was granted.
    OverturnedInPart,
    /// The plan's denial stands.
    Upheld,
}

/// The ground on which a plan denied and a reviewer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisputeType {
    /// The service was held not to be medically necessary.
    MedicalNecessity,
    /// The service was held to be experimental or investigational.
    ExperimentalInvestigational,
    /// Emergency or urgent care was not reimbursed.
    UrgentCare,
}

/// The patient's gender as published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Gender {
    /// Published as female.
    Female,
    /// Published as male.
    Male,
    /// Published as neither.
    Other,
}

/// An age band in completed years, both ends included; no `high` means "and older".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct AgeRange {
    /// Youngest age of the band, in years.
    pub low: u8,
    /// Oldest age of the band, in years.
    pub high: Option<u8>,
}

impl fmt::Display for AgeRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.high {
            Some(high) => write!(out, "{}-{high}", self.low),
            None => write!(out, "{}+", self.low),
        }
    }
}

impl DisputeType {
    /// The name used in features and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MedicalNecessity => "MEDICAL_NECESSITY",
            Self::ExperimentalInvestigational => "EXPERIMENTAL_INVESTIGATIONAL",
            Self::UrgentCare => "URGENT_CARE",
        }
    }
}

impl Gender {
    /// The name used in features and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Female => "FEMALE",
            Self::Male => "MALE",
            Self::Other => "OTHER",
        }
    }
}
