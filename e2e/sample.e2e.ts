import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppPage } from './pages.ts';
import { type RunningApp, removeHome, startApp } from './support/app.ts';
import { launchBrowser, openPage } from './support/browser.ts';

let browser: Browser;
let app: RunningApp;

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await removeHome(app.home);
});

test('a person without AWS opens the sample, finds a database, stops it and sees it stopped', async () => {
  const { page, errors } = await openPage(browser, app.address);
  // What is left of the address names the view; the token is gone from it.
  await expect.poll(() => new URL(page.url()).hash).toMatch(/^(?:#\/\w+)?$/);
  const ui = new AppPage(page);
  await ui.openSample();
  await ui.search('pg-instance-main1');
  await ui.row('pg-instance-main1').getByText('available').waitFor();

  await ui.say('stop pg-instance-main1');
  await ui.plan.getByText('rds.StopDBInstance').waitFor();
  await ui.plan.getByText('123456789012').waitFor();
  await ui.approve();
  await ui.plan.getByText(/available → stopped, verified \d\d:\d\d:\d\d/).waitFor({ timeout: 60_000 });

  await ui.search('pg-instance-main1');
  await ui.row('pg-instance-main1').getByText('stopped').waitFor();
  await ui.go('Activity');
  await page
    .getByRole('row')
    .filter({ hasText: 'Stop RDS instance pg-instance-main1' })
    .getByText('succeeded')
    .click();
  const record = page.getByRole('complementary').getByRole('article');
  await record.getByText('a sentence in Chat').waitFor();
  await record.getByRole('button', { name: 'show AWS’s answer' }).click();
  await record.getByText('"DBInstanceIdentifier": "pg-instance-main1"').waitFor();
  await record.getByRole('button', { name: 'open the conversation' }).click();
  await expect.poll(() => page.title()).toMatch(/^Chat/);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a destructive plan stays shut until what only its target has is typed exactly', async () => {
  const { page } = await openPage(browser, app.address);
  const ui = new AppPage(page);
  await ui.say('terminate staging-bastion in us-west-2');
  const approve = ui.plan.getByRole('button', { name: 'Approve and run' });
  await approve.waitFor();
  expect(await approve.isDisabled()).toBe(true);
  // Another region has one of this name: the id is asked for.
  await ui.plan.getByRole('textbox').fill('staging-bastion');
  expect(await approve.isDisabled()).toBe(true);
  const id = /i-[0-9a-f]+/.exec((await ui.plan.getByText(/^Type/).first().textContent()) ?? '')?.[0] ?? '';
  await ui.plan.getByRole('textbox').fill(id);
  await expect.poll(() => approve.isEnabled()).toBe(true);
  await ui.plan.getByRole('button', { name: 'Reject' }).click();
  await ui.plan
    .getByText(/rejected/i)
    .first()
    .waitFor();
  await page.context().close();
});

test('what it cannot use of a sentence is asked about, never run', async () => {
  const { page } = await openPage(browser, app.address);
  const ui = new AppPage(page);
  await ui.newConversation();
  const cards = page.getByRole('article', { name: /^Plan/ });
  for (const sentence of [
    'don’t stop pg-instance-main2',
    'stop pg-instance-main2 tonight',
    'stop all but pg-instance-main2',
  ]) {
    await ui.say(sentence);
    await page.getByRole('article', { name: 'You' }).filter({ hasText: sentence }).waitFor();
    await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
  }
  await expect.poll(() => page.getByRole('article', { name: 'CloudOps' }).count()).toBe(3);
  expect(await cards.count()).toBe(0);
  await page.context().close();
});
