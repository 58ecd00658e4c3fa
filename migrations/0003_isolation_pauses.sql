-- Why a tenant's lane stands still. Causes are independent: lifting one never lifts another.

create table pauses (
    tenant_id uuid not null,
    id uuid not null,
    cause text not null,
    reason text not null,
    paused_at timestamptz not null,
    -- The operator or member who did it; null: the machine.
    paused_by uuid,
    resumed_at timestamptz,
    resumed_by uuid,
    resume_reason text,
    primary key (tenant_id, id),
    constraint pauses_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint pauses_cause check (cause in ('operator', 'health', 'aws', 'owner', 'billing')),
    constraint pauses_resumed check ((resumed_at is null) = (resume_reason is null))
);
create unique index pauses_live on pauses (tenant_id, cause) where resumed_at is null;

alter table pauses enable row level security;
alter table pauses force row level security;

create policy tenant on pauses for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on pauses for all to app_operator using (true) with check (true);

grant select on pauses to app_tenant;
grant select, insert, update (resumed_at, resumed_by, resume_reason) on pauses to app_operator;
