import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppPage } from './pages.ts';
import { newHome, type RunningApp, removeHome, startApp } from './support/app.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { type MotoEstate, startEstate } from './support/motoEstate.ts';

/** What is so is said in one way: by the status bar, the headlines and the tables, at once and after a restart. */
let browser: Browser;
let estate: MotoEstate;
let home: string;
let env: Record<string, string>;
let app: RunningApp;
let page: Page;
let ui: AppPage;

async function open(): Promise<void> {
  app = await startApp({ home, env });
  ({ page } = await openPage(browser, app.address));
  ui = new AppPage(page);
}

beforeAll(async () => {
  browser = await launchBrowser();
  estate = await startEstate();
  home = await newHome();
  env = await estate.env(`${home}/.aws`);
  await open();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await estate.close();
  await removeHome(home);
});

const statusBar = () => page.getByRole('contentinfo');
const scan = () => page.getByRole('region', { name: 'Scan' });

/** Every age of a backup on the screen, read in one moment. */
const backupAges = () =>
  page.evaluate(() => {
    const text = (selector: string) => document.querySelector(selector)?.textContent ?? '';
    const bar = [...document.querySelectorAll('footer button')].map((one) => one.textContent ?? '');
    return [
      bar.find((words) => words.startsWith('backup '))?.slice('backup '.length) ?? 'none in the status bar',
      /just now|\d+ \w+ ago/.exec(text('section[aria-label="How the backups stand"]'))?.[0] ?? 'no headline',
      text('section[aria-labelledby="backups-title"] tbody tr:first-child td:first-child'),
    ];
  });

test('the last backup is as old in the status bar as in the headline and the table', async () => {
  await ui.connectProfiles(['prod']);
  await ui.scanEnds();
  await ui.go('Backups');
  await page.getByRole('button', { name: 'Make a recovery key' }).waitFor();
  await page.getByRole('button', { name: 'Back up now' }).click();
  await page.getByRole('region', { name: 'Backup', exact: true }).getByText('done').waitFor();
  await expect.poll(async () => new Set(await backupAges()).size, { timeout: 20_000 }).toBe(1);
  await expect.poll(async () => (await backupAges())[0], { timeout: 20_000 }).toMatch(/^\d+ s ago$/);
  expect(new Set(await backupAges()).size, String(await backupAges())).toBe(1);
});

test('after a restart nothing says that no scan was made', async () => {
  await app.stop();
  await page.context().close();
  await open();
  await statusBar()
    .getByText(/^data /)
    .waitFor();
  await ui.go('Accounts');
  await scan().getByText('done', { exact: true }).waitFor();
  expect(await page.getByText('No scan has run yet').count()).toBe(0);
  expect(await statusBar().getByText('not scanned').count()).toBe(0);
});

test('a scan that reaches nothing is not done, says why once, and "offline" ends with the first answer', async () => {
  estate.proxy.add({ kind: 'cutBefore' });
  await ui.go('Accounts');
  await scan().getByRole('button', { name: 'Scan now' }).click();
  await scan().getByText('nothing was read').waitFor({ timeout: 240_000 });
  expect(await scan().getByText('done', { exact: true }).count()).toBe(0);
  expect(await scan().locator('[data-reason]').count()).toBe(1);
  await statusBar().getByText('offline').waitFor();
  await statusBar()
    .getByText(/nothing was read/)
    .waitFor();
  estate.proxy.clear();
  await ui.search('web-frontend');
  await ui.row('web-frontend').first().click();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await statusBar().getByText('offline').waitFor({ state: 'detached' });
});
