// The islands come alive without a word in the console.
import { expect, test } from '../fixtures/page';

test('a page comes alive and its theme switches', async ({ page, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'islands need JavaScript');
  await page.goto('/sign-in');
  await page.locator('html[data-ready]').waitFor();
  await page.getByRole('button', { name: 'Switch between light and dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
