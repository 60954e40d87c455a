import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { qdrantUnderTest } from '../engines/contract/engines.ts';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { quietWork } from '../work.ts';
import { BEFORE_UPDATE } from './info.ts';
import { manifestName } from './names.ts';
import type { Which } from './proveBackup.ts';
import { appDbVersion, asFirstVersion, localBackups } from './testing/earlierApp.ts';
import { fill, instance, Machine, says } from './testing/machine.ts';

const CHILD = fileURLToPath(new URL('./testing/crashChild.ts', import.meta.url));
const found = qdrantUnderTest();
const binaries: (string | null)[] = [null, ...(found !== null && 'binary' in found ? [found.binary] : [])];

/**
 * The app dies by SIGKILL at every step of a backup or restore, one after the other. Opened again, the data is
 * the old or the new, whole, and what was said of it is true.
 */
describe.each(binaries)('killed in the middle, on %s', (qdrantBinary) => {
  const recovery = recoveryGroups(randomBytes(32)).join('');
  const laptop = new Machine({ qdrantBinary });
  /** Holds other data than the backup of the laptop. */
  const template = new Machine({ qdrantBinary });
  const scratch = mkdtempSync(path.join(tmpdir(), 'killed-'));
  let which: Which;
  let old: unknown;
  let source: string;

  beforeAll(async () => {
    await laptop.open();
    await laptop.service.keys.putSlot({ kind: 'recovery', text: recovery });
    await fill(laptop, 30);
    which = await laptop.backup();
    source = path.join(laptop.folder, 'snapshots');
    await template.open();
    const { conversationId } = await template.service.chat.createConversation();
    await template.service.chat.append(conversationId, says('Something else'));
    await template.service.estate.bulkUpsert([instance('elsewhere')], '2026-11-19T10:00:00.000Z');
    old = await template.content();
    await template.service.shutdown();
  });
  afterAll(async () => {
    await laptop.dispose();
    await template.dispose();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function run(folder: string, what: string, killAt: number, masterKey: Buffer): Promise<boolean> {
    const order = {
      folder,
      masterKey: masterKey.toString('base64'),
      qdrantBinary,
      what,
      source,
      which,
      recovery,
      killAt,
    };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(order)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal] = await once(child, 'exit');
    if (signal === 'SIGKILL') return true;
    expect(code).toBe(0);
    return false;
  }

  /** From the first step to the last, each on a fresh copy; `check` looks at what was left. */
  async function atEveryStep(
    of: Machine,
    what: string,
    check: (folder: string, killAt: number) => Promise<void>,
  ): Promise<number> {
    for (let killAt = 1; ; killAt += 1) {
      const folder = path.join(scratch, `${what}-${killAt}`);
      cpSync(of.folder, folder, { recursive: true });
      const killed = await run(folder, what, killAt, of.masterKey);
      await check(folder, killAt);
      rmSync(folder, { recursive: true, force: true });
      if (!killed) return killAt - 1;
    }
  }

  async function reopened(folder: string, keys: Buffer[]) {
    for (const masterKey of keys) {
      const machine = new Machine({ folder, masterKey, qdrantBinary });
      const report = await machine.open().catch(() => null);
      if (report !== null) return { machine, report };
    }
    throw new Error(`${folder} does not open`);
  }

  test.each(['replace', 'takeover'])('a restore (%s)', { timeout: 600_000 }, async (what) => {
    const wanted = await laptop.content();
    // Only the install itself may replace without a takeover.
    const of = what === 'takeover' ? template : laptop;
    const start = what === 'takeover' ? old : await changed(laptop);
    const outcomes = new Set<string>();
    const kills = await atEveryStep(of, what, async (folder, killAt) => {
      const { machine, report } = await reopened(folder, [of.masterKey, laptop.masterKey]);
      const content = await machine.content();
      const isNew = JSON.stringify(content) === JSON.stringify(wanted);
      if (!isNew) expect(content, `kill ${killAt}`).toEqual(start);
      if (report.restore !== null) {
        outcomes.add(report.restore.outcome);
        expect(report.restore.outcome, `kill ${killAt}`).toBe(isNew ? 'finished' : 'rolled_back');
      }
      expect(existsSync(path.join(folder, 'restore'))).toBe(false);
      expect((await machine.service.journal.verify()).brokenAt).toBeNull();
      await machine.service.shutdown();
    });
    expect(kills).toBeGreaterThan(8);
    expect([...outcomes].sort()).toEqual(['finished', 'rolled_back']);
    if (what === 'takeover') return;
    await laptop.reopen();
    await laptop.restore(which);
  });

  test('a merge', { timeout: 600_000 }, async () => {
    const wanted = await merged();
    await atEveryStep(template, 'merge', async (folder, killAt) => {
      const { machine } = await reopened(folder, [template.masterKey]);
      const content = await machine.content();
      if (JSON.stringify(content) !== JSON.stringify(old)) expect(content, `kill ${killAt}`).toEqual(wanted);
      await machine.service.shutdown();
    });
  });

  test('a backup: complete or not there', { timeout: 600_000 }, async () => {
    await laptop.service.shutdown();
    await atEveryStep(laptop, 'backup', async (folder) => {
      const { machine } = await reopened(folder, [laptop.masterKey]);
      const again = await machine.backup();
      expect(existsSync(path.join(folder, 'snapshots', manifestName(again.installId, again.backupId)))).toBe(
        true,
      );
      await machine.restore(again);
      await machine.service.shutdown();
    });
  });

  test('an update to new formats', { timeout: 600_000 }, async () => {
    const earlier = new Machine({ qdrantBinary });
    await earlier.open();
    await fill(earlier, 30);
    const content = { ...(await earlier.content()), history: [] };
    await earlier.service.shutdown();
    asFirstVersion(earlier.folder);
    const versions = new Set<number>();
    const kills = await atEveryStep(earlier, 'open', async (folder, killAt) => {
      const version = appDbVersion(folder);
      versions.add(version);
      const machine = new Machine({ folder, masterKey: earlier.masterKey, qdrantBinary });
      // Nothing was written in a new format before everything was saved.
      if (version > 1) expect(await localBackups(machine), `kill ${killAt}`).not.toEqual([]);
      await machine.open();
      expect(await machine.content(), `kill ${killAt}`).toEqual(content);
      expect(appDbVersion(folder)).toBe(2);
      expect((await machine.service.journal.verify()).brokenAt).toBeNull();
      for (const made of await localBackups(machine)) {
        expect(made).toMatchObject({ version: 1, reason: BEFORE_UPDATE });
        const own = { secret: { kind: 'own' as const } };
        await machine.service.backup.prove({ kind: 'here' }, made, own, quietWork());
      }
      await machine.service.shutdown();
    });
    expect(kills).toBeGreaterThan(8);
    expect([...versions].sort()).toEqual([1, 2]);
    await earlier.dispose();
  });

  async function changed(machine: Machine): Promise<unknown> {
    await machine.service.estate.bulkUpsert([instance('web-000000', 'stopped')], '2026-11-22T10:00:00.000Z');
    await machine.service.docs.put('settings', 'app', { theme: 'light' });
    const content = await machine.content();
    // The folder is copied: nothing may be open in it.
    await machine.service.shutdown();
    return content;
  }

  async function merged(): Promise<unknown> {
    const folder = path.join(scratch, 'merged');
    cpSync(template.folder, folder, { recursive: true });
    await run(folder, 'merge', 0, template.masterKey);
    const { machine } = await reopened(folder, [template.masterKey]);
    const content = await machine.content();
    await machine.service.shutdown();
    return content;
  }
});
