//! Statistics of the tenant's precedents, counted by the database in one snapshot.

pub(crate) mod store;

use self::store::TallyRow;
use super::rate::estimate;
use super::reading::narrowed;
use crate::audit::event::{Facts, Resource};
use crate::db::TenantTx;
use crate::db::stored::StoredEnum as _;
use crate::proto::v1::{GetPrecedentStatsRequest, GetPrecedentStatsResponse, Outcome, OutcomeCount, StatsRow};
use crate::rpc::call::Answer;
use crate::rpc::error::Result;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

/// How many groups are shown.
const TOP_GROUPS: usize = 20;

pub(super) async fn stats(
    tx: &mut TenantTx,
    request: GetPrecedentStatsRequest,
) -> Result<Answer<GetPrecedentStatsResponse>> {
    let filter_sha256 = Sha256::digest(request.encode_to_vec()).into();
    let GetPrecedentStatsRequest { filter } = request;
    let rows = store::tally(tx, &narrowed(filter.unwrap_or_default())).await?;
    let is_restricted = rows.iter().any(|row| row.restricted > 0);
    let mut reply = GetPrecedentStatsResponse::default();
    for row in rows {
        match row.breakdown.as_str() {
            "all" => {
                reply.total = row.count;
                reply.rate = Some(estimate(row.won, row.partial, row.lost));
            }
            "outcome" => reply.outcomes.push(OutcomeCount {
                outcome: Outcome::from_stored(&row.key).unwrap_or(Outcome::Unspecified).into(),
                count: row.count,
            }),
            "type" => reply.by_type.push(stats_row(row)),
            "payer" => reply.by_payer.push(stats_row(row)),
            "year" => reply.by_year.push(stats_row(row)),
            _ => reply.top_groups.push(stats_row(row)),
        }
    }
    reply
        .by_type
        .sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
    reply
        .by_payer
        .sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
    reply.by_year.sort_by(|a, b| a.key.cmp(&b.key));
    reply.outcomes.sort_by_key(|o| o.outcome);
    reply.top_groups.sort_by(|a, b| {
        (b.reuse_count, b.count)
            .cmp(&(a.reuse_count, a.count))
            .then_with(|| a.key.cmp(&b.key))
    });
    reply.top_groups.truncate(TOP_GROUPS);
    let counted = usize::try_from(reply.total).unwrap_or(usize::MAX);
    Ok(Answer::new(
        reply,
        Facts::many(Resource::Precedent, counted, filter_sha256).restricted(is_restricted),
    ))
}

fn stats_row(row: TallyRow) -> StatsRow {
    let TallyRow {
        breakdown: _,
        key,
        count,
        restricted: _,
        won,
        partial,
        lost,
        reuse_count,
    } = row;
    StatsRow {
        key,
        count,
        rate: Some(estimate(won, partial, lost)),
        reuse_count,
    }
}
