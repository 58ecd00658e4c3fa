// Fills a fresh server with a little of everything and takes a picture of each page.
import { test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import path from 'node:path';
import { operator } from '../fixtures/operator';
import { publishRecords } from '../fixtures/team';

const folder = path.join(__dirname, '../../pictures');
const widths = { phone: 360, desktop: 1440 };

async function take(context: BrowserContext, name: string, address: string) {
  for (const [width, pixels] of Object.entries(widths)) {
    for (const theme of ['light', 'dark'] as const) {
      const page = await context.newPage();
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width: pixels, height: 800 });
      await page.goto(address);
      await page.locator('html[data-ready]').waitFor();
      await page.screenshot({ path: path.join(folder, `${name}.${width}.${theme}.png`), fullPage: true });
      await page.close();
    }
  }
}

async function fill(page: Page, fields: Record<string, string>, button: string) {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole('button', { name: button, exact: true }).click();
}

async function comeIn(browser: Browser, console_: Page, recipient: string, name: string): Promise<BrowserContext> {
  await console_.goto('/console/mail');
  const letter = console_.getByRole('listitem').filter({ hasText: `To ${recipient}` }).first();
  const link = (await letter.locator('pre').textContent())!.match(/http\S+\/invitation\/\S+/)![0];
  const context = await browser.newContext();
  const page = await context.newPage();
  await take(context, `invitation-${name.toLowerCase()}`, link);
  await page.goto(link);
  await fill(page, { 'Your name': name, Password: operator.password }, 'Come in');
  return context;
}

test('every page', async ({ browser }) => {
  const outside = await browser.newContext();
  const page = await outside.newPage();
  await take(outside, 'operator-sign-up', process.env.OWNLANE_OPERATOR_LINK!);
  await page.goto(process.env.OWNLANE_OPERATOR_LINK!);
  await fill(page, { 'Your name': operator.name, Address: operator.email, Password: operator.password }, 'Create the account');
  await take(outside, 'sign-in', '/sign-in');
  await page.goto('/sign-in');
  await fill(page, { Address: operator.email, Password: operator.password }, 'Sign in');
  await take(outside, 'console-empty', '/console');
  for (const [name, slug] of [['Northwind Sales', 'northwind'], ['Überlingen & Söhne Vertrieb', 'ueberlingen']]) {
    await page.goto('/console/tenants/new');
    await fill(page, { Name: name, Address: slug, "Owner's mail address": `ada@${slug}.example` }, 'Create and invite');
  }
  const ada = await comeIn(browser, page, 'ada@northwind.example', 'Ada');
  const team = await ada.newPage();
  for (const role of ['admin', 'member', 'viewer']) {
    await team.goto('/t/northwind/invitations/new');
    await team.locator(`input[value=${role}]`).check();
    await fill(team, { Address: `${role}@northwind.example` }, 'Invite');
  }
  const ben = await comeIn(browser, page, 'admin@northwind.example', 'Ben');
  await take(ada, 'domains-empty', '/t/northwind/domains');
  await team.goto('/t/northwind/domains/new');
  await fill(team, { Domain: 'gmail.com' }, 'Connect');
  await fill(team, { Domain: 'mail.northwind-traders.example' }, 'Connect');
  const domain = team.url();
  await team.getByText('feedback-smtp').first().waitFor();
  await take(ada, 'domain-ownership', domain);
  await publishRecords(team);
  await team.getByText('_domainkey').first().waitFor();
  await take(ada, 'domain-missing', domain);
  await publishRecords(team);
  await team.getByText('Mail can leave under').waitFor();
  await take(ada, 'domain-verified', domain);
  await team.goto('/t/northwind/domains/new');
  await take(ada, 'domain-connect', team.url());
  await fill(team, { Domain: 'northwind-sales.example' }, 'Connect');
  await take(ada, 'domains', '/t/northwind/domains');
  await take(ada, 'mailboxes-empty', '/t/northwind/mailboxes');
  await team.goto('/t/northwind/mailboxes/new');
  await team.getByLabel('Address').fill('ada');
  await team.getByLabel('Signature').fill('Ada Lindqvist\nNorthwind Traders, Hamburg');
  await team.getByLabel('Time zone').selectOption('Europe/Berlin');
  await take(ada, 'mailbox-create', team.url());
  await team.getByRole('button', { name: 'Create' }).click();
  await take(ada, 'mailbox', team.url());
  await take(ada, 'mailboxes', '/t/northwind/mailboxes');
  await take(ada, 'leads-empty', '/t/northwind/leads');
  await take(ada, 'import-new', '/t/northwind/imports/new');
  for (const [file, source] of [['leads-crm-ru-cp1251.csv', 'CRM export, customers'], ['leads-messy.csv', 'Hannover fair 2026, our stand']]) {
    await team.goto('/t/northwind/imports/new');
    await team.getByLabel('File').setInputFiles(path.join(__dirname, '../../app/rules/src/leads/fixtures', file));
    await team.getByRole('button', { name: 'Upload' }).click();
    if (file.includes('messy')) await take(ada, 'leads-waiting', '/t/northwind/leads');
    await take(ada, `import-review-${file.slice(6, 11)}`, team.url());
    await team.getByLabel('Source', { exact: true }).fill(source);
    await team.getByLabel('Consent').check();
    await team.getByRole('button', { name: 'Import', exact: true }).click();
    await team.getByText('accepted,').waitFor();
    await take(ada, `import-done-${file.slice(6, 11)}`, team.url());
  }
  // People who answer as their names say.
  const people = ['interested.de.holm', 'away.nilsen', 'remove.ru.krog', 'anna.lund', 'bounce.olsen', 'complain.hart', 'mats.berg', 'softbounce.dahl', 'eva.strand', 'reject.moe', 'liv.aas'];
  await team.goto('/t/northwind/imports/new');
  const rows = people.map((name, at) => `${name}@${['gmail.com', 'fjord.example', 'outlook.com', 'nordhavn.example'][at % 4]},${name.split('.')[1]},Nordhavn AS`);
  await team.getByLabel('File').setInputFiles({ name: 'oslo.csv', mimeType: 'text/csv', buffer: Buffer.from(`email,first_name,company\n${rows.join('\n')}\n`) });
  await team.getByRole('button', { name: 'Upload' }).click();
  await team.getByLabel('Source', { exact: true }).fill('A trade fair in Oslo');
  await team.getByLabel('Consent').check();
  await team.getByRole('button', { name: 'Import', exact: true }).click();
  await team.getByText('accepted,').waitFor();
  await take(ada, 'leads', '/t/northwind/leads');
  await team.goto('/t/northwind/leads');
  await team.getByRole('link', { name: /svetlana.smirnov1@/ }).click();
  await take(ada, 'lead', team.url());
  await take(ada, 'sequences-empty', '/t/northwind/sequences');
  await team.goto('/t/northwind/sequences/new');
  await take(ada, 'sequence-create', team.url());
  await fill(team, { Name: 'Logistics, first contact' }, 'Create the draft');
  const sequence = team.url();
  await take(ada, 'sequence-empty', sequence);
  await team.goto(`${sequence}/steps/1`);
  await team.getByLabel('Subject').fill('Spare parts for {{ lead.company }}');
  await team.getByLabel('Body').fill('Hello {{ lead.first_name }},\n\nyou look after parts at {{ lead.company }}. We keep 40 000 of them in Hamburg, and ship the same day.\n\nWould a call next week suit you?\n\nKind regards');
  await team.getByRole('button', { name: 'Show it' }).click();
  await team.screenshot({ path: path.join(folder, 'step-shown.png'), fullPage: true });
  await team.getByRole('button', { name: 'Save' }).click();
  await take(ada, 'step', `${sequence}/steps/1`);
  await team.goto(`${sequence}/steps/2`);
  await team.getByLabel('Body').fill('Hello {{ lead.first_name | default: "again" }},\n\nmay I ask once more?\n\nKind regards');
  await team.getByRole('button', { name: 'Save' }).click();
  await team.getByLabel('Source', { exact: true }).selectOption({ label: 'A trade fair in Oslo (11 leads)' });
  await team.getByRole('button', { name: 'Add its leads' }).click();
  for (let source = 0; source < 2; source += 1) await team.getByRole('button', { name: 'Add its leads' }).click();
  await team.getByLabel(/^ada@/).check();
  await team.getByRole('button', { name: 'Save who writes' }).click();
  await team.getByText('blocked').waitFor();
  await take(ada, 'sequence', sequence);
  await take(ada, 'sequence-leads', `${sequence}/leads?which=blocked`);
  await take(ada, 'sequence-cannot-start', `${sequence}/start`);
  await take(ada, 'settings', '/t/northwind/settings');
  await team.goto('/t/northwind/settings');
  await fill(team, { 'Postal address': 'Northwind Traders GmbH\nHafenstr. 1\n20457 Hamburg' }, 'Save');
  await take(ada, 'sequence-start', `${sequence}/start`);
  await team.goto(`${sequence}/start`);
  await team.getByRole('button', { name: 'Start' }).click();
  for (let press = 0; press < 60; press += 1) {
    await team.getByRole('button', { name: press % 10 === 9 ? '+1 day' : '+1 hour' }).click();
    await team.waitForTimeout(1200);
  }
  await take(ada, 'sequence-running', sequence);
  await take(ada, 'sequence-leads-all', `${sequence}/leads`);
  await take(ada, 'mails', '/t/northwind/messages');
  await team.goto('/t/northwind/messages?what=bounced');
  await team.locator('tbody a').first().click();
  await take(ada, 'mail', team.url());
  await team.locator('dd a').first().click();
  await take(ada, 'lead-bounced', team.url());
  for (const who of ['interested', 'away', 'remove']) {
    await team.goto(`/t/northwind/leads?starts=${who}`);
    await team.getByRole('link', { name: new RegExp(`^${who}`) }).click();
    await take(ada, `lead-${who}`, team.url());
  }
  await take(ada, 'mailbox-sending', (await team.goto('/t/northwind/mailboxes')) && (await team.locator('tbody a').first().getAttribute('href'))!);
  const captured = await (await outside.request.get(`${process.env.OWNLANE_SANDBOX_URL}/_sandbox/mail`)).json();
  const wayOut = captured.map((mail: { raw: string }) => mail.raw).find((raw: string) => raw.includes('List-Unsubscribe')).replace(/\r\n[ \t]+/g, ' ').match(/List-Unsubscribe: <(\S+)>/)![1];
  await take(outside, 'opt-out', wayOut);
  await page.goto(wayOut);
  await page.getByRole('button', { name: 'No more mails' }).click();
  await take(outside, 'opted-out', wayOut);
  await team.goto('/t/northwind/suppressions/new');
  await fill(team, { 'Addresses and domains': 'eva.strand@outlook.com\nfjord.example' }, 'Suppress');
  await team.screenshot({ path: path.join(folder, 'suppress-refused.png'), fullPage: true });
  await fill(team, { 'Addresses and domains': 'eva.strand@outlook.com\n@fjord.example' }, 'Suppress');
  await take(ada, 'suppressions', team.url());
  await take(ada, 'suppress', '/t/northwind/suppressions/new');
  for (const [page, reason] of [['mailboxes', 'Ada is away until Monday'], ['leads', 'We ask the fair first']]) {
    await team.goto(`/t/northwind/${page}`);
    if (page === 'mailboxes') await team.locator('tbody a').first().click();
    await team.getByRole('link', { name: 'Pause' }).first().click();
    await take(ada, `${page}-pause`, team.url());
    await fill(team, { Reason: reason }, 'Pause');
    await take(ada, `${page}-paused`, team.url());
    await team.getByRole('link', { name: 'Resume' }).click();
    await take(ada, `${page}-resume`, team.url());
    await team.getByRole('button', { name: 'Resume' }).click();
  }
  await take(ada, 'sequences', '/t/northwind/sequences');
  await badList(ada, team);
  await take(outside, 'console-incidents', '/console/incidents');
  await page.goto('/console/incidents');
  await page.locator('tbody a').first().click();
  await take(outside, 'console-incident', page.url());
  await page.goto('/console');
  await page.getByRole('link', { name: 'Northwind Sales' }).click();
  const tenant = page.url();
  await take(ada, 'overview', '/t/northwind');
  await page.goto(`${tenant}/pause`);
  await fill(page, { Reason: 'A list of unknown source: 7 hard bounces of 214 sends in an hour' }, 'Pause');

  await take(ada, 'overview-paused', '/t/northwind');
  await take(ada, 'people', '/t/northwind/people');
  await take(ada, 'invite', '/t/northwind/invitations/new');
  await team.goto('/t/northwind/people');
  await team.getByRole('link', { name: 'Ben' }).click();
  await take(ada, 'person', team.url());
  await take(ada, 'account', '/account');
  await take(ada, 'password', '/account/password');
  await take(ada, 'teams', '/teams');
  await take(ada, 'not-found', '/t/nowhere');
  await take(outside, 'console', '/console');
  await take(outside, 'console-tenant', tenant);
  await drift(outside, page, tenant);
  await take(outside, 'console-shared-ips', `${tenant}/ses/shared-ips`);
  await take(outside, 'console-pause', `${tenant}/pause`);
  await take(outside, 'console-evidence', `${tenant}/evidence`);
  await take(ada, 'evidence', '/t/northwind/evidence');
  await take(outside, 'console-caps', `${tenant}/caps`);
  await take(outside, 'console-tier', `${tenant}/tier`);
  await take(outside, 'console-pools', '/console/pools');
  await take(outside, 'console-machine', '/console/machine');
  await take(outside, 'console-invite', `${tenant}/invite`);
  await take(outside, 'console-new-tenant', '/console/tenants/new');
  await take(outside, 'console-mail', '/console/mail');
  const stranger = { recipients: ['hello@in.ownlane.example'], raw: 'From: Kari Moe <kari@fjord.example>\r\nTo: hello@in.ownlane.example\r\nSubject: Spare parts\r\n\r\nHello,\r\n\r\nwho do I ask about an order of last year?\r\n\r\nKari' };
  await outside.request.post(`${process.env.OWNLANE_SANDBOX_URL}/_sandbox/mail-in`, { data: stranger });
  await team.waitForTimeout(4000);
  await take(outside, 'console-replies', '/console/replies');
  await take(outside, 'console-ses', '/console/ses');
  await take(outside, 'console-audit', '/console/audit');
  await ben.close();
  await page.goto('/console/sandbox');
  await page.getByRole('button', { name: 'Make a demo team' }).click();
  await page.getByText('Time goes by').waitFor({ timeout: 60_000 });
  await take(outside, 'console-sandbox-busy', '/console/sandbox');
  await page.getByText('Ready').waitFor({ timeout: 120_000 });
  await take(outside, 'console-sandbox', '/console/sandbox');
  await demo(outside, page);
});

// A list that was bought stands still, and comes back.
async function badList(ada: BrowserContext, team: Page) {
  const bad = Array.from({ length: 9 }, (_, at) => `bounce.b${at}@gone-trading.example,B${at},Gone Trading`);
  const good = Array.from({ length: 60 }, (_, at) => `liv${at}@havn${at % 7}.example,Liv,Havn ${at % 7} AS`);
  await team.goto('/t/northwind/imports/new');
  await team.getByLabel('File').setInputFiles({ name: 'reseller.csv', mimeType: 'text/csv', buffer: Buffer.from(`email,first_name,company\n${[...bad, ...good].join('\n')}\n`) });
  await team.getByRole('button', { name: 'Upload' }).click();
  await team.getByLabel('Source', { exact: true }).fill('Decision makers, reseller');
  await team.getByLabel('Legitimate interest').check();
  await team.getByRole('button', { name: 'Import', exact: true }).click();
  await team.getByText('accepted,').waitFor();
  // Each press of the clock is a mail: at night too, else whether five bounce in a day hangs on the hour.
  await team.goto('/t/northwind/mailboxes');
  await team.getByRole('link', { name: /^ada@/ }).click();
  await team.goto(`${team.url()}/settings`);
  for (const day of ['Sat', 'Sun']) await team.getByLabel(day).check();
  await fill(team, { From: '00:00', Until: '00:00' }, 'Save');
  await team.goto('/t/northwind/sequences/new');
  await fill(team, { Name: 'Decision makers' }, 'Create the draft');
  const sequence = team.url();
  await team.goto(`${sequence}/steps/1`);
  await fill(team, { Subject: 'Parts for {{ lead.company }}', Body: 'Hello,\n\nwould a call next week suit you?' }, 'Save');
  await team.getByLabel('Source', { exact: true }).selectOption({ label: 'Decision makers, reseller (69 leads)' });
  await team.getByRole('button', { name: 'Add its leads' }).click();
  await team.getByLabel(/^ada@/).check();
  await team.getByRole('button', { name: 'Save who writes' }).click();
  await team.waitForTimeout(3000);
  await team.goto(`${sequence}/start`);
  await team.getByRole('button', { name: 'Start' }).click();
  await team.goto('/t/northwind/health');
  for (let press = 0; press < 40 && !(await team.getByText('Source “Decision makers').count()); press += 1) {
    await team.getByRole('button', { name: '+1 hour' }).click();
    await team.waitForTimeout(1200);
    await team.goto('/t/northwind/health');
  }
  await take(ada, 'health', '/t/northwind/health');
  await team.getByRole('link', { name: /Source “Decision makers/ }).first().click();
  const incident = team.url();
  await take(ada, 'incident', incident);
  await team.goto(incident);
  await team.getByRole('button', { name: 'Write it down' }).click();
  await team.screenshot({ path: path.join(folder, 'incident-refused.png'), fullPage: true });
  await team.getByLabel('The list is bad').check();
  await fill(team, { 'What did you find?': 'Bought from a reseller; the addresses are from 2019.' }, 'Write it down');
  await take(ada, 'incident-looked-into', incident);
  await team.getByRole('button', { name: 'Clean it' }).click();
  await take(ada, 'incident-cleaned', incident);
  await fill(team, { 'What is different now?': 'Who is at the dead domain is out.' }, 'Try it');
  for (let press = 0; press < 6; press += 1) {
    await team.getByRole('button', { name: '+1 hour' }).click();
    await team.waitForTimeout(1200);
  }
  await take(ada, 'incident-tried', incident);
  await take(ada, 'health-tried', '/t/northwind/health');
}

// Somebody changes at Amazon what Ownlane made there.
async function drift(outside: BrowserContext, page: Page, tenant: string) {
  await page.goto(`${tenant}/ses`);
  const set = (await page.locator('dt', { hasText: 'Configuration set' }).locator('+ dd').innerText()).trim();
  const scope = 'AWS4-HMAC-SHA256 Credential=hand/20260201/us-east-1/ses/aws4_request, SignedHeaders=host';
  const headers = { authorization: `${scope}, Signature=${'0'.repeat(64)}` };
  const by_hand = (what: string, data: object) =>
    outside.request.put(`${process.env.OWNLANE_SANDBOX_URL}/v2/email/configuration-sets/${set}/${what}`, { headers, data });
  await by_hand('sending', { SendingEnabled: false });
  await by_hand('delivery-options', { SharedPoolDeliveryMode: 'GLOBAL' });
  await page.getByRole('button', { name: 'Look again now' }).click();
  await page.waitForTimeout(4000);
  await take(outside, 'console-tenant-ses', `${tenant}/ses`);
  await page.goto(`${tenant}/ses`);
  await page.getByRole('link', { name: 'Switch it on again' }).click();
  await take(outside, 'console-drift', page.url());
  await fill(page, { Reason: 'Nobody meant it.' }, 'Switch it on again');
}

// The operator owns it.
async function demo(owner: BrowserContext, page: Page) {
  await page.goto('/console/sandbox');
  const team = (await page.getByRole('link', { name: 'Open its pages' }).getAttribute('href'))!;
  for (const part of ['domains', 'mailboxes', 'leads', 'sequences', 'messages', 'suppressions', 'health', 'people', 'settings']) {
    await take(owner, `demo-${part}`, `${team}/${part}`);
  }
  await take(owner, 'demo-overview', team);
  for (const part of ['domains', 'mailboxes', 'sequences', 'messages']) {
    await page.goto(`${team}/${part}`);
    await take(owner, `demo-${part}-one`, (await page.locator('tbody a').first().getAttribute('href'))!);
  }
  await page.goto(`${team}/leads?starts=david`);
  await page.getByRole('link', { name: /interested/ }).click();
  await take(owner, 'demo-lead', page.url());
}
