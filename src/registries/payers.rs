//! Payer families, payers and plans: who decides, and under which names they appear.

use crate::proto::stratum::v1::{Funding, LineOfBusiness, ProductType};

use super::row::Row;
use super::table::{Provenance, Record};
use super::words::PayerKind;

/// A parent organisation, such as the owner of several brands.
#[derive(Clone, Debug)]
pub struct PayerFamily {
    /// Registry id, such as `elevance`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for PayerFamily {
    const FILE: &'static str = "payer_families.csv";
    const COLUMNS: &'static [&'static str] = &["id", "name"];

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.slug("id"),
            name: row.required("name"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// A legal or brand entity that decides claims.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Registry id, such as `aetna`.
    pub id: String,
    /// Registry id of the family.
    pub family_id: String,
    /// Name for people.
    pub name: String,
    /// Names that identify the payer wherever they stand in a text.
    pub aliases: Vec<String>,
    /// Names that are ordinary words too and identify the payer only when nothing else is said.
    pub exact_aliases: Vec<String>,
    /// Longer phrases that contain an alias but do not name this payer.
    pub unlike: Vec<String>,
    /// Payer ids used in claims and remittances, where known.
    pub edi_ids: Vec<String>,
    /// What sort of organisation it is.
    pub kind: PayerKind,
    /// States it is confined to, two letters each; empty when it is not.
    pub states: Vec<String>,
    /// Address of its site; empty when unknown.
    pub website: String,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for Payer {
    const FILE: &'static str = "payers.csv";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "family_id",
        "name",
        "aliases",
        "exact_aliases",
        "unlike",
        "edi_ids",
        "kind",
        "states",
        "website",
    ];

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.slug("id"),
            family_id: row.slug("family_id"),
            name: row.required("name"),
            aliases: row.list("aliases"),
            exact_aliases: row.list("exact_aliases"),
            unlike: row.list("unlike"),
            edi_ids: row.list("edi_ids"),
            kind: row.word("kind"),
            states: row.list("states"),
            website: row.text("website"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// A product of a payer.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Registry id, such as `molina-medicaid-wa`.
    pub id: String,
    /// Registry id of the payer.
    pub payer_id: String,
    /// Name for people.
    pub name: String,
    /// State it is confined to, if any.
    pub state: Option<String>,
    /// Program.
    pub line_of_business: LineOfBusiness,
    /// Product type, where known.
    pub product_type: Option<ProductType>,
    /// Who bears the risk, where known.
    pub funding: Option<Funding>,
    /// Where the fact comes from.
    pub provenance: Provenance,
}

impl Record for Plan {
    const FILE: &'static str = "plans.csv";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "payer_id",
        "name",
        "state",
        "line_of_business",
        "product_type",
        "funding",
    ];

    fn read(row: &Row<'_>) -> Self {
        Self {
            id: row.slug("id"),
            payer_id: row.slug("payer_id"),
            name: row.required("name"),
            state: row.optional("state"),
            line_of_business: row.word("line_of_business"),
            product_type: row.optional_word("product_type"),
            funding: row.optional_word("funding"),
            provenance: row.provenance(),
        }
    }

    fn key(&self) -> String {
        self.id.clone()
    }
}
