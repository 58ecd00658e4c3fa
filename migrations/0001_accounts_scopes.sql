-- The roles, the only ways into them, and the people. Policies, grants and doors are laid out in app/db/src/scope.rs.

-- Roles belong to the cluster, not to the database: another database may have made them already.
do $$
declare
    name text;
begin
    -- What a transaction becomes. They can log in because the nodes of a Citus cluster connect as them; they have no password.
    foreach name in array array['app_accounts', 'app_operator', 'app_tenant', 'app_worker'] loop
        begin
            execute format('create role %I login noinherit nosuperuser nobypassrls nocreatedb nocreaterole', name);
        exception when duplicate_object or unique_violation then null;
        end;
    end loop;
    -- What a process signs in as. Alone they can do nothing but enter.
    foreach name in array array['ownlane_web', 'ownlane_worker', 'ownlane_operator'] loop
        begin
            execute format('create role %I login noinherit nosuperuser nobypassrls nocreatedb nocreaterole', name);
        exception when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$$;

grant app_tenant, app_accounts to ownlane_web;
grant app_tenant, app_worker to ownlane_worker;
grant app_operator to ownlane_operator;

revoke all on schema public from public;
grant usage on schema public to app_accounts, app_operator, app_tenant, app_worker;

create schema app;
grant usage on schema app to ownlane_web, ownlane_worker, ownlane_operator;

-- Each door works once in a transaction: whoever has entered may no longer execute any of them.
create function app.enter_accounts() returns void language plpgsql security invoker as $$
begin
    set local citus.propagate_set_commands = 'local';
    set local role app_accounts;
end
$$;

create function app.enter_operator() returns void language plpgsql security invoker as $$
begin
    set local citus.propagate_set_commands = 'local';
    set local role app_operator;
end
$$;

create function app.enter_worker() returns void language plpgsql security invoker as $$
begin
    set local citus.propagate_set_commands = 'local';
    set local role app_worker;
end
$$;

-- The policies of tenant tables compare with app.tenant_id.
create function app.enter(tenant uuid) returns void language plpgsql security invoker as $$
begin
    set local citus.propagate_set_commands = 'local';
    execute 'set local role app_tenant';
    execute format('set local app.tenant_id = %L', tenant);
end
$$;

revoke all on all functions in schema app from public;
grant execute on function app.enter(uuid) to ownlane_web, ownlane_worker;
grant execute on function app.enter_accounts() to ownlane_web;
grant execute on function app.enter_worker() to ownlane_worker;
grant execute on function app.enter_operator() to ownlane_operator;

create table users (
    id uuid primary key,
    name text not null,
    email text not null,
    email_key text not null generated always as (lower(email)) stored,
    password_hash text not null,
    created_at timestamptz not null,
    constraint users_email_key unique (email_key)
);

create table operators (
    user_id uuid primary key references users (id) on delete restrict,
    created_at timestamptz not null
);

-- The links by which the first operator signs up. Empty for ever after that.
create table operator_links (
    token_hash bytea primary key,
    created_at timestamptz not null,
    expires_at timestamptz not null
);

-- What operators did and why. Nobody may change or delete a line.
create table operator_audit (
    id uuid primary key,
    at timestamptz not null,
    actor uuid not null references users (id) on delete restrict,
    action text not null,
    reason text not null,
    about_tenant uuid
);
create index operator_audit_about on operator_audit (about_tenant, id desc);

create table sessions (
    token_hash bytea primary key,
    user_id uuid not null references users (id) on delete cascade,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    revoked_at timestamptz,
    address text not null,
    agent text not null
);
create index sessions_user on sessions (user_id, created_at desc);
create index sessions_created_at on sessions (created_at);

-- Tries to sign in that have not succeeded. The address is kept as SHA-256: people type passwords into the wrong field.
create table sign_in_attempts (
    id uuid primary key,
    at timestamptz not null,
    address_hash bytea not null,
    network text not null
);
create index sign_in_attempts_address on sign_in_attempts (address_hash, at);
create index sign_in_attempts_network on sign_in_attempts (network, at);
create index sign_in_attempts_at on sign_in_attempts (at);

grant select, insert, update (password_hash) on users to app_accounts;
grant select on operators to app_accounts;
grant select, insert on sessions to app_accounts;
grant update (seen_at, revoked_at) on sessions to app_accounts;
grant select, insert, delete on sign_in_attempts to app_accounts;

-- The worker sweeps what is long over. It never sees whose session it was.
grant select (token_hash, created_at), delete on sessions to app_worker;
grant select (id, at), delete on sign_in_attempts to app_worker;

grant select (id, name, email, email_key, created_at), insert on users to app_operator;
grant select, insert on operators to app_operator;
grant select, insert, delete on operator_links to app_operator;
grant select, insert on operator_audit to app_operator;
