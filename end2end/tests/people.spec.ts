// A team comes together: the owner by the operator's invitation, the others by the owner's.
import { expect, expectAccessible, test } from '../fixtures/page';
import { comeIn, createTenant, invitationLink, unique } from '../fixtures/team';

test('an invited owner comes in, invites a colleague and changes their role', async ({ page, browser }, info) => {
  const slug = unique('crew', info.project.name);
  const [ada, ben] = [`ada@${slug}.example`, `ben@${slug}.example`];
  await createTenant(browser, slug, ada);
  const link = await invitationLink(browser, ada);
  await page.goto(link);
  await expectAccessible(page);
  await comeIn(page, link, 'Ada');
  await expect(page).toHaveURL(new RegExp(`/t/${slug}$`));
  await expect(page.getByText('Lane open').first()).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('link', { name: 'Invite somebody' }).click();
  await page.getByLabel('Address').fill('ben@');
  await page.getByLabel('Viewer').check();
  await page.getByRole('button', { name: 'Invite' }).click();
  await expect(page.getByRole('alert')).toContainText('not a domain name');
  await expect(page.getByLabel('Viewer')).toBeChecked();
  await expectAccessible(page);
  await page.getByLabel('Address').fill(ben);
  await page.getByRole('button', { name: 'Invite' }).click();
  await expect(page.getByRole('row', { name: new RegExp(ben) })).toContainText('viewer');
  await expectAccessible(page);

  const context = await browser.newContext({ javaScriptEnabled: info.project.name !== 'plain' });
  const colleague = await context.newPage();
  await comeIn(colleague, await invitationLink(browser, ben), 'Ben');
  await colleague.getByRole('link', { name: 'People', exact: true }).click();
  await expect(colleague.getByRole('link', { name: 'Invite somebody' })).toHaveCount(0);

  await page.reload();
  await page.getByRole('link', { name: 'Ben' }).click();
  await page.getByLabel('Admin').check();
  await page.getByRole('button', { name: 'Save the role' }).click();
  await expect(page.getByRole('row', { name: /Ben/ })).toContainText('admin');
  await colleague.reload();
  await expect(colleague.getByRole('link', { name: 'Invite somebody' })).toBeVisible();

  await page.getByRole('link', { name: 'Ben' }).click();
  await page.getByText('Take out of the team').click();
  await page.getByRole('button', { name: 'Take out' }).click();
  await expect(page.getByRole('row', { name: /Ben/ })).toHaveCount(0);
  const gone = await colleague.goto(`/t/${slug}`);
  expect(gone!.status()).toBe(404);
  await context.close();
});
