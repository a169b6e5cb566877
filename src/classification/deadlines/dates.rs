//! The dates that clocks run from.

use time::Date;

use super::super::super::registries::{Anchor, AppealRule, parse_day};
use super::Query;
use crate::proto::stratum::v1::{AppealLevel, DenialDates};

/// The dates known about a denial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// Date of service.
    pub service: Option<Date>,
    /// Date on the denial notice.
    pub notice: Option<Date>,
    /// Date the notice was received.
    pub receipt: Option<Date>,
    /// Date of the remittance.
    pub remittance: Option<Date>,
    /// Date of the decision that the next level reviews.
    pub prior_decision: Option<Date>,
    /// Date an authorisation or appeal was asked for.
    pub request: Option<Date>,
}

/// A date that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is no day as YYYY-MM-DD")]
pub struct BadDate {
    /// The field of `DenialDates`.
    pub field: &'static str,
}

impl TryFrom<&DenialDates> for Dates {
    type Error = Vec<BadDate>;

    /// Parses the dates of the contract; an empty one is not known.
    fn try_from(message: &DenialDates) -> Result<Self, Vec<BadDate>> {
        let DenialDates {
            service_date,
            notice_date,
            receipt_date,
            remittance_date,
            prior_decision_date,
            request_date,
        } = message;
        let mut bad = Vec::new();
        let mut parse = |field: &'static str, text: &str| {
            let day = parse_day(text);
            if day.is_none() && !text.is_empty() {
                bad.push(BadDate { field });
            }
            day
        };
        let dates = Self {
            service: parse("service_date", service_date),
            notice: parse("notice_date", notice_date),
            receipt: parse("receipt_date", receipt_date),
            remittance: parse("remittance_date", remittance_date),
            prior_decision: parse("prior_decision_date", prior_decision_date),
            request: parse("request_date", request_date),
        };
        if bad.is_empty() { Ok(dates) } else { Err(bad) }
    }
}

/// The day a clock runs from, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// The day; the first day counted is the one after it.
    pub(super) day: Date,
    /// How it was found.
    pub(super) found: Found,
}

/// How the day a clock runs from was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It was given.
    Given,
    /// Receipt is presumed so many days after the notice.
    PresumedReceipt(u16),
    /// Receipt is not known and not presumed: the notice's date stands for it, which is cautious.
    NoticeForReceipt,
}

/// The day a rule's clock runs from, or `None` when the dates do not tell.
pub(super) fn start(rule: &AppealRule, query: &Query) -> Option<Start> {
    let given = |day: Option<Date>| {
        day.map(|day| Start {
            day,
            found: Found::Given,
        })
    };
    let dates = &query.dates;
    match rule.anchor {
        Anchor::DateOfService => given(dates.service),
        Anchor::NoticeDate | Anchor::PriorDecisionDate => given(decision(query)),
        Anchor::ReceiptDate => receipt(rule, query),
        Anchor::RemittanceDate => given(dates.remittance),
        Anchor::RequestDate => given(dates.request),
    }
}

/// Whether something was asked for that is not decided yet: a request before the decision that is
/// contested led to that decision, and its clock has ended.
pub(super) fn is_asked(query: &Query) -> bool {
    let asked = |request: Date| decision(query).is_none_or(|decision| request >= decision);
    query.dates.request.is_some_and(asked)
}

/// The date of the decision that is contested: beyond the first level the prior decision's, else
/// the notice's; a remittance is the notice of those who got no other.
fn decision(query: &Query) -> Option<Date> {
    let dates = &query.dates;
    let first = query.effective_level() == AppealLevel::InitialDetermination;
    let notice = if first {
        dates.notice.or(dates.prior_decision)
    } else {
        dates.prior_decision.or(dates.notice)
    };
    notice.or(dates.remittance)
}

/// The day of receipt: as given, unless it precedes the decision and so belongs to another notice.
fn receipt(rule: &AppealRule, query: &Query) -> Option<Start> {
    let decision = decision(query);
    let receipt = query
        .dates
        .receipt
        .filter(|receipt| decision.is_none_or(|decision| *receipt >= decision));
    if let Some(day) = receipt {
        return Some(Start {
            day,
            found: Found::Given,
        });
    }
    let decision = decision?;
    Some(match rule.presumed_receipt_days {
        Some(days) => Start {
            day: super::calendar::add_days(decision, u32::from(days)),
            found: Found::PresumedReceipt(days),
        },
        None => Start {
            day: decision,
            found: Found::NoticeForReceipt,
        },
    })
}
