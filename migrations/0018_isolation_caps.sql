-- What an operator allows one tenant, and its share when capacity is short; what was claimed under that.

create table tenant_caps (
    tenant_id uuid not null,
    -- Mails in any 24 hours, in any 60 minutes, in a second; null: no cap of its own.
    a_day bigint,
    a_hour bigint,
    a_second bigint,
    weight smallint not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    -- The newest second of business time in which something was claimed (Unix time), and how much.
    second bigint not null,
    in_second bigint not null,
    primary key (tenant_id),
    constraint tenant_caps_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint tenant_caps_positive check (a_day > 0 and a_hour > 0 and a_second > 0),
    constraint tenant_caps_weight check (weight between 1 and 10)
) with (fillfactor = 70);

-- Mails that were claimed in each minute of business time, where a tenant has caps: what SES definitely did not take is
-- given back. Counting the mails themselves would read a day's of them at each claim.
create table claimed_minutes (
    tenant_id uuid not null,
    minute timestamptz not null,
    mails bigint not null,
    primary key (tenant_id, minute),
    constraint claimed_minutes_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
) with (fillfactor = 70);

alter table tenant_caps enable row level security;
alter table tenant_caps force row level security;
alter table claimed_minutes enable row level security;
alter table claimed_minutes force row level security;

create policy tenant on tenant_caps for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on tenant_caps for all to app_operator using (true) with check (true);
create policy worker on tenant_caps for select to app_worker using (true);
create policy tenant on claimed_minutes for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on claimed_minutes for all to app_operator using (true) with check (true);

-- A claim counts; what it may is the operator's alone.
grant select, update (second, in_second) on tenant_caps to app_tenant;
grant select, insert, update on tenant_caps to app_operator;
grant select (tenant_id, weight) on tenant_caps to app_worker;
grant select, insert, delete, update (mails) on claimed_minutes to app_tenant;
grant select, insert, delete on claimed_minutes to app_operator;

-- How long a tenant's queue is. Whether a lead is blocked belongs to that; why is shown to the team alone.
grant select (mailbox_id, state, due_at, problem) on enrolments to app_operator;
grant select on sequence_mailboxes to app_operator;
