import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AppPage } from './pages.ts';
import { type RunningApp, removeHome, startApp } from './support/app.ts';
import { violationsInBothThemes } from './support/axe.ts';
import { launchBrowser, openPage } from './support/browser.ts';

/** Every screen and dialog of an open workspace, light and dark; those before it are in backup and keys. */
let browser: Browser;
let app: RunningApp;
let page: Page;
let errors: string[];
let ui: AppPage;

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
  await newPage();
  await clean('first start');
  await ui.openSample();
  await ui.scanEnds();
  await page.context().close();
});
beforeEach(newPage);
afterAll(async () => {
  await browser.close();
  await app.stop();
  await removeHome(app.home);
});

async function newPage(): Promise<void> {
  ({ page, errors } = await openPage(browser, app.address));
  ui = new AppPage(page);
}

async function done(): Promise<void> {
  expect(errors).toEqual([]);
  await page.context().close();
}

async function clean(where: string): Promise<void> {
  await page.getByRole('progressbar', { name: 'Loading' }).waitFor({ state: 'detached' });
  expect(await violationsInBothThemes(page), where).toEqual([]);
}

const dialog = () => page.getByRole('dialog');
const button = (name: string | RegExp) => page.getByRole('main').getByRole('button', { name });

/** Opens it, looks, and closes it with Escape, which must be enough. */
async function cleanDialog(where: string, open: () => Promise<void>): Promise<void> {
  await open();
  await dialog().waitFor();
  await clean(where);
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
}

test('axe finds nothing in a conversation, its menu and its dialogs', async () => {
  await ui.say('which databases are in us-west-2');
  await page.getByRole('article', { name: 'CloudOps' }).getByRole('table').waitFor();
  await clean('an answer with rows');
  await ui.say('stop catalog-events');
  await page.getByRole('article', { name: 'CloudOps' }).nth(1).waitFor();
  await clean('a question back');
  const menu = button(/^Actions for/).first();
  const item = (name: string) => async () => {
    await menu.click();
    await page.getByRole('menuitem', { name }).click();
  };
  await menu.click();
  await page.getByRole('menu').waitFor();
  await clean('the menu of a conversation');
  await page.keyboard.press('Escape');
  await cleanDialog('rename', item('Rename'));
  await cleanDialog('labels', item('Labels'));
  await cleanDialog('delete', item('Delete'));
  await page.getByLabel('Search conversations').fill('databases');
  await page.getByRole('region', { name: 'In messages' }).getByRole('button').first().waitFor();
  await clean('search in messages');
  await done();
});

test('axe finds nothing on a plan as it is proposed, typed, rejected, running and done', async () => {
  await ui.newConversation();
  await ui.say('terminate staging-bastion in us-west-2');
  await ui.plan.getByRole('textbox').waitFor();
  await clean('a destructive plan');
  await ui.plan.getByRole('button', { name: 'Reject' }).click();
  await ui.plan.getByText('Nothing was sent to AWS.').waitFor();
  await clean('a rejected plan');
  await ui.say('stop pg-instance-main1');
  await ui.plan.getByText('rds.StopDBInstance').waitFor();
  await clean('a proposed plan');
  await ui.approve();
  await ui.plan.getByText('stopping').first().waitFor();
  await clean('a running plan');
  await ui.plan
    .getByText(/available → stopped, verified/)
    .first()
    .waitFor({ timeout: 60_000 });
  await clean('a plan that is done');
  await ui.go('Activity');
  await page.getByRole('row').filter({ hasText: 'Stop RDS instance' }).first().click();
  await page.getByRole('complementary', { name: 'Details' }).getByRole('article').waitFor();
  await clean('the record of a plan');
  for (const name of ['State', 'Account', 'Risk'])
    await cleanDialog(`the filter ${name}`, () => button(name).click());
  await done();
});

test('axe finds nothing in the table, its menus, the details, the palette and the keys', async () => {
  await ui.go('Explorer');
  await cleanDialog('the keys', () => page.keyboard.press('?'));
  await page.getByRole('row').nth(1).click();
  await page.getByRole('complementary', { name: 'Details' }).getByRole('article').waitFor();
  await page.getByRole('button', { name: 'Show what AWS answered (JSON)' }).click();
  await page.getByRole('textbox', { name: /^JSON of/ }).waitFor();
  await clean('details with JSON');
  await page.getByRole('button', { name: 'Close details' }).click();
  await cleanDialog('columns', () => button('Columns').click());
  await button(/^Export all/).click();
  await page.getByRole('menu').waitFor();
  await clean('the export menu');
  await page.keyboard.press('Escape');
  await cleanDialog('scope of accounts', () =>
    page.getByRole('combobox', { name: 'Scope: accounts' }).click(),
  );
  await ui.search('nothing-is-called-so');
  await page.getByText('0 resources').waitFor();
  await clean('nothing found');
  await cleanDialog('the palette', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command or resource' }).fill('pg');
    await page
      .getByRole('option', { name: /RDS instance/ })
      .first()
      .waitFor();
  });
  await done();
});

test('axe finds nothing on Accounts, Backups and Settings and in what they ask', async () => {
  await ui.go('Accounts');
  await page.getByRole('region', { name: 'Scan' }).getByText('done', { exact: true }).waitFor();
  await clean('accounts');
  await cleanDialog('forget', () =>
    button(/^Forget this account/)
      .first()
      .click(),
  );
  await cleanDialog('add profiles', () => button('Add profiles').click());
  await ui.go('Backups');
  await button('Back up now').click();
  await page.getByRole('region', { name: 'Backup', exact: true }).getByText('done').waitFor();
  await button(/^Actions for the backup/)
    .first()
    .click();
  await page.getByRole('menu').waitFor();
  await clean('a backup and its menu');
  await page.keyboard.press('Escape');
  await ui.go('Settings');
  await page.getByRole('region', { name: 'Storage' }).getByRole('table').waitFor();
  await clean('settings');
  await cleanDialog('recovery key', async () => {
    await button('Make a recovery key').click();
    await dialog().getByRole('list', { name: 'Recovery key' }).waitFor();
    await clean('the recovery key as it is shown');
    await dialog().getByRole('button', { name: 'I have kept it' }).click();
    await dialog().getByRole('textbox').first().fill('WRONG');
    await dialog().getByRole('button', { name: 'Finish' }).click();
    await dialog().getByText('Not what was shown.').first().waitFor();
  });
  await cleanDialog('passphrase', async () => {
    await button('Set a passphrase').click();
    await dialog().getByLabel('Passphrase', { exact: true }).fill('short');
  });
  await cleanDialog('rebuild', () => button('Rebuild with a new key').click());
  await cleanDialog('delete everything', () => button('Delete everything').click());
  await done();
});
