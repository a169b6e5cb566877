//! Why a row, or a whole file, was refused.

use serde::Serialize;
use thiserror::Error;

/// A column of the layout, named as in the published header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Column {
    /// The regulator's case number.
    ReferenceId,
    /// Report year, four digits.
    ReportYear,
    /// Broad diagnosis group.
    DiagnosisCategory,
    /// Diagnosis within its group.
    DiagnosisSubCategory,
    /// Broad group of the service.
    TreatmentCategory,
    /// Service within its group.
    TreatmentSubCategory,
    /// Overturned or upheld.
    Determination,
    /// The ground of the denial.
    DisputeType,
    /// The patient's age band.
    AgeRange,
    /// The patient's gender.
    PatientGender,
}

impl Column {
    pub(super) const ALL: [Self; 10] = [
        Self::ReferenceId,
        Self::ReportYear,
        Self::DiagnosisCategory,
        Self::DiagnosisSubCategory,
        Self::TreatmentCategory,
        Self::TreatmentSubCategory,
        Self::Determination,
        Self::DisputeType,
        Self::AgeRange,
        Self::PatientGender,
    ];

    /// The column's name in the published header.
    #[must_use]
    pub fn header(self) -> &'static str {
        match self {
            Self::ReferenceId => "Reference ID",
            Self::ReportYear => "Report Year",
            Self::DiagnosisCategory => "Diagnosis Category",
            Self::DiagnosisSubCategory => "Diagnosis Sub Category",
            Self::TreatmentCategory => "Treatment Category",
            Self::TreatmentSubCategory => "Treatment Sub Category",
            Self::Determination => "Determination",
            Self::DisputeType => "Type",
            Self::AgeRange => "Age Range",
            Self::PatientGender => "Patient Gender",
        }
    }
}

/// A row that was refused: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize)]
#[error("line {line}{}: {reason}", column_suffix(*.column))]
pub struct RowError {
    /// Line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// The offending column; none when the row as a whole is at fault.
    pub column: Option<Column>,
    /// What is wrong with it.
    pub reason: RowErrorReason,
}

fn column_suffix(column: Option<Column>) -> String {
    column.map_or_else(String::new, |column| format!(", {}", column.header()))
}

/// Why a row was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RowErrorReason {
    /// The row has more or fewer cells than the header.
    #[error("has {found} cells, the header has {expected}")]
    CellCount {
        /// Cells in the header.
        expected: usize,
        /// Cells in the row.
        found: usize,
    },
    /// The row is not UTF-8 text.
    #[error("is not UTF-8 text")]
    NotUtf8,
    /// A cell that every decision needs is empty.
    #[error("is empty")]
    Missing,
    /// Not a four-digit year from 1970 to 2100.
    #[error("is not a year from 1970 to 2100")]
    InvalidYear,
    /// Neither overturned nor upheld.
    #[error("is neither overturned nor upheld")]
    UnknownDetermination,
    /// Not a known ground of denial.
    #[error("is not a known type of dispute")]
    UnknownDisputeType,
    /// Not an age band such as `11-20`, `11_20` or `65+`.
    #[error("is not an age band")]
    InvalidAgeRange,
    /// A band that singles out ages over 89, which Safe Harbor
    /// (45 CFR 164.514(b)(2)(i)(C)) allows only as one band, "90 or older".
    #[error("singles out an age over 89")]
    AgeOver89,
    /// Not a known gender.
    #[error("is not a known gender")]
    UnknownGender,
    /// An earlier row carries the same reference.
    #[error("repeats an earlier row's reference")]
    DuplicateReference,
    /// The file could not be read to its end.
    #[error("could not be read")]
    Unreadable,
}

/// Why a file as a whole could not be read.
#[derive(Debug, Error)]
pub enum DecisionFileError {
    /// The file could not be opened or its header could not be read.
    #[error("the file could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The header is not a line of UTF-8 text.
    #[error("the header line could not be read: {0}")]
    Header(#[from] csv::Error),
    /// The header lacks columns of the layout.
    #[error("the header lacks: {}", headers(.0))]
    MissingColumns(Vec<Column>),
}

fn headers(columns: &[Column]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.header()).collect();
    names.join(", ")
}
