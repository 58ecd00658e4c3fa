-- What the workers do, and whether they do it: one line a duty, of all processes together. Global; times are machine time.

create table duty_runs (
    duty text primary key,
    -- How often it looks for work.
    period_ms bigint not null,
    -- A turn last ended well, and so long that one took.
    ran_at timestamptz,
    took_ms bigint,
    -- Turns have failed since, the last with this.
    failing_since timestamptz,
    trouble text,
    constraint duty_runs_failing check ((failing_since is null) = (trouble is null))
);

grant select, insert, update on duty_runs to app_worker;
grant select on duty_runs to app_operator;
-- What waits for the workers is counted.
grant select (due_at) on lead_imports, sequences to app_operator;
