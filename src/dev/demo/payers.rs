//! The payers of demonstration denials: ids of the registry, the programs they pay under, and how hard
//! they are to turn. The figures are invented for demonstration and say nothing of the real companies.

use crate::proto::v1::LineOfBusiness as Line;

/// A payer in demonstration data.
#[derive(Debug)]
pub(super) struct DemoPayer {
    /// Registry id.
    pub(super) id: &'static str,
    /// How often it comes up.
    pub(super) weight: usize,
    pub(super) lines: &'static [Line],
    /// How much easier cases are won against it, in log odds. Invented.
    pub(super) leniency: f64,
}

const fn payer(id: &'static str, weight: usize, lines: &'static [Line], leniency: f64) -> DemoPayer {
    DemoPayer {
        id,
        weight,
        lines,
        leniency,
    }
}

const COMMERCIAL: &[Line] = &[
    Line::CommercialFullyInsured,
    Line::CommercialFullyInsured,
    Line::CommercialSelfFunded,
    Line::ExchangeQhp,
];
const ADVANTAGE: &[Line] = &[Line::MedicareAdvantage];
const MIXED: &[Line] = &[
    Line::CommercialFullyInsured,
    Line::CommercialSelfFunded,
    Line::MedicareAdvantage,
];

/// Every payer.
pub(super) const PAYERS: &[DemoPayer] = &[
    payer("unitedhealthcare", 14, MIXED, -0.3),
    payer("aetna", 12, MIXED, 0.1),
    payer("anthem", 11, COMMERCIAL, -0.1),
    payer("cigna", 10, COMMERCIAL, 0.0),
    payer("humana", 9, ADVANTAGE, 0.2),
    payer("blue-shield-ca", 5, COMMERCIAL, 0.2),
    payer("wellmark", 3, COMMERCIAL, 0.3),
    payer("oscar", 3, &[Line::ExchangeQhp], -0.4),
    payer("caresource", 4, &[Line::MedicaidMco], -0.2),
    payer("la-care", 3, &[Line::MedicaidMco], 0.1),
    payer("devoted", 3, ADVANTAGE, 0.0),
    payer("geisinger", 2, COMMERCIAL, 0.4),
    payer("medicare-noridian", 6, &[Line::MedicareFfs], 0.1),
    payer("medicare-ngs", 4, &[Line::MedicareFfs], 0.0),
    payer("medi-cal", 3, &[Line::MedicaidFfs], -0.3),
    payer("tricare", 2, &[Line::Tricare], 0.2),
];
