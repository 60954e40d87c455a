import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recoveryGroups } from '../electron/storage/keys/recoveryText.ts';
import { BackupPage } from './backupPages.ts';
import { newHome, type RunningApp, removeHome, startApp } from './support/app.ts';
import { violationsInBothThemes } from './support/axe.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { type Contents, readContents } from './support/contents.ts';
import { DATABASE, type MotoEstate, PRODUCTION, startEstate } from './support/motoEstate.ts';

const BUCKET = { bucket: 'cloudops-backups-e2e', region: 'us-west-2', profile: 'prod' };
/** Well-formed, but of no install here. */
const OTHER_KEY = recoveryGroups(Buffer.alloc(32, 7)).join(' ');
const PASSPHRASE = 'seven quiet herons crossed the estuary';

/** A laptop that is lost and found again, in order: each test goes on where the one before ended. */
let browser: Browser;
let estate: MotoEstate;
let home: string;
let downloads: string;
let env: Record<string, string>;
let app: RunningApp;
let page: Page;
let ui: BackupPage;
let before: Contents;
let recoveryKey = '';

async function open(): Promise<void> {
  app = await startApp({ home, env });
  ({ page } = await openPage(browser, app.address));
  ui = new BackupPage(page);
}

async function close(): Promise<void> {
  await page.context().close();
  await app.stop();
}

/** All that the app had is gone; the AWS files of the person stay. */
async function wipeHome(): Promise<void> {
  for (const name of await readdir(home)) {
    if (name !== '.aws') await rm(join(home, name), { recursive: true });
  }
}

beforeAll(async () => {
  browser = await launchBrowser();
  estate = await startEstate();
  home = await newHome();
  downloads = await mkdtemp(join(tmpdir(), 'cloudops-downloads-'));
  env = await estate.env(`${home}/.aws`);
  const credentials = await estate.moto.seed('access_key', { account: PRODUCTION, user: 'bucket-owner' });
  const s3 = new S3Client({
    endpoint: estate.moto.url,
    region: BUCKET.region,
    credentials,
    forcePathStyle: true,
  });
  const place = { LocationConstraint: 'us-west-2' } as const;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET.bucket, CreateBucketConfiguration: place }));
  await open();
});
beforeEach(() => estate.proxy.clear());
afterAll(async () => {
  await browser.close();
  await app.stop();
  await estate.close();
  await removeHome(home);
  await rm(downloads, { recursive: true, force: true });
});

test('a scanned estate and a conversation are backed up to S3 and read back whole', async () => {
  await ui.connectProfiles(['prod']);
  await ui.search(DATABASE);
  await ui.row(DATABASE).waitFor({ timeout: 120_000 });
  await ui.scanEnds();
  await ui.say(`describe ${DATABASE}`);
  await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
  await ui.go('Settings');
  await page.getByRole('radiogroup', { name: 'Row height' }).getByText('Comfortable').click();
  await page.getByLabel('Default region').fill('eu-west-1');
  await page.getByLabel('Default region').press('Enter');
  recoveryKey = await ui.makeRecoveryKey();
  await ui.configureBucket(BUCKET);
  await page.getByText('us-west-2, as prod').waitFor();
  await ui.backUpNow();
  await ui.backups(`S3`).first().getByText('verified').waitFor();
  before = await readContents(app.address);
  expect(before.resources.map(({ name }) => name)).toContain(DATABASE);
  expect(before.conversations).toHaveLength(1);
  expect(before.settings).toMatchObject({ density: 'comfortable', defaultRegion: 'eu-west-1' });
});

test('on an empty home the recovery key alone brings everything back, for good', async () => {
  await close();
  await wipeHome();
  await open();
  await page.getByRole('button', { name: 'Restore from a backup' }).click();
  await ui.lookInBucket(BUCKET);
  const words = await ui.restoreProposed({ recovery: recoveryKey }, 'replace');
  expect(words).toContain(`${before.resources.length} resources are here`);
  await ui.openRestored();
  await ui.search(DATABASE);
  await ui.row(DATABASE).waitFor();
  expect(await readContents(app.address)).toEqual(before);
  await close();
  await open();
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  expect(await readContents(app.address)).toEqual(before);
});

test('one exported file and the passphrase bring everything back without the bucket', async () => {
  await ui.setPassphrase(PASSPHRASE);
  await ui.go('Backups');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export to a file' }).click();
  const words = await ui.jobEnds('Export to a file');
  const file = join(downloads, (await download).suggestedFilename());
  await (await download).saveAs(file);
  expect(words).not.toBe('');
  before = await readContents(app.address);
  await close();
  await wipeHome();
  estate.proxy.setOffline(true);
  await open();
  await page.getByRole('button', { name: 'Restore from a backup' }).click();
  await ui.lookInFile(file);
  await ui.restoreProposed({ passphrase: PASSPHRASE }, 'replace', 'Import');
  await ui.openRestored();
  expect(await readContents(app.address)).toEqual(before);
  await close();
  await open();
  expect(await readContents(app.address)).toEqual(before);
});

/** What the place step of the wizard says instead of going on. */
async function refusedPlace(bucket: Partial<typeof BUCKET>): Promise<string> {
  await ui.lookInBucket({ ...BUCKET, ...bucket });
  return page.getByRole('alert').first().innerText();
}

test('each trouble of a bucket and a wrong key are told in their own words, and nothing is changed', async () => {
  await ui.go('Backups');
  await page.getByRole('button', { name: 'Restore or import' }).click();
  expect(await violationsInBothThemes(page)).toEqual([]);
  expect(await refusedPlace({ bucket: 'no-such-bucket-e2e' })).toContain(
    'There is no bucket no-such-bucket-e2e.',
  );
  estate.proxy.add({ kind: 'deny', service: 's3' });
  expect(await refusedPlace({})).toMatch(/bucket cloudops-backups-e2e is denied for profile prod/);
  estate.proxy.clear();
  await ui.lookInBucket(BUCKET);
  await ui.wizardAt('Which backup?');
  expect(await violationsInBothThemes(page)).toEqual([]);
  await ui.next();
  await ui.wizardAt('Open it with your key');
  await ui.typeSecret({ recovery: OTHER_KEY });
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByText(/belongs to another workspace/).waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await ui.typeSecret({ recovery: recoveryKey });
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await ui.wizardAt('What is inside');
  expect(await violationsInBothThemes(page)).toEqual([]);
  await ui.next();
  await ui.wizardAt('Replace or merge?');
  expect(await violationsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Leave' }).click();
  expect(await readContents(app.address)).toEqual(before);
});

test('an upload that is cut says so, and the next one succeeds', async () => {
  // The passphrase alone opened the file: the key on paper is of the machine before.
  recoveryKey = await ui.makeRecoveryKey();
  estate.proxy.add({ kind: 'cutBefore', service: 's3', when: ({ method }) => method === 'PUT' });
  await expect(ui.backUpNow()).rejects.toThrow(/could not be reached, or the connection broke/);
  estate.proxy.clear();
  await ui.backUpNow();
  await ui.backups('S3').first().getByText('verified').waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
});

test('a merge into another machine keeps what both had', async () => {
  await close();
  await removeHome(home);
  home = await newHome();
  env = await estate.env(`${home}/.aws`);
  await open();
  await ui.connectProfiles(['tooling']);
  await ui.search('ci-runner');
  await ui.row('ci-runner').waitFor({ timeout: 120_000 });
  await ui.scanEnds();
  await ui.say('describe ci-runner');
  await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
  const own = await readContents(app.address);
  await ui.go('Backups');
  await page.getByRole('button', { name: 'Restore or import' }).click();
  await ui.lookInBucket(BUCKET);
  expect(await ui.restoreProposed({ recovery: recoveryKey }, 'merge')).toMatch(/[1-9]\d* added/);
  await ui.openRestored();
  const merged = await readContents(app.address);
  // What both had read is one resource, not two.
  const both = new Map([...own.resources, ...before.resources].map((one) => [one.where, one]));
  expect(merged.resources).toEqual([...both.values()].toSorted((a, b) => (a.where < b.where ? -1 : 1)));
  expect(merged.conversations).toEqual(
    expect.arrayContaining([...own.conversations, ...before.conversations]),
  );
  // A source of the other machine's answer opens the resource, though its id was made there.
  await ui.go('Chat');
  const talks = page.getByRole('navigation', { name: 'Conversations' });
  await talks.getByText(`describe ${DATABASE}`, { exact: true }).click();
  await page.getByRole('button', { name: DATABASE, exact: true }).last().click();
  await page
    .getByRole('article', { name: DATABASE, exact: true })
    .getByText('ARN', { exact: true })
    .waitFor();
  await page.keyboard.press('Escape');
  await close();
  await open();
  expect(await readContents(app.address)).toEqual(merged);
});
