//! What must be true of every table, read from Postgres's own catalogue, so that a new table cannot forget it.

use db::fixtures::TestDatabase;
use sqlx::PgConnection;

/// Each finding is a sentence; there must be none.
async fn none(owner: &mut PgConnection, what: &str, sql: &'static str) {
    let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(owner).await.unwrap();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

#[tokio::test]
async fn every_tenant_table_is_closed_and_keyed_by_tenant() {
    let mut owner = TestDatabase::new().await.owner().await;
    none(
        &mut owner,
        "row security is not enabled and forced",
        "select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'tenant_id'
           and not (c.relrowsecurity and c.relforcerowsecurity)",
    )
    .await;
    none(
        &mut owner,
        "a key that is unique over all tenants, or no primary key that begins with the tenant",
        "select i.indexrelid::regclass::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid
         where a.attname = 'tenant_id' and i.indisunique and i.indkey[0] <> a.attnum
         union all
         select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'tenant_id'
           and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)",
    )
    .await;
    none(
        &mut owner,
        "a foreign key between tenant tables that could point at another tenant, or that clears the tenant",
        "select f.conname from pg_constraint f
         join pg_attribute mine on mine.attrelid = f.conrelid and mine.attname = 'tenant_id'
         join pg_attribute other on other.attrelid = f.confrelid and other.attname = 'tenant_id'
         where f.contype = 'f' and (f.conkey[1] <> mine.attnum or f.confkey[1] <> other.attnum
            or f.confdeltype not in ('c', 'r', 'a') or f.confupdtype not in ('r', 'a'))",
    )
    .await;
    none(
        &mut owner,
        "a tenant that Postgres would fill in by itself",
        "select d.adrelid::regclass::text from pg_attrdef d join pg_attribute a
         on a.attrelid = d.adrelid and a.attnum = d.adnum where a.attname = 'tenant_id'",
    )
    .await;
}

#[tokio::test]
async fn every_policy_is_plain_and_names_its_role() {
    let mut owner = TestDatabase::new().await.owner().await;
    none(
        &mut owner,
        "a policy for everybody, for several roles, for some commands only, or restrictive",
        "select polrelid::regclass::text || ': ' || polname from pg_policy
         where 0 = any (polroles) or cardinality(polroles) <> 1
            or (polcmd <> '*' and not (polcmd = 'r' and polroles[1]::regrole::text = 'app_worker')) or not polpermissive",
    )
    .await;
    none(
        &mut owner,
        "a tenant's policy that is not the one plain expression",
        "select polrelid::regclass::text || ': ' || pg_get_expr(polqual, polrelid) from pg_policy
         where polroles[1]::regrole::text = 'app_tenant'
           and (pg_get_expr(polqual, polrelid) <>
                    '(tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)'
                or pg_get_expr(polwithcheck, polrelid) is distinct from pg_get_expr(polqual, polrelid))
           and polrelid::regclass::text <> 'domain_claims'",
    )
    .await;
    none(
        &mut owner,
        "another role's policy that is not plainly true",
        "select polrelid::regclass::text || ': ' || polname from pg_policy
         where polroles[1]::regrole::text <> 'app_tenant' and pg_get_expr(polqual, polrelid) <> 'true'",
    )
    .await;
    none(
        &mut owner,
        "a tenant table without the tenant's and the operator's policy",
        "select c.oid::regclass::text || ' for ' || r.name
         from pg_class c join pg_attribute a on a.attrelid = c.oid
         cross join (values ('app_tenant'), ('app_operator')) r (name)
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'tenant_id'
           and not exists (select from pg_policy p where p.polrelid = c.oid and p.polroles[1]::regrole::text = r.name)",
    )
    .await;
}

#[tokio::test]
async fn nothing_that_sharding_or_row_security_cannot_bear() {
    let mut owner = TestDatabase::new().await.owner().await;
    none(
        &mut owner,
        "an enum or a numeric: their equality never reaches an index under row security",
        "select a.attrelid::regclass::text || '.' || a.attname from pg_attribute a
         join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
           and (t.typtype = 'e' or t.typname = 'numeric')",
    )
    .await;
    none(
        &mut owner,
        "a trigger",
        "select tgrelid::regclass::text || ': ' || tgname from pg_trigger where not tgisinternal",
    )
    .await;
    none(
        &mut owner,
        "a function that a role may call which is no login of ours",
        "select p.oid::regprocedure::text || ' for ' || case g.grantee when 0 then 'everybody' else g.grantee::regrole::text end
         from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
         where p.pronamespace = 'app'::regnamespace and g.grantee <> p.proowner
           and (g.grantee = 0 or g.grantee::regrole::text not in ('ownlane_web', 'ownlane_worker', 'ownlane_operator'))",
    )
    .await;
    none(
        &mut owner,
        "a function that runs with its owner's rights",
        "select oid::regprocedure::text from pg_proc where pronamespace = 'app'::regnamespace and prosecdef",
    )
    .await;
}

/// `grants.golden`: every table, who may do what with it, by column where it is by column. Global tables (those without
/// `tenant_id`) carry a `*`: there are few, and each new one is a decision.
#[tokio::test]
async fn the_grants_are_the_ones_that_were_agreed() {
    let mut owner = TestDatabase::new().await.owner().await;
    let lines: Vec<String> = sqlx::query_scalar(
        "with tables as (
            select c.oid, c.relname || case when exists (
                select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') then '' else '*' end as name,
                c.relacl, c.relowner
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
              and c.relname <> '_sqlx_migrations'),
         grants as (
            select t.name, g.grantee::regrole::text as role, lower(g.privilege_type) as privilege, null as col
            from tables t, aclexplode(t.relacl) g where g.grantee <> t.relowner
            union all
            select t.name, g.grantee::regrole::text, lower(g.privilege_type), a.attname
            from tables t join pg_attribute a on a.attrelid = t.oid, aclexplode(a.attacl) g
            where g.grantee <> t.relowner),
         privileges as (
            select name, role, privilege ||
                coalesce(' (' || string_agg(col, ', ' order by col) || ')', '') as privilege
            from grants group by name, role, privilege, col is null)
         select name || ' ' || role || ': ' || string_agg(privilege, ', ' order by privilege)
         from privileges group by name, role
         union all
         select t.name || ' nobody' from tables t where not exists (select from grants g where g.name = t.name)
         order by 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let now = lines.join("\n") + "\n";
    assert_eq!(now, include_str!("grants.golden"), "now:\n{now}");
}
