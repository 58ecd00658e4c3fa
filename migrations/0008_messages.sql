-- Mails to leads: the lanes that they leave by, what became of each, who is not to be written to any more, and what the
-- whole machine knows of its account at SES.

-- How far a lead is in a sequence. What is 'sending' waits for what becomes of its mail.
alter table enrolments
    add column state text not null default 'waiting',
    -- The step that is to be sent next, from 1.
    add column next_step smallint not null default 1,
    -- When it is due, in business time; null: as soon as a lane is free.
    add column due_at timestamptz,
    -- The mailbox that writes to this lead, from the first mail on.
    add column mailbox_id uuid,
    add column stopped_for text,
    add column stopped_at timestamptz,
    add constraint enrolments_state check (state in ('waiting', 'sending', 'active', 'finished', 'stopped')),
    add constraint enrolments_stopped check ((state = 'stopped') = (stopped_for is not null)),
    add constraint enrolments_stopped_for check (stopped_for in ('hard_bounce', 'complaint', 'opt_out', 'manual', 'refused', 'unknown')),
    add constraint enrolments_mailbox foreign key (tenant_id, mailbox_id) references mailboxes (tenant_id, id) on delete restrict;
-- First mails, by source: a paused source is passed over whole.
create index enrolments_waiting on enrolments (tenant_id, sequence_id, source_id, lead_id)
    where state = 'waiting' and problem is null;
create index enrolments_active on enrolments (tenant_id, mailbox_id, sequence_id, due_at)
    where state = 'active' and problem is null;

-- A mailbox is a lane: one mail at a time, at its own pace.
create table lanes (
    tenant_id uuid not null,
    mailbox_id uuid not null,
    -- When the worker looks at it again, in business time.
    due_at timestamptz,
    -- Not before this: the gap behind the last mail, in business time.
    next_send_at timestamptz,
    -- Why nothing left at the last look; null: a mail did.
    waits_for text,
    looked_at timestamptz,
    primary key (tenant_id, mailbox_id),
    constraint lanes_mailbox foreign key (tenant_id, mailbox_id) references mailboxes (tenant_id, id) on delete cascade
) with (fillfactor = 70);
create index lanes_due on lanes (due_at, tenant_id) where due_at is not null;

-- Why a part of a tenant's lane stands still. Causes are independent.
create table part_pauses (
    tenant_id uuid not null,
    id uuid not null,
    part text not null,
    part_id uuid not null,
    cause text not null,
    reason text not null,
    paused_at timestamptz not null,
    -- Null: the machine.
    paused_by uuid,
    resumed_at timestamptz,
    resumed_by uuid,
    primary key (tenant_id, id),
    constraint part_pauses_tenant foreign key (tenant_id) references tenants (tenant_id) on delete cascade,
    constraint part_pauses_part check (part in ('domain', 'mailbox', 'source')),
    constraint part_pauses_cause check (cause in ('health', 'owner'))
);
create unique index part_pauses_live on part_pauses (tenant_id, part, part_id, cause) where resumed_at is null;

-- One mail to one lead. It stands here before it is given to SES.
create table messages (
    tenant_id uuid not null,
    id uuid not null,
    mailbox_id uuid not null,
    sequence_id uuid not null,
    lead_id uuid not null,
    source_id uuid not null,
    step smallint not null,
    -- A step whose mail was definitely not taken is tried again as another message.
    attempt smallint not null,
    recipient text not null,
    -- Goes to Amazon's simulator: counts in no rate.
    is_simulated boolean not null,
    -- A rank (rules: messages, state): what comes late can only raise it.
    state smallint not null,
    -- Business time, and the mailbox's local day: what its cap counts.
    claimed_at timestamptz not null,
    sent_on date not null,
    -- When the next step is due once this one has left; null: it is the last.
    next_due_at timestamptz,
    ses_id text,
    -- The recipient's mail provider, by its mail exchangers.
    provider text,
    -- It was given back after SES had answered with an error of its own and nothing was heard since: done once a step.
    was_given_up boolean not null default false,
    trouble text,
    delivered_at timestamptz,
    bounced_at timestamptz,
    complained_at timestamptz,
    opted_out_at timestamptz,
    primary key (tenant_id, id),
    constraint messages_mailbox foreign key (tenant_id, mailbox_id) references mailboxes (tenant_id, id) on delete restrict,
    constraint messages_sequence foreign key (tenant_id, sequence_id) references sequences (tenant_id, id) on delete restrict,
    constraint messages_lead foreign key (tenant_id, lead_id) references leads (tenant_id, id) on delete restrict,
    constraint messages_source foreign key (tenant_id, source_id) references lead_sources (tenant_id, id) on delete restrict,
    constraint messages_state check (state between 0 and 9),
    constraint messages_once unique (tenant_id, sequence_id, lead_id, step, attempt)
) with (fillfactor = 80);
create index messages_by_mailbox on messages (tenant_id, mailbox_id, sent_on);
create index messages_by_day on messages (tenant_id, sent_on);
create index messages_by_lead on messages (tenant_id, lead_id);

create table message_texts (
    tenant_id uuid not null,
    message_id uuid not null,
    subject text not null,
    -- As the recipient reads it, without the secret of the way out.
    body text not null,
    primary key (tenant_id, message_id),
    constraint message_texts_message foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade
);

-- Messages of which it is not known yet whether SES took them. Times are machine time.
create table unsettled_messages (
    tenant_id uuid not null,
    message_id uuid not null,
    since timestamptz not null,
    -- SES said 5xx: it may be tried once more when nothing is heard.
    may_go_back boolean not null,
    trouble text,
    trouble_at timestamptz,
    due_at timestamptz,
    lease_until timestamptz,
    attempts bigint not null,
    primary key (tenant_id, message_id),
    constraint unsettled_messages_message foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade
);
create index unsettled_messages_due on unsettled_messages (due_at, tenant_id) where due_at is not null;

-- What SES told of a message, each fact once.
create table message_events (
    tenant_id uuid not null,
    message_id uuid not null,
    key text not null,
    kind text not null,
    detail text,
    at timestamptz,
    received_at timestamptz not null,
    primary key (tenant_id, message_id, key),
    constraint message_events_message foreign key (tenant_id, message_id) references messages (tenant_id, id) on delete cascade
);

-- Who is not to be written to any more: an address, or a whole domain as '@domain'. Each reason is kept for itself.
create table suppressions (
    tenant_id uuid not null,
    address_key text not null,
    reason text not null,
    since timestamptz not null,
    message_id uuid,
    primary key (tenant_id, address_key, reason),
    constraint suppressions_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict,
    constraint suppressions_reason check (reason in ('hard_bounce', 'complaint', 'opt_out', 'manual'))
);

-- Every way out that was ever sent. It outlives message and lead.
create table opt_out_links (
    tenant_id uuid not null,
    token_hash bytea not null,
    email_key text not null,
    message_id uuid not null,
    made_at timestamptz not null,
    primary key (tenant_id, token_hash),
    constraint opt_out_links_tenant foreign key (tenant_id) references tenants (tenant_id) on delete restrict
);

-- Global from here on: no tenant's data, or not known yet whose.

-- What came over the wire, as it came; each notification once.
create table event_inbox (
    id text primary key,
    body text not null,
    received_at timestamptz not null,
    applied_at timestamptz,
    -- Why nothing could be done with it.
    trouble text
);
create index event_inbox_new on event_inbox (received_at) where applied_at is null;
create index event_inbox_applied_at on event_inbox (applied_at) where applied_at is not null;

-- The account at SES in one region, as last read, and whether the event stream is alive.
create table ses_account (
    region text primary key,
    rate_a_second bigint not null,
    quota_a_day bigint not null,
    sent_today bigint not null,
    may_send boolean not null,
    enforcement text not null,
    read_at timestamptz not null,
    -- Nothing is sent before this, and why.
    held_until timestamptz,
    hold text,
    events_polled_at timestamptz,
    event_received_at timestamptz
);

-- How many mails of one second are given away to processes.
create table account_tokens (
    region text not null,
    second bigint not null,
    granted bigint not null,
    primary key (region, second)
);

create table provider_cache (
    domain text primary key,
    provider text not null,
    looked_at timestamptz not null
);

-- How far business time is ahead of the machine's: the sandbox's buttons move it.
create table business_clock (
    id smallint primary key,
    ahead_secs bigint not null,
    constraint business_clock_one check (id = 1)
);
insert into business_clock (id, ahead_secs) values (1, 0);

alter table lanes enable row level security;
alter table lanes force row level security;
alter table part_pauses enable row level security;
alter table part_pauses force row level security;
alter table messages enable row level security;
alter table messages force row level security;
alter table message_texts enable row level security;
alter table message_texts force row level security;
alter table unsettled_messages enable row level security;
alter table unsettled_messages force row level security;
alter table message_events enable row level security;
alter table message_events force row level security;
alter table suppressions enable row level security;
alter table suppressions force row level security;
alter table opt_out_links enable row level security;
alter table opt_out_links force row level security;

create policy tenant on lanes for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on lanes for all to app_operator using (true) with check (true);
create policy tenant on part_pauses for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on part_pauses for all to app_operator using (true) with check (true);
create policy tenant on messages for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on messages for all to app_operator using (true) with check (true);
create policy tenant on message_texts for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on message_texts for all to app_operator using (true) with check (true);
create policy tenant on unsettled_messages for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on unsettled_messages for all to app_operator using (true) with check (true);
create policy tenant on message_events for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on message_events for all to app_operator using (true) with check (true);
create policy tenant on suppressions for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on suppressions for all to app_operator using (true) with check (true);
create policy tenant on opt_out_links for all to app_tenant
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy operator on opt_out_links for all to app_operator using (true) with check (true);
create policy worker on lanes for select to app_worker using (true);
create policy worker on unsettled_messages for select to app_worker using (true);

grant update (state, next_step, due_at, mailbox_id, stopped_for, stopped_at) on enrolments to app_tenant;
grant select, insert, update (due_at, next_send_at, waits_for, looked_at) on lanes to app_tenant;
grant select, insert, update (resumed_at, resumed_by) on part_pauses to app_tenant;
grant select, insert on messages, message_texts, message_events, suppressions, opt_out_links to app_tenant;
grant update (state, ses_id, provider, was_given_up, trouble, delivered_at, bounced_at, complained_at, opted_out_at)
    on messages to app_tenant;
grant select, insert, delete, update (may_go_back, trouble, trouble_at, due_at, lease_until, attempts)
    on unsettled_messages to app_tenant;

grant select on business_clock to app_tenant, app_worker, app_accounts, app_operator;
grant update (ahead_secs) on business_clock to app_accounts;

grant select (tenant_id, due_at) on lanes to app_worker;
grant select (tenant_id, due_at, lease_until) on unsettled_messages to app_worker;
grant select, insert, delete, update (applied_at, trouble) on event_inbox to app_worker;
grant select, insert, update on ses_account to app_worker;
grant select, insert, delete, update (granted) on account_tokens to app_worker;
grant select, insert, update (provider, looked_at) on provider_cache to app_worker;

-- The operator sees how mail goes, not what it says nor to whom; and wakes lanes when a pause is lifted.
grant select, update (due_at) on lanes to app_operator;
grant select on part_pauses, unsettled_messages to app_operator;
grant select (tenant_id, id, mailbox_id, sequence_id, source_id, step, attempt, is_simulated, state, claimed_at, sent_on,
    ses_id, provider, was_given_up, trouble, delivered_at, bounced_at, complained_at, opted_out_at) on messages to app_operator;
grant select (id, received_at, applied_at, trouble) on event_inbox to app_operator;
grant select on ses_account to app_operator;
