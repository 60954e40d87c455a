import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Which } from '../backup/proveBackup.ts';
import { fill, Machine, wholeRestore } from '../backup/testing/machine.ts';
import { readEngineRecord } from '../engineRecord.ts';
import { qdrantBinaryUnderTest } from '../engines/contract/engines.ts';
import type { EngineState } from '../PointStore.ts';
import { StorageConfig } from '../storageConfig.ts';
import { StorageService } from '../storageService.ts';
import { quietWork } from '../work.ts';
import { setAside } from './engineRescue.ts';

const BINARY = qdrantBinaryUnderTest();

/** With the engine chosen by itself, as in the installed app, and every state of it kept. */
class Rescued extends Machine {
  readonly states: EngineState[] = [];

  override open() {
    this.service = new StorageService({
      emit: (_name, payload) => {
        if ('state' in payload) this.states.push(payload.state);
      },
    });
    const { folder, masterKey, qdrantBinary } = this;
    return this.service.open({ config: StorageConfig.parse({}), folder, masterKey, qdrantBinary });
  }

  override async reopen() {
    await this.service.shutdown();
    return this.open();
  }

  rebuild(which: Which, aside: 'sqlite' | 'qdrant') {
    const how = { ...wholeRestore(), parts: ['chat_history', 'aws_estate'] as const, aside };
    return this.service.backup.restore({ kind: 'here' }, which, how, quietWork());
  }
}

type Damage = [how: string, damage: (data: string) => void];

const SQLITE: Damage[] = [
  ['overwritten', (data) => writeFileSync(path.join(data, 'points.db'), 'not a database, however long')],
  ['cut to nothing', (data) => truncateSync(path.join(data, 'points.db'), 0)],
  ['cut in half', (data) => truncateSync(path.join(data, 'points.db'), halfOf(data))],
  ['removed', (data) => rmSync(path.join(data, 'points.db'))],
];
const QDRANT: Damage[] = [
  ['without its collections', (data) => rmSync(path.join(data, 'qdrant/storage/collections'), ALL)],
  ['without its names', (data) => rmSync(path.join(data, 'qdrant/storage/aliases'), ALL)],
  ['with broken settings of a collection', (data) => overwrite(data, /collections\/[^/]+\/config\.json$/)],
  [
    'with broken segments',
    (data) => overwrite(data, /segments\/.*(segment\.json|\.dat|\.mmap|version\.info)$/),
  ],
  ['with a broken raft state', (data) => overwrite(data, /raft_state\.json$/)],
  ['removed', (data) => rmSync(path.join(data, 'qdrant'), ALL)],
];
const ALL = { recursive: true } as const;
const halfOf = (data: string) => readFileSync(path.join(data, 'points.db')).length >> 1;

function overwrite(data: string, which: RegExp): void {
  const names = readdirSync(path.join(data, 'qdrant'), { recursive: true, encoding: 'utf8' });
  const found = names.filter((name) => which.test(name));
  if (found.length === 0) throw new Error(`nothing to damage: ${which}`);
  for (const name of found) writeFileSync(path.join(data, 'qdrant', name), Buffer.alloc(64, 0xa5));
}

describe.each([
  { engine: 'sqlite' as const, binary: null, damages: SQLITE },
  ...(BINARY === null ? [] : [{ engine: 'qdrant' as const, binary: BINARY, damages: QDRANT }]),
])('a damaged $engine', ({ engine, binary, damages }) => {
  let machine: Rescued;
  let which: Which;
  let before: Awaited<ReturnType<Machine['content']>>;

  beforeEach(async () => {
    machine = new Rescued({ qdrantBinary: binary });
    await machine.open();
    await fill(machine);
    which = await machine.backup();
    before = await machine.content();
    await machine.service.shutdown();
  });
  afterEach(() => machine.dispose());

  test.each(damages)('%s is recognised, put aside whole and rebuilt from a backup', async (how, damage) => {
    damage(path.join(machine.folder, 'data'));
    const code = how === 'removed' ? 'ENGINE_MISSING' : 'ENGINE_FAILED';
    await expect(machine.reopen()).rejects.toMatchObject({ code });
    expect(machine.states.at(-1)).toBe('failed');
    // What does not lie in the engine is still there to find the backup with.
    expect(await machine.service.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
    const report = await machine.rebuild(which, engine);
    expect(await machine.content()).toEqual(before);
    expect(await setAside(machine.folder)).toEqual(report.kept === null ? [] : [report.kept]);
    expect(report.kept === null).toBe(how === 'removed');
    await machine.reopen();
    expect(await machine.content()).toEqual(before);
  });

  test('moves to SQLite with everything that the backup holds', async () => {
    damages[0]?.[1](path.join(machine.folder, 'data'));
    await expect(machine.reopen()).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    await machine.rebuild(which, 'sqlite');
    expect(await machine.content()).toEqual(before);
    expect((await readEngineRecord(machine.folder))?.place).toEqual({ kind: 'sqlite' });
  });

  test('stays where it is when the backup is damaged too', async () => {
    damages[0]?.[1](path.join(machine.folder, 'data'));
    await expect(machine.reopen()).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    const snapshots = path.join(machine.folder, 'snapshots');
    const objects = readdirSync(snapshots, { recursive: true, encoding: 'utf8' });
    const estate = objects.find((name) => /aws_estate_.*\.snapshot$/.test(name)) ?? '';
    truncateSync(path.join(snapshots, estate), 100);
    await expect(machine.rebuild(which, engine)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
    expect(await setAside(machine.folder)).toEqual([]);
    expect((await readEngineRecord(machine.folder))?.place).toEqual({ kind: engine });
    expect(await machine.service.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
  });

  test('without a backup goes on empty, with accounts and settings, and keeps the old data', async () => {
    damages[0]?.[1](path.join(machine.folder, 'data'));
    await expect(machine.reopen()).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    const { kept, report } = await machine.service.putEngineAside('sqlite');
    expect(report).toMatchObject({ engine: 'sqlite', resources: 0 });
    expect(existsSync(kept ?? '')).toBe(true);
    expect(await machine.service.docs.get('settings', 'app')).toEqual({ theme: 'dark' });
    expect((await machine.service.health()).setAside).toEqual([kept]);
  });
});
