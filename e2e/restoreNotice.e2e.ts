import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

/** What a run leaves that was killed while it verified a backup to restore. */
async function leaveRestore(): Promise<void> {
  const folder = join(app.data, 'default', 'restore');
  const [installId, createdAt] = [randomUUID(), '2026-11-20T10:00:00.000Z'];
  await mkdir(folder, { recursive: true });
  const content = {
    schema: 1,
    phase: 'staging',
    mode: 'replace',
    backup: { installId, backupId: '2026-11-20T10-00-00', createdAt },
    installId,
    staged: [],
    takeover: null,
    counts: {},
  };
  await writeFile(join(folder, 'restore.json'), JSON.stringify(content));
}

test('what became of a restore that was killed is told at the next start, until it was read, and not again', async () => {
  const words = /restore of the backup of 2026-11-20 10:00 UTC was cut off.*Nothing was changed/;
  await app.stop();
  await leaveRestore();
  app = await startApp({ home: app.home });
  const { page } = await openPage(browser, app.address);
  await page.getByText(words).waitFor();
  await page.reload();
  await page.getByText(words).waitFor();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByText(words).waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('button', { name: 'Open the sample estate' }).waitFor();
  expect(await page.getByText(words).count()).toBe(0);
  await page.context().close();
});
