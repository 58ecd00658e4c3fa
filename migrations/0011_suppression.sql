-- A team sees who is not written to any more, and takes back what it added by hand itself.

-- '@' and the domain, as a whole domain stands in suppressions: computed here, as an index on an expression is of no use
-- under row security.
alter table leads add column domain_key text not null generated always as ('@' || split_part(lower(email), '@', 2)) stored;
create index leads_domain on leads (tenant_id, domain_key);
create index suppressions_prefix on suppressions (tenant_id, address_key text_pattern_ops);

-- Only what was added by hand is ever deleted (db: suppression, lift).
grant delete on suppressions to app_tenant;
