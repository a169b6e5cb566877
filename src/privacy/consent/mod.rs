//! Consents under 42 CFR Part 2: recorded by an opaque reference, ended for good, asked before every use.
//! What [`rule`] permits in code, the function `consent_permits` permits in the database.
//!
//! A consent is known by its reference and its purpose, and at most one such is in force. A record rests on
//! the consent that it names for as long as that lasts, and afterwards on the one that is recorded anew under
//! the same reference for the same purpose, if any is: the patient's word is asked for again where it was
//! found the first time. The origin stays what it is, the record stays private, and nobody sees it who could
//! not before. A consent for another purpose promises something else and revives nothing, so that a withdrawal
//! hides everything that rests on what was withdrawn, whatever else was signed.

pub mod expiry;
pub mod rule;
pub(crate) mod store;

use std::sync::Arc;

use time::macros::format_description;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use self::rule::Terms;
use self::store::{NewConsent, Row};
use crate::audit::event::{Facts, Resource, micros};
use crate::db::TenantTx;
use crate::db::stored::{StoredEnum, stored};
use crate::precedents::record::is_restricted_origin;
use crate::proto::v1::{
    CheckConsentRequest, CheckConsentResponse, Consent, ConsentBasis, ConsentPurpose, ConsentRefusal, ConsentScope,
    ConsentState, DataOrigin, ErrorReason, ListConsentsRequest, ListConsentsResponse, RecipientsClass,
    RecordConsentRequest, RecordConsentResponse, RestrictedUse, WithdrawConsentRequest, WithdrawConsentResponse,
};
use crate::rpc::call::Answer;
use crate::rpc::error::{Error, Result};
use crate::rpc::etag::{check_etag, etag};
use crate::rpc::page::{Cursor, PageScope, PageTokens, page_size};
use crate::rpc::permission::Permission;
use crate::rpc::telemetry::CallContext;
use crate::rpc::wire::{from_micros, required_id, timestamp};

/// Whether a record of restricted origin may be stored on this consent by this caller: permission to write
/// and to read it back, the tenant's agreement, and the consent, which can't be withdrawn while the
/// transaction lives.
///
/// # Errors
/// `SUD_NOT_SHAREABLE`, naming what is missing; those of the database, which permit nothing either.
pub(crate) async fn require(tx: &mut TenantTx, origin: DataOrigin, consent_id: &str) -> Result<()> {
    if !tx.allows(Permission::SudWrite) || !tx.allows(Permission::SudRead) {
        return Err(Error::restricted("permission"));
    }
    if !store::has_agreement(tx).await? {
        return Err(Error::restricted("agreement"));
    }
    let consent = match Uuid::try_parse(consent_id) {
        Ok(id) => store::standing_for_share(tx, id).await?,
        Err(_none_given) => None,
    };
    permitted(consent, origin)
}

/// Whether a denial that is asked about and not kept may be looked at by this caller, and whether it is of
/// restricted origin. What is said to be so needs permission, agreement and consent before a word of it is read
/// (MC-008). What only hints at it is answered and said to hint at it: a consent is recorded, never inferred from
/// free text (MM-03), and nothing of the denial is kept that could be shared.
///
/// # Errors
/// `SUD_NOT_SHAREABLE`, naming what is missing; `VALIDATION` for a consent without such an origin; those of the
/// database, which permit nothing either.
pub(crate) async fn permit_use(tx: &mut TenantTx, restricted_use: Option<RestrictedUse>) -> Result<bool> {
    let restricted_use = restricted_use.unwrap_or_default();
    let origin = restricted_use.data_origin();
    let RestrictedUse {
        consent_id,
        data_origin: _,
    } = restricted_use;
    if !is_restricted_origin(origin) {
        return if consent_id.is_empty() {
            Ok(false)
        } else {
            Err(Error::field(
                "restricted_use.consent_id",
                "is for SUD and PSYCHOTHERAPY origin alone",
            ))
        };
    }
    if !tx.allows(Permission::SudRead) {
        return Err(Error::restricted("permission"));
    }
    if !store::has_agreement(tx).await? {
        return Err(Error::restricted("agreement"));
    }
    let consent = match Uuid::try_parse(&consent_id) {
        Ok(id) => store::standing(tx, id).await?,
        Err(_none_given) => None,
    };
    permitted(consent, origin).map(|()| true)
}

fn permitted(consent: Option<Row>, origin: DataOrigin) -> Result<()> {
    if consent.is_some_and(|row| terms(&row).permit(origin, today()).is_ok()) {
        Ok(())
    } else {
        Err(Error::restricted("consent"))
    }
}

pub(super) async fn record(
    tx: &mut TenantTx,
    request: RecordConsentRequest,
    call: CallContext,
) -> Result<Answer<RecordConsentResponse>> {
    let RecordConsentRequest { consent, request_id: _ } = request;
    let consent = new_consent(consent.unwrap_or_default())?;
    // One that is over but not yet on record would still take the place.
    expiry::note(tx, Some(&consent.consent_ref)).await?;
    let row = store::insert(tx, Uuid::now_v7(), consent, call.caller()).await?;
    let facts = Facts::one(Resource::Consent, row.id).version(row.version);
    Ok(Answer::new(
        RecordConsentResponse {
            consent: Some(shown(row)),
        },
        facts,
    ))
}

pub(super) async fn withdraw(
    tx: &mut TenantTx,
    request: WithdrawConsentRequest,
) -> Result<Answer<WithdrawConsentResponse>> {
    let WithdrawConsentRequest {
        id,
        etag,
        request_id: _,
    } = request;
    let id = required_id("id", &id)?;
    let current = store::get_for_update(tx, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    check_etag(&etag, current.version)?;
    let from = terms(&current).state_on(today());
    if from != ConsentState::Active {
        return Err(
            Error::new(ErrorReason::InvalidTransition, "a consent that ended stays ended")
                .with("from", from.stored())
                .with("to", ConsentState::Withdrawn.stored()),
        );
    }
    let row = store::withdraw(tx, id).await?;
    let facts = Facts::one(Resource::Consent, id)
        .version(row.version)
        .fields(vec!["state".to_owned()]);
    Ok(Answer::new(
        WithdrawConsentResponse {
            consent: Some(shown(row)),
        },
        facts,
    ))
}

pub(super) async fn check(tx: &mut TenantTx, request: CheckConsentRequest) -> Result<Answer<CheckConsentResponse>> {
    let origin = request.data_origin();
    let CheckConsentRequest { id, data_origin: _ } = request;
    let id = required_id("id", &id)?;
    let row = store::standing(tx, id).await?;
    let facts = row
        .as_ref()
        .map_or_else(Facts::call, |_| Facts::one(Resource::Consent, id));
    let permitted = match row {
        None => Err(ConsentRefusal::Unknown),
        Some(_) if !store::has_agreement(tx).await? => Err(ConsentRefusal::NoAgreement),
        Some(row) => terms(&row).permit(origin, today()),
    };
    let refusal = permitted.err().unwrap_or(ConsentRefusal::Unspecified).into();
    Ok(Answer::new(
        CheckConsentResponse {
            is_permitted: permitted.is_ok(),
            refusal,
        },
        facts,
    ))
}

pub(super) async fn list(
    pages: Arc<PageTokens>,
    tx: &mut TenantTx,
    request: ListConsentsRequest,
) -> Result<Answer<ListConsentsResponse>> {
    let ListConsentsRequest {
        consent_ref,
        page_size: size,
        page_token,
    } = request;
    let bound = ListConsentsRequest {
        consent_ref: consent_ref.clone(),
        ..Default::default()
    };
    let scope = PageScope::new(tx.tenant_id(), "ListConsents", &bound);
    let after = pages
        .open(&scope, &page_token)?
        .map(|c| Ok::<_, Error>((from_micros(c.key), c.uuid()?)))
        .transpose()?;
    let limit = page_size(size);
    let consent_ref = (!consent_ref.is_empty()).then_some(consent_ref.as_str());
    let mut rows = store::list(tx, consent_ref, after, limit + 1).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > size;
    rows.truncate(size);
    let next_page_token = match rows.last() {
        Some(last) if has_more => pages.seal(&scope, &Cursor::behind(micros(last.created_at), last.id))?,
        Some(_) | None => String::new(),
    };
    let facts = Facts::many(Resource::Consent, rows.len(), scope.filter_sha256());
    let consents = rows.into_iter().map(shown).collect();
    Ok(Answer::new(
        ListConsentsResponse {
            consents,
            next_page_token,
        },
        facts,
    ))
}

fn new_consent(consent: Consent) -> Result<NewConsent> {
    let is_tpo = consent.scope() == ConsentScope::Tpo;
    if is_tpo != (consent.purpose() == ConsentPurpose::AllTpo) {
        return Err(Error::field(
            "consent.purpose",
            "is ALL_TPO exactly when the scope is TPO",
        ));
    }
    let known = |name: &'static str, text: Option<&'static str>| text.ok_or_else(|| Error::field(name, "is required"));
    Ok(NewConsent {
        basis: known("consent.basis", stored::<ConsentBasis>(consent.basis))?,
        scope: known("consent.scope", stored::<ConsentScope>(consent.scope))?,
        recipients_class: known(
            "consent.recipients_class",
            stored::<RecipientsClass>(consent.recipients_class),
        )?,
        purpose: known("consent.purpose", stored::<ConsentPurpose>(consent.purpose))?,
        granted_year: granted_year(consent.granted_year, today())?,
        expires_on: expiry(&consent.expires_on)?,
        consent_ref: consent.consent_ref,
    })
}

/// Nobody has consented in a year that has not come.
fn granted_year(year: i32, today: Date) -> Result<i16> {
    let past = if year <= today.year() {
        i16::try_from(year).ok()
    } else {
        None
    };
    past.ok_or_else(|| Error::field("consent.granted_year", "has not come yet"))
}

fn expiry(text: &str) -> Result<Option<Date>> {
    if text.is_empty() {
        return Ok(None);
    }
    Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map(Some)
        .map_err(|_not_quoted| Error::field("consent.expires_on", "must be a day of the calendar"))
}

fn terms(row: &Row) -> Terms {
    Terms {
        state: ConsentState::from_stored(&row.state).unwrap_or(ConsentState::Unspecified),
        purpose: ConsentPurpose::from_stored(&row.purpose).unwrap_or(ConsentPurpose::Unspecified),
        expires_on: row.expires_on,
    }
}

fn shown(row: Row) -> Consent {
    let state = terms(&row).state_on(today());
    Consent {
        id: row.id.to_string(),
        version: row.version,
        etag: etag(row.version),
        basis: number::<ConsentBasis>(&row.basis),
        scope: number::<ConsentScope>(&row.scope),
        recipients_class: number::<RecipientsClass>(&row.recipients_class),
        purpose: number::<ConsentPurpose>(&row.purpose),
        granted_year: row.granted_year.into(),
        expires_on: row.expires_on.map(|day| day.to_string()).unwrap_or_default(),
        state: state.into(),
        created_at: Some(timestamp(row.created_at)),
        withdrawn_at: row.withdrawn_at.map(timestamp),
        expired_at: row.expired_at.map(timestamp),
        consent_ref: row.consent_ref,
    }
}

fn number<E: StoredEnum + Into<i32>>(text: &str) -> i32 {
    E::from_stored(text).map_or(0, Into::into)
}

/// Consents end by the calendar of UTC, here and in the database.
fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{expiry, granted_year};

    #[test]
    fn the_year_of_a_consent_is_not_in_the_future() {
        let today = date!(2026 - 05 - 05);
        assert_eq!(granted_year(2026, today).ok(), Some(2026));
        assert!(granted_year(2027, today).is_err());
    }

    #[test]
    fn the_end_is_a_day_of_the_calendar() {
        assert_eq!(expiry("").ok(), Some(None));
        assert_eq!(expiry("2028-02-29").ok(), Some(Some(date!(2028 - 02 - 29))));
        assert!(expiry("2027-02-29").is_err() && expiry("2027-13-01").is_err());
    }
}
