//! Registry files as tables: header, cells, typed values, and every problem at once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use time::Date;
use time::macros::format_description;

use super::row::Row;
use super::words::Confidence;

/// The columns that every file ends with.
const PROVENANCE_COLUMNS: [&str; 5] = ["source", "verified_on", "effective_from", "effective_to", "confidence"];

/// What is wrong with a registry file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct RegistryProblem {
    /// File name, such as `payers.csv`.
    pub file: String,
    /// Line of the file, counted from 1; `None` when the whole file is meant.
    pub line: Option<u64>,
    /// Column name; `None` when the whole line is meant.
    pub column: Option<String>,
    /// What is wrong, in a sentence without a full stop.
    pub reason: String,
}

impl fmt::Display for RegistryProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "registry {}", self.file)?;
        if let Some(line) = self.line {
            write!(formatter, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(formatter, ", column {column}")?;
        }
        write!(formatter, ": {}", self.reason)
    }
}

/// Collects problems while files are read, so that all are reported at once.
#[derive(Debug, Default)]
pub(super) struct Problems(RefCell<Vec<RegistryProblem>>);

impl Problems {
    /// Records a problem with a whole file.
    pub(super) fn file(&self, file: &str, reason: impl Into<String>) {
        self.push(file, None, None, reason.into());
    }

    /// Records a problem with a line.
    pub(super) fn line(&self, file: &str, line: u64, reason: impl Into<String>) {
        self.push(file, Some(line), None, reason.into());
    }

    /// Records a problem with a cell.
    pub(super) fn cell(&self, file: &str, line: u64, column: &str, reason: impl Into<String>) {
        self.push(file, Some(line), Some(column.to_owned()), reason.into());
    }

    fn push(&self, file: &str, line: Option<u64>, column: Option<String>, reason: String) {
        self.0.borrow_mut().push(RegistryProblem {
            file: file.to_owned(),
            line,
            column,
            reason,
        });
    }

    /// All problems, ordered by file and line.
    pub(super) fn into_sorted(self) -> Vec<RegistryProblem> {
        let mut problems = self.0.into_inner();
        problems.sort();
        problems
    }
}

/// Where a fact comes from, and when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Short name or address of the source.
    pub source: String,
    /// Day it was last checked against the source; `None` for what was never checked.
    pub verified_on: Option<Date>,
    /// First day it holds; `None` for "always so far".
    pub effective_from: Option<Date>,
    /// Last day it holds; `None` for "until further notice".
    pub effective_to: Option<Date>,
    /// How well it is established.
    pub confidence: Confidence,
}

impl Provenance {
    /// Whether the fact holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.effective_from.is_none_or(|from| from <= day) && self.effective_to.is_none_or(|to| day <= to)
    }
}

/// A row type of a registry file.
pub(super) trait Record: Sized {
    /// The file that holds these rows.
    const FILE: &'static str;
    /// Its columns before the provenance ones, in order.
    const COLUMNS: &'static [&'static str];

    /// Reads a row; problems are recorded by the row itself.
    fn read(row: &Row<'_>) -> Self;

    /// What identifies the row within its file.
    fn key(&self) -> String;
}

/// The rows of one registry, in the order of the file and by key.
#[derive(Clone, Debug)]
pub struct Registry<T> {
    rows: Vec<T>,
    by_key: HashMap<String, usize>,
    lines: Vec<u64>,
}

impl<T> Registry<T> {
    /// The row with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&T> {
        self.by_key.get(key).and_then(|&index| self.rows.get(index))
    }

    /// Whether a row has this key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    /// All rows, in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// All rows with their line in the file.
    pub(super) fn with_lines(&self) -> impl Iterator<Item = (u64, &T)> {
        self.lines.iter().copied().zip(&self.rows)
    }
}

impl<T> Registry<T> {
    /// Reads a file's text; an unreadable row is recorded as a problem and left out.
    pub(super) fn read(text: &str, problems: &Problems) -> Self
    where
        T: Record,
    {
        let mut registry = Self {
            rows: Vec::new(),
            by_key: HashMap::new(),
            lines: Vec::new(),
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let expected: Vec<&str> = T::COLUMNS.iter().copied().chain(PROVENANCE_COLUMNS).collect();
        let Some(header) = header_of::<T>(&mut reader, &expected, problems) else {
            return registry;
        };
        for record in reader.records() {
            match record {
                Ok(record) => registry.add(&header, &record, problems),
                Err(error) => problems.file(T::FILE, format!("is not readable CSV: {error}")),
            }
        }
        if registry.rows.is_empty() {
            problems.file(T::FILE, "holds no rows");
        }
        registry
    }

    fn add(&mut self, header: &[String], record: &csv::StringRecord, problems: &Problems)
    where
        T: Record,
    {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            let reason = format!("has {} cells, not {}", record.len(), header.len());
            problems.line(T::FILE, line, reason);
            return;
        }
        let row = Row {
            file: T::FILE,
            line,
            header,
            record,
            problems,
        };
        let value = T::read(&row);
        let key = value.key();
        if let Some(&first) = self.by_key.get(&key) {
            let first_line = self.lines.get(first).copied().unwrap_or_default();
            problems.line(T::FILE, line, format!("repeats `{key}` of line {first_line}"));
            return;
        }
        self.by_key.insert(key, self.rows.len());
        self.rows.push(value);
        self.lines.push(line);
    }
}

/// The header of a file, or `None` after recording what is wrong with it.
fn header_of<T: Record>(
    reader: &mut csv::Reader<&[u8]>,
    expected: &[&str],
    problems: &Problems,
) -> Option<Vec<String>> {
    let header = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect::<Vec<_>>(),
        Err(error) => {
            problems.file(T::FILE, format!("has no readable header: {error}"));
            return None;
        }
    };
    if header == expected {
        return Some(header);
    }
    for missing in expected.iter().filter(|name| !header.iter().any(|h| h == *name)) {
        problems.cell(T::FILE, 1, missing, "is missing from the header");
    }
    for unknown in header.iter().filter(|name| !expected.contains(&name.as_str())) {
        problems.cell(T::FILE, 1, unknown, "is not a column of this file");
    }
    if header.len() == expected.len() && expected.iter().all(|name| header.iter().any(|h| h == name)) {
        problems.line(T::FILE, 1, "names its columns in another order");
    }
    None
}

/// A calendar day written `YYYY-MM-DD`, or `None` when it is not one.
#[must_use]
pub fn parse_day(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}
