-- Health: how recipients take what leaves. What is bad stops by itself, the smallest part that explains it first, and each
-- stop is an incident that keeps its numbers.

-- One row a tenant with bad news: whoever judges it holds it, so that two who bring some at once see each other's.
create table tenant_health (
    tenant_id uuid not null,
    judged_at timestamptz not null,
    primary key (tenant_id),
    constraint tenant_health_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
);

-- A pause by the machine or the operator, from its first moment to its last. Times are business time but where it is said.
create table incidents (
    tenant_id uuid not null,
    id uuid not null,
    -- What stood still, and how it was called then. Of the whole tenant the id is its own.
    part text not null,
    part_id uuid not null,
    part_name text not null,
    cause text not null,
    reason text not null,
    -- What was judged: which measure, over how long a time, by a rate or by a ceiling; null: a person, or Amazon.
    measure text,
    span text,
    judged_by text,
    sends bigint,
    bad bigint,
    -- The mails that were judged were claimed after this, and at the latest then.
    judged_from timestamptz,
    judged_until timestamptz,
    -- Of the event that crossed the line, in machine time: when it came out of the queue, and when the pause stood.
    event_received_at timestamptz,
    event_message_id uuid,
    paused_at timestamptz not null,
    -- The operator or member; null: the machine.
    opened_by uuid,
    opened_at timestamptz not null,
    -- Who was written to.
    told text[] not null,
    letter_ids uuid[] not null,
    closed_at timestamptz,
    closed_by uuid,
    close_reason text,
    primary key (tenant_id, id),
    constraint incidents_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint incidents_part check (part in ('tenant', 'source', 'mailbox', 'sequence', 'domain')),
    constraint incidents_cause check (cause in ('health', 'operator', 'aws')),
    constraint incidents_measure check (measure in ('hard_bounces', 'complaints')),
    constraint incidents_span check (span in ('hour', 'day')),
    constraint incidents_judged_by check (judged_by in ('rate', 'ceiling')),
    constraint incidents_judged check ((measure is null) = (sends is null) and (measure is null) = (judged_from is null)),
    constraint incidents_closed check ((closed_at is null) = (close_reason is null))
);
create unique index incidents_open on incidents (tenant_id, part, part_id, cause) where closed_at is null;
create index incidents_newest on incidents (opened_at desc, tenant_id, id);

-- What health judges: few among many, and whatever else becomes of a mail does not touch it.
create index messages_bad on messages (tenant_id, claimed_at) where bounced_at is not null or complained_at is not null;

alter table part_pauses drop constraint part_pauses_part,
    add constraint part_pauses_part check (part in ('domain', 'mailbox', 'source', 'sequence')),
    add column resume_reason text;

alter table tenant_health enable row level security;
alter table tenant_health force row level security;
alter table incidents enable row level security;
alter table incidents force row level security;
create policy tenant on tenant_health for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on tenant_health for all to app_operator using (true) with check (true);
create policy tenant on incidents for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on incidents for all to app_operator using (true) with check (true);

grant select, insert, update (judged_at) on tenant_health to app_tenant;
grant select, insert, update (closed_at, closed_by, close_reason) on incidents to app_tenant, app_operator;
-- The machine pauses a whole tenant, and lifts what Amazon has lifted.
grant insert, update (resumed_at, resumed_by, resume_reason) on pauses to app_tenant;
grant update (resume_reason) on part_pauses to app_tenant;

-- How a tenant stands at SES, as last read back; what we have told it to refuse stands there as well.
alter table ses_tenants
    -- SES refuses its mail because we said so: nothing leaves until it was told otherwise and said that back.
    add column is_held boolean not null default false,
    -- What we said, what Amazon says and why, and what follows from both, in SES's words.
    add column our_status text,
    add column aws_status text,
    add column aws_cause text,
    add column sending_status text;

-- What Amazon finds about a tenant, as last read.
create table ses_findings (
    tenant_id uuid not null,
    kind text not null,
    impact text not null,
    status text not null,
    description text not null,
    found_at timestamptz,
    read_at timestamptz not null,
    primary key (tenant_id, kind),
    constraint ses_findings_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade
);
alter table ses_findings enable row level security;
alter table ses_findings force row level security;
create policy tenant on ses_findings for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on ses_findings for all to app_operator using (true) with check (true);

grant update (is_held, our_status, aws_status, aws_cause, sending_status) on ses_tenants to app_tenant;
grant select (arn, sending_status) on ses_tenants to app_worker;
grant select, insert, delete on ses_findings to app_tenant;
grant select on ses_findings to app_operator;
