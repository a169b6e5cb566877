//! Jurisdictions, restricted postal areas and notices.

use super::row::Row;
use super::table::{Provenance, Record};

/// A state, district or territory, or the federation.
#[derive(Clone, Debug)]
pub struct Jurisdiction {
    /// `US` or two letters.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `FEDERAL`, `STATE`, `DISTRICT` or `TERRITORY`.
    pub kind: String,
    /// Who supervises insured health plans there, where known; empty otherwise.
    pub regulator: String,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for Jurisdiction {
    const FILE: &'static str = "jurisdictions.csv";
    const COLUMNS: &'static [&'static str] = &["id", "name", "kind", "regulator"];

    fn read(row: &Row<'_>) -> Self {
        let id = row.required("id");
        if id.len() != 2 || !id.bytes().all(|b| b.is_ascii_uppercase()) {
            row.problem("id", format!("`{id}` is not two capital letters"));
        }
        let kind = row.required("kind");
        if !["FEDERAL", "STATE", "DISTRICT", "TERRITORY"].contains(&kind.as_str()) {
            row.problem("kind", format!("`{kind}` is no kind of jurisdiction"));
        }
        Self {
            id,
            name: row.required("name"),
            kind,
            regulator: row.text("regulator"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// A three-digit postal area too small to be named in de-identified data.
#[derive(Clone, Debug)]
pub struct RestrictedZip3 {
    /// Which list it stands on, such as `census-2000`.
    pub version: String,
    /// The three digits.
    pub zip3: String,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for RestrictedZip3 {
    const FILE: &'static str = "zip3_restricted.csv";
    const COLUMNS: &'static [&'static str] = &["version", "zip3"];

    fn read(row: &Row<'_>) -> Self {
        let zip3 = row.required("zip3");
        if zip3.len() != 3 || !zip3.bytes().all(|b| b.is_ascii_digit()) {
            row.problem("zip3", format!("`{zip3}` is not three digits"));
        }
        Self {
            version: row.slug("version"),
            zip3,
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        format!("{}/{}", self.version, self.zip3)
    }
}

/// A statement that answers or exports carry.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Registry id, such as `deadline-confirm`.
    pub id: String,
    /// What it is about.
    pub topic: String,
    /// The statement.
    pub text: String,
    /// The law it rests on; empty when it is this project's own.
    pub citation: String,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for Notice {
    const FILE: &'static str = "notices.csv";
    const COLUMNS: &'static [&'static str] = &["id", "topic", "text", "citation"];

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.slug("id"),
            topic: row.required("topic"),
            text: row.required("text"),
            citation: row.text("citation"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}
