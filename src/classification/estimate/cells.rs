//! Which combinations of fields form groups, and how much each counts.

use std::borrow::Cow;

/// A combination of fields: cases with equal values in all of them form one
/// group. A case that lacks one of the fields is in none of the cell's groups;
/// one with several values of a field is in a group for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The fields, none for the group of all cases.
    pub fields: Vec<Cow<'static, str>>,
    /// Prior variance of a group's effect, in squared log-odds: how much sharing
    /// the group adds to the similarity of two cases of the same year.
    pub scale: f64,
    /// Years after which the part of the effect that fades has fallen to 1/e.
    pub memory_years: f64,
}

impl Cell {
    /// How far two members of a group that lie `years` apart still have its
    /// effect in common, from `lasting` to 1.
    pub(super) fn correlation(&self, lasting: f64, years: f64) -> f64 {
        lasting + (1.0 - lasting) * self.decay(years)
    }

    /// What is left after `years` of the part of the effect that fades.
    pub(super) fn decay(&self, years: f64) -> f64 {
        (-years / self.memory_years).exp()
    }
}

/// The cells of an estimator with their scales: its whole set of settings.
#[derive(Debug, Clone, PartialEq)]
pub struct CellModel {
    /// Win rate where nothing is known at all.
    pub base_win_rate: f64,
    /// The share of each effect that never fades, 0 to 1.
    pub lasting_share: f64,
    /// The cells, from broad to narrow.
    pub cells: Vec<Cell>,
}

/// Settings of a cell for which no tuning was done: those that the public
/// decisions favour nearly everywhere.
const DEFAULT_SCALE: f64 = 0.06;
const DEFAULT_MEMORY_YEARS: f64 = 2.0;

/// The group of all cases, whose effect is the drift of the base rate.
fn all_cases() -> Cell {
    cell(&[], 0.3, 2.0)
}

fn cell(fields: &[&'static str], scale: f64, memory_years: f64) -> Cell {
    Cell {
        fields: fields.iter().map(|&field| Cow::Borrowed(field)).collect(),
        scale,
        memory_years,
    }
}

impl CellModel {
    /// Untuned settings for cases of any fields, named in the order from broad
    /// to narrow: every field, every pair of fields, and the growing path of
    /// the first three, four, … fields.
    #[must_use]
    pub fn of_fields(fields: &[&'static str]) -> Self {
        let mut cells = vec![all_cases()];
        let default = |fields: &[&'static str]| cell(fields, DEFAULT_SCALE, DEFAULT_MEMORY_YEARS);
        cells.extend(fields.iter().map(|&field| default(&[field])));
        for (index, &left) in fields.iter().enumerate() {
            let rights = fields.iter().skip(index + 1);
            cells.extend(rights.map(|&right| default(&[left, right])));
        }
        cells.extend((3..=fields.len()).filter_map(|length| fields.get(..length).map(default)));
        Self {
            base_win_rate: 0.45,
            lasting_share: 0.2,
            cells,
        }
    }

    /// Settings for published review decisions, whose facts are those of
    /// `evaluate::facts_of`. Scales and memories were chosen by prequential log
    /// loss (each year forecast from the years up to one and two before it) over
    /// the report years 2006 to 2014; the optimum is flat, so they are rounded.
    #[must_use]
    pub fn decisions() -> Self {
        Self {
            base_win_rate: 0.45,
            lasting_share: 0.2,
            cells: vec![
                cell(&[], 0.3, 2.0),
                cell(&["diagnosis_category"], 0.05, 3.0),
                cell(&["treatment_category"], 0.05, 1.5),
                cell(&["age_range"], 0.12, 12.0),
                cell(&["treatment"], 0.05, 1.5),
                cell(&["diagnosis"], 0.05, 3.0),
                cell(&["treatment_word"], 0.16, 6.0),
                cell(&["diagnosis_word"], 0.06, 6.0),
                cell(&["diagnosis_category", "treatment_category"], 0.12, 3.0),
                cell(&["dispute_type", "diagnosis_category"], 0.06, 1.5),
                cell(&["dispute_type", "treatment_category"], 0.08, 1.5),
                cell(&["dispute_type", "treatment"], 0.06, 1.5),
                cell(&["dispute_type", "diagnosis"], 0.05, 1.5),
                cell(&["diagnosis_category", "treatment"], 0.08, 2.5),
                cell(&["treatment_category", "diagnosis"], 0.08, 2.5),
                cell(&["diagnosis", "treatment"], 0.05, 1.5),
                cell(&["dispute_type", "treatment_word"], 0.05, 6.0),
                cell(&["treatment_category", "diagnosis_word"], 0.05, 6.0),
                cell(&["diagnosis_word", "treatment_word"], 0.05, 6.0),
                cell(&["dispute_type", "diagnosis_category", "treatment_category"], 0.05, 1.5),
            ],
        }
    }
}
