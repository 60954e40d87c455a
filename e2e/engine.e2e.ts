import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BackupPage } from './backupPages.ts';
import { newHome, type RunningApp, removeHome, startApp } from './support/app.ts';
import { violationsInBothThemes } from './support/axe.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { type Contents, readContents } from './support/contents.ts';
import { DATABASE, type MotoEstate, startEstate } from './support/motoEstate.ts';

const QDRANT = process.env.CLOUDOPS_QDRANT_BIN ?? null;
/** Seeded with the estate; nothing of ours lies in it. */
const BUCKET = 'quarterly-ledgers';

/** One workspace whose engine is damaged again and again: each test goes on where the one before ended. */
describe.each([
  { engine: 'sqlite', binary: null },
  ...(QDRANT === null ? [] : [{ engine: 'qdrant', binary: QDRANT }]),
])('an engine that is damaged: $engine', ({ engine, binary }) => {
  let browser: Browser;
  let estate: MotoEstate;
  let home: string;
  let env: Record<string, string>;
  let app: RunningApp;
  let page: Page;
  let ui: BackupPage;
  let before: Contents;
  const data = () => join(home, '.cloudops/default/data');

  async function open(): Promise<void> {
    app = await startApp({ home, env });
    ({ page } = await openPage(browser, app.address));
    ui = new BackupPage(page);
  }
  async function close(): Promise<void> {
    await page.context().close();
    await app.stop();
  }

  /** As a disk that lost what was written there. */
  function damage(): void {
    if (engine === 'sqlite') {
      writeFileSync(join(data(), 'points.db'), 'not a database any more');
      return;
    }
    const names = readdirSync(join(data(), 'qdrant/storage'), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((one) => /segments\/.*(segment\.json|\.dat|\.mmap)$/.test(one)))
      writeFileSync(join(data(), 'qdrant/storage', name), Buffer.alloc(64, 0xa5));
  }

  async function rebuild(button: RegExp): Promise<string> {
    await page.getByRole('button', { name: button }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: button }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('navigation', { name: 'Screens' }).waitFor({ timeout: 120_000 });
    await ui.jobEnds('Rebuild of the storage engine');
    return page.getByRole('region', { name: 'Storage', exact: true }).innerText();
  }

  beforeAll(async () => {
    browser = await launchBrowser();
    [estate, home] = await Promise.all([startEstate(), newHome()]);
    env = { ...(await estate.env(`${home}/.aws`)), ...(binary && { CLOUDOPS_QDRANT_BIN: binary }) };
    await open();
    await ui.connectProfiles(['prod']);
    await ui.search(DATABASE);
    await ui.row(DATABASE).waitFor({ timeout: 120_000 });
    await ui.scanEnds();
    await ui.say(`describe ${DATABASE}`);
    await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
    await ui.configureBucket({ bucket: BUCKET, region: 'us-east-1', profile: 'prod' });
    await page.getByText('us-east-1, as prod').waitFor();
    await ui.backUpNow();
    before = await readContents(app.address);
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
    await Promise.all([estate.close(), removeHome(home)]);
  });

  test('a start that fails on it offers its ways out, and one rebuilds everything from the backup', async () => {
    await close();
    damage();
    await open();
    await ui.heading('The storage engine did not start').waitFor({ timeout: 60_000 });
    expect(await violationsInBothThemes(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start it again' }).click();
    await ui.heading('The storage engine did not start').waitFor({ timeout: 60_000 });
    const words = await rebuild(/^Set aside and rebuild/);
    expect(words).toContain(engine === 'sqlite' ? 'SQLite, inside the app' : 'Qdrant, bundled');
    expect(words).toContain('kept until you remove it');
    expect(await readContents(app.address)).toEqual(before);
  });

  test('with the local backups gone as well it is rebuilt from the bucket', async () => {
    await close();
    damage();
    rmSync(join(home, '.cloudops/default/snapshots'), { recursive: true });
    await open();
    await ui.heading('The storage engine did not start').waitFor({ timeout: 60_000 });
    // A bucket that is slow to answer is shown once it did.
    await page.getByLabel('Backup', { exact: true }).getByText('S3').first().waitFor({ state: 'attached' });
    await rebuild(/^Set aside and rebuild/);
    expect(await readContents(app.address)).toEqual(before);
  });

  test.runIf(engine === 'qdrant')(
    'one that fails in mid-run is told in Settings, and moves to SQLite',
    async () => {
      damage();
      const { pid } = JSON.parse(readFileSync(join(data(), 'qdrant/qdrant.pid'), 'utf8')) as { pid: number };
      process.kill(pid, 'SIGKILL');
      await ui.go('Settings');
      const storage = page.getByRole('region', { name: 'Storage', exact: true });
      await storage.getByRole('button', { name: 'Start it again' }).waitFor({ timeout: 90_000 });
      expect(await violationsInBothThemes(page)).toEqual([]);
      expect(await rebuild(/^Move to SQLite and rebuild/)).toContain('SQLite, inside the app');
      expect(await readContents(app.address)).toEqual(before);
    },
  );
});
