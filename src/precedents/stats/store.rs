//! SQL of statistics.

use sqlx::FromRow;

use super::super::store::{Filter, filtered, passes};
use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;

statements! {
    /// Every breakdown of the statistics in one pass over one snapshot.
    TALLY as App = concat!("
        WITH counted AS (
            SELECT outcome, data_origin, reuse_count, coalesce(denial_types[1], 'OTHER') AS denial_type,
                coalesce(payer_id, '') AS payer, coalesce(event_year::text, '') AS year,
                coalesce(service_category, '') AS category
            FROM precedents
            WHERE tenant_id = $1
                ", passes!(), "
        )
        SELECT CASE grouping(outcome, denial_type, payer, year, category)
                WHEN 31 THEN 'all' WHEN 15 THEN 'outcome' WHEN 23 THEN 'type' WHEN 27 THEN 'payer'
                WHEN 29 THEN 'year' ELSE 'group' END AS breakdown,
            CASE grouping(outcome, denial_type, payer, year, category)
                WHEN 31 THEN '' WHEN 15 THEN outcome WHEN 23 THEN denial_type WHEN 27 THEN payer
                WHEN 29 THEN year ELSE payer || '/' || denial_type || '/' || category END AS key,
            count(*) AS count, count(*) FILTER (WHERE data_origin IN ('SUD', 'PSYCHOTHERAPY')) AS restricted,
            count(*) FILTER (WHERE outcome = 'WON') AS won,
            count(*) FILTER (WHERE outcome = 'PARTIAL') AS partial, count(*) FILTER (WHERE outcome = 'LOST') AS lost,
            coalesce(sum(reuse_count), 0)::bigint AS reuse_count
        FROM counted
        GROUP BY GROUPING SETS ((), (outcome), (denial_type), (payer), (year), (denial_type, payer, category))");
}

/// One count of the statistics.
#[derive(Debug, FromRow)]
pub(super) struct TallyRow {
    pub(super) breakdown: String,
    pub(super) key: String,
    pub(super) count: i64,
    pub(super) restricted: i64,
    pub(super) won: i64,
    pub(super) partial: i64,
    pub(super) lost: i64,
    pub(super) reuse_count: i64,
}

pub(super) async fn tally(tx: &mut TenantTx, filter: &Filter) -> Result<Vec<TallyRow>> {
    Ok(filtered!(TALLY, tx.tenant_id(), filter)
        .fetch_all(tx.connection())
        .await?)
}
