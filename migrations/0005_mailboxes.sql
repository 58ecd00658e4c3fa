-- Mailboxes that a tenant sends from: a name at one of its domains, how much it sends, and when.

create table mailboxes (
    tenant_id uuid not null,
    id uuid not null,
    domain_id uuid not null,
    address text not null,
    -- The form in which two spellings of one address are equal.
    address_key text not null generated always as (lower(address)) stored,
    display_name text not null,
    signature text not null,
    daily_cap smallint not null,
    gap_min_mins smallint not null,
    gap_max_mins smallint not null,
    -- The window: days by bit (Monday is the lowest), minutes of the local day, and the zone's name. Instants are never
    -- kept for it: a new edition of the zones would make them wrong.
    window_days smallint not null,
    window_from smallint not null,
    window_until smallint not null,
    time_zone text not null,
    created_at timestamptz not null,
    created_by uuid not null,
    changed_at timestamptz not null,
    removed_at timestamptz,
    primary key (tenant_id, id),
    constraint mailboxes_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
    constraint mailboxes_domain foreign key (tenant_id, domain_id) references domains (tenant_id, id) on delete restrict,
    constraint mailboxes_gap check (gap_min_mins between 1 and gap_max_mins),
    constraint mailboxes_window check (window_from >= 0 and window_from < window_until and window_until <= 1440),
    constraint mailboxes_days check (window_days between 1 and 127)
);
create unique index mailboxes_live on mailboxes (tenant_id, address_key) where removed_at is null;
create index mailboxes_domain_id on mailboxes (tenant_id, domain_id) where removed_at is null;

alter table mailboxes enable row level security;
alter table mailboxes force row level security;

create policy tenant on mailboxes for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on mailboxes for all to app_operator using (true) with check (true);

grant select, insert on mailboxes to app_tenant;
grant update (display_name, signature, daily_cap, gap_min_mins, gap_max_mins, window_days, window_from, window_until,
    time_zone, changed_at, removed_at) on mailboxes to app_tenant;
grant select on mailboxes to app_operator;
