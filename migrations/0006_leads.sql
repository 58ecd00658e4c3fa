-- Leads, where they come from, and the files that they come in.

-- A source: where leads come from and on what basis they may be written to. Made by the import that brings them.
create table lead_sources (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    basis text not null,
    note text not null,
    created_at timestamptz not null,
    created_by uuid not null,
    primary key (tenant_id, id),
    constraint lead_sources_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
    constraint lead_sources_basis check (basis in ('consent', 'customer', 'legitimate_interest'))
);
create unique index lead_sources_name on lead_sources (tenant_id, name);

create table leads (
    tenant_id uuid not null,
    id uuid not null,
    email text not null,
    -- The form in which two spellings of one address are equal.
    email_key text not null generated always as (lower(email)) stored,
    -- Texts by the name of the field, as they came.
    fields jsonb not null,
    added_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (tenant_id, id),
    constraint leads_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict
);
create unique index leads_email on leads (tenant_id, email_key);
create index leads_email_prefix on leads (tenant_id, email_key text_pattern_ops);

-- Which source brought a lead, and in which row of its file. A lead may come from several.
create table lead_origins (
    tenant_id uuid not null,
    source_id uuid not null,
    lead_id uuid not null,
    row_number bigint not null,
    added_at timestamptz not null,
    primary key (tenant_id, source_id, lead_id),
    constraint lead_origins_source foreign key (tenant_id, source_id) references lead_sources (tenant_id, id) on delete restrict,
    constraint lead_origins_lead foreign key (tenant_id, lead_id) references leads (tenant_id, id) on delete cascade
);
create index lead_origins_lead_id on lead_origins (tenant_id, lead_id);

-- The fields that leads of a tenant can have besides their address: what a template may name.
create table lead_fields (
    tenant_id uuid not null,
    name text not null,
    label text not null,
    added_at timestamptz not null,
    primary key (tenant_id, name),
    constraint lead_fields_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict
);

-- One file on its way in. Where it stands and what it brought is written in the transaction that takes its rows in.
create table lead_imports (
    tenant_id uuid not null,
    id uuid not null,
    stage text not null,
    file_name text not null,
    bytes bigint not null,
    created_at timestamptz not null,
    created_by uuid not null,
    -- How it is read: proposed when it has arrived, settled when the import begins.
    encoding text,
    delimiter text,
    -- The record that holds the headings, from 0; null: there are none.
    header bigint,
    -- What each column becomes, in order; set when the import begins.
    targets text[],
    headings text[],
    take_roles boolean not null,
    update_known boolean not null,
    source_id uuid,
    started_at timestamptz,
    finished_at timestamptz,
    -- Where to go on: the first byte and the number of the next record.
    next_byte bigint not null,
    next_row bigint not null,
    -- What it brought: leads that were new, leads that were there, and rows that were refused.
    added bigint not null,
    known bigint not null,
    refused bigint not null,
    trouble text,
    trouble_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    primary key (tenant_id, id),
    constraint lead_imports_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
    constraint lead_imports_source foreign key (tenant_id, source_id) references lead_sources (tenant_id, id) on delete restrict,
    constraint lead_imports_stage check (stage in ('arriving', 'arrived', 'importing', 'done', 'cancelled', 'discarded'))
);
create index lead_imports_due on lead_imports (due_at, tenant_id) where due_at is not null;
create index lead_imports_source_id on lead_imports (tenant_id, source_id);

-- The file, in pieces, until it has been taken in.
create table lead_file_pieces (
    tenant_id uuid not null,
    import_id uuid not null,
    number int not null,
    content bytea not null,
    primary key (tenant_id, import_id, number),
    constraint lead_file_pieces_import foreign key (tenant_id, import_id) references lead_imports (tenant_id, id) on delete cascade
);

create table refused_rows (
    tenant_id uuid not null,
    import_id uuid not null,
    row_number bigint not null,
    reason text not null,
    sentence text not null,
    cells text[] not null,
    primary key (tenant_id, import_id, row_number),
    constraint refused_rows_import foreign key (tenant_id, import_id) references lead_imports (tenant_id, id) on delete cascade
);

alter table lead_sources enable row level security;
alter table lead_sources force row level security;
alter table leads enable row level security;
alter table leads force row level security;
alter table lead_origins enable row level security;
alter table lead_origins force row level security;
alter table lead_fields enable row level security;
alter table lead_fields force row level security;
alter table lead_imports enable row level security;
alter table lead_imports force row level security;
alter table lead_file_pieces enable row level security;
alter table lead_file_pieces force row level security;
alter table refused_rows enable row level security;
alter table refused_rows force row level security;

create policy tenant on lead_sources for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on lead_sources for all to app_operator using (true) with check (true);
create policy tenant on leads for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on leads for all to app_operator using (true) with check (true);
create policy tenant on lead_origins for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on lead_origins for all to app_operator using (true) with check (true);
create policy tenant on lead_fields for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on lead_fields for all to app_operator using (true) with check (true);
create policy tenant on lead_imports for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on lead_imports for all to app_operator using (true) with check (true);
create policy tenant on lead_file_pieces for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on lead_file_pieces for all to app_operator using (true) with check (true);
create policy tenant on refused_rows for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on refused_rows for all to app_operator using (true) with check (true);
create policy worker on lead_imports for select to app_worker using (true);

grant select, insert on lead_sources, lead_origins, lead_fields, refused_rows to app_tenant;
grant select, insert, update (fields, changed_at) on leads to app_tenant;
grant select, insert, delete on lead_file_pieces to app_tenant;
grant select, insert on lead_imports to app_tenant;
grant update (stage, bytes, encoding, delimiter, header, targets, headings, take_roles, update_known, source_id,
    started_at, finished_at, next_byte, next_row, added, known, refused, trouble, trouble_at, due_at, lease_until, attempts)
    on lead_imports to app_tenant;

grant select (tenant_id, due_at, lease_until) on lead_imports to app_worker;

-- The operator sees that there are leads and how imports went, not who the leads are.
grant select (tenant_id, id, name, basis, created_at) on lead_sources to app_operator;
grant select (tenant_id, id) on leads to app_operator;
grant select (tenant_id, id, stage, bytes, created_at, started_at, finished_at, added, known, refused, trouble, trouble_at)
    on lead_imports to app_operator;
