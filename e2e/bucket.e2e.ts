import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { BackupPage } from './backupPages.ts';
import { newHome, type RunningApp, removeHome, startApp } from './support/app.ts';
import { violationsInBothThemes } from './support/axe.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { type Contents, readContents } from './support/contents.ts';
import type { AccessKey } from './support/moto.ts';
import { type MotoEstate, PRODUCTION, startEstate } from './support/motoEstate.ts';

const BUCKET = { bucket: 'cloudops-bucket-e2e', region: 'us-west-2', profile: 'prod' };
/** Longer than any test: a call that is held until its job is cancelled. */
const HELD_MS = 600_000;

/** One workspace and its bucket, with all that a bucket and a network do to people. */
let browser: Browser;
let estate: MotoEstate;
let home: string;
let app: RunningApp;
let page: Page;
let ui: BackupPage;
let s3: S3Client;
let owner: AccessKey;
let recoveryKey: string;
let before: Contents;

beforeAll(async () => {
  browser = await launchBrowser();
  [estate, home] = await Promise.all([startEstate(), newHome()]);
  owner = await estate.moto.seed('access_key', { account: PRODUCTION, user: 'bucket-owner' });
  s3 = new S3Client({
    endpoint: estate.moto.url,
    region: BUCKET.region,
    credentials: owner,
    forcePathStyle: true,
  });
  const place = { LocationConstraint: 'us-west-2' } as const;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET.bucket, CreateBucketConfiguration: place }));
  app = await startApp({ home, env: await estate.env(`${home}/.aws`) });
  ({ page } = await openPage(browser, app.address));
  ui = new BackupPage(page);
});
beforeEach(() => estate.proxy.clear());
afterAll(async () => {
  await browser.close();
  await app.stop();
  await estate.close();
  await removeHome(home);
});

async function objects(): Promise<string[]> {
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET.bucket }));
  return (Contents ?? []).flatMap(({ Key }) => Key ?? []);
}

/** The newest object of the newest backup whose name says what it holds. */
async function newestObject(part: string): Promise<string> {
  const found = (await objects()).filter((key) => key.includes(part) && key.endsWith('.snapshot'));
  return (
    found.toSorted((a, b) => (a.split('/').at(-1) ?? '').localeCompare(b.split('/').at(-1) ?? '')).at(-1) ??
    ''
  );
}

async function refusedBucket(answers: typeof BUCKET): Promise<string> {
  await ui.configureBucket(answers);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  const words = await alert.innerText();
  await page.getByRole('button', { name: 'Discard' }).click();
  return words;
}

/** The progress of that job, as a person reads it. */
const job = (name: string) => page.getByRole('region', { name, exact: true });

async function cancelled(name: string): Promise<void> {
  await job(name)
    .getByRole('button', { name: /^Cancel/ })
    .click();
  await job(name).getByText('cancelled', { exact: true }).waitFor();
}

test('the recovery key is offered at the first start, before anything is scanned', async () => {
  await page.getByRole('button', { name: 'Use my AWS profiles' }).click();
  await page.getByRole('checkbox', { name: /^prod\b/ }).check();
  await page.getByRole('button', { name: /^Connect \d+ profile/ }).click();
  await page.getByRole('heading', { name: 'Before the scan: a recovery key' }).waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  expect(estate.proxy.count({ service: 'rds' })).toBe(0);
  await page.getByRole('button', { name: 'Make a recovery key' }).click();
  recoveryKey = await ui.keepRecoveryKey();
  await page.getByText('Made and checked').waitFor();
  await page.getByRole('button', { name: 'Start the scan' }).click();
  await ui.scanEnds();
  expect(await page.getByRole('contentinfo').getByText('no recovery key').count()).toBe(0);
  await ui.say('how many instances run in us-west-2');
  await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
  before = await readContents(app.address);
});

test('a bucket is tried before it is saved, and each of its troubles has its own words', async () => {
  const words = {
    missing: await refusedBucket({ ...BUCKET, bucket: 'no-such-bucket-e2e' }),
    region: await refusedBucket({ ...BUCKET, region: 'eu-west-1' }),
    denied: '',
    readOnly: '',
    expired: '',
  };
  estate.proxy.add({ kind: 'deny', service: 's3' });
  words.denied = await refusedBucket(BUCKET);
  estate.proxy.clear();
  estate.proxy.add({ kind: 'deny', service: 's3', when: ({ method }) => method === 'PUT' });
  words.readOnly = await refusedBucket(BUCKET);
  estate.proxy.clear();
  estate.proxy.add({ kind: 'expired', service: 's3' });
  words.expired = await refusedBucket(BUCKET);
  expect(words).toEqual({
    missing: expect.stringContaining('There is no bucket no-such-bucket-e2e.'),
    region: expect.stringContaining('lies in us-west-2, not in eu-west-1'),
    denied: expect.stringMatching(/s3:ListBucket on bucket cloudops-bucket-e2e is denied for profile prod/),
    readOnly: expect.stringMatching(/s3:PutObject on bucket cloudops-bucket-e2e is denied for profile prod/),
    expired: expect.stringMatching(/credentials of profile prod have expired\. Renew them/),
  });
  await page.getByText('This machine only').waitFor();
  estate.proxy.clear();
  await ui.configureBucket({ bucket: BUCKET.bucket, region: '', profile: '' });
  await page.getByText(/^The region the bucket is in/).waitFor();
  await page.getByRole('button', { name: 'Show the bucket and role policies it needs' }).click();
  await page.getByRole('heading', { name: 'Role policy' }).waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await ui.configureBucket(BUCKET);
  await page.getByText('us-west-2, as prod').waitFor();
  expect(await objects()).toEqual([]);
});

test('a backup cancelled in mid-upload leaves nothing in the bucket', async () => {
  estate.proxy.add({ kind: 'slow', service: 's3', ms: HELD_MS, when: ({ method }) => method === 'PUT' });
  await page.getByRole('button', { name: 'Back up now' }).click();
  await job('Backup')
    .getByText(/^Uploading to/)
    .waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await cancelled('Backup');
  estate.proxy.clear();
  expect(await objects()).toEqual([]);
});

test('a connection cut under an upload is taken up again by itself', async () => {
  const put = ({ method }: { method: string }) => method === 'PUT';
  estate.proxy.add({ kind: 'cutBefore', service: 's3', when: put, times: 2 });
  estate.proxy.add({ kind: 'cutAfter', service: 's3', when: put, times: 1 });
  await ui.backUpNow();
  await ui.backups('S3').getByText('verified').waitFor();
});

test('a backup is proved, and an older one deleted with every object of it', async () => {
  const menu = (index: number) =>
    ui
      .backups('S3')
      .nth(index)
      .getByRole('button', { name: /^Actions for/ });
  await menu(0).click();
  await page.getByRole('menuitem', { name: /^Prove/ }).click();
  expect(await ui.jobEnds('Proof of a backup')).toMatch(/^Everything decrypts and verifies: \d/);
  await ui.backUpNow();
  await expect.poll(() => ui.backups('S3').count(), { timeout: 30_000 }).toBe(2);
  const count = (await objects()).length;
  await menu(1).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => ui.backups('S3').count(), { timeout: 30_000 }).toBe(1);
  expect((await objects()).length).toBe(count / 2);
});

/** From the full app to the page of the wizard before the restore, with keys that were typed. */
async function wizardWithTypedKeys(): Promise<void> {
  await ui.go('Backups');
  await page.getByRole('button', { name: 'Restore or import' }).click();
  await ui.lookInBucketWithKeys(BUCKET, owner);
  await ui.wizardAt('Which backup?');
}

async function openAndRun(name: 'Replace' | 'Merge'): Promise<void> {
  await ui.next();
  await ui.wizardAt('Open it with your key');
  await ui.typeSecret({ recovery: recoveryKey });
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await ui.wizardAt('What is inside');
  await ui.next();
  await ui.wizardAt('Replace or merge?');
  await page.getByRole('radio', { name }).check();
  await page.getByRole('button', { name: /^(Replace with|Merge) the backup/ }).click();
}

test('keys typed into the wizard are used and then nowhere', async () => {
  await wizardWithTypedKeys();
  expect(estate.proxy.sent.some(({ call }) => call.accessKeyId === owner.accessKeyId)).toBe(true);
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('button', { name: 'Restore or import' }).click();
  await page.getByText('Keys typed here').click();
  for (const label of ['Access key id', 'Secret access key', 'Session token'])
    expect(await page.getByLabel(label, { exact: true }).inputValue()).toBe('');
  expect(await violationsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Leave' }).click();
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(stored + app.log()).not.toContain(owner.secretAccessKey);
  for (const file of await readdir(app.data, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = await readFile(join(file.parentPath, file.name));
    expect(bytes.includes(owner.secretAccessKey), file.name).toBe(false);
  }
});

test('a restore cancelled while it fetches leaves everything as it was', async () => {
  await wizardWithTypedKeys();
  await ui.next();
  await ui.wizardAt('Open it with your key');
  await page.getByRole('button', { name: 'Back' }).click();
  estate.proxy.add({
    kind: 'slow',
    service: 's3',
    ms: HELD_MS,
    when: ({ method, path }) => method === 'GET' && path.includes('aws_estate'),
  });
  await openAndRun('Replace');
  await job('Restore')
    .getByText(/^Fetching from/)
    .waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await cancelled('Restore');
  await page.getByText('What was here before is unchanged.').waitFor();
  expect(await violationsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Leave' }).click();
  expect(await readContents(app.address)).toEqual(before);
});

test('an object cut in half under way is fetched again, and the restore holds', async () => {
  estate.proxy.add({
    kind: 'cutBody',
    service: 's3',
    times: 1,
    when: ({ method, path }) => method === 'GET' && path.includes('aws_estate'),
  });
  await wizardWithTypedKeys();
  await openAndRun('Replace');
  await ui.jobEnds('Restore');
  await ui.openRestored();
  expect(await readContents(app.address)).toEqual(before);
});

test('a damaged object is named, nothing is replaced, and the older backup that is offered restores', async () => {
  await ui.say('which buckets are there');
  await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
  await ui.backUpNow();
  const Key = await newestObject('chat_history');
  const there = await s3.send(new GetObjectCommand({ Bucket: BUCKET.bucket, Key }));
  const bytes = Buffer.from((await there.Body?.transformToByteArray()) ?? []);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 40) ^ 1, bytes.length - 40);
  await s3.send(new PutObjectCommand({ Bucket: BUCKET.bucket, Key, Body: bytes, Metadata: there.Metadata }));
  estate.proxy.clear();
  const unchanged = await readContents(app.address);
  await wizardWithTypedKeys();
  await openAndRun('Replace');
  const words = await ui.jobEnds('Restore').catch((error: Error) => error.message);
  expect(words).toContain(`${Key.split('/').at(-1)}`);
  expect(words).toMatch(/is damaged: it was fetched twice.*The next older good backup is of \d{4}-/s);
  expect(
    estate.proxy.sent.filter(({ call }) => call.path.includes(Key) && call.method === 'GET').length,
  ).toBe(2);
  expect(await readContents(app.address)).toEqual(unchanged);
  await page.getByRole('button', { name: 'Choose another backup' }).click();
  await ui.wizardAt('Which backup?');
  await page.getByRole('radio').nth(1).check();
  await openAndRun('Replace');
  await ui.jobEnds('Restore');
  await ui.openRestored();
  expect(await readContents(app.address)).toEqual(before);
});
