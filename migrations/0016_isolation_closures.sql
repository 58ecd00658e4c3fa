-- A team is closed: nothing of it leaves from that moment on; after a period of grace what it has at SES is taken down.

create table closures (
    tenant_id uuid not null,
    id uuid not null,
    reason text not null,
    -- Business time, as are all times here that people wait for.
    asked_at timestamptz not null,
    asked_by uuid not null,
    -- Until then it can be kept.
    ends_at timestamptz not null,
    kept_at timestamptz,
    kept_by uuid,
    keep_reason text,
    -- Since when it is being taken down.
    begun_at timestamptz,
    -- How many addresses were taken over from its suppression list at SES.
    taken_over bigint,
    -- SES has said that nothing is left.
    done_at timestamptz,
    primary key (tenant_id, id),
    constraint closures_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint closures_kept check ((kept_at is null) = (keep_reason is null)),
    constraint closures_one_end check (kept_at is null or begun_at is null),
    constraint closures_done check (done_at is null or begun_at is not null)
);
create unique index closures_live on closures (tenant_id) where kept_at is null;
create index closures_ends on closures (ends_at, tenant_id) where kept_at is null and begun_at is null;

alter table pauses drop constraint pauses_cause,
    add constraint pauses_cause check (cause in ('operator', 'health', 'aws', 'owner', 'billing', 'closing'));

alter table closures enable row level security;
alter table closures force row level security;
create policy tenant on closures for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on closures for all to app_operator using (true) with check (true);
create policy worker on closures for select to app_worker using (true);

grant select, update (begun_at, taken_over, done_at) on closures to app_tenant;
grant select, insert, update (kept_at, kept_by, keep_reason) on closures to app_operator;
grant select (tenant_id, ends_at, kept_at, begun_at, done_at) on closures to app_worker;
