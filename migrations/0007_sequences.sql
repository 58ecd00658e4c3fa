-- Sequences: what is written to whom and when; and what a team says of itself in every mail.

create table tenant_settings (
    tenant_id uuid primary key,
    -- Stands under every mail; nothing is sent without one.
    postal_address text not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint tenant_settings_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict
);

create table sequences (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    created_at timestamptz not null,
    created_by uuid not null,
    -- Goes up with every change to its steps: what was found out about a lead holds for one version.
    version bigint not null,
    started_at timestamptz,
    started_by uuid,
    paused_at timestamptz,
    paused_by uuid,
    trouble text,
    trouble_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    primary key (tenant_id, id),
    constraint sequences_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict
);
create unique index sequences_name on sequences (tenant_id, name);
create index sequences_due on sequences (due_at, tenant_id) where due_at is not null;

create table sequence_steps (
    tenant_id uuid not null,
    sequence_id uuid not null,
    -- From 1, without gaps.
    number smallint not null,
    -- Sending days after the step before; 0 for the first.
    delay_days smallint not null,
    -- Templates. An empty subject: in the thread of the step before.
    subject text not null,
    body text not null,
    changed_at timestamptz not null,
    primary key (tenant_id, sequence_id, number),
    constraint sequence_steps_sequence foreign key (tenant_id, sequence_id) references sequences (tenant_id, id) on delete cascade
);

create table sequence_mailboxes (
    tenant_id uuid not null,
    sequence_id uuid not null,
    mailbox_id uuid not null,
    primary key (tenant_id, sequence_id, mailbox_id),
    constraint sequence_mailboxes_sequence foreign key (tenant_id, sequence_id) references sequences (tenant_id, id) on delete cascade,
    constraint sequence_mailboxes_mailbox foreign key (tenant_id, mailbox_id) references mailboxes (tenant_id, id) on delete restrict
);
create index sequence_mailboxes_mailbox_id on sequence_mailboxes (tenant_id, mailbox_id);

-- A source whose leads are to be in the sequence. The worker puts them in, some at a time.
create table sequence_sources (
    tenant_id uuid not null,
    sequence_id uuid not null,
    source_id uuid not null,
    added_at timestamptz not null,
    added_by uuid not null,
    -- The last lead that was put in; null: none yet.
    after_lead uuid,
    done_at timestamptz,
    primary key (tenant_id, sequence_id, source_id),
    constraint sequence_sources_sequence foreign key (tenant_id, sequence_id) references sequences (tenant_id, id) on delete cascade,
    constraint sequence_sources_source foreign key (tenant_id, source_id) references lead_sources (tenant_id, id) on delete restrict
);

-- One lead in one sequence.
create table enrolments (
    tenant_id uuid not null,
    sequence_id uuid not null,
    lead_id uuid not null,
    -- The source through which the lead came in.
    source_id uuid not null,
    added_at timestamptz not null,
    -- The version of the sequence for which the two below hold.
    checked_version bigint not null,
    -- What keeps a mail from being written: a sentence that names the fields.
    problem text,
    -- What a person might want to look at before.
    warning text,
    primary key (tenant_id, sequence_id, lead_id),
    constraint enrolments_sequence foreign key (tenant_id, sequence_id) references sequences (tenant_id, id) on delete cascade,
    constraint enrolments_lead foreign key (tenant_id, lead_id) references leads (tenant_id, id) on delete cascade,
    constraint enrolments_source foreign key (tenant_id, source_id) references lead_sources (tenant_id, id) on delete restrict
);
create index enrolments_lead_id on enrolments (tenant_id, lead_id);
create index enrolments_version on enrolments (tenant_id, sequence_id, checked_version);
create index enrolments_problem on enrolments (tenant_id, sequence_id, lead_id) where problem is not null;
create index enrolments_warning on enrolments (tenant_id, sequence_id, lead_id) where warning is not null;

alter table tenant_settings enable row level security;
alter table tenant_settings force row level security;
create policy tenant on tenant_settings for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on tenant_settings for all to app_operator using (true) with check (true);
alter table sequences enable row level security;
alter table sequences force row level security;
create policy tenant on sequences for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on sequences for all to app_operator using (true) with check (true);
alter table sequence_steps enable row level security;
alter table sequence_steps force row level security;
create policy tenant on sequence_steps for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on sequence_steps for all to app_operator using (true) with check (true);
alter table sequence_mailboxes enable row level security;
alter table sequence_mailboxes force row level security;
create policy tenant on sequence_mailboxes for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on sequence_mailboxes for all to app_operator using (true) with check (true);
alter table sequence_sources enable row level security;
alter table sequence_sources force row level security;
create policy tenant on sequence_sources for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on sequence_sources for all to app_operator using (true) with check (true);
alter table enrolments enable row level security;
alter table enrolments force row level security;
create policy tenant on enrolments for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on enrolments for all to app_operator using (true) with check (true);
create policy worker on sequences for select to app_worker using (true);

grant select, insert, update (postal_address, changed_at, changed_by) on tenant_settings to app_tenant;
grant select, insert on sequences to app_tenant;
grant update (name, version, started_at, started_by, paused_at, paused_by, trouble, trouble_at, due_at, lease_until, attempts)
    on sequences to app_tenant;
grant select, insert, delete, update (number, delay_days, subject, body, changed_at) on sequence_steps to app_tenant;
grant select, insert, delete on sequence_mailboxes to app_tenant;
grant select, insert, update (after_lead, done_at) on sequence_sources to app_tenant;
grant select, insert, delete, update (checked_version, problem, warning) on enrolments to app_tenant;

grant select (tenant_id, due_at, lease_until) on sequences to app_worker;

grant select (tenant_id, id, name, created_at, started_at, paused_at, trouble, trouble_at) on sequences to app_operator;
grant select (tenant_id, sequence_id, lead_id) on enrolments to app_operator;
