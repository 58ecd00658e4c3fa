-- An operator acts in a team as one of its admins: with a reason, for a while, and each step is kept. Times are machine time.

create table visits (
    tenant_id uuid not null,
    id uuid not null,
    operator_id uuid not null,
    operator_name text not null,
    reason text not null,
    begun_at timestamptz not null,
    ends_at timestamptz not null,
    -- By the operator, before its time.
    ended_at timestamptz,
    primary key (tenant_id, id),
    constraint visits_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
);
create index visits_newest on visits (tenant_id, begun_at desc);

create table visit_steps (
    tenant_id uuid not null,
    id uuid not null,
    visit_id uuid not null,
    at timestamptz not null,
    method text not null,
    path text not null,
    primary key (tenant_id, id),
    constraint visit_steps_visit foreign key (tenant_id, visit_id) references visits (tenant_id, id) on delete cascade
);
create index visit_steps_visit on visit_steps (tenant_id, visit_id, id);

alter table visits enable row level security;
alter table visits force row level security;
alter table visit_steps enable row level security;
alter table visit_steps force row level security;
create policy tenant on visits for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on visits for all to app_operator using (true) with check (true);
create policy tenant on visit_steps for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on visit_steps for all to app_operator using (true) with check (true);

grant select on visits to app_tenant;
grant select, insert on visit_steps to app_tenant;
grant select, insert, update (ended_at) on visits to app_operator;
grant select on visit_steps to app_operator;
