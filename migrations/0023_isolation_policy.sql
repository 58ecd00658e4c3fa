-- Which reputation policy is wanted, by evidence: why, and whether SES is to hear of a change that is our own.

alter table ses_tenants
    add column policy_reason text,
    add column is_policy_new boolean not null default false;

grant update (policy_reason, is_policy_new) on ses_tenants to app_tenant;
