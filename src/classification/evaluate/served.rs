//! The same decisions as the service sees them: precedents of the public corpus, asked about by what a denial says of
//! itself, with the settings that serve every tenant.

use super::decisions::Decision;
use super::estimate::{Case, CellModel};
use crate::precedents::import::published;
use crate::registries::{Registries, Source};
use crate::similarity::scenario;

/// What the row of the report is called.
pub const AS_SERVED: &str = "stratum as the service estimates";

/// Decisions as cases of the service, in their order.
#[derive(Debug)]
pub struct Cases {
    /// Those learnt from.
    pub seen: Vec<Case>,
    /// Those forecast.
    pub asked: Vec<Case>,
}

impl Cases {
    /// Makes precedents of decisions, as the import does, and cases of those. None when the registries are damaged.
    pub fn of(seen: &[&Decision], asked: &[&Decision]) -> Option<Self> {
        let registries = Registries::load(&Source::Embedded).ok()?;
        let cases = |rows: &[&Decision]| -> Option<Vec<Case>> {
            let case = |row: &&Decision| scenario::case_of(&published::entry(0, row, &registries).precedent);
            rows.iter().map(case).collect()
        };
        Some(Self {
            seen: cases(seen)?,
            asked: cases(asked)?,
        })
    }
}

/// The settings that serve every tenant.
pub fn settings() -> CellModel {
    CellModel::of_fields(scenario::FACT_FIELDS)
}
