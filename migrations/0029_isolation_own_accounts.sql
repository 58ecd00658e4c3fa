-- A team's own AWS account, entered by a role. What a team has at SES is in one account at a time; while it moves to another, what
-- it is to have there is made beside it, and what it leaves is kept until late events have come. `account`: twelve digits; null:
-- the platform's. Where it stands for an account and a region together, `region` is `ACCOUNT/REGION`. Times are machine time.

-- Whose an account is: a team's own is nobody else's. Global.
create table account_claims (
    account text primary key,
    holder uuid not null,
    claimed_at timestamptz not null,
    constraint account_claims_holder foreign key (holder) references tenants (tenant_id) on delete cascade
);

create table own_accounts (
    tenant_id uuid primary key,
    -- Trusts the platform, and asks for the team's id as its external id.
    role_arn text not null,
    account text not null,
    asked_at timestamptz not null,
    -- When all that was tried by it went well last; null: never, by this role.
    works_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    trouble text,
    trouble_at timestamptz,
    constraint own_accounts_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
);
create index own_accounts_due on own_accounts (due_at, tenant_id) where due_at is not null;

alter table ses_tenants add column account text;
create index ses_tenants_account on ses_tenants (account) where account is not null;

create table account_moves (
    tenant_id uuid primary key,
    -- Where to.
    account text,
    begun_at timestamptz not null,
    -- Wanted no more: what was made goes.
    cancelled_at timestamptz,
    -- As read back there.
    arn text,
    policy text,
    suppression_scope text,
    shared_pool_mode text,
    sending_pool text,
    ready_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    trouble text,
    trouble_at timestamptz,
    constraint account_moves_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
);
create index account_moves_due on account_moves (due_at, tenant_id) where due_at is not null;

-- A domain's identity in the account that its team moves to.
create table domain_moves (
    tenant_id uuid not null,
    domain_id uuid not null,
    -- Null: there is none that is ours.
    dkim_tokens text[],
    dkim_zone text,
    dkim_status text,
    mail_from_status text,
    may_send boolean not null,
    is_associated boolean not null,
    -- Why the one that is there is not ours to touch.
    hold text,
    read_at timestamptz not null,
    primary key (tenant_id, domain_id),
    constraint domain_moves_domain foreign key (tenant_id, domain_id) references domains (tenant_id, id) on delete cascade
);

create table account_leftovers (
    tenant_id uuid not null,
    id uuid not null,
    account text,
    -- Of its tenant and its configuration set there.
    name text not null,
    set_name text not null,
    -- Of the tenant; null: it was not read there.
    arn text,
    own_pool text,
    left_at timestamptz not null,
    -- From then on it goes.
    ends_at timestamptz not null,
    gone_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    trouble text,
    trouble_at timestamptz,
    primary key (tenant_id, id),
    constraint account_leftovers_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
);
create index account_leftovers_due on account_leftovers (due_at, tenant_id) where due_at is not null;

-- Whose queue it came out of: what comes out of a team's own is about that team alone.
alter table event_inbox add column account text;

alter table tenant_tiers
    drop constraint tenant_tiers_tier,
    add constraint tenant_tiers_tier check (tier in ('shared', 'managed_pool', 'dedicated_pool', 'own_account'));
alter table domain_records
    drop constraint domain_records_purpose,
    add constraint domain_records_purpose check (purpose in ('ownership', 'dkim', 'next_dkim', 'return_path', 'dmarc'));

alter table own_accounts enable row level security;
alter table own_accounts force row level security;
alter table account_moves enable row level security;
alter table account_moves force row level security;
alter table domain_moves enable row level security;
alter table domain_moves force row level security;
alter table account_leftovers enable row level security;
alter table account_leftovers force row level security;

create policy tenant on own_accounts for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on own_accounts for all to app_operator using (true) with check (true);
create policy worker on own_accounts for select to app_worker using (true);
create policy tenant on account_moves for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on account_moves for all to app_operator using (true) with check (true);
create policy worker on account_moves for select to app_worker using (true);
create policy tenant on domain_moves for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on domain_moves for all to app_operator using (true) with check (true);
create policy tenant on account_leftovers for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on account_leftovers for all to app_operator using (true) with check (true);
create policy worker on account_leftovers for select to app_worker using (true);

grant select, insert, delete on account_claims to app_operator;
grant select, update (works_at, due_at, lease_until, attempts, trouble, trouble_at) on own_accounts to app_tenant;
grant select, insert, update (role_arn, account, asked_at, works_at, due_at, attempts, trouble, trouble_at)
    on own_accounts to app_operator;
grant select (tenant_id, due_at, lease_until) on own_accounts to app_worker;

grant select, delete, update (arn, policy, suppression_scope, shared_pool_mode, sending_pool, ready_at, cancelled_at, due_at,
    lease_until, attempts, trouble, trouble_at) on account_moves to app_tenant;
grant select, insert, update (cancelled_at, due_at) on account_moves to app_operator;
grant select (tenant_id, account, due_at, lease_until) on account_moves to app_worker;

grant select, insert, update, delete on domain_moves to app_tenant;
grant select on domain_moves to app_operator;

grant select, insert, delete, update (ends_at, own_pool, gone_at, due_at, lease_until, attempts, trouble, trouble_at)
    on account_leftovers to app_tenant;
grant select, update (gone_at, due_at) on account_leftovers to app_operator;
grant select (tenant_id, account, gone_at, due_at, lease_until) on account_leftovers to app_worker;

grant update (account) on ses_tenants to app_tenant;
grant select (account) on ses_tenants to app_worker;
grant update (purpose) on domain_records to app_tenant;
-- The tier changes with the account, once all is ready there.
grant insert, update (tier, pool, ips, changed_at) on tenant_tiers to app_tenant;
