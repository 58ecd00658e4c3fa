// Signing in and out, in a browser with JavaScript and in one without.
import { operator } from '../fixtures/operator';
import { expect, expectAccessible, test } from '../fixtures/page';

test('a wrong password is refused and the address stays', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByLabel('Address').fill(operator.email);
  await page.getByLabel('Password').fill('not the right words');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Address')).toHaveValue(operator.email);
  await expectAccessible(page);
});

test('an operator signs in and out', async ({ page }) => {
  await page.goto('/console');
  await expect(page).toHaveURL(/sign-in/);
  await page.getByLabel('Address').fill(operator.email);
  await page.getByLabel('Password').fill(operator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Tenants' })).toBeVisible();
  await page.getByText(operator.name).click();
  await page.getByRole('link', { name: 'Your account' }).click();
  await expect(page.getByText('This one')).toBeVisible();
  await expectAccessible(page);
  await page.getByText(operator.name).first().click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await page.goto('/console');
  await expect(page).toHaveURL(/sign-in/);
});
