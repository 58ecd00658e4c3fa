-- How an incident of a part goes on: looked into, cleaned, tried with little, and over by itself. Times are business time.

alter table incidents
    add column diagnosis text,
    add column diagnosis_note text,
    add column diagnosed_at timestamptz,
    add column diagnosed_by uuid,
    add column cleaned_at timestamptz,
    add column cleaned_by uuid,
    -- Leads that were taken out.
    add column removed bigint,
    -- Since when it sends a little again.
    add column probation_at timestamptz,
    add column probation_by uuid,
    -- How often it stood still again while it was tried.
    add column relapses bigint not null default 0,
    add constraint incidents_diagnosis check (diagnosis in ('list', 'provider', 'content', 'set_up', 'other')),
    add constraint incidents_cleaned check (cleaned_at is null or diagnosed_at is not null),
    add constraint incidents_probation check (probation_at is null or cleaned_at is not null);

-- What came by it was taken badly.
alter table lead_sources
    add column marked_at timestamptz,
    add column mark text,
    add constraint lead_sources_marked check ((marked_at is null) = (mark is null));

grant update (reason, measure, span, judged_by, sends, bad, judged_from, judged_until, event_received_at, event_message_id,
        paused_at, told, letter_ids, diagnosis, diagnosis_note, diagnosed_at, diagnosed_by, cleaned_at, cleaned_by, removed,
        probation_at, probation_by, relapses)
    on incidents to app_tenant;
grant update (marked_at, mark) on lead_sources to app_tenant;
grant select (marked_at, mark) on lead_sources to app_operator;
