//! Which mail provider a domain's mail exchangers belong to, as it was looked up.

use crate::Result;
use crate::scope::WorkerTx;
use rules::time::OffsetDateTime;
use std::collections::HashMap;

/// What is known of these domains since `since`.
pub async fn find(tx: &mut WorkerTx, domains: &[String], since: OffsetDateTime) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select domain, provider from provider_cache where domain = any($1) and looked_at >= $2")
            .bind(domains)
            .bind(since)
            .fetch_all(tx.sql())
            .await?;
    Ok(rows.into_iter().collect())
}

pub async fn write(tx: &mut WorkerTx, found: &[(String, &str)], now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into provider_cache (domain, provider, looked_at)
         select c.domain, c.provider, $3 from unnest($1::text[], $2::text[]) c (domain, provider)
         on conflict (domain) do update set provider = excluded.provider, looked_at = excluded.looked_at",
    )
    .bind(found.iter().map(|(domain, _)| domain.as_str()).collect::<Vec<_>>())
    .bind(found.iter().map(|(_, provider)| *provider).collect::<Vec<_>>())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}
