-- Evidence of what keeps each team apart: made every night and on demand, signed, kept. Times are machine time.

-- What reports are signed with. The newest is used; the others verify what they signed. Global.
create table evidence_keys (
    -- The first 16 hexadecimal digits of the SHA-256 of the public key.
    id text primary key,
    seed bytea not null,
    public_key bytea not null,
    made_at timestamptz not null
);

-- When it is made next.
create table tenant_evidence (
    tenant_id uuid primary key,
    -- By a person; null: nobody waits for it.
    asked_at timestamptz,
    asked_by uuid,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    trouble text,
    trouble_at timestamptz,
    constraint tenant_evidence_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
);
create index tenant_evidence_due on tenant_evidence (due_at, tenant_id) where due_at is not null;

-- Append-only.
create table evidence_reports (
    tenant_id uuid not null,
    id uuid not null,
    made_at timestamptz not null,
    -- Null: at its time.
    asked_by uuid,
    held bigint not null,
    failed bigint not null,
    not_run bigint not null,
    key_id text not null,
    -- The bytes that were signed, as UTF-8, and the signatures (Ed25519).
    report text not null,
    report_signature bytea not null,
    document text not null,
    document_signature bytea not null,
    primary key (tenant_id, id),
    constraint evidence_reports_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
);
create index evidence_reports_made_at on evidence_reports (tenant_id, made_at);

-- Whoever tries to open a team's pages without being in it. Nobody signs in as it: these are random bytes, of no password.
insert into users (id, name, email, password_hash, created_at)
    values ('00000000-0000-7000-8000-0000000000ed', 'Ownlane probe', 'probe@ownlane.invalid',
        '$argon2id$v=19$m=19456,t=2,p=1$c0SQiSbTLT180lrtvSncfw$YYxGCYFZwAfCVy5Tb98Hpdhy1jQKfcN09jYg0LTd5jk',
        '2026-11-30');

alter table incidents
    drop constraint incidents_cause,
    add constraint incidents_cause check (cause in ('health', 'operator', 'aws', 'evidence'));

insert into tenant_evidence (tenant_id, due_at, attempts)
    select tenant_id, ready_at, 0 from ses_tenants where ready_at is not null on conflict do nothing;

alter table tenant_evidence enable row level security;
alter table tenant_evidence force row level security;
alter table evidence_reports enable row level security;
alter table evidence_reports force row level security;
create policy tenant on tenant_evidence for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on tenant_evidence for all to app_operator using (true) with check (true);
create policy worker on tenant_evidence for select to app_worker using (true);
create policy tenant on evidence_reports for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on evidence_reports for all to app_operator using (true) with check (true);

grant select, insert on evidence_keys to app_worker;
-- Anybody may have the public keys.
grant select (id, public_key, made_at) on evidence_keys to app_accounts;
grant select, insert, update on tenant_evidence to app_tenant;
grant select, update (asked_at, asked_by, due_at) on tenant_evidence to app_operator;
grant select (tenant_id, due_at, lease_until, asked_at) on tenant_evidence to app_worker;
grant select, insert, delete on evidence_reports to app_tenant;
grant select on evidence_reports to app_operator;
-- How many teams are in one pool.
create policy worker on tenant_tiers for select to app_worker using (true);
grant select (tenant_id, pool) on tenant_tiers to app_worker;
-- The calls that a report was read by.
grant select on aws_calls to app_worker;
