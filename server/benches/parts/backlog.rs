//! A team with very many leads that wait, written past the product, as an import of so many takes its time.

use crate::harness::TestSite;

/// `tenant` has one lead; from now on `total`, all of the same sequence.
pub async fn fill(site: &TestSite, tenant: &str, total: usize) {
    site.database
        .run(&format!(
            "set session_replication_role = replica;
             create temporary table many as select gen_random_uuid() id, n from generate_series(2, {total}) n;
             insert into leads (tenant_id, id, email, fields, added_at, changed_at)
                select tenant_id, many.id, 'l' || n || '@n.example', fields, added_at, changed_at
                from leads, many where tenant_id = '{tenant}';
             insert into enrolments (tenant_id, sequence_id, lead_id, source_id, added_at, checked_version)
                select tenant_id, sequence_id, many.id, source_id, added_at, checked_version
                from enrolments, many where tenant_id = '{tenant}';
             drop table many"
        ))
        .await;
}
