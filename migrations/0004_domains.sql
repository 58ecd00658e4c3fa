-- Domains that teams connect, the records they need, who claims which name, and what stands at SES for a tenant.

-- Global: one live claim a registrable name over all tenants, so that one index covers what stands above and below it.
-- Row security shows a tenant its own only; a claim of another is seen by the conflict alone.
create table domain_claims (
    root text primary key,
    id uuid not null,
    holder uuid not null,
    claimed_at timestamptz not null
);
create index domain_claims_holder on domain_claims (holder);

-- What a tenant has at SES: a tenant and a configuration set of one name. Columns below `name` are as last read back.
create table ses_tenants (
    tenant_id uuid primary key,
    created_at timestamptz not null,
    -- Given once, before anything is made under it; never changed.
    name text,
    arn text,
    policy text,
    suppression_scope text,
    read_at timestamptz,
    -- Since when everything is as wanted.
    ready_at timestamptz,
    trouble text,
    trouble_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    constraint ses_tenants_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict
);
create index ses_tenants_due on ses_tenants (due_at, tenant_id) where due_at is not null;

create table domains (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    root text not null,
    challenge text not null,
    created_at timestamptz not null,
    created_by uuid not null,
    -- When somebody last asked for a check; a domain is looked at often after that.
    asked_at timestamptz not null,
    -- As last read from SES; null: there is no identity.
    dkim_tokens text[],
    dkim_zone text,
    dkim_status text,
    mail_from_status text,
    may_send boolean not null,
    is_associated boolean not null,
    ses_read_at timestamptz,
    -- The last look at DNS.
    looked_at timestamptz,
    -- Since when it is verified; null when it is not.
    verified_at timestamptz,
    hold text,
    trouble text,
    trouble_at timestamptz,
    removal_asked_at timestamptz,
    removed_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    primary key (tenant_id, id),
    constraint domains_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
    constraint domains_hold check (hold in ('foreign_tenant', 'unknown_identity'))
);
create unique index domains_live on domains (tenant_id, name) where removed_at is null;
create index domains_root on domains (tenant_id, root) where removed_at is null;
create index domains_due on domains (due_at, tenant_id) where due_at is not null;

create table domain_records (
    tenant_id uuid not null,
    domain_id uuid not null,
    purpose text not null,
    slot smallint not null,
    kind text not null,
    name text not null,
    value text not null,
    priority smallint,
    -- The last answer that said anything, and what stood there.
    observation text,
    found text[] not null,
    observed_at timestamptz,
    -- Since when the resolver does not answer.
    unanswered_since timestamptz,
    -- When it was first right.
    found_at timestamptz,
    primary key (tenant_id, domain_id, purpose, slot),
    constraint domain_records_domain foreign key (tenant_id, domain_id) references domains (tenant_id, id) on delete cascade,
    constraint domain_records_purpose check (purpose in ('ownership', 'dkim', 'return_path', 'dmarc')),
    constraint domain_records_kind check (kind in ('TXT', 'CNAME', 'MX')),
    constraint domain_records_observation check (observation in ('not_found', 'wrong', 'several', 'doubled', 'found'))
);

alter table domain_claims enable row level security;
alter table domain_claims force row level security;
alter table ses_tenants enable row level security;
alter table ses_tenants force row level security;
alter table domains enable row level security;
alter table domains force row level security;
alter table domain_records enable row level security;
alter table domain_records force row level security;

create policy tenant on domain_claims for all to app_tenant
    using (holder = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (holder = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on domain_claims for all to app_operator using (true) with check (true);

create policy tenant on ses_tenants for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on ses_tenants for all to app_operator using (true) with check (true);
create policy worker on ses_tenants for select to app_worker using (true);

create policy tenant on domains for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on domains for all to app_operator using (true) with check (true);
create policy worker on domains for select to app_worker using (true);

create policy tenant on domain_records for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on domain_records for all to app_operator using (true) with check (true);

-- The update is for its lock alone: a claim that is let go and one that is leaned on must not miss each other.
grant select, insert, delete, update (claimed_at) on domain_claims to app_tenant;
grant select, insert on ses_tenants to app_tenant;
grant update (name, arn, policy, suppression_scope, read_at, ready_at, trouble, trouble_at, due_at,
    lease_until, attempts) on ses_tenants to app_tenant;
grant select, insert on domains to app_tenant;
grant update (asked_at, dkim_tokens, dkim_zone, dkim_status, mail_from_status, may_send, is_associated, ses_read_at,
    looked_at, verified_at, hold, trouble, trouble_at, removal_asked_at, removed_at, due_at, lease_until, attempts)
    on domains to app_tenant;
grant select, insert, delete, update (observation, found, observed_at, unanswered_since, found_at)
    on domain_records to app_tenant;

grant select (tenant_id, due_at, lease_until) on ses_tenants, domains to app_worker;

grant select on domain_claims, ses_tenants, domains, domain_records to app_operator;
