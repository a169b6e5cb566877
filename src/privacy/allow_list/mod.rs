//! A tenant's own exceptions to the guard: names that are nobody's, such as a product called like a
//! facility. Only names and places can be allowed, never a number, a date or an address.

pub(crate) mod store;

use uuid::Uuid;

use self::store::Row;
use super::guard::{self, AllowEntry, AllowList, FieldContext, Guard};
use crate::audit::event::{Facts, Resource};
use crate::db::TenantTx;
use crate::db::stored::{StoredEnum as _, stored};
use crate::proto::v1::{
    AddAllowListEntryRequest, AddAllowListEntryResponse, AllowListEntry, ListAllowListEntriesRequest,
    ListAllowListEntriesResponse, PhiKind, RemoveAllowListEntryRequest, RemoveAllowListEntryResponse,
};
use crate::rpc::call::Answer;
use crate::rpc::error::{Error, Result};
use crate::rpc::telemetry::CallContext;
use crate::rpc::wire::{required_id, timestamp};

/// Most entries of a tenant.
const ENTRIES_MAX: usize = 500;
/// This many digits are a number of somebody's.
const DIGITS_MAX: usize = 4;
/// What can be nobody's.
const ALLOWED_KINDS: [guard::PhiKind; 2] = [guard::PhiKind::Name, guard::PhiKind::Geography];

/// What the guard lets pass for a tenant, as it stands now.
///
/// # Errors
/// Those of the database: without the list, nothing is let pass.
pub(crate) async fn of_tenant(tx: &mut TenantTx) -> Result<AllowList> {
    let entries = store::list(tx).await?.into_iter().flat_map(entries);
    AllowList::new(entries).map_err(Error::internal)
}

/// An entry without a kind stands for each kind that may be allowed, and for no other.
fn entries(row: Row) -> impl Iterator<Item = AllowEntry> {
    let Row {
        id: _,
        phrase,
        kind,
        created_at: _,
    } = row;
    let kinds = ALLOWED_KINDS
        .into_iter()
        .filter(move |allowed| kind.is_empty() || allowed.as_str() == kind);
    kinds.map(move |kind| AllowEntry {
        phrase: phrase.clone(),
        kind: Some(kind),
    })
}

pub(super) async fn add(
    guard: Guard,
    tx: &mut TenantTx,
    request: AddAllowListEntryRequest,
    call: CallContext,
) -> Result<Answer<AddAllowListEntryResponse>> {
    let AddAllowListEntryRequest { entry, request_id: _ } = request;
    let AllowListEntry {
        id: _,
        phrase,
        kind,
        created_at: _,
    } = entry.unwrap_or_default();
    let phrase = phrase.trim();
    let kind = stored::<PhiKind>(kind).unwrap_or_default();
    if !kind.is_empty() && !ALLOWED_KINDS.iter().any(|allowed| allowed.as_str() == kind) {
        return Err(Error::field("entry.kind", "only names and places can be allowed"));
    }
    if !is_allowable(&guard, phrase) {
        return Err(Error::field("entry.phrase", "holds more than names and places"));
    }
    if store::list(tx).await?.len() >= ENTRIES_MAX {
        return Err(Error::field(
            "entry",
            format!("a tenant has at most {ENTRIES_MAX} entries"),
        ));
    }
    let row = store::insert(tx, Uuid::now_v7(), phrase, kind, call.caller()).await?;
    let facts = Facts::one(Resource::AllowListEntry, row.id);
    Ok(Answer::new(
        AddAllowListEntryResponse {
            entry: Some(shown(row)),
        },
        facts,
    ))
}

pub(super) async fn remove(
    tx: &mut TenantTx,
    request: RemoveAllowListEntryRequest,
) -> Result<Answer<RemoveAllowListEntryResponse>> {
    let RemoveAllowListEntryRequest { id, request_id: _ } = request;
    let id = required_id("id", &id)?;
    if !store::delete(tx, id).await? {
        return Err(Error::not_found(id));
    }
    Ok(Answer::new(
        RemoveAllowListEntryResponse {},
        Facts::one(Resource::AllowListEntry, id),
    ))
}

pub(super) async fn list(
    tx: &mut TenantTx,
    request: ListAllowListEntriesRequest,
) -> Result<Answer<ListAllowListEntriesResponse>> {
    let ListAllowListEntriesRequest {} = request;
    let entries: Vec<AllowListEntry> = store::list(tx).await?.into_iter().map(shown).collect();
    let row_count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let facts = Facts {
        row_count,
        resource: Resource::AllowListEntry,
        ..Facts::call()
    };
    Ok(Answer::new(ListAllowListEntriesResponse { entries }, facts))
}

/// Whether a phrase can be nobody's: few digits, and nothing that the guard knows but names and places.
fn is_allowable(guard: &Guard, phrase: &str) -> bool {
    let digits = phrase.chars().filter(|c| c.is_numeric()).count();
    let findings = guard.scan(phrase, FieldContext::PatientLinked);
    digits <= DIGITS_MAX && findings.iter().all(|finding| ALLOWED_KINDS.contains(&finding.kind))
}

fn shown(row: Row) -> AllowListEntry {
    let Row {
        id,
        phrase,
        kind,
        created_at,
    } = row;
    AllowListEntry {
        id: id.to_string(),
        phrase,
        kind: PhiKind::from_stored(&kind).unwrap_or(PhiKind::Unspecified).into(),
        created_at: Some(timestamp(created_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::{AllowList, FieldContext, Guard, Row, entries, is_allowable};

    fn allowing(phrase: &str, kind: &str) -> AllowList {
        let row = Row {
            id: uuid::Uuid::nil(),
            phrase: phrase.to_owned(),
            kind: kind.to_owned(),
            created_at: time::OffsetDateTime::UNIX_EPOCH,
        };
        AllowList::new(entries(row)).expect("a small list")
    }

    #[test]
    fn names_can_be_nobodys_and_numbers_can_not() {
        let guard = Guard::new();
        for phrase in ["Mercy Pathways", "St. Vincent Scheduler", "Anderson 360"] {
            assert!(is_allowable(&guard, phrase), "{phrase}");
        }
        for phrase in [
            "078-05-1120",
            "Case 12 345",
            "maria@example.com",
            "555-867-5309",
            "Plan \u{0661}\u{0662}\u{0663}\u{0664}\u{0665}",
        ] {
            assert!(!is_allowable(&guard, phrase), "{phrase}");
        }
    }

    #[test]
    fn what_is_allowed_passes_and_nothing_beside_it() {
        let guard = Guard::new();
        let text = "Patient Maria Gonzalez, SSN 078-05-1120";
        let all = guard.scan(text, FieldContext::FreeText);
        assert!(
            all.iter().any(|f| f.kind.as_str() == "NAME") && all.iter().any(|f| f.kind.as_str() == "SSN"),
            "{all:?}"
        );
        let left = guard.scan_with(text, FieldContext::FreeText, &allowing("Maria Gonzalez", ""));
        assert!(
            left.iter().all(|f| f.kind.as_str() != "NAME") && left.iter().any(|f| f.kind.as_str() == "SSN"),
            "{left:?}"
        );
        let elsewhere = guard.scan_with(text, FieldContext::FreeText, &allowing("Maria Gonzalez", "GEOGRAPHY"));
        assert_eq!(elsewhere, all);
    }

    /// However it came into the table, an entry never covers what is no name or place.
    #[test]
    fn an_entry_covers_names_and_places_alone() {
        let guard = Guard::new();
        let text = "SSN 078-05-1120";
        let all = guard.scan(text, FieldContext::FreeText);
        assert!(!all.is_empty());
        for kind in ["", "SSN"] {
            assert_eq!(
                guard.scan_with(text, FieldContext::FreeText, &allowing("078-05-1120", kind)),
                all
            );
        }
    }
}
