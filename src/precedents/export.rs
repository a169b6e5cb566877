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
use crate::registries::Registries;
use crate::rpc::call::{ExportPage, Exporter};
use crate::rpc::error::{Error, Result};
use sha2::{Digest as _, Sha256};

/// Rows read in one transaction.
const PAGE_ROWS: i64 = 500;

/// The registry's notice that goes with every disclosure of records under 42 CFR Part 2 (2.32).
const DISCLOSURE_NOTICE: &str = "part2-redisclosure";

/// The text of that notice, when the registry has it.
pub(super) fn disclosure_notice(registries: &Registries) -> Option<String> {
    registries
        .notices
        .get(DISCLOSURE_NOTICE)
        .map(|notice| notice.text.clone())
}

/// The columns of a CSV export.
const COLUMNS: &[&str] = &[
    "id",
    "version",
    "status",
    "data_origin",
    "external_ref",
    "title",
    "denial_types",
    "codes",
    "payer_id",
    "service_category",
    "event_year",
    "action_taken",
    "appeal_level_reached",
    "outcome",
    "outcome_evidence",
    "days_to_decision",
    "reuse_count",
    "success_on_reuse",
    "denial_trigger",
    "created_at",
    "updated_at",
];

/// One export under way.
#[derive(Debug)]
pub(super) struct Export {
    masks: Masks,
    filter: Filter,
    filter_sha256: [u8; 32],
    format: ExportFormat,
    /// Without it, restricted records don't leave.
    notice: Option<String>,
    is_notice_told: bool,
    /// Restricted records that stayed here.
    left_out: u64,
    after: Option<Uuid>,
    is_first: bool,
}

impl Export {
    pub(super) fn new(masks: Masks, notice: Option<String>, request: ExportPrecedentsRequest) -> Self {
        let filter_sha256 = Sha256::digest(request.encode_to_vec()).into();
        let format = request.format();
        let ExportPrecedentsRequest { filter, format: _ } = request;
        let filter = narrowed(filter.unwrap_or_default());
        // A table has no place for a notice.
        let notice = notice.filter(|_| format != ExportFormat::Csv);
        Self {
            masks,
            filter,
            filter_sha256,
            format,
            notice,
            is_notice_told: false,
            left_out: 0,
            after: None,
            is_first: true,
        }
    }

    async fn page(&mut self, tx: &mut TenantTx) -> Result<ExportPage> {
        let mut rows = store::export_page(tx, &self.filter, self.after, PAGE_ROWS).await?;
        let is_last = i64::try_from(rows.len()).unwrap_or(i64::MAX) < PAGE_ROWS;
        self.after = rows.last().map(|row| row.id);
        if self.notice.is_none() {
            let before = rows.len();
            rows.retain(|row| !row.is_restricted());
            self.left_out += u64::try_from(before - rows.len()).unwrap_or(u64::MAX);
        }
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let precedents = rows.into_iter().map(record::precedent).collect::<Result<Vec<_>>>()?;
        let bytes = match self.format {
            ExportFormat::Csv => self.csv(&precedents)?,
            ExportFormat::Unspecified | ExportFormat::Ndjson => self.ndjson(&precedents)?,
        };
        self.is_first = false;
        Ok(ExportPage {
            bytes,
            rows: count,
            is_last,
        })
    }

    fn ndjson(&mut self, precedents: &[Precedent]) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(precedents.len() * 1_500);
        for precedent in precedents {
            if record::is_restricted(precedent) && !self.is_notice_told {
                out.extend_from_slice(format!("{}\n", json!({ "notice": self.notice })).as_bytes());
                self.is_notice_told = true;
            }
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
            csv.write_record(cells(precedent).map(defused))
                .map_err(Error::internal)?;
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

    fn is_restricted(&self) -> bool {
        self.is_notice_told
    }

    /// NDJSON says how it ended, and what who may see it did not get; a CSV has no place to.
    fn terminal(&self, rows: i64, sha256: &[u8; 32]) -> Option<Vec<u8>> {
        let mut end = json!({ "end": { "count": rows, "sha256": hex::encode(sha256) } });
        if self.left_out > 0 {
            end["end"]["restrictedLeftOut"] = json!(self.left_out);
        }
        match self.format {
            ExportFormat::Csv => None,
            ExportFormat::Unspecified | ExportFormat::Ndjson => Some(format!("{end}\n").into_bytes()),
        }
    }
}

fn cells(precedent: &Precedent) -> [String; 21] {
    let scenario = precedent.scenario.clone().unwrap_or_default();
    let at = |t: &Option<prost_types::Timestamp>| t.as_ref().map(ToString::to_string).unwrap_or_default();
    let word = |word: &'static str| {
        if word == "UNSPECIFIED" {
            String::new()
        } else {
            word.to_owned()
        }
    };
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
        if precedent.event_year == 0 {
            String::new()
        } else {
            precedent.event_year.to_string()
        },
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
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::Export;
    use crate::precedents::mask::Masks;
    use crate::proto::v1::{DataOrigin, ExportFormat, ExportPrecedentsRequest, Precedent};
    use crate::rpc::call::Exporter as _;

    fn export(notice: Option<&str>, format: ExportFormat) -> Option<Export> {
        let masks = Masks::new(&crate::proto::descriptor_pool().ok()?).ok()?;
        let request = ExportPrecedentsRequest {
            format: format.into(),
            ..Default::default()
        };
        Some(Export::new(masks, notice.map(str::to_owned), request))
    }

    fn of_origin(origin: DataOrigin) -> Precedent {
        Precedent {
            data_origin: origin.into(),
            ..Default::default()
        }
    }

    #[test]
    fn the_notice_stands_before_the_first_restricted_record_and_once() {
        let mut export = export(Some("No further disclosure."), ExportFormat::Ndjson).expect("an export");
        let origins = [DataOrigin::General, DataOrigin::Sud, DataOrigin::Psychotherapy];
        let page: Vec<Precedent> = origins.map(of_origin).into();
        let text = String::from_utf8(export.ndjson(&page).expect("a page")).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[1], r#"{"notice":"No further disclosure."}"#);
        assert!(export.is_restricted());
        assert_eq!(export.ndjson(&page).expect("a page").split(|b| *b == b'\n').count(), 4);
    }

    #[test]
    fn a_table_has_no_place_for_the_notice() {
        let export = export(Some("No further disclosure."), ExportFormat::Csv).expect("an export");
        assert_eq!(export.notice, None);
    }

    #[test]
    fn the_end_says_what_stayed_only_when_something_did() {
        let mut export = export(None, ExportFormat::Ndjson).expect("an export");
        let end =
            |export: &Export| String::from_utf8(export.terminal(3, &[0; 32]).unwrap_or_default()).unwrap_or_default();
        assert!(!end(&export).contains("restrictedLeftOut"));
        export.left_out = 2;
        assert!(end(&export).contains(r#""restrictedLeftOut":2"#));
    }
}
