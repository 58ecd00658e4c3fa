// The whole of it: one team goes from nothing to a running sequence, whose mails leave, come back as numbers and end where
// people say so; another team on the same server sees none of it.
import type { APIRequestContext, Page } from '@playwright/test';
import { comesTrue, expect, expectAccessible, test } from '../fixtures/page';
import { comeIn, createTenant, importLeads, invitationLink, unique, verifyDomain } from '../fixtures/team';

const sandbox = process.env.OWNLANE_SANDBOX_URL;

async function prepare(page: Page, slug: string) {
  await verifyDomain(page, slug, `mail.${slug}.example`);
  await page.goto(`/t/${slug}/mailboxes/new`);
  await page.getByLabel('Address').fill('ada');
  for (const day of ['Sat', 'Sun']) await page.getByLabel(day).check();
  await page.getByLabel('From', { exact: true }).fill('00:00');
  await page.getByLabel('Until').fill('00:00');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`ada@mail.${slug}.example`);
  await page.goto(`/t/${slug}/settings`);
  await page.getByLabel('Postal address').fill('Northwind Traders\nHafenstr. 1\n20457 Hamburg');
  await page.getByRole('button', { name: 'Save' }).click();
}

async function start(page: Page, slug: string) {
  await page.goto(`/t/${slug}/sequences/new`);
  await page.getByLabel('Name').fill('First contact');
  await page.getByRole('button', { name: 'Create the draft' }).click();
  const sequence = page.url();
  await page.goto(`${sequence}/steps/1`);
  await page.getByLabel('Subject').fill('A word to {{ lead.company }}');
  await page.getByLabel('Body').fill('Hi {{ lead.first_name }},\n\nshall we talk?');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.goto(`${sequence}/steps/2`);
  await page.getByLabel('Sending days').fill('1');
  await page.getByLabel('Body').fill('Hi {{ lead.first_name }}, did you see this?');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Source', { exact: true }).selectOption({ label: 'The fair (5 leads)' });
  await page.getByRole('button', { name: 'Add its leads' }).click();
  await page.getByLabel(`ada@mail.${slug}.example`).check();
  await page.getByRole('button', { name: 'Save who writes' }).click();
  await page.goto(`${sequence}/start`);
  await comesTrue(page, () => expect(page.getByRole('button', { name: 'Start' })).toBeVisible({ timeout: 200 }));
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Running', { exact: true })).toBeVisible();
  return sequence;
}

// The number on the overview, read again until it is there: mails and events take a moment.
async function comesTo(page: Page, slug: string, ...numbers: string[]) {
  const allOfThem = async () => {
    for (const number of numbers) await expect(page.getByRole('link', { name: number, exact: true })).toBeVisible({ timeout: 100 });
  };
  await comesTrue(page, allOfThem, () => page.goto(`/t/${slug}`));
}

async function mailsTo(request: APIRequestContext, address: string): Promise<string[]> {
  const answer = await request.get(`${sandbox}/_sandbox/mail?to=${encodeURIComponent(address)}`);
  return (await answer.json()).map(({ raw }: { raw: string }) => raw.replace(/\r\n[ \t]+/g, ' '));
}

test('a sequence is sent, and its numbers are its own team\'s alone', async ({ page, browser, request }, info) => {
  const [ours, theirs] = [unique('trip', info.project.name), unique('calm', info.project.name)];
  for (const slug of [ours, theirs]) await createTenant(browser, slug, `ada@${slug}.example`);
  const other = await (await browser.newContext({ javaScriptEnabled: info.project.use.javaScriptEnabled })).newPage();
  await comeIn(other, await invitationLink(browser, `ada@${theirs}.example`), 'Berta');
  await comeIn(page, await invitationLink(browser, `ada@${ours}.example`), 'Ada');

  await prepare(page, ours);
  const people = ['anna', 'bounce.bob', 'complain.cleo', 'dora', 'answer.emil'].map((name) => `${name}@north-${ours}.example`);
  await importLeads(page, ours, 'The fair', `email,first_name,company\n${people.map((to) => `${to},Friend,Smith & Sons`).join('\n')}\n`);
  const sequence = await start(page, ours);

  // One mail each time the gap is over: the sandbox's clock goes on by an hour.
  await comesTo(page, ours, '1 sent');
  for (const count of [2, 3, 4, 5]) {
    await page.getByRole('button', { name: '+1 hour' }).click();
    await comesTo(page, ours, `${count} sent`);
  }
  await comesTo(page, ours, '5 sent', '4 delivered', '1 bounced', '1 complained', '0 opted out', '1 answered');
  await expectAccessible(page);
  await page.getByRole('link', { name: '1 bounced', exact: true }).click();
  await expect(page.getByRole('row', { name: new RegExp(people[1]) })).toContainText('bounced');
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expectAccessible(page);
  await page.getByRole('link', { name: people[1] }).click();
  await expect(page.locator('main')).toContainText('Hi Friend,');
  await expect(page.getByRole('row', { name: /Bounce/ })).toContainText('Permanent');
  await expectAccessible(page);
  const message = page.url();

  // Emil wrote back: his words stand with him, what he quotes is folded, and nothing more is sent to him.
  await page.goto(`/t/${ours}/messages?what=answered`);
  await page.getByRole('link', { name: people[4] }).click();
  await page.getByRole('definition').getByRole('link', { name: people[4] }).click();
  const answer = page.getByRole('listitem').filter({ hasText: 'Answered' });
  await expect(answer.locator('pre').first()).toBeVisible();
  await expect(answer.locator('pre').first()).not.toContainText('shall we talk?');
  await expect(answer.locator('pre').last()).toBeHidden();
  await answer.getByText('What it quotes').click();
  await expect(answer.locator('pre').last()).toContainText('shall we talk?');
  await expectAccessible(page);

  // Dora follows the link in her mail.
  const [mail] = await mailsTo(request, people[3]);
  const wayOut = mail.match(/List-Unsubscribe: <(\S+)>/)![1];
  const recipient = await (await browser.newContext({ javaScriptEnabled: info.project.use.javaScriptEnabled })).newPage();
  await recipient.goto(wayOut);
  await expectAccessible(recipient);
  await recipient.getByRole('button', { name: 'No more mails' }).click();
  await expect(recipient.locator('main')).toContainText(`does not write to ${people[3]} any more`);
  await comesTo(page, ours, '1 opted out');

  // The follow-up goes to the one who is left, in the same thread.
  await page.getByRole('button', { name: '+1 day' }).click();
  await comesTo(page, ours, '6 sent');
  const [first, second, ...more] = await mailsTo(request, people[0]);
  expect(more).toEqual([]);
  expect(second).toContain('Subject: Re: A word to Smith & Sons');
  expect(second.match(/In-Reply-To: (\S+)/)![1]).toBe(first.match(/Message-ID: (\S+)/i)![1]);
  for (const to of people.slice(1)) expect(await mailsTo(request, to)).toHaveLength(1);
  await page.goto(sequence);
  await expect(page.getByRole('link', { name: '1 finished' })).toBeVisible();
  await expect(page.getByRole('link', { name: '4 stopped' })).toBeVisible();
  await expectAccessible(page);
  await page.goto(`/t/${ours}/mailboxes`);
  await page.getByRole('link', { name: `ada@mail.${ours}.example` }).click();
  await expect(page.locator('main')).toContainText(/Today\d of 20/);
  await expectAccessible(page);

  // Of all this the other team sees nothing.
  await other.goto(`/t/${theirs}`);
  await expect(other.locator('main')).not.toContainText('sent');
  for (const address of [message, sequence, message.replace(`/t/${ours}/`, `/t/${theirs}/`)]) {
    expect((await other.goto(address))!.status()).toBe(404);
  }
  await other.goto(`/t/${theirs}/messages`);
  await expect(other.locator('main')).toContainText('No mail is like that.');
});
