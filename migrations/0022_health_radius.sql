-- Whom an incident touched besides its own tenant: measured over all who sent meanwhile, at once and twice later.

alter table incidents
    -- How often it was measured, and what came of the last time: how many others sent, and of how many the figures moved.
    add column measured bigint not null default 0,
    add column measured_at timestamptz,
    add column neighbours bigint,
    add column neighbours_moved bigint,
    -- When it is measured, in machine time; null: not again.
    add column due_at timestamptz,
    add column lease_until timestamptz,
    add column attempts bigint not null default 0,
    add column trouble text,
    add column trouble_at timestamptz;
create index incidents_due on incidents (due_at, tenant_id) where due_at is not null;

-- The figures of one neighbour: before, and while it happened.
create table incident_neighbours (
    tenant_id uuid not null,
    incident_id uuid not null,
    before_sends bigint not null,
    before_hard_bounces bigint not null,
    before_complaints bigint not null,
    sends bigint not null,
    hard_bounces bigint not null,
    complaints bigint not null,
    moved text,
    primary key (tenant_id, incident_id),
    constraint incident_neighbours_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint incident_neighbours_moved check (moved in ('hard_bounces', 'complaints'))
);
create index incident_neighbours_incident on incident_neighbours (incident_id);

alter table incident_neighbours enable row level security;
alter table incident_neighbours force row level security;
create policy tenant on incident_neighbours for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on incident_neighbours for all to app_operator using (true) with check (true);
create policy worker on incidents for select to app_worker using (true);

grant update (measured, measured_at, neighbours, neighbours_moved, due_at, lease_until, attempts, trouble, trouble_at)
    on incidents to app_tenant;
grant select (tenant_id, due_at, lease_until) on incidents to app_worker;
-- The measuring worker writes each neighbour's figures in that neighbour's own scope.
grant select, insert, update on incident_neighbours to app_tenant;
grant select on incident_neighbours to app_operator;
