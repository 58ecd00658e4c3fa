// A mailbox at a verified domain: made, refused where it is wrong, changed.
import { expect, expectAccessible, test } from '../fixtures/page';
import { comeIn, createTenant, invitationLink, unique, verifyDomain } from '../fixtures/team';

test('a team makes a mailbox with a pace of its own', async ({ page, browser }, info) => {
  const slug = unique('box', info.project.name);
  await createTenant(browser, slug, `ada@${slug}.example`);
  await comeIn(page, await invitationLink(browser, `ada@${slug}.example`), 'Ada');
  await verifyDomain(page, slug, `mail.${slug}.example`);
  await page.getByRole('link', { name: 'Mailboxes' }).click();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Create a mailbox' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Ada');
  await page.getByLabel('Address').fill('ada');
  await page.getByLabel('Signature').fill('Ada Berg\nSales');
  await page.getByLabel('Mails a day').fill('500');
  await page.getByLabel('Time zone').selectOption('Europe/Berlin');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('alert')).toContainText('a number from 1 to 50');
  await expect(page.getByLabel('Signature')).toHaveValue('Ada Berg\nSales');
  await expect(page.getByLabel('Time zone')).toHaveValue('Europe/Berlin');
  await expectAccessible(page);
  await page.getByLabel('Mails a day').fill('20');
  await page.getByRole('button', { name: 'Create' }).click();

  await expect(page.getByRole('heading', { level: 1, name: `ada@mail.${slug}.example` })).toBeVisible();
  await expect(page.locator('main')).toContainText('Mon–Fri 09:00–17:00, Europe/Berlin');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Change' }).click();
  await page.getByLabel('Sat').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('main')).toContainText('Mon–Sat 09:00–17:00');
});
