-- Teams, who belongs to them, who is invited, and the platform's own mail. From here on files are only added.

create table tenants (
    tenant_id uuid primary key,
    name text not null,
    slug text not null,
    created_at timestamptz not null
);

-- Global: a slug is taken once over all tenants, and stays taken.
create table tenant_slugs (
    slug text primary key,
    holder uuid not null,
    created_at timestamptz not null
);

-- The name and the address are those shown in this tenant: it has no other way to see people.
create table memberships (
    tenant_id uuid not null,
    user_id uuid not null,
    role text not null,
    name text not null,
    email text not null,
    email_key text not null generated always as (lower(email)) stored,
    created_at timestamptz not null,
    primary key (tenant_id, user_id),
    constraint memberships_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint memberships_user foreign key (user_id) references users (id) on delete restrict,
    constraint memberships_role check (role in ('owner', 'admin', 'member', 'viewer'))
);
create index memberships_by_user on memberships (user_id);

create table invitations (
    tenant_id uuid not null,
    id uuid not null,
    email text not null,
    email_key text not null generated always as (lower(email)) stored,
    role text not null,
    token_hash bytea not null,
    -- Null: the platform, for a tenant's owner.
    invited_by uuid,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by uuid,
    withdrawn_at timestamptz,
    primary key (tenant_id, id),
    constraint invitations_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint invitations_token unique (tenant_id, token_hash),
    constraint invitations_role check (role in ('owner', 'admin', 'member', 'viewer'))
);
-- One open invitation a person and team.
create unique index invitations_open on invitations (tenant_id, email_key)
    where accepted_at is null and withdrawn_at is null;

-- Mail of the platform itself. It waits here until it can leave.
create table platform_mail (
    id uuid primary key,
    about_tenant uuid,
    created_at timestamptz not null,
    recipient text not null,
    subject text not null,
    body text not null
);
create index platform_mail_created_at on platform_mail (created_at desc);

alter table tenants enable row level security;
alter table tenants force row level security;
alter table memberships enable row level security;
alter table memberships force row level security;
alter table invitations enable row level security;
alter table invitations force row level security;

create policy tenant on tenants for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy accounts on tenants for all to app_accounts using (true) with check (true);
create policy operator on tenants for all to app_operator using (true) with check (true);

create policy tenant on memberships for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy accounts on memberships for all to app_accounts using (true) with check (true);
create policy operator on memberships for all to app_operator using (true) with check (true);

create policy tenant on invitations for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy accounts on invitations for all to app_accounts using (true) with check (true);
create policy operator on invitations for all to app_operator using (true) with check (true);

grant select on tenants to app_tenant;
grant select, update (role), delete on memberships to app_tenant;
grant select, insert, update (withdrawn_at) on invitations to app_tenant;
grant insert on platform_mail to app_tenant;

grant select on tenants, tenant_slugs to app_accounts;
grant select, insert on memberships to app_accounts;
grant select, update (accepted_at, accepted_by) on invitations to app_accounts;
grant insert on platform_mail to app_accounts;

grant select, insert on tenants to app_operator;
grant select, insert on tenant_slugs to app_operator;
grant select on memberships to app_operator;
grant select, insert, update (withdrawn_at) on invitations to app_operator;
grant select, insert on platform_mail to app_operator;
