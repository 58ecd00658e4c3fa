-- Answers: mail that came in for our reply domain, and what it is about.

-- What the addresses that answers come back to are signed with. One row, the same for all processes.
create table reply_key (
    id smallint primary key,
    key bytea not null,
    made_at timestamptz not null,
    constraint reply_key_one check (id = 1)
);

-- A mail that arrived, by SES's id of it. It lies in S3; what is read of it here is for mails that are nobody's.
create table inbound_mail (
    id text primary key,
    bucket text not null,
    object_key text not null,
    recipients text[] not null,
    is_spam boolean not null,
    has_virus boolean not null,
    received_at timestamptz not null,
    -- Null: not read yet.
    read_at timestamptz,
    -- Whose it is; null: nobody's, or not known yet.
    about_tenant uuid,
    from_address text,
    subject text,
    body text,
    trouble text,
    trouble_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null
);
create index inbound_mail_due on inbound_mail (due_at) where due_at is not null;
-- What an operator looks for, and what is forgotten.
create index inbound_mail_nobodys on inbound_mail (received_at) where about_tenant is null;
create index inbound_mail_read_at on inbound_mail (read_at) where about_tenant is not null;

create table replies (
    tenant_id uuid not null,
    id uuid not null,
    -- SES's id of the mail that came in.
    inbound_id text not null,
    -- The mail of ours that it answers.
    message_id uuid not null,
    lead_id uuid not null,
    received_at timestamptz not null,
    -- By the address that it came to, or by the thread that it names.
    matched_by text not null,
    class text not null,
    from_name text not null,
    from_address text not null,
    subject text not null,
    body text not null,
    quoted text not null,
    -- [{name, media_type, bytes}]: names only, their content stays in S3.
    attachments jsonb not null,
    is_spam boolean not null,
    has_virus boolean not null,
    primary key (tenant_id, id),
    constraint replies_message foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade,
    constraint replies_lead foreign key (tenant_id, lead_id) references leads (tenant_id, id) on delete cascade,
    constraint replies_once unique (tenant_id, inbound_id),
    constraint replies_matched_by check (matched_by in ('address', 'thread')),
    constraint replies_class check (class in ('person', 'remove_me', 'absence', 'automatic', 'bounce', 'complaint'))
);
create index replies_by_lead on replies (tenant_id, lead_id, id);
create index replies_by_message on replies (tenant_id, message_id);

-- When a person answered, in business time.
alter table messages add column answered_at timestamptz;
alter table enrolments drop constraint enrolments_stopped_for,
    add constraint enrolments_stopped_for check (stopped_for in (
        'hard_bounce', 'complaint', 'opt_out', 'soft_bounces', 'manual', 'refused', 'unknown', 'replied'));

alter table replies enable row level security;
alter table replies force row level security;
create policy tenant on replies for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on replies for all to app_operator using (true) with check (true);
-- Whose lead somebody is who answers to an address without our token.
create policy worker on tenants for select to app_worker using (true);
create policy worker on leads for select to app_worker using (true);

grant select, insert on replies to app_tenant;
grant update (answered_at) on messages to app_tenant;

grant select, insert on reply_key to app_worker;
grant select, insert, delete on inbound_mail to app_worker;
grant update (read_at, about_tenant, from_address, subject, body, trouble, trouble_at, due_at, lease_until, attempts)
    on inbound_mail to app_worker;
grant select (tenant_id) on tenants to app_worker;
grant select (tenant_id, email_key) on leads to app_worker;

-- The operator reads what is nobody's, and of the others only that they came.
grant select on inbound_mail to app_operator;
grant select (tenant_id, id, message_id, received_at, matched_by, class, is_spam, has_virus) on replies to app_operator;
grant select (answered_at) on messages to app_operator;
