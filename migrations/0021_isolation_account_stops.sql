-- The account at SES is under review, or was shut down by Amazon: every team's lane stands still, as one incident. Global.

create table account_stops (
    id uuid primary key,
    region text not null,
    -- Amazon's word, as read last, and whether it takes mail at all.
    enforcement text not null,
    may_send boolean not null,
    -- Machine time, as is all here.
    opened_at timestamptz not null,
    -- Operators that were written to.
    told text[] not null,
    letter_ids uuid[] not null,
    -- An operator lets mail leave although Amazon is not content.
    allowed_at timestamptz,
    allowed_by uuid,
    allow_reason text,
    -- Amazon is content again.
    ended_at timestamptz,
    constraint account_stops_allowed check ((allowed_at is null) = (allow_reason is null))
);
create unique index account_stops_open on account_stops (region) where ended_at is null;
create index account_stops_newest on account_stops (opened_at desc);

grant select, insert, update (enforcement, may_send, allowed_at, allowed_by, allow_reason, ended_at) on account_stops to app_worker;
grant select, update (allowed_at, allowed_by, allow_reason) on account_stops to app_operator;
-- Whoever opens a page reads that nothing leaves, and since when.
grant select (region, enforcement, may_send, opened_at, allowed_at, ended_at) on account_stops to app_accounts;
-- Operators are written to.
grant select (user_id) on operators to app_worker;
grant select (id, email) on users to app_worker;
grant insert on platform_mail to app_worker;
