// A file of leads: uploaded, checked, imported while one looks, and the refused rows downloaded.
import { comesTrue, expect, expectAccessible, test } from '../fixtures/page';
import { comeIn, createTenant, invitationLink, unique } from '../fixtures/team';
import path from 'node:path';
import { readFile } from 'node:fs/promises';

const fixtures = path.join(__dirname, '../../app/rules/src/leads/fixtures');

test('a messy file becomes leads, and each refused row says why', async ({ page, browser }, info) => {
  const slug = unique('list', info.project.name);
  await createTenant(browser, slug, `ada@${slug}.example`);
  await comeIn(page, await invitationLink(browser, `ada@${slug}.example`), 'Ada');
  await page.getByRole('link', { name: 'Leads' }).click();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Import a file' }).click();
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByRole('alert')).toContainText('Choose a file.');
  await expectAccessible(page);
  await page.getByLabel('File').setInputFiles(path.join(fixtures, 'leads-messy.csv'));
  await page.getByRole('button', { name: 'Upload' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'leads-messy.csv' })).toBeVisible();
  await expect(page.getByLabel('E-mail Address becomes')).toHaveValue('@');
  await expect(page.getByLabel('Surname becomes')).toHaveValue('last_name');
  await expect(page.getByRole('cell', { name: 'Refused This is the mailbox of a role' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('Say where these leads come from');
  await page.getByLabel('Source', { exact: true }).fill('An old list');
  await page.getByLabel('Consent').check();
  await page.getByRole('button', { name: 'Import', exact: true }).click();

  const looksAgain = async () => info.project.name === 'plain' && page.reload();
  await comesTrue(page, () => expect(page.locator('main')).toContainText('222 rows: 208 accepted, 14 refused.', { timeout: 300 }), looksAgain);
  await expectAccessible(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download them with their reasons' }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain('Row 3 of this file has the same address already.');
  expect(text).toContain(`"'=HYPERLINK(`);

  await page.getByRole('link', { name: 'An old list' }).click();
  await page.getByLabel('Address begins with').fill('Ivan.Orlov');
  await page.getByRole('button', { name: 'Show' }).click();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'ivan.orlov@tailspintoys.example' }).click();
  await expect(page.locator('main')).toContainText("+cmd|' /C calc'!A0");
  await expectAccessible(page);
});
