-- Teams that the sandbox's button makes, and how far each is. Where mail really leaves there are none.
create table demos (
    id uuid primary key,
    number bigint not null generated always as identity,
    asked_by uuid not null references users (id) on delete restrict,
    asked_at timestamptz not null,
    -- What is done for it now, in words.
    stage text not null,
    -- The address of its pages, once there are any.
    slug text,
    finished_at timestamptz,
    -- Why it was given up.
    trouble text
);
create unique index demos_open on demos ((true)) where finished_at is null;

grant select, insert (id, asked_by, asked_at, stage) on demos to app_operator;
grant select, update (stage, slug, finished_at, trouble) on demos to app_accounts;
