-- Noisy-neighbour drills that the console's button plays, and their reports. Where mail really leaves there are none.
create table drills (
    id uuid primary key,
    number bigint not null generated always as identity,
    asked_by uuid not null references users (id) on delete restrict,
    asked_at timestamptz not null,
    -- What is done for it now, in words.
    stage text not null,
    finished_at timestamptz,
    -- As rules: drill has it.
    report jsonb,
    -- Whether all that must hold does.
    holds boolean,
    -- Why there is none.
    trouble text,
    constraint drills_finished check ((finished_at is null) = (report is null and trouble is null)),
    constraint drills_judged check ((report is null) = (holds is null))
);
create unique index drills_open on drills ((true)) where finished_at is null;

grant select, insert (id, asked_by, asked_at, stage) on drills to app_operator;
grant select (id, finished_at), update (stage, finished_at, report, holds, trouble) on drills to app_accounts;
