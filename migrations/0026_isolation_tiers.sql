-- Isolation tiers: whose IPs a team's mail leaves from. No row: Amazon's shared ones. The pools and dedicated IPs of the account
-- are kept as they were last read. Times are machine time.

create table tenant_tiers (
    tenant_id uuid primary key,
    tier text not null,
    -- The managed pool that it is in, as it is called at SES.
    pool text,
    -- So many IPs of its own.
    ips bigint,
    changed_at timestamptz not null,
    constraint tenant_tiers_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint tenant_tiers_tier check (tier in ('shared', 'managed_pool', 'dedicated_pool')),
    constraint tenant_tiers_pool check ((tier = 'managed_pool') = (pool is not null)),
    constraint tenant_tiers_ips check ((tier = 'dedicated_pool') = (ips is not null))
);

-- What the configuration set names, as read back; empty: nothing.
alter table ses_tenants add column sending_pool text;
-- A pool of its own: made or about to be, and not gone.
alter table ses_tenants add column own_pool text;

create table ses_pools (
    region text not null,
    name text not null,
    -- SES's word.
    scaling text not null,
    primary key (region, name)
);

create table dedicated_ips (
    region text not null,
    ip text not null,
    pool text not null,
    -- SES's words: IN_PROGRESS, DONE, NOT_APPLICABLE; -1 % where SES looks after it itself.
    warmup text not null,
    warmup_percent bigint not null,
    primary key (region, ip)
);

create table pool_reads (
    region text primary key,
    due_at timestamptz not null,
    lease_until timestamptz,
    read_at timestamptz
);

alter table tenant_tiers enable row level security;
alter table tenant_tiers force row level security;
create policy tenant on tenant_tiers for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on tenant_tiers for all to app_operator using (true) with check (true);

grant select on tenant_tiers to app_tenant;
grant select, insert, update on tenant_tiers to app_operator;
grant update (sending_pool, own_pool) on ses_tenants to app_tenant;
grant select, insert, delete on ses_pools, dedicated_ips to app_worker;
grant select, insert, update on pool_reads to app_worker;
grant select on ses_pools, dedicated_ips to app_operator;
grant select, update (due_at) on pool_reads to app_operator;
-- Whoever changed one has it read.
grant select (due_at), update (due_at) on pool_reads to app_tenant;
-- Whether the account has IPs of its own decides what a set must name.
grant select on dedicated_ips to app_tenant;
