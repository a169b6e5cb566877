//! Bulk loading: a regulator's decisions into the public corpus, demonstration data into a tenant.
//!
//! A load goes in chunks, each a short transaction of a few statements, because the change feed waits
//! for the oldest writer. Precedents are known by their `external_ref`, so a load that was broken off,
//! or is repeated, adds what is missing. Every rule of a single create holds here too: the contract's
//! field rules, the privacy guard, the rules of a whole precedent, the hold on what may rest on
//! substance use records, a first version, an audit event in the same transaction.

pub mod published;
pub(crate) mod store;

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::change;
use super::held::Held;
use super::mask::Masks;
use super::record::{self, Author, Columns, complete};
use super::store::Row;
use super::words;
use crate::audit::event::{AuditEvent, Facts, Resource};
use crate::db::stored::StoredEnum as _;
use crate::db::{Db, TenantTx};
use crate::privacy::FreeTextGuard;
use crate::privacy::guard::AllowList;
use crate::proto::v1::{Precedent, PrecedentStatus};
use crate::rpc::error::{Error, Result};
use crate::rpc::identity::Caller;
use crate::rpc::validate::violations_at;

/// Precedents written in one transaction.
const CHUNK: usize = 500;

/// A precedent to load. Its `external_ref` says which one it is.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where it stands in its source: a line number, or a running number.
    pub line: u64,
    /// What is stored.
    pub precedent: Precedent,
    /// The status it starts with; reasons for review make it `NEEDS_REVIEW`.
    pub status: PrecedentStatus,
    /// Why it needs review, beside what the rules themselves find.
    pub review_reasons: Vec<String>,
    /// How often it was used again.
    pub reuse_count: i64,
    /// How many of those uses were won.
    pub success_on_reuse: i64,
}

impl Entry {
    /// An active precedent that nobody has used yet.
    #[must_use]
    pub fn new(line: u64, precedent: Precedent) -> Self {
        Self {
            line,
            precedent,
            status: PrecedentStatus::Active,
            review_reasons: Vec::new(),
            reuse_count: 0,
            success_on_reuse: 0,
        }
    }
}

/// What happens to a precedent that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Present {
    /// It stays as it is.
    Keep,
    /// It becomes what its source says now, in a new version.
    Update,
}

/// An entry that was not stored, and why. The reasons never repeat a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The line of the entry.
    pub line: u64,
    /// What is wrong with it, each field with its fault.
    pub reasons: Vec<String>,
}

/// What a load came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Precedents added.
    pub added: usize,
    /// Precedents whose source had changed.
    pub updated: usize,
    /// Precedents that were there and stay as they are.
    pub present: usize,
    /// Those among the added and updated that are held for review.
    pub held: usize,
    /// Entries refused.
    pub refused: Vec<Refused>,
}

/// Loads precedents into the tenant of a caller.
#[derive(Debug)]
pub struct Loader {
    /// The database.
    pub db: Db,
    /// On whose behalf; its tenant gets the precedents.
    pub caller: Caller,
    /// The guard every free text passes.
    pub guard: Arc<dyn FreeTextGuard>,
    /// Names the fields that an update changes.
    pub masks: Masks,
    /// What the audit log calls it, such as `precedent.import`.
    pub action: &'static str,
    /// What happens to precedents that are there.
    pub present: Present,
}

/// An entry that passed every rule.
struct Ready {
    entry: Entry,
    held: Held,
}

impl Loader {
    /// Loads entries in order; `progress` is told how many are done after each chunk.
    ///
    /// # Errors
    /// Those of the database and the audit log. Chunks before the one that failed are stored.
    pub async fn load(
        &self,
        entries: impl IntoIterator<Item = Entry>,
        mut progress: impl FnMut(usize),
    ) -> Result<Loaded> {
        let mut loaded = Loaded::default();
        let mut rest = entries.into_iter();
        let mut done = 0;
        loop {
            let chunk: Vec<Entry> = rest.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return Ok(loaded);
            }
            done += chunk.len();
            let mut ready = Vec::with_capacity(chunk.len());
            for entry in chunk {
                match self.checked(entry) {
                    Ok(entry) => ready.push(entry),
                    Err(refused) => loaded.refused.push(refused),
                }
            }
            self.store(ready, &mut loaded).await?;
            progress(done);
        }
    }

    /// Whether a precedent with this reference is stored.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has(&self, external_ref: &str) -> Result<bool> {
        let mut tx = self.db.begin(&self.caller).await?;
        let found = store::by_reference(&mut tx, &[external_ref]).await?;
        tx.rollback().await?;
        Ok(!found.is_empty())
    }

    fn checked(&self, mut entry: Entry) -> std::result::Result<Ready, Refused> {
        let line = entry.line;
        let refused = |reasons: Vec<String>| Refused { line, reasons };
        let violations = violations_at("precedent", &entry.precedent, &*self.guard, &AllowList::default());
        if !violations.is_empty() {
            return Err(refused(
                violations
                    .iter()
                    .map(|v| format!("{} {}", v.field, v.description))
                    .collect(),
            ));
        }
        if record::is_restricted(&entry.precedent) {
            return Err(refused(vec![
                "precedent.data_origin needs a consent: store the record by a call".to_owned(),
            ]));
        }
        entry.precedent = complete(entry.precedent, Author::Service).map_err(|e| refused(reasons_of(&e)))?;
        let held = Held::of(&entry.precedent, entry.status, &entry.review_reasons);
        Ok(Ready { entry, held })
    }

    async fn store(&self, entries: Vec<Ready>, loaded: &mut Loaded) -> Result<()> {
        let mut tx = self.db.begin(&self.caller).await?;
        store::lock(&mut tx).await?;
        let references: Vec<&str> = entries
            .iter()
            .map(|e| e.entry.precedent.external_ref.as_str())
            .collect();
        let mut known = HashMap::new();
        for row in store::by_reference(&mut tx, &references).await? {
            let content = Precedent::decode(row.content.as_slice()).map_err(Error::internal)?;
            known.insert(content.external_ref, row);
        }
        let mut written = 0;
        let mut new = Vec::with_capacity(entries.len());
        for ready in entries {
            let Some(row) = known.remove(&ready.entry.precedent.external_ref) else {
                loaded.held += usize::from(!ready.held.reasons.is_empty());
                new.push(ready);
                continue;
            };
            if self.present == Present::Update && is_changed(&row, &ready.entry.precedent) {
                loaded.held += usize::from(!ready.held.reasons.is_empty());
                let Entry {
                    precedent,
                    review_reasons,
                    ..
                } = ready.entry;
                change::replace(&mut tx, &self.masks, row, precedent, &review_reasons, &self.caller).await?;
                loaded.updated += 1;
                written += 1;
            } else {
                loaded.present += 1;
            }
        }
        loaded.added += new.len();
        written += new.len();
        if written == 0 {
            return tx.rollback().await;
        }
        self.add(&mut tx, new).await?;
        self.note(&mut tx, written).await?;
        tx.commit().await
    }

    /// New precedents with their words and first versions, in three statements.
    async fn add(&self, tx: &mut TenantTx, new: Vec<Ready>) -> Result<()> {
        let mut rows = store::Rows::default();
        let mut found_by = store::Words::default();
        for Ready { entry, held } in new {
            let id = record::new_id();
            found_by.push(id, words::of_precedent(&entry.precedent));
            rows.push(id, &entry, &held, Columns::of(&entry.precedent));
        }
        let mut versions = store::FirstVersions::default();
        for row in store::insert(tx, rows).await? {
            let id = row.id;
            let snapshot = record::precedent(row)?.encode_to_vec();
            versions.push(id, Sha256::digest(&snapshot).to_vec(), snapshot);
        }
        store::insert_words(tx, found_by).await?;
        store::insert_versions(tx, versions, self.caller.kind().stored()).await
    }

    async fn note(&self, tx: &mut TenantTx, written: usize) -> Result<()> {
        let facts = Facts {
            resource: Resource::Precedent,
            row_count: i64::try_from(written).unwrap_or(i64::MAX),
            ..Facts::call()
        };
        let event = AuditEvent::of_work(&self.caller, self.action, facts);
        crate::audit::store::append(tx, &event).await.map_err(Error::from)
    }
}

/// Whether a stored precedent says something else than its source now does. What was archived or became
/// restricted stays so.
fn is_changed(row: &Row, precedent: &Precedent) -> bool {
    row.status != PrecedentStatus::Archived.stored()
        && !row.is_restricted()
        && row.content != record::content(precedent)
}

fn reasons_of(error: &Error) -> Vec<String> {
    let violations = error.violation_texts();
    if violations.is_empty() {
        vec![error.to_string()]
    } else {
        violations
    }
}
