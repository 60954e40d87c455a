import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BackupPage } from './backupPages.ts';
import { newHome, type RunningApp, removeHome, startApp } from './support/app.ts';
import { violationsInBothThemes } from './support/axe.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { type Contents, readContents } from './support/contents.ts';
import { DATABASE, type MotoEstate, PRODUCTION, startEstate, TOOLING } from './support/motoEstate.ts';

const PASSPHRASE = 'nine grey otters slept below the weir';
const ANOTHER = 'four amber lanterns hung over the quay';

/** One workspace from its first start on a machine without a keychain to its deletion, in order. */
let browser: Browser;
let estate: MotoEstate;
let home: string;
let env: Record<string, string>;
let app: RunningApp;
let page: Page;
let ui: BackupPage;
let before: Contents;

async function open(): Promise<void> {
  app = await startApp({ home, env });
  ({ page } = await openPage(browser, app.address));
  ui = new BackupPage(page);
}

async function close(): Promise<void> {
  await page.context().close();
  await app.stop();
}

beforeAll(async () => {
  browser = await launchBrowser();
  [estate, home] = await Promise.all([startEstate(), newHome()]);
  const nobody = `unix:path=${join(home, 'no-bus-listens-here')}`;
  env = {
    ...(await estate.env(`${home}/.aws`)),
    // The default: the keychain, and what the person chose where there is none.
    CLOUDOPS_KEY_SOURCE: '',
    DBUS_SESSION_BUS_ADDRESS: nobody,
  };
  await open();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await estate.close();
  await removeHome(home);
});

const settings = (name: string) => page.getByRole('region', { name, exact: true });
const inDialog = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true });
const statusBar = () => page.getByRole('contentinfo');

test('without a keychain a key file is a choice that says what it is worth, and it holds after a restart', async () => {
  await ui.heading('Where should the key be kept?').waitFor();
  await page.getByText(/not from someone who copies your whole home folder/).waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Keep the key in a file only I can read' }).click();
  await ui.heading('Start with an estate').waitFor();
  await close();
  await open();
  await ui.heading('Start with an estate').waitFor();
});

test('a recovery key that was put off is remembered in the status bar until it is made', async () => {
  await page.getByRole('button', { name: 'Use my AWS profiles' }).click();
  await page.getByRole('checkbox', { name: /^prod\b/ }).check();
  await page.getByRole('button', { name: /^Connect \d+ profile/ }).click();
  await page.getByRole('button', { name: 'Later' }).click();
  await page.getByText('Later, in Settings. The status bar reminds you.').waitFor();
  await page.getByRole('button', { name: 'Start the scan' }).click();
  await ui.scanEnds();
  await statusBar().getByRole('button', { name: 'no recovery key' }).click();
  await settings('Keys').getByText('None. Without one, backups open on this machine only.').waitFor();
  await ui.makeRecoveryKey();
  await statusBar().getByRole('button', { name: 'no recovery key' }).waitFor({ state: 'detached' });
  await ui.say(`describe ${DATABASE}`);
  await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
  before = await readContents(app.address);
});

test('a passphrase is set, changed and revoked, and only the present one opens', async () => {
  await ui.setPassphrase(PASSPHRASE);
  await settings('Keys').getByRole('button', { name: 'Change it' }).click();
  await ui.typeNewPassphrase(ANOTHER, 'Change the passphrase');
  await page.getByRole('button', { name: 'Lock now' }).click();
  await ui.unlockWith({ passphrase: PASSPHRASE });
  await page
    .getByText(/passphrase/i)
    .first()
    .waitFor();
  await ui.heading('CloudOps is locked').waitFor();
  await ui.unlockWith({ passphrase: ANOTHER });
  await ui.go('Settings');
  await settings('Keys').getByRole('button', { name: 'Revoke the passphrase' }).click();
  await inDialog('Revoke').click();
  await settings('Keys').getByRole('button', { name: 'Set a passphrase' }).waitFor();
  await page.getByRole('button', { name: 'Lock now' }).click();
  await ui.heading('CloudOps is locked').waitFor();
  await page.getByRole('textbox', { name: 'Recovery key' }).waitFor();
  expect(await page.getByText('Passphrase', { exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'Unlock with the key file' }).click();
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  expect(await readContents(app.address)).toEqual(before);
});

test('a machine that slept is locked when it wakes; a page whose time goes by as it should is not', async () => {
  // The page's own clock, from its next start on.
  await page.clock.install();
  await page.reload();
  await ui.go('Settings');
  await page.getByRole('radiogroup', { name: 'Lock when idle' }).getByText('5 min', { exact: true }).click();
  before = await readContents(app.address);
  await page.clock.runFor('04:00');
  expect(await ui.heading('CloudOps is locked').count()).toBe(0);
  // Timers come late all at once, as after a sleep.
  await page.clock.fastForward('02:00');
  await ui.heading('CloudOps is locked').waitFor();
  expect(await page.content()).not.toContain(DATABASE);
  await page.clock.resume();
  await page.getByRole('button', { name: 'Unlock with the key file' }).click();
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  expect(await readContents(app.address)).toEqual(before);
  await page.context().close();
  ({ page } = await openPage(browser, app.address));
  ui = new BackupPage(page);
});

test('nobody at the screen for longer than was set: the app locks, and the key brings everything back', async () => {
  await close();
  const clock = new URL('./support/laterClock.mjs', import.meta.url).href;
  app = await startApp({ home, env: { ...env, NODE_OPTIONS: `--import=${clock}` } });
  ({ page } = await openPage(browser, app.address));
  ui = new BackupPage(page);
  await ui.go('Settings');
  process.kill(app.pid, 'SIGUSR2');
  await ui.heading('CloudOps is locked').waitFor();
  expect(await page.content()).not.toContain(DATABASE);
  await page.getByRole('button', { name: 'Unlock with the key file' }).click();
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  expect(await readContents(app.address)).toEqual(before);
});

test('new keys for records and for the index keep all that is there, after a restart too', async () => {
  await ui.go('Settings');
  await page.getByRole('button', { name: 'New key, re-encrypt everything now' }).click();
  expect(await ui.jobEnds('Re-encryption')).toMatch(
    /^[\d,]+ records were sealed under the new key\. None is left/,
  );
  await settings('Keys')
    .getByText(/^Every record is sealed under the newest of 2 keys/)
    .waitFor();
  await page.getByRole('button', { name: 'Rebuild with a new key' }).click();
  await inDialog('Rebuild').click();
  expect(await ui.jobEnds('Rebuild of the index key')).toContain(
    `${before.resources.length} resources have new ids`,
  );
  expect(await violationsInBothThemes(page)).toEqual([]);
  expect(await readContents(app.address)).toEqual(before);
  await close();
  await open();
  await ui.search(DATABASE);
  await ui.row(DATABASE).waitFor();
  expect(await readContents(app.address)).toEqual(before);
});

test('a forgotten account leaves only after its name was typed, with all that was known of it', async () => {
  await ui.go('Accounts');
  await page.getByRole('button', { name: /^Forget this account.*prod$/ }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('something else');
  expect(await inDialog('Forget this account').isDisabled()).toBe(true);
  await page.getByRole('dialog').getByRole('textbox').fill(PRODUCTION);
  await inDialog('Forget this account').click();
  const accounts = async () => (await readContents(app.address)).accounts;
  await expect.poll(accounts, { timeout: 60_000 }).toEqual([TOOLING]);
  const after = await readContents(app.address);
  const others = before.resources.filter(({ where }) => !where.startsWith(PRODUCTION));
  expect(after.resources).toEqual(others);
  expect(after.conversations).toEqual(before.conversations);
  expect(await estate.databaseState()).toBe('available');
});

test('everything is deleted only after the words were typed; the record of it and the backups stay', async () => {
  await ui.go('Settings');
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Back up first' }).click();
  await page.getByRole('dialog').getByText('done', { exact: true }).waitFor();
  expect(await inDialog('Delete everything').isDisabled()).toBe(true);
  await page.getByRole('dialog').getByRole('textbox').fill('delete everything');
  await inDialog('Delete everything').click();
  await ui.jobEnds('Deleting everything');
  const after = await readContents(app.address);
  expect(after).toMatchObject({ resources: [], conversations: [], accounts: [TOOLING] });
  await ui.go('Backups');
  await ui.backups('this machine').first().getByText('verified').waitFor();
  await ui.go('Activity');
  await page
    .getByRole('row')
    .filter({ hasText: /delete/i })
    .first()
    .waitFor();
});
