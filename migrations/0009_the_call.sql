-- When a mail was about to be given to SES. Without it nobody has called, and its step can be given back.
alter table unsettled_messages add column called_at timestamptz;
grant update (called_at) on unsettled_messages to app_tenant;
