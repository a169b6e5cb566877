//! One row of a registry file: typed cells, each problem recorded where it stands.

use std::str::FromStr;

use time::Date;

use super::table::{Problems, Provenance, parse_day};
use super::words::{Confidence, Word};

/// Separates the values of a cell that holds several.
const LIST_SEPARATOR: char = '|';

/// One row of a file while it is read.
pub(super) struct Row<'a> {
    /// Name of the file.
    pub(super) file: &'static str,
    /// Line of the file, counted from 1.
    pub(super) line: u64,
    /// Names of the columns.
    pub(super) header: &'a [String],
    /// The cells.
    pub(super) record: &'a csv::StringRecord,
    /// Where problems are recorded.
    pub(super) problems: &'a Problems,
}

impl Row<'_> {
    /// Records a problem with a cell of this row.
    pub(super) fn problem(&self, column: &str, reason: impl Into<String>) {
        self.problems.cell(self.file, self.line, column, reason);
    }

    fn cell(&self, column: &str) -> &str {
        let index = self.header.iter().position(|name| name == column);
        index.and_then(|index| self.record.get(index)).unwrap_or("").trim()
    }

    /// A text that may be empty.
    pub(super) fn text(&self, column: &str) -> String {
        self.cell(column).to_owned()
    }

    /// A text that must not be empty.
    pub(super) fn required(&self, column: &str) -> String {
        let cell = self.cell(column);
        if cell.is_empty() {
            self.problem(column, "is empty");
        }
        cell.to_owned()
    }

    /// A text that is `None` when the cell is empty.
    pub(super) fn optional(&self, column: &str) -> Option<String> {
        Some(self.cell(column))
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
    }

    /// A registry id: lower-case letters, digits, `_` and `-`, at most 64.
    pub(super) fn slug(&self, column: &str) -> String {
        let cell = self.required(column);
        let well_formed = cell.len() <= 64
            && !cell.starts_with(['-', '_'])
            && cell
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        if !cell.is_empty() && !well_formed {
            self.problem(column, format!("`{cell}` is no registry id"));
        }
        cell
    }

    /// The values of a cell that holds several.
    pub(super) fn list(&self, column: &str) -> Vec<String> {
        let values = self.cell(column).split(LIST_SEPARATOR).map(str::trim);
        values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }

    /// A word of a closed list that must be present.
    pub(super) fn word<W: Word>(&self, column: &str) -> W {
        let cell = self.required(column);
        if cell.is_empty() {
            return W::unsaid();
        }
        self.parse_word(column, &cell).unwrap_or_else(W::unsaid)
    }

    /// A word of a closed list, `None` when the cell is empty.
    pub(super) fn optional_word<W: Word>(&self, column: &str) -> Option<W> {
        self.optional(column).and_then(|cell| self.parse_word(column, &cell))
    }

    /// The words of a cell that holds several.
    pub(super) fn words<W: Word>(&self, column: &str) -> Vec<W> {
        let words = self.list(column);
        words.iter().filter_map(|word| self.parse_word(column, word)).collect()
    }

    fn parse_word<W: Word>(&self, column: &str, word: &str) -> Option<W> {
        let value = W::from_word(word);
        if value.is_none() {
            self.problem(column, format!("`{word}` is no {}", W::LIST));
        }
        value
    }

    /// `yes` or `no`.
    pub(super) fn flag(&self, column: &str) -> bool {
        match self.cell(column) {
            "yes" => true,
            "no" => false,
            other => {
                self.problem(column, format!("`{other}` is neither `yes` nor `no`"));
                false
            }
        }
    }

    /// A whole number, `None` when the cell is empty.
    pub(super) fn number<N: FromStr>(&self, column: &str) -> Option<N> {
        let cell = self.optional(column)?;
        let number = cell.parse().ok();
        if number.is_none() {
            self.problem(column, format!("`{cell}` is no whole number in range"));
        }
        number
    }

    /// A day as `YYYY-MM-DD`, `None` when the cell is empty.
    pub(super) fn day(&self, column: &str) -> Option<Date> {
        let cell = self.optional(column)?;
        let day = parse_day(&cell);
        if day.is_none() {
            self.problem(column, format!("`{cell}` is no day as YYYY-MM-DD"));
        }
        day
    }

    /// The provenance columns. What is marked verified must say when.
    pub(super) fn provenance(&self) -> Provenance {
        let provenance = Provenance {
            source: self.required("source"),
            verified_on: self.day("verified_on"),
            effective_from: self.day("effective_from"),
            effective_to: self.day("effective_to"),
            confidence: self.word("confidence"),
        };
        if provenance.confidence == Confidence::Verified && provenance.verified_on.is_none() {
            self.problem("verified_on", "is empty for a verified fact");
        }
        if let (Some(from), Some(to)) = (provenance.effective_from, provenance.effective_to)
            && to < from
        {
            self.problem("effective_to", "is before effective_from");
        }
        provenance
    }
}
