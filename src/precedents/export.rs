//! Exports: page after page in short transactions, never a cursor that a slow client keeps open.

use futures_util::future::BoxFuture;
use prost::Message as _;
use serde_json::json;
use uuid::Uuid;

use super::mask::Masks;
use super::reading::narrowed;
use super::record;
use super::store::{self, Filter};
use crate::audit::event::Resource;
use crate::db::TenantTx;
use crate::db::stored::StoredEnum as _;
use crate::proto::v1::{ExportFormat, ExportPrecedentsRequest, Precedent};
use crate::rpc::call::{ExportPage, Exporter};
use crate::rpc::error::{Error, Result};
use sha2::{Digest as _, Sha256};

/// Rows read in one transaction.
const PAGE_ROWS: i64 = 500;

/// The columns of a CSV export.
const COLUMNS: &[&str] = &[
    "id", "version", "status", "data_origin", "external_ref", "title", "denial_types", "codes", "payer_id",
    "service_category", "event_year", "action_taken", "appeal_level_reached", "outcome", "outcome_evidence",
    "days_to_decision", "reuse_count", "success_on_reuse", "denial_trigger", "created_at", "updated_at",
];

/// One export under way.
#[derive(Debug)]
pub(super) struct Export {
    masks: Masks,
    filter: Filter,
    filter_sha256: [u8; 32],
    format: ExportFormat,
    after: Option<Uuid>,
    is_first: bool,
}

impl Export {
    pub(super) fn new(masks: Masks, request: ExportPrecedentsRequest) -> Self {
        let filter_sha256 = Sha256::digest(request.encode_to_vec()).into();
        let format = request.format();
        let ExportPrecedentsRequest { filter, format: _ } = request;
        let filter = narrowed(filter.unwrap_or_default());
        Self { masks, filter, filter_sha256, format, after: None, is_first: true }
    }

    async fn page(&mut self, tx: &mut TenantTx) -> Result<ExportPage> {
        let rows = store::export_page(tx, &self.filter, self.after, PAGE_ROWS).await?;
        let is_last = i64::try_from(rows.len()).unwrap_or(i64::MAX) < PAGE_ROWS;
        self.after = rows.last().map(|row| row.id);
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let precedents = rows.into_iter().map(record::precedent).collect::<Result<Vec<_>>>()?;
        let bytes = match self.format {
            ExportFormat::Csv => self.csv(&precedents)?,
            ExportFormat::Unspecified | ExportFormat::Ndjson => self.ndjson(&precedents)?,
        };
        self.is_first = false;
        Ok(ExportPage { bytes, rows: count, is_last })
    }

    fn ndjson(&self, precedents: &[Precedent]) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(precedents.len() * 1_500);
        for precedent in precedents {
            self.masks.write_json(precedent, &mut out)?;
            out.push(b'\n');
        }
        Ok(out)
    }

    fn csv(&self, precedents: &[Precedent]) -> Result<Vec<u8>> {
        let mut csv = csv::Writer::from_writer(Vec::with_capacity(precedents.len() * 400));
        if self.is_first {
            csv.write_record(COLUMNS).map_err(Error::internal)?;
        }
        for precedent in precedents {
            csv.write_record(cells(precedent).map(defused)).map_err(Error::internal)?;
        }
        csv.into_inner().map_err(|e| Error::internal(e.to_string()))
    }
}

impl Exporter for Export {
    fn content_type(&self) -> &'static str {
        match self.format {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Unspecified | ExportFormat::Ndjson => "application/x-ndjson",
        }
    }

    fn resource(&self) -> Resource {
        Resource::Precedent
    }

    fn filter_sha256(&self) -> [u8; 32] {
        self.filter_sha256
    }

    fn next<'a>(&'a mut self, tx: &'a mut TenantTx) -> BoxFuture<'a, Result<ExportPage>> {
        Box::pin(self.page(tx))
    }

    /// NDJSON says how it ended; a CSV has no place to.
    fn terminal(&self, rows: i64, sha256: &[u8; 32]) -> Option<Vec<u8>> {
        let end = json!({ "end": { "count": rows, "sha256": hex::encode(sha256) } });
        match self.format {
            ExportFormat::Csv => None,
            ExportFormat::Unspecified | ExportFormat::Ndjson => Some(format!("{end}\n").into_bytes()),
        }
    }
}

fn cells(precedent: &Precedent) -> [String; 21] {
    let scenario = precedent.scenario.clone().unwrap_or_default();
    let at = |t: &Option<prost_types::Timestamp>| t.as_ref().map(ToString::to_string).unwrap_or_default();
    let word = |word: &'static str| if word == "UNSPECIFIED" { String::new() } else { word.to_owned() };
    let types: Vec<&str> = scenario.denial_types().map(|t| t.stored()).collect();
    [
        precedent.id.clone(),
        precedent.version.to_string(),
        word(precedent.status().stored()),
        word(precedent.data_origin().stored()),
        precedent.external_ref.clone(),
        precedent.title.clone(),
        types.join(" "),
        record::codes(&scenario).join(" "),
        scenario.payer.as_ref().map(|p| p.payer_id.clone()).unwrap_or_default(),
        scenario.service_category.clone(),
        if precedent.event_year == 0 { String::new() } else { precedent.event_year.to_string() },
        word(precedent.action_taken().stored()),
        word(precedent.appeal_level_reached().stored()),
        word(precedent.outcome().stored()),
        word(precedent.outcome_evidence().stored()),
        precedent.days_to_decision.map(|d| d.to_string()).unwrap_or_default(),
        precedent.reuse_count.to_string(),
        precedent.success_on_reuse.to_string(),
        scenario.denial_trigger.clone(),
        at(&precedent.created_at),
        at(&precedent.updated_at),
    ]
}

/// A cell that a spreadsheet would take for a formula is written as text.
fn defused(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
