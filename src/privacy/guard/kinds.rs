//! The kinds of identifier the guard knows: the eighteen of 45 CFR 164.514(b)(2)(i), with ages split from dates.

use std::fmt;

/// One kind of protected health information, named as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PhiKind {
    /// (A) names of the individual, relatives, household members, employers; by our policy of clinicians too.
    Name,
    /// (B) geographic subdivisions smaller than a state, facilities included.
    Geography,
    /// (C) elements of dates, except the year, that relate to an individual.
    Date,
    /// (C) ages over 89.
    AgeOver89,
    /// (D) telephone numbers.
    Phone,
    /// (E) fax numbers.
    Fax,
    /// (F) e-mail addresses.
    Email,
    /// (G) social security numbers.
    Ssn,
    /// (H) medical record numbers.
    Mrn,
    /// (I) health plan beneficiary numbers.
    HealthPlanId,
    /// (J) account numbers.
    Account,
    /// (K) certificate and licence numbers.
    License,
    /// (L) vehicle identifiers and plates.
    Vehicle,
    /// (M) device identifiers and serial numbers.
    Device,
    /// (N) web addresses.
    Url,
    /// (O) IP addresses.
    Ip,
    /// (P) biometric identifiers.
    Biometric,
    /// (Q) full-face photographs and comparable images.
    Photo,
    /// (R) any other unique identifying number, characteristic or code.
    OtherUniqueId,
}

impl PhiKind {
    /// Every kind, in the order of the regulation.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::Geography,
        Self::Date,
        Self::AgeOver89,
        Self::Phone,
        Self::Fax,
        Self::Email,
        Self::Ssn,
        Self::Mrn,
        Self::HealthPlanId,
        Self::Account,
        Self::License,
        Self::Vehicle,
        Self::Device,
        Self::Url,
        Self::Ip,
        Self::Biometric,
        Self::Photo,
        Self::OtherUniqueId,
    ];

    /// The name on the wire, in findings and in the contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Geography => "GEOGRAPHY",
            Self::Date => "DATE",
            Self::AgeOver89 => "AGE_OVER_89",
            Self::Phone => "PHONE",
            Self::Fax => "FAX",
            Self::Email => "EMAIL",
            Self::Ssn => "SSN",
            Self::Mrn => "MRN",
            Self::HealthPlanId => "HEALTH_PLAN_ID",
            Self::Account => "ACCOUNT",
            Self::License => "LICENSE",
            Self::Vehicle => "VEHICLE",
            Self::Device => "DEVICE",
            Self::Url => "URL",
            Self::Ip => "IP",
            Self::Biometric => "BIOMETRIC",
            Self::Photo => "PHOTO",
            Self::OtherUniqueId => "OTHER_UNIQUE_ID",
        }
    }

    /// The kind of that wire name.
    #[must_use]
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What [`super::Guard::redact`] writes in the place of a finding.
    #[must_use]
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Name => "[NAME]",
            Self::Geography => "[GEOGRAPHY]",
            Self::Date => "[DATE]",
            Self::AgeOver89 => "[AGE_OVER_89]",
            Self::Phone => "[PHONE]",
            Self::Fax => "[FAX]",
            Self::Email => "[EMAIL]",
            Self::Ssn => "[SSN]",
            Self::Mrn => "[MRN]",
            Self::HealthPlanId => "[HEALTH_PLAN_ID]",
            Self::Account => "[ACCOUNT]",
            Self::License => "[LICENSE]",
            Self::Vehicle => "[VEHICLE]",
            Self::Device => "[DEVICE]",
            Self::Url => "[URL]",
            Self::Ip => "[IP]",
            Self::Biometric => "[BIOMETRIC]",
            Self::Photo => "[PHOTO]",
            Self::OtherUniqueId => "[OTHER_UNIQUE_ID]",
        }
    }
}

impl fmt::Display for PhiKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
