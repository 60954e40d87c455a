import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BackupPage } from './backupPages.ts';
import { newHome, type RunningApp, removeHome, startApp } from './support/app.ts';
import { violationsInBothThemes } from './support/axe.ts';
import { launchBrowser, openPage, type WatchedPage } from './support/browser.ts';
import { type Contents, readContents } from './support/contents.ts';
import { type KeyringSession, startKeyring } from './support/keyring.ts';
import { DATABASE, type MotoEstate, startEstate } from './support/motoEstate.ts';

const PASSPHRASE = 'seven quiet herons crossed the estuary';

/** One workspace whose key is locked, put away and lost, in order: each test goes on where the one before ended. */
let browser: Browser;
let estate: MotoEstate;
let keyring: KeyringSession;
let home: string;
let env: Record<string, string>;
let app: RunningApp;
let page: Page;
let answer: WatchedPage['answer'];
let ui: BackupPage;
let before: Contents;
let recoveryKey = '';

async function open(more: Record<string, string> = {}): Promise<void> {
  app = await startApp({ home, env: { ...env, ...more } });
  ({ page, answer } = await openPage(browser, app.address));
  ui = new BackupPage(page);
}

async function close(): Promise<void> {
  await page.context().close();
  await app.stop();
}

/** Resolves when the workspace is open on the screen, with all that was in it. */
async function nothingIsLost(): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  expect(await readContents(app.address)).toEqual(before);
}

beforeAll(async () => {
  browser = await launchBrowser();
  [estate, keyring, home] = await Promise.all([startEstate(), startKeyring(), newHome()]);
  env = { ...(await estate.env(`${home}/.aws`)), ...keyring.env };
  await open();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await Promise.all([estate.close(), keyring.close(), removeHome(home)]);
});

test('Lock now leaves nothing on the screen or in the page, and the passphrase brings it back', async () => {
  await ui.connectProfiles(['prod']);
  await ui.search(DATABASE);
  await ui.row(DATABASE).waitFor({ timeout: 120_000 });
  await ui.scanEnds();
  await ui.say(`describe ${DATABASE}`);
  await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
  await ui.setPassphrase(PASSPHRASE);
  recoveryKey = await ui.makeRecoveryKey();
  estate.proxy.setOffline(true);
  before = await readContents(app.address);
  await page.getByRole('button', { name: 'Lock now' }).click();
  await ui.heading('CloudOps is locked').waitFor();
  expect(await page.content()).not.toContain(DATABASE);
  expect(await violationsInBothThemes(page)).toEqual([]);
  await ui.unlockWith({ passphrase: 'not the passphrase at all' });
  await page
    .getByText(/passphrase/i)
    .first()
    .waitFor();
  expect(await ui.heading('CloudOps is locked').isVisible()).toBe(true);
  await ui.unlockWith({ passphrase: PASSPHRASE });
  await nothingIsLost();
});

test('the keychain opens a locked workspace, and what was typed and not sent is still there', async () => {
  await ui.go('Chat');
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill('half a sentence');
  await ui.go('Settings');
  await page.getByRole('button', { name: 'Lock now' }).click();
  await page.getByRole('button', { name: 'Unlock with the keychain' }).click();
  await nothingIsLost();
  await ui.go('Chat');
  expect(await page.getByRole('textbox', { name: 'Message', exact: true }).inputValue()).toBe(
    'half a sentence',
  );
});

test('a locked keychain is a screen with a way out, not a new key', async () => {
  await close();
  await keyring.lock();
  await open();
  await ui.heading('The keychain is locked').waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  // A daemon that is replaced while it is asked does not answer: that is another test's matter.
  const answered = answer('app.retry');
  await page.getByRole('button', { name: 'Try again' }).click();
  await answered;
  await ui.heading('The keychain is locked').waitFor();
  await keyring.unlock();
  await page.getByRole('button', { name: 'Try again' }).click();
  await nothingIsLost();
});

test('with the keychain locked the passphrase opens the workspace', async () => {
  await close();
  await keyring.lock();
  await open();
  await ui.heading('The keychain is locked').waitFor();
  await ui.unlockWith({ passphrase: PASSPHRASE });
  await nothingIsLost();
  await keyring.unlock();
});

test('an emptied keychain is told as a missing key; the recovery key opens everything and puts it back', async () => {
  await close();
  // The same workspace beside a keychain that never had its key.
  const emptied = await startKeyring();
  try {
    await open(emptied.env);
    await ui.heading('The key of this workspace is missing').waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
    await ui.unlockWith({ recovery: recoveryKey });
    await nothingIsLost();
    await close();
    await open(emptied.env);
    await nothingIsLost();
    await close();
  } finally {
    await emptied.close();
  }
  await open();
  await nothingIsLost();
});

test('the D-Bus of the keychain dies: work and new keys go on, and a lock says why the keychain does not open it', async () => {
  await close();
  await open();
  await nothingIsLost();
  keyring.die();
  await ui.go('Settings');
  await page.getByText('Comfortable', { exact: true }).click();
  await page.getByRole('button', { name: 'New key, re-encrypt everything now' }).click();
  expect(await ui.jobEnds('Re-encryption')).toContain('None is left under an earlier key');
  before = await readContents(app.address);
  expect(before.settings.density).toBe('comfortable');
  await page.getByRole('button', { name: 'Lock now' }).click();
  await page.getByRole('button', { name: 'Unlock with the keychain' }).click();
  await page
    .getByRole('alert')
    .getByText(/keychain (cannot be used|is locked|does not answer)/)
    .waitFor();
  await ui.unlockWith({ passphrase: PASSPHRASE });
  await nothingIsLost();
});

test('a lost key is told, the recovery key opens everything, and the key put back stays under the passphrase', async () => {
  await close();
  const file = { CLOUDOPS_KEY_SOURCE: `file:${join(home, 'key')}` };
  await open(file);
  await ui.heading('The key of this workspace is missing').waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await ui.unlockWith({ recovery: recoveryKey.toLowerCase().replaceAll(' ', '-') });
  await nothingIsLost();
  await close();
  await open(file);
  await ui.heading('The key file asks for its passphrase').waitFor();
  await ui.unlockWith({ passphrase: PASSPHRASE });
  await nothingIsLost();
});
