// The operator makes tenants.
import { state } from '../fixtures/operator';
import { expect, expectAccessible, test } from '../fixtures/page';

test.use({ storageState: state });

test('the operator creates a tenant and sees it in the list', async ({ page }, info) => {
  const slug = `acme-${info.project.name}`;
  await page.goto('/console');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Create a tenant' }).click();
  await page.getByLabel('Name').fill('Acme & Söhne');
  await page.getByLabel('Address', { exact: true }).fill('Acme Sales');
  await page.getByLabel("Owner's mail address").fill('ada@acme');
  await page.getByRole('button', { name: 'Create and invite' }).click();
  await expect(page.getByRole('alert')).toContainText('Use small letters');
  await expect(page.getByLabel('Name')).toHaveValue('Acme & Söhne');
  await expect(page.getByLabel("Owner's mail address")).toHaveValue('ada@acme');
  await expect(page.getByLabel("Owner's mail address")).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);

  await page.getByLabel('Address', { exact: true }).fill(slug);
  await page.getByLabel("Owner's mail address").fill('ada@acme.example');
  await page.getByRole('button', { name: 'Create and invite' }).click();
  await expect(page.getByRole('heading', { name: 'Acme & Söhne' })).toBeVisible();
  await expect(page.getByText('ada@acme.example, invited')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Tenants' }).click();
  const row = page.getByRole('row', { name: new RegExp(slug) });
  await expect(row).toContainText('Acme & Söhne');
  await expect(row).toContainText('ada@acme.example, invited');
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Mail' }).click();
  await expectAccessible(page);
  await page.goto('/console/tenants/new');
  await page.getByLabel('Name').fill('Another');
  await page.getByLabel('Address', { exact: true }).fill(slug);
  await page.getByLabel("Owner's mail address").fill('ben@acme.example');
  await page.getByRole('button', { name: 'Create and invite' }).click();
  await expect(page.getByRole('alert')).toContainText('Another tenant has this address');
});
