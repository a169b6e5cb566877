//! From the cells of a row to a typed decision.

use super::{AgeRange, Column, Decision, Determination, DisputeType, Gender, RowError, RowErrorReason};

/// One record with the columns of its header.
pub(super) struct Row<'a> {
    pub line: u64,
    pub columns: &'a [usize; Column::ALL.len()],
    pub record: &'a csv::StringRecord,
}

impl Row<'_> {
    pub fn refuse(&self, column: Column, reason: RowErrorReason) -> RowError {
        RowError {
            line: self.line,
            column: Some(column),
            reason,
        }
    }

    fn text(&self, column: Column) -> Option<&str> {
        let position = *self.columns.get(column as usize)?;
        self.record.get(position).filter(|text| !text.is_empty())
    }

    fn required(&self, column: Column) -> Result<&str, RowError> {
        self.text(column)
            .ok_or_else(|| self.refuse(column, RowErrorReason::Missing))
    }

    /// Parses a cell that may be empty.
    fn optional<T>(
        &self,
        column: Column,
        parse: impl Fn(&str) -> Result<T, RowErrorReason>,
    ) -> Result<Option<T>, RowError> {
        self.text(column)
            .map(parse)
            .transpose()
            .map_err(|reason| self.refuse(column, reason))
    }

    pub fn decision(&self) -> Result<Decision, RowError> {
        let owned = |column| self.text(column).map(str::to_owned);
        let year =
            parse_year(self.required(Column::ReportYear)?).map_err(|reason| self.refuse(Column::ReportYear, reason))?;
        let determination = parse_determination(self.required(Column::Determination)?)
            .map_err(|reason| self.refuse(Column::Determination, reason))?;
        Ok(Decision {
            reference_id: self.required(Column::ReferenceId)?.to_owned(),
            year,
            diagnosis_category: owned(Column::DiagnosisCategory),
            diagnosis_sub_category: owned(Column::DiagnosisSubCategory),
            treatment_category: owned(Column::TreatmentCategory),
            treatment_sub_category: owned(Column::TreatmentSubCategory),
            determination,
            dispute_type: self.optional(Column::DisputeType, parse_dispute_type)?,
            age_range: self.optional(Column::AgeRange, parse_age_range)?,
            gender: self.optional(Column::PatientGender, parse_gender)?,
        })
    }
}

fn parse_year(text: &str) -> Result<i32, RowErrorReason> {
    match text.parse() {
        Ok(year @ 1970..=2100) => Ok(year),
        _ => Err(RowErrorReason::InvalidYear),
    }
}

fn parse_determination(text: &str) -> Result<Determination, RowErrorReason> {
    match super::letters(text).as_str() {
        "overturned" | "overturneddecisionofhealthplan" => Ok(Determination::Overturned),
        "overturnedinpart" | "partiallyoverturned" => Ok(Determination::OverturnedInPart),
        "upheld" | "uphelddecisionofhealthplan" => Ok(Determination::Upheld),
        _ => Err(RowErrorReason::UnknownDetermination),
    }
}

fn parse_dispute_type(text: &str) -> Result<DisputeType, RowErrorReason> {
    match super::letters(text).as_str() {
        "medicalnecessity" => Ok(DisputeType::MedicalNecessity),
        "experimentalinvestigational" => Ok(DisputeType::ExperimentalInvestigational),
        "urgentcare" => Ok(DisputeType::UrgentCare),
        _ => Err(RowErrorReason::UnknownDisputeType),
    }
}

fn parse_gender(text: &str) -> Result<Gender, RowErrorReason> {
    match super::letters(text).as_str() {
        "female" | "f" => Ok(Gender::Female),
        "male" | "m" => Ok(Gender::Male),
        "other" | "nonbinary" => Ok(Gender::Other),
        _ => Err(RowErrorReason::UnknownGender),
    }
}

/// Accepts `11-20` and `65+`, and `11_20`, which the published file writes so
/// that spreadsheets don't read a date.
fn parse_age_range(text: &str) -> Result<AgeRange, RowErrorReason> {
    let age = |digits: &str| -> Result<u8, RowErrorReason> {
        digits.trim().parse().map_err(|_| RowErrorReason::InvalidAgeRange)
    };
    let range = match (text.strip_suffix('+'), text.split_once(['-', '_'])) {
        (Some(low), _) => AgeRange {
            low: age(low)?,
            high: None,
        },
        (None, Some((low, high))) => AgeRange {
            low: age(low)?,
            high: Some(age(high)?),
        },
        (None, None) => return Err(RowErrorReason::InvalidAgeRange),
    };
    match range.high {
        Some(high) if high < range.low => Err(RowErrorReason::InvalidAgeRange),
        Some(high) if high > 89 => Err(RowErrorReason::AgeOver89),
        None if range.low > 90 => Err(RowErrorReason::AgeOver89),
        Some(_) | None => Ok(range),
    }
}
