// A domain becomes verified: connected, published by the sandbox's button, green by itself.
import { comesTrue, expect, expectAccessible, patience, test } from '../fixtures/page';
import { comeIn, createTenant, invitationLink, publishRecords, unique } from '../fixtures/team';
import type { Page } from '@playwright/test';

// Without JavaScript a person looks again; with it the page does.
async function comesToSay(page: Page, words: string, project: string) {
  if (project !== 'plain') return expect(page.locator('main')).toContainText(words, { timeout: patience });
  await comesTrue(page, () => expect(page.locator('main')).toContainText(words, { timeout: 100 }));
}

test('a team connects a domain and sees it become verified', async ({ page, browser }, info) => {
  const slug = unique('dns', info.project.name);
  const name = `mail.${slug}.example`;
  await createTenant(browser, slug, `ada@${slug}.example`);
  await comeIn(page, await invitationLink(browser, `ada@${slug}.example`), 'Ada');
  await page.getByRole('link', { name: 'Connect a domain' }).click();
  await page.getByLabel('Domain', { exact: true }).fill('gmail.com');
  await page.getByRole('button', { name: 'Connect' }).click();
  await expect(page.getByRole('alert')).toContainText('belong to many people');
  await expect(page.getByLabel('Domain', { exact: true })).toHaveValue('gmail.com');
  await expectAccessible(page);
  await page.getByLabel('Domain', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Connect' }).click();

  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByText('Ownership not shown')).toBeVisible();
  await expect(page.getByText('Once ownership is shown')).toBeVisible();
  await expectAccessible(page);
  if (info.project.name !== 'plain') {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the value ownlane-verify=' }).click();
    await expect(page.getByText('Copied', { exact: true })).toBeAttached();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^ownlane-verify=\S{43}$/);
  } else {
    await expect(page.getByRole('button', { name: 'Copy the value' })).toHaveCount(0);
  }

  await publishRecords(page);
  await comesToSay(page, '_domainkey', info.project.name);
  await expect(page.getByRole('row').filter({ hasText: '_domainkey' })).toHaveCount(3);
  await expect(page.getByText('Records missing')).toBeVisible();
  await expectAccessible(page);
  await publishRecords(page);
  await comesToSay(page, 'Mail can leave under this name.', info.project.name);
  await expect(page.getByText('Right', { exact: true })).toHaveCount(7);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Domains', exact: true }).click();
  await expect(page.getByRole('row', { name: new RegExp(name) })).toContainText('Verified');
  await expectAccessible(page);

  await page.getByRole('link', { name }).click();
  await page.getByText('Remove this domain').click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await comesToSayNothingOf(page, name);
});

// The list does not renew itself: the worker takes a moment.
async function comesToSayNothingOf(page: Page, name: string) {
  await comesTrue(page, () => expect(page.getByRole('link', { name })).toHaveCount(0, { timeout: 100 }));
}
