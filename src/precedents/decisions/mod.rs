//! Reader for files of published review decisions in the column layout of the
//! California DMHC Independent Medical Review data set.
//!
//! Columns are found by header name, in any order; further columns (findings
//! text, for one) are ignored. The separator is `;`, `,` or a tab, whichever
//! the header line uses. Empty cells are ordinary; a row without a reference,
//! a year or a determination is refused with its line and reason, and the
//! reasons never repeat the refused text.

mod decision;
mod refusal;
mod row;
#[cfg(test)]
mod tests;

pub use decision::{AgeRange, Decision, Determination, DisputeType, Gender};
pub use refusal::{Column, DecisionFileError, RowError, RowErrorReason};

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use row::Row;

/// A whole file, read: the decisions and the rows that were refused.
#[derive(Debug, Default)]
pub struct Decisions {
    /// Accepted rows in file order.
    pub rows: Vec<Decision>,
    /// Refused rows in file order.
    pub refused: Vec<RowError>,
}

/// Reads a whole file of decisions.
///
/// # Errors
/// When the file can't be opened or its header lacks columns; a bad row is no
/// error of the file and is listed in [`Decisions::refused`].
pub fn read(path: &Path) -> Result<Decisions, DecisionFileError> {
    let mut decisions = Decisions::default();
    for row in DecisionReader::new(File::open(path)?)? {
        match row {
            Ok(decision) => decisions.rows.push(decision),
            Err(refusal) => decisions.refused.push(refusal),
        }
    }
    Ok(decisions)
}

/// Streams decisions from any reader, row by row, in bounded memory but for
/// the references seen.
pub struct DecisionReader<R: Read> {
    rows: csv::StringRecordsIntoIter<BufReader<R>>,
    width: usize,
    columns: [usize; Column::ALL.len()],
    references: HashSet<String>,
    line: u64,
    ended: bool,
}

impl<R: Read> DecisionReader<R> {
    /// Reads the header and finds the columns.
    ///
    /// # Errors
    /// When the header can't be read or lacks columns of the layout.
    pub fn new(source: R) -> Result<Self, DecisionFileError> {
        let mut source = BufReader::with_capacity(64 * 1024, source);
        let delimiter = delimiter_of(source.fill_buf()?);
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            // A carriage return is trimmed as white space: the reader's own
            // CRLF mode counts the line of a record one too low.
            .terminator(csv::Terminator::Any(b'\n'))
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(source);
        let header = csv.headers()?;
        let columns = find_columns(header)?;
        let width = header.len();
        Ok(Self {
            rows: csv.into_records(),
            width,
            columns,
            references: HashSet::new(),
            line: 0,
            ended: false,
        })
    }

    /// The line where the row read last began, counted from 1; 0 before the first.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    fn decide(&mut self, record: &csv::StringRecord) -> Result<Decision, RowError> {
        let line = record.position().map_or(0, csv::Position::line);
        self.line = line;
        let row = Row {
            line,
            columns: &self.columns,
            record,
        };
        if record.len() != self.width {
            return Err(RowError {
                line,
                column: None,
                reason: RowErrorReason::CellCount {
                    expected: self.width,
                    found: record.len(),
                },
            });
        }
        let decision = row.decision()?;
        if !self.references.insert(decision.reference_id.clone()) {
            return Err(row.refuse(Column::ReferenceId, RowErrorReason::DuplicateReference));
        }
        Ok(decision)
    }
}

impl<R: Read> Iterator for DecisionReader<R> {
    type Item = Result<Decision, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.rows.next()? {
                Ok(record) if is_blank(&record) => {}
                Ok(record) => return Some(self.decide(&record)),
                Err(error) => {
                    let refusal = refusal_of(&error);
                    self.ended = refusal.reason == RowErrorReason::Unreadable;
                    return Some(Err(refusal));
                }
            }
        }
        None
    }
}

fn is_blank(record: &csv::StringRecord) -> bool {
    record.len() == 1 && record.get(0).is_some_and(str::is_empty)
}

fn refusal_of(error: &csv::Error) -> RowError {
    let line = error.position().map_or(0, csv::Position::line);
    let is_utf8_error = matches!(error.kind(), csv::ErrorKind::Utf8 { .. });
    let reason = if is_utf8_error {
        RowErrorReason::NotUtf8
    } else {
        RowErrorReason::Unreadable
    };
    RowError {
        line,
        column: None,
        reason,
    }
}

/// The separator that occurs most often in the first line.
fn delimiter_of(start: &[u8]) -> u8 {
    let header = start.split(|&byte| byte == b'\n').next().unwrap_or(start);
    let occurrences = |candidate: u8| header.split(|&byte| byte == candidate).count();
    [b';', b',', b'\t']
        .into_iter()
        .max_by_key(|&candidate| occurrences(candidate))
        .unwrap_or(b';')
}

fn find_columns(header: &csv::StringRecord) -> Result<[usize; Column::ALL.len()], DecisionFileError> {
    let names: Vec<String> = header.iter().map(letters).collect();
    let mut found = [0; Column::ALL.len()];
    let mut missing = Vec::new();
    for (slot, column) in found.iter_mut().zip(Column::ALL) {
        let wanted = letters(column.header());
        match names.iter().position(|name| *name == wanted) {
            Some(index) => *slot = index,
            None => missing.push(column),
        }
    }
    if missing.is_empty() {
        Ok(found)
    } else {
        Err(DecisionFileError::MissingColumns(missing))
    }
}

/// Lower-case letters and digits alone, so that `Report Year`, `ReportYear`
/// and a byte-order mark before it compare equal.
fn letters(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}
