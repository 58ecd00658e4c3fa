-- An address that keeps bouncing for passing reasons is suppressed.
alter table suppressions drop constraint suppressions_reason,
    add constraint suppressions_reason
        check (reason in ('hard_bounce', 'complaint', 'opt_out', 'soft_bounces', 'manual'));
alter table enrolments drop constraint enrolments_stopped_for,
    add constraint enrolments_stopped_for check (
        stopped_for in ('hard_bounce', 'complaint', 'opt_out', 'soft_bounces', 'manual', 'refused', 'unknown'));

-- No index may depend on the state of a message: it changes with every step, and each change would write all indexes anew.
alter table messages add column was_unknown boolean not null default false;
update messages set was_unknown = true where state in (2, 3);
drop index messages_unknown;
create index messages_unknown on messages (tenant_id) where was_unknown;
grant update (was_unknown) on messages to app_tenant;
grant select (was_unknown) on messages to app_operator;

-- Notifications are text that repeats itself: LZ4 packs them at a fraction of the processor time, where Postgres has it.
do $$
begin
    if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
        alter table event_inbox alter column body set compression lz4;
    end if;
end
$$;
