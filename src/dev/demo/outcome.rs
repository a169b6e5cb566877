//! How demonstration denials end. Wins are drawn from a model with structure, so that estimates have
//! something to find: the log odds of a win are the sum of what the denial's type, the service, the
//! payer, the evidence at hand, the level reached and the year contribute.
//!
//! | part | contribution in log odds |
//! |---|---|
//! | type | [`of_type`]: documentation and coding errors are mostly repaired, exclusions mostly stand |
//! | service | `Service::strength` |
//! | payer | `DemoPayer::leniency` |
//! | evidence | −0.9 with none of what the denial type needs, +0.9 with all of it |
//! | level | peer-to-peer +0.5, external review +0.3, second internal appeal −0.4 |
//! | year | prior authorization +0.12 a year from 2021 on, other types +0.03 |
//!
//! Of what is decided, one win in eight is won in part. Some cases end undecided: withdrawn, dismissed
//! as late, settled, overtaken; recent years leave some pending.

use super::random::Random;
use crate::proto::v1::{AppealLevel as Level, DenialType as Type, Outcome, OutcomeEvidence, RecoveryAction as Action};

/// The first year of the demonstration.
pub(super) const FIRST_YEAR: i32 = 2021;
/// The last year.
pub(super) const LAST_YEAR: i32 = 2026;

/// What a case's end depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) denial_type: Type,
    pub(super) action: Action,
    pub(super) level: Level,
    pub(super) year: i32,
    /// Share of the needed evidence that was at hand, 0 to 1.
    pub(super) evidence: f64,
    /// Log odds that service and payer contribute.
    pub(super) strength: f64,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) outcome: Outcome,
    pub(super) evidence: OutcomeEvidence,
    pub(super) days: Option<i32>,
}

/// Log odds of a win that a denial type contributes.
pub(super) const fn of_type(denial_type: Type) -> f64 {
    match denial_type {
        Type::Documentation => 1.4,
        Type::MissingInformation | Type::Unprocessable => 1.6,
        Type::Coding => 1.1,
        Type::ProviderEligibility | Type::Eligibility => 0.3,
        Type::PriorAuthorization => 0.2,
        Type::MedicalNecessity | Type::StepTherapy | Type::LevelOfCare => 0.0,
        Type::Referral | Type::CodingUnits | Type::Bundling => -0.1,
        Type::Network | Type::Formulary | Type::Downgrade | Type::Other => -0.4,
        Type::TimelyFiling | Type::Duplicate => -0.5,
        Type::Experimental => -0.7,
        Type::ThirdPartyLiability | Type::CoordinationOfBenefits => -0.6,
        Type::BenefitLimit => -1.0,
        Type::NonCoveredBenefit => -1.4,
        Type::NotADenial | Type::Unspecified => -3.0,
    }
}

/// The probability that a decided case is won, in full or in part.
pub(super) fn win_probability(case: Case) -> f64 {
    let level = match case.level {
        Level::PeerToPeer => 0.5,
        Level::ExternalReview => 0.3,
        Level::Internal2 => -0.4,
        Level::Unspecified
        | Level::InitialDetermination
        | Level::Reopening
        | Level::Internal1
        | Level::ExpeditedInternal
        | Level::ExpeditedExternal
        | Level::Ire
        | Level::StateFairHearing
        | Level::Alj
        | Level::AppealsCouncil
        | Level::Judicial
        | Level::Arbitration
        | Level::RegulatorComplaint => 0.0,
    };
    let a_year = if case.denial_type == Type::PriorAuthorization {
        0.12
    } else {
        0.03
    };
    let year = a_year * f64::from(case.year - FIRST_YEAR);
    let odds = of_type(case.denial_type) + case.strength + 1.8 * (case.evidence - 0.5) + level + year;
    1.0 / (1.0 + (-odds).exp())
}

/// Draws how a case ended.
pub(super) fn end(case: Case, random: &mut Random) -> End {
    let pending = match case.year {
        LAST_YEAR => 28,
        2025 => 4,
        _ => 0,
    };
    if random.percent(pending) {
        return End {
            outcome: Outcome::Pending,
            evidence: OutcomeEvidence::Unspecified,
            days: None,
        };
    }
    let outcome = match case.action {
        Action::BillPatient | Action::Close => Outcome::NotPursued,
        Action::RebillOtherPayer | Action::BillSecondary => {
            if random.percent(80) {
                Outcome::Moot
            } else {
                Outcome::NotPursued
            }
        }
        Action::Appeal
        | Action::PeerToPeer
        | Action::CorrectedClaim
        | Action::SubmitDocumentation
        | Action::Unspecified => decided(case, random),
    };
    End {
        outcome,
        evidence: established(case.action, outcome, random),
        days: days(case.level, outcome, random),
    }
}

fn decided(case: Case, random: &mut Random) -> Outcome {
    match random.below(100) {
        0..=1 => Outcome::Withdrawn,
        2..=3 => Outcome::Dismissed,
        4 => Outcome::Settled,
        5 => Outcome::NotPursued,
        _ if random.chance(win_probability(case)) => {
            if random.percent(12) {
                Outcome::Partial
            } else {
                Outcome::Won
            }
        }
        _ => Outcome::Lost,
    }
}

fn established(action: Action, outcome: Outcome, random: &mut Random) -> OutcomeEvidence {
    let is_letter = matches!(action, Action::Appeal | Action::PeerToPeer) && random.percent(45);
    if is_letter
        && matches!(
            outcome,
            Outcome::Won | Outcome::Partial | Outcome::Lost | Outcome::Dismissed
        )
    {
        OutcomeEvidence::DecisionLetter
    } else if matches!(outcome, Outcome::Won | Outcome::Partial) && random.percent(70) {
        OutcomeEvidence::RemittanceVerified
    } else {
        OutcomeEvidence::SelfReported
    }
}

fn days(level: Level, outcome: Outcome, random: &mut Random) -> Option<i32> {
    let (low, high) = match level {
        Level::PeerToPeer => (1, 9),
        Level::Internal2 => (25, 70),
        Level::ExternalReview => (28, 75),
        Level::Unspecified
        | Level::InitialDetermination
        | Level::Reopening
        | Level::Internal1
        | Level::ExpeditedInternal
        | Level::ExpeditedExternal
        | Level::Ire
        | Level::StateFairHearing
        | Level::Alj
        | Level::AppealsCouncil
        | Level::Judicial
        | Level::Arbitration
        | Level::RegulatorComplaint => (9, 58),
    };
    (outcome != Outcome::NotPursued).then(|| random.between(low, high))
}
