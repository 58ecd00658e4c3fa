-- The domain of a mail's mailbox, which never changes: health counts by it with each bounce.
alter table messages add column domain_id uuid;
alter table messages no force row level security;
alter table mailboxes no force row level security;
update messages m set domain_id = b.domain_id from mailboxes b where b.tenant_id = m.tenant_id and b.id = m.mailbox_id;
alter table messages force row level security;
alter table mailboxes force row level security;
alter table messages alter column domain_id set not null;
grant select (domain_id) on messages to app_operator;
