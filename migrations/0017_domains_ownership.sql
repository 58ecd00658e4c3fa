-- A claim that nobody shows to be theirs ends by itself.

alter table domains
    -- When, in business time, if the ownership record is not seen until then; null: it stands.
    add column claim_ends_at timestamptz,
    -- Why it is removed; null: a person asked.
    add column removal_reason text,
    add constraint domains_removal_reason check (removal_reason in ('unproved', 'lost')),
    add constraint domains_removal check (removal_reason is null or removal_asked_at is not null);

grant update (claim_ends_at, removal_reason) on domains to app_tenant;
-- Mailboxes outlive a domain that ended; the same name connected again has them, and what holds it back.
grant update (domain_id) on mailboxes to app_tenant;
grant update (part_id) on part_pauses to app_tenant;
