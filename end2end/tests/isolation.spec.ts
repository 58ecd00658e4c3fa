// The operator pauses one team; it reads why; nobody else is touched.
import { state } from '../fixtures/operator';
import { expect, expectAccessible, test } from '../fixtures/page';
import { comeIn, createTenant, invitationLink, unique } from '../fixtures/team';

test('a paused team reads why, and sends again after the resume', async ({ page, browser }, info) => {
  const slug = unique('halt', info.project.name);
  const owner = `owner@${slug}.example`;
  await createTenant(browser, slug, owner);
  await comeIn(page, await invitationLink(browser, owner), 'Ona');

  const context = await browser.newContext({ storageState: state, javaScriptEnabled: info.project.name !== 'plain' });
  const console_ = await context.newPage();
  await console_.goto('/console');
  await console_.getByRole('link', { name: `Team ${slug}` }).click();
  await console_.getByRole('link', { name: 'Pause' }).click();
  await console_.getByRole('button', { name: 'Pause' }).click();
  await expect(console_.getByRole('alert')).toContainText('Say why');
  await expectAccessible(console_);
  await console_.getByLabel('Reason').fill('A list of unknown source');
  await console_.getByRole('button', { name: 'Pause' }).click();
  await expect(console_.getByText('Paused by the operator')).toBeVisible();
  await expectAccessible(console_);

  await page.reload();
  await expect(page.getByText('A list of unknown source')).toBeVisible();
  await expectAccessible(page);

  await console_.getByRole('link', { name: 'Resume' }).click();
  await console_.getByLabel('Reason').fill('The list is gone');
  await console_.getByRole('button', { name: 'Resume' }).click();
  await console_.getByRole('link', { name: 'What operators did here' }).click();
  await expect(console_.getByRole('row', { name: /resume tenant/ })).toContainText('The list is gone');
  await expectAccessible(console_);
  await page.reload();
  await expect(page.getByText('Lane open').first()).toBeVisible();
  await context.close();
});
