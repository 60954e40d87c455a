import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppPage } from './pages.ts';
import { type RunningApp, removeHome, startApp } from './support/app.ts';
import { launchBrowser, openPage } from './support/browser.ts';

/** Every view has an address: what was looked at comes back after a reload, by back and forward, and by a link. */
let browser: Browser;
let app: RunningApp;
let page: Page;
let ui: AppPage;

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
  ({ page } = await openPage(browser, app.address));
  ui = new AppPage(page);
  await ui.openSample();
  await ui.scanEnds();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await removeHome(app.home);
});

const details = () => page.getByRole('complementary', { name: 'Details' });
const heading = (name: string) => page.getByRole('heading', { level: 1, name });

test('search, filters and details come back after a reload and by back and forward', async () => {
  await ui.search('pg-instance');
  await page.getByRole('checkbox', { name: /^RDS instance/ }).check();
  await ui.row('pg-instance-main1').click();
  await details().getByRole('heading', { name: 'pg-instance-main1' }).waitFor();
  await ui.go('Backups');
  await heading('Backups').waitFor();
  expect(await details().count()).toBe(0);
  await page.goBack();
  await heading('Explorer').waitFor();
  await details().getByRole('heading', { name: 'pg-instance-main1' }).waitFor();
  await page.reload();
  await details().getByRole('heading', { name: 'pg-instance-main1' }).waitFor();
  expect(await page.getByLabel('Search resources').inputValue()).toBe('pg-instance');
  expect(await page.getByRole('checkbox', { name: /^RDS instance/ }).isChecked()).toBe(true);
  await page.goForward();
  await heading('Backups').waitFor();
});

test('a draft outlives a reload, and a conversation is a step of the way back', async () => {
  await ui.newConversation();
  await ui.say('how many queues are there');
  await page.getByRole('article', { name: 'CloudOps' }).waitFor();
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('half a thou');
  await page.reload();
  await page.getByRole('article', { name: 'CloudOps' }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Message', exact: true }).inputValue()).toBe('half a thou');
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByText('Ask about your estate, or say what to change').waitFor();
  await page.goBack();
  await page.getByRole('article', { name: 'CloudOps' }).waitFor();
});

test('a link opens its screen and resource, and holds nothing of what was typed', async () => {
  await ui.search('pg-instance-main2');
  // Until it is the first, the rows of the search before stand there.
  await page.getByRole('row').nth(1).getByTitle('pg-instance-main2', { exact: true }).waitFor();
  await ui.row('pg-instance-main2').click();
  await details().getByRole('heading', { name: 'pg-instance-main2' }).waitFor();
  await expect.poll(() => page.url()).toMatch(/#\/explorer\/[\w-]+$/);
  const link = page.url();
  expect(link).not.toMatch(/pg-instance|token/);
  await ui.go('Settings');
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, new URL(link).hash);
  await heading('Explorer').waitFor();
  await details().getByRole('heading', { name: 'pg-instance-main2' }).waitFor();
});
