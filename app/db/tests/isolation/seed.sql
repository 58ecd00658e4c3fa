-- One row of every tenant table for the tenant {tenant}. {user} is a person of its own, {n} a number. A table without a
-- row here fails the test.
insert into users (id, name, email, password_hash, created_at)
    values ('{user}', 'Person {n}', 'person{n}@example.com', 'none', '2026-01-01');
insert into tenants (tenant_id, name, slug, created_at) values ('{tenant}', 'Team {n}', 'team-{n}', '2026-01-01');
insert into memberships (tenant_id, user_id, role, name, email, created_at)
    values ('{tenant}', '{user}', 'owner', 'Person {n}', 'person{n}@example.com', '2026-01-01');
insert into invitations (tenant_id, id, email, role, token_hash, created_at, expires_at)
    values ('{tenant}', '{user}', 'guest{n}@example.com', 'viewer', '\x0{n}', '2026-01-01', '2026-02-01');
insert into pauses (tenant_id, id, cause, reason, paused_at)
    values ('{tenant}', '{user}', 'operator', 'tried', '2026-01-01');
insert into domain_claims (root, id, holder, claimed_at) values ('team{n}.example', '{user}', '{tenant}', '2026-01-01');
insert into ses_tenants (tenant_id, created_at, due_at, attempts) values ('{tenant}', '2026-01-01', '2026-01-01', 0);
insert into domains (tenant_id, id, name, root, challenge, created_at, created_by, asked_at, may_send, is_associated,
    due_at, attempts)
    values ('{tenant}', '{user}', 'team{n}.example', 'team{n}.example', 'c', '2026-01-01', '{user}', '2026-01-01', false,
        false, '2026-01-01', 0);
insert into domain_records (tenant_id, domain_id, purpose, slot, kind, name, value, found)
    values ('{tenant}', '{user}', 'dmarc', 0, 'TXT', '_dmarc.team{n}.example', 'v=DMARC1', '{}');
insert into mailboxes (tenant_id, id, domain_id, address, display_name, signature, daily_cap, gap_min_mins, gap_max_mins,
    window_days, window_from, window_until, time_zone, created_at, created_by, changed_at)
    values ('{tenant}', '{user}', '{user}', 'anna@team{n}.example', 'Anna', '', 20, 4, 12, 31, 540, 1020, 'UTC',
        '2026-01-01', '{user}', '2026-01-01');
insert into lead_sources (tenant_id, id, name, basis, note, created_at, created_by)
    values ('{tenant}', '{user}', 'The fair', 'consent', '', '2026-01-01', '{user}');
insert into leads (tenant_id, id, email, fields, added_at, changed_at)
    values ('{tenant}', '{user}', 'lead{n}@example.com', '{}', '2026-01-01', '2026-01-01');
insert into lead_origins (tenant_id, source_id, lead_id, row_number, added_at)
    values ('{tenant}', '{user}', '{user}', 1, '2026-01-01');
insert into lead_fields (tenant_id, name, label, added_at) values ('{tenant}', 'first_name', 'First name', '2026-01-01');
insert into lead_imports (tenant_id, id, stage, file_name, bytes, created_at, created_by, take_roles, update_known,
    next_byte, next_row, added, known, refused, due_at, attempts)
    values ('{tenant}', '{user}', 'arriving', 'leads.csv', 0, '2026-01-01', '{user}', false, false, 0, 0, 0, 0, 0,
        '2026-01-01', 0);
insert into lead_file_pieces (tenant_id, import_id, number, content) values ('{tenant}', '{user}', 0, 'x');
insert into refused_rows (tenant_id, import_id, row_number, reason, sentence, cells)
    values ('{tenant}', '{user}', 1, 'no_address', 'No address.', '{}');
insert into tenant_settings (tenant_id, postal_address, changed_at, changed_by)
    values ('{tenant}', 'Hamburg', '2026-01-01', '{user}');
insert into sequences (tenant_id, id, name, created_at, created_by, version, due_at, attempts)
    values ('{tenant}', '{user}', 'Hello', '2026-01-01', '{user}', 1, '2026-01-01', 0);
insert into sequence_steps (tenant_id, sequence_id, number, delay_days, subject, body, changed_at)
    values ('{tenant}', '{user}', 1, 0, 'Hello', 'Hello', '2026-01-01');
insert into sequence_mailboxes (tenant_id, sequence_id, mailbox_id) values ('{tenant}', '{user}', '{user}');
insert into sequence_sources (tenant_id, sequence_id, source_id, added_at, added_by)
    values ('{tenant}', '{user}', '{user}', '2026-01-01', '{user}');
insert into enrolments (tenant_id, sequence_id, lead_id, source_id, added_at, checked_version)
    values ('{tenant}', '{user}', '{user}', '{user}', '2026-01-01', 0);
insert into lanes (tenant_id, mailbox_id, due_at) values ('{tenant}', '{user}', '2026-01-01');
insert into part_pauses (tenant_id, id, part, part_id, cause, reason, paused_at)
    values ('{tenant}', '{user}', 'mailbox', '{user}', 'owner', 'tried', '2026-01-01');
insert into messages (tenant_id, id, mailbox_id, domain_id, sequence_id, lead_id, source_id, step, attempt, recipient, is_simulated,
    state, claimed_at, sent_on)
    values ('{tenant}', '{user}', '{user}', '{user}', '{user}', '{user}', '{user}', 1, 1, 'lead{n}@example.com', false, 1,
        '2026-01-01', '2026-01-01');
insert into message_texts (tenant_id, message_id, subject, body) values ('{tenant}', '{user}', 'Hello', 'Hello');
insert into unsettled_messages (tenant_id, message_id, since, may_go_back, due_at, attempts)
    values ('{tenant}', '{user}', '2026-01-01', false, '2026-01-01', 0);
insert into message_events (tenant_id, message_id, key, kind, received_at)
    values ('{tenant}', '{user}', 'k', 'Send', '2026-01-01');
insert into suppressions (tenant_id, address_key, reason, since)
    values ('{tenant}', 'lead{n}@example.com', 'opt_out', '2026-01-01');
insert into opt_out_links (tenant_id, token_hash, email_key, message_id, made_at)
    values ('{tenant}', '\x0{n}', 'lead{n}@example.com', '{user}', '2026-01-01');
insert into replies (tenant_id, id, inbound_id, message_id, lead_id, received_at, matched_by, class, from_name, from_address,
    subject, body, quoted, attachments, is_spam, has_virus)
    values ('{tenant}', '{user}', 'ses-{n}', '{user}', '{user}', '2026-01-01', 'address', 'person', 'Lead',
        'lead{n}@example.com', 'Re: Hello', 'Yes', '', '[]', false, false);
insert into drifts (tenant_id, id, kind, resource, expected, found, found_at, seen_at, is_repaired)
    values ('{tenant}', '{user}', 'sending_off', 'a-set', 'on', 'off', '2026-01-01', '2026-01-01', false);
insert into closures (tenant_id, id, reason, asked_at, asked_by, ends_at)
    values ('{tenant}', '{user}', 'tried', '2026-01-01', '{user}', '2026-02-01');
insert into tenant_caps (tenant_id, a_hour, weight, changed_at, changed_by, second, in_second)
    values ('{tenant}', 100, 1, '2026-01-01', '{user}', 0, 0);
insert into claimed_minutes (tenant_id, minute, mails) values ('{tenant}', '2026-01-01', 1);
insert into tenant_health (tenant_id, judged_at) values ('{tenant}', '2026-01-01');
insert into incidents (tenant_id, id, part, part_id, part_name, cause, reason, paused_at, opened_at, told, letter_ids)
    values ('{tenant}', '{user}', 'source', '{user}', 'The fair', 'health', 'tried', '2026-01-01', '2026-01-01', '{}', '{}');
insert into ses_findings (tenant_id, kind, impact, status, description, read_at)
    values ('{tenant}', 'BOUNCE', 'LOW', 'OPEN', 'tried', '2026-01-01');
insert into incident_neighbours (tenant_id, incident_id, before_sends, before_hard_bounces, before_complaints, sends,
    hard_bounces, complaints) values ('{tenant}', '{user}', 0, 0, 0, 1, 0, 0);
insert into visits (tenant_id, id, operator_id, operator_name, reason, begun_at, ends_at)
    values ('{tenant}', '{user}', '{user}', 'Olga', 'tried', '2026-01-01', '2026-01-01');
insert into visit_steps (tenant_id, id, visit_id, at, method, path)
    values ('{tenant}', '{user}', '{user}', '2026-01-01', 'GET', '/t/x');
insert into tenant_tiers (tenant_id, tier, pool, changed_at) values ('{tenant}', 'managed_pool', 'good', '2026-01-01');
insert into tenant_evidence (tenant_id, due_at, attempts) values ('{tenant}', '2026-01-01', 0);
insert into evidence_reports (tenant_id, id, made_at, held, failed, not_run, key_id, report, report_signature, document,
    document_signature)
    values ('{tenant}', '{user}', '2026-01-01', 0, 0, 0, '00', '', '', '', '');
insert into own_accounts (tenant_id, role_arn, account, asked_at, attempts)
    values ('{tenant}', 'arn:aws:iam::21098765432{n}:role/ownlane', '21098765432{n}', '2026-01-01', 0);
insert into account_moves (tenant_id, account, begun_at, attempts) values ('{tenant}', '21098765432{n}', '2026-01-01', 0);
insert into domain_moves (tenant_id, domain_id, dkim_tokens, dkim_zone, dkim_status, mail_from_status, may_send, is_associated,
    read_at)
    select '{tenant}', id, '{}', 'dkim.amazonses.com', 'PENDING', 'PENDING', false, false, '2026-01-01' from domains
    where tenant_id = '{tenant}';
insert into account_leftovers (tenant_id, id, name, set_name, left_at, ends_at, attempts)
    values ('{tenant}', '{user}', 'ownlane-{n}', 'ownlane-{n}', '2026-01-01', '2026-02-01', 0);
