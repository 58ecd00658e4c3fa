-- The platform's own mail leaves through Amazon SES as well, by a tenant there that is nobody's but the platform's.

-- What it leaves from, as the worker last read it back. One row a region.
create table platform_sender (
    region text primary key,
    address text not null,
    may_send boolean not null,
    -- What has to stand in DNS; null: SES has not told yet.
    dkim_tokens text[],
    dkim_zone text,
    read_at timestamptz,
    trouble text,
    trouble_at timestamptz,
    due_at timestamptz not null,
    lease_until timestamptz
);

-- States are ranks, the same as those of messages; 0: it waits.
alter table platform_mail
    add column state smallint not null default 0,
    add column ses_id text,
    add column trouble text,
    add column changed_at timestamptz,
    add column due_at timestamptz,
    add column lease_until timestamptz,
    add column attempts bigint not null default 0;
create index platform_mail_due on platform_mail (due_at) where due_at is not null;
-- What waited so far leaves now; what is too old for its link is written off by the worker.
update platform_mail set due_at = created_at;

grant select, insert, update on platform_sender to app_worker;
grant select on platform_sender to app_operator;
grant select on platform_mail to app_worker;
grant update (state, ses_id, trouble, changed_at, due_at, lease_until, attempts) on platform_mail to app_worker;

-- What an operator looks for among many.
create index event_inbox_trouble on event_inbox (received_at) where trouble is not null;
create index messages_unknown on messages (tenant_id) where state in (2, 3);
