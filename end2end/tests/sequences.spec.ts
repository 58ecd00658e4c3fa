// A sequence from a name to running: written, looked at as a lead reads it, leads added, one of them blocked, started.
import { comesTrue, expect, expectAccessible, test } from '../fixtures/page';
import { comeIn, createTenant, importLeads, invitationLink, unique, verifyDomain } from '../fixtures/team';

const leads = 'email,first_name,company\nanna@example.com,Anna,Smith & Sons <EU>\nbob@example.com,,Bolt\n';

test('a team writes a sequence and starts it', async ({ page, browser }, info) => {
  const slug = unique('seq', info.project.name);
  await createTenant(browser, slug, `ada@${slug}.example`);
  await comeIn(page, await invitationLink(browser, `ada@${slug}.example`), 'Ada');
  await verifyDomain(page, slug, `mail.${slug}.example`);
  await page.goto(`/t/${slug}/mailboxes/new`);
  await page.getByLabel('Address').fill('ada');
  await page.getByRole('button', { name: 'Create' }).click();
  await importLeads(page, slug, 'The fair', leads);

  await page.getByRole('link', { name: 'Sequences' }).click();
  await page.getByRole('link', { name: 'Write a sequence' }).click();
  await page.getByLabel('Name').fill('First contact');
  await page.getByRole('button', { name: 'Create the draft' }).click();
  await expect(page.locator('main')).toContainText('Nothing is written yet.');
  await expectAccessible(page);

  await page.locator('main').getByRole('link', { name: 'Write the first mail' }).first().click();
  await page.getByLabel('Subject').fill('A word to {{ lead.company }}');
  await page.getByLabel('Body').fill('Hi {{ lead.firstname }},\n\nshall we talk?');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('Did you mean lead.first_name?');
  await expect(page.getByLabel('Body')).toHaveValue('Hi {{ lead.firstname }},\n\nshall we talk?');
  await expectAccessible(page);
  await page.getByLabel('Body').fill('Hi {{ lead.first_name }},\n\nshall we talk?');
  await page.getByRole('button', { name: 'Show it' }).click();
  await expect(page.getByLabel('As a lead reads it')).toContainText('A word to Smith & Sons <EU>');
  await expect(page.getByLabel('As a lead reads it')).toContainText('Hi Anna,');
  await page.getByRole('button', { name: 'Save' }).click();

  await page.getByLabel('Source', { exact: true }).selectOption({ label: 'The fair (2 leads)' });
  await page.getByRole('button', { name: 'Add its leads' }).click();
  await page.getByLabel(`ada@mail.${slug}.example`).check();
  await page.getByRole('button', { name: 'Save who writes' }).click();
  await page.getByRole('link', { name: 'Enter it' }).click();
  await page.getByLabel('Postal address').fill('Northwind Traders\nHafenstr. 1\n20457 Hamburg');
  const shown = page.waitForResponse((it) => it.url().endsWith('/settings') && it.request().method() === 'GET');
  await page.getByRole('button', { name: 'Save' }).click();
  await shown;
  await page.getByRole('link', { name: 'Sequences' }).click();
  await page.getByRole('link', { name: 'First contact' }).click();
  await comesTrue(page, () => expect(page.locator('main')).toContainText('1 blocked', { timeout: 200 }));
  await expectAccessible(page);
  await page.getByRole('link', { name: '1 blocked' }).click();
  await expect(page.getByRole('row', { name: /bob@example.com/ })).toContainText('There is no value for lead.first_name');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'What they read: bob@example.com' }).click();
  await expect(page.locator('.timeline')).toContainText('There is no value for lead.first_name');

  await page.getByRole('link', { name: 'Start', exact: true }).click();
  await expect(page.locator('main')).toContainText('1 get up to 1 mails each');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Running', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await expectAccessible(page);
});
