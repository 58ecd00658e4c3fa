// The first operator signs up by the link that works once, and signs in. Every other test starts from here.
import { expect, test } from '@playwright/test';
import { operator, state } from '../fixtures/operator';

test('the first operator signs up by the link and signs in', async ({ page }) => {
  const link = process.env.OWNLANE_OPERATOR_LINK;
  expect(link, 'run through `make browser`').toBeTruthy();

  await page.goto(link!);
  await page.goto(link!); // looking uses nothing up
  await page.getByLabel('Your name').fill(operator.name);
  await page.getByLabel('Address').fill(operator.email);
  await page.getByLabel('Password').fill('too short');
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page.getByRole('alert')).toContainText('at least 12 characters');
  await expect(page.getByLabel('Your name')).toHaveValue(operator.name);
  await expect(page.getByLabel('Password')).toHaveValue('');

  await page.getByLabel('Password').fill(operator.password);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();

  const again = await page.goto(link!);
  expect(again!.status(), 'the link works once').toBe(404);

  await page.goto('/sign-in');
  await page.getByLabel('Address').fill(operator.email);
  await page.getByLabel('Password').fill(operator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Tenants' })).toBeVisible();
  await page.context().storageState({ path: state });
});
