-- What stands at SES is compared with what is wanted: every call is written down, every difference too.

-- Calls to AWS that manage what stands there. What they are about outlives its tenant.
create table aws_calls (
    id uuid primary key,
    at timestamptz not null,
    region text not null,
    operation text not null,
    -- Null: the platform's own.
    about_tenant uuid,
    -- A name or an ARN.
    resource text not null,
    -- AWS's own; null: no answer came.
    request_id text,
    -- Null: it was done.
    refusal text
);
create index aws_calls_at on aws_calls (at);
create index aws_calls_tenant on aws_calls (about_tenant, at desc);

-- Handed out to whoever makes the next call, in whichever process.
create table aws_pace (
    region text primary key,
    next_at timestamptz not null
);

alter table ses_tenants
    -- Of its configuration set: as `name` at first, but sets may come to be shared.
    add column set_name text,
    -- What it is wanted to be.
    add column wanted_policy text not null default 'strict',
    add column wanted_shared_pool_mode text not null default 'REGIONAL',
    -- As last read back.
    add column shared_pool_mode text,
    -- Since when it was first as wanted: what is missing from then on has gone.
    add column made_at timestamptz,
    -- The step of the saga that is being done; null: none.
    add column step text,
    add constraint ses_tenants_wanted_policy check (wanted_policy in ('standard', 'strict')),
    add constraint ses_tenants_wanted_mode check (wanted_shared_pool_mode in ('REGIONAL', 'GLOBAL'));
update ses_tenants set set_name = name, made_at = coalesce(ready_at, read_at);

-- A difference that was found. Open: a person is asked, or has allowed that it is put right and that is to come.
create table drifts (
    tenant_id uuid not null,
    id uuid not null,
    kind text not null,
    -- What differs, by name or ARN.
    resource text not null,
    expected text not null,
    found text not null,
    found_at timestamptz not null,
    seen_at timestamptz not null,
    -- An operator has said that it is to be put right.
    allowed_at timestamptz,
    allowed_by uuid,
    allow_reason text,
    ended_at timestamptz,
    -- By Ownlane; false: it was gone when it was looked at again.
    is_repaired boolean not null,
    primary key (tenant_id, id),
    constraint drifts_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint drifts_allowed check ((allowed_at is null) = (allow_reason is null))
);
create unique index drifts_open on drifts (tenant_id, kind, resource) where ended_at is null;
create index drifts_newest on drifts (tenant_id, found_at desc);

-- Tenants at SES under our names that no team has.
create table ses_strays (
    region text not null,
    name text not null,
    arn text not null,
    found_at timestamptz not null,
    seen_at timestamptz not null,
    primary key (region, name)
);

-- When the list of all tenants was last read, by region.
create table ses_sweeps (
    region text primary key,
    due_at timestamptz not null,
    lease_until timestamptz,
    done_at timestamptz,
    tenants bigint not null
);

alter table ses_account add column shared_pool_mode text not null default '';

alter table drifts enable row level security;
alter table drifts force row level security;
create policy tenant on drifts for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on drifts for all to app_operator using (true) with check (true);

grant select, insert, update (expected, found, seen_at, ended_at, is_repaired) on drifts to app_tenant;
grant select, update (allowed_at, allowed_by, allow_reason) on drifts to app_operator;
grant update (set_name, wanted_policy, shared_pool_mode, made_at, step) on ses_tenants to app_tenant;
grant update (wanted_shared_pool_mode, due_at) on ses_tenants to app_operator;
-- Who is waited for goes first.
grant select (ready_at) on ses_tenants to app_worker;
grant select (verified_at) on domains to app_worker;
grant insert, select (at), delete on aws_calls to app_worker;
grant select on aws_calls to app_operator;
grant select, insert, update on aws_pace to app_worker;
grant select, insert, update, delete on ses_strays to app_worker;
grant select, insert, update on ses_sweeps to app_worker;
grant select on ses_strays, ses_sweeps to app_operator;
