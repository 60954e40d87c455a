import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StorageConfig } from '../storageConfig.ts';
import { StorageService } from '../storageService.ts';
import { MasterKeys } from './masterKeys.ts';
import { RecoveryKeys } from './recoveryKeys.ts';

// A passphrase takes half a second of a free processor, and a worker its time to start.
vi.setConfig({ testTimeout: 60_000 });

const masterKey = randomBytes(32);
let folder: string;
let service: StorageService;
let masterKeys: MasterKeys;
let keys: RecoveryKeys;
let saved: { name: string; text: string } | null;
let changes: number;
let now: number;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'recovery-'));
  service = new StorageService({ emit: () => undefined });
  const config = StorageConfig.parse({ qdrant: { mode: 'sqlite' }, encryption: { key_source: 'env:KEY' } });
  const env = { KEY: masterKey.toString('base64') };
  const { installId } = await service.open({
    config,
    folder,
    masterKey: Buffer.from(masterKey),
    qdrantBinary: null,
  });
  const none = async () => null;
  masterKeys = new MasterKeys({
    folder,
    encryption: config.encryption,
    env,
    keychain: { getPassword: none, setPassword: async () => undefined, deletePassword: async () => false },
  });
  saved = null;
  changes = 0;
  now = 0;
  keys = new RecoveryKeys({
    keys: service.keys,
    docs: service.docs,
    masterKeys,
    shell: {
      saveFile: async (name, body) => {
        saved = { name, text: body.toString('utf8') };
        return { saved: 'file', where: name };
      },
    },
    installId: () => installId,
    emit: (name) => {
      if (name === 'keys.changed') changes += 1;
    },
    now: () => now,
  });
});
afterEach(async () => {
  await service.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

const stored = () => readFileSync(path.join(folder, 'keyring.json'), 'utf8');
const answers = ({ groups, ask }: { groups: string[]; ask: number[] }) =>
  ask.map((group) => (groups[group] ?? '').toLowerCase());

test('a recovery key counts only once its groups were typed back, and then opens the workspace', async () => {
  const shown = keys.create();
  expect(shown.groups).toHaveLength(14);
  expect(new Set(shown.ask).size).toBe(3);
  expect(await keys.missing()).toBe(true);
  await expect(masterKeys.unlock({ kind: 'recovery', text: shown.groups.join(' ') })).rejects.toMatchObject({
    code: 'KEY_ABSENT',
  });
  const [first = 0] = shown.ask;
  await expect(keys.confirm(['XXXX', ...answers(shown).slice(1)])).rejects.toThrow(`Group ${first + 1} `);
  await expect(keys.confirm(answers(shown).slice(1))).rejects.toMatchObject({ code: 'KEY_WRONG' });
  expect((await keys.confirm(answers(shown))).slots).toMatchObject([{ kind: 'recovery' }]);
  expect(await keys.missing()).toBe(false);
  expect(changes).toBe(1);
  const { key } = await masterKeys.unlock({ kind: 'recovery', text: shown.groups.join(' ') });
  expect(key).toEqual(masterKey);
  expect(shown.groups.filter((group) => stored().includes(group))).toEqual([]);
});

test('the last groups cannot be skipped: confirming twice, late or after a lock is refused', async () => {
  await expect(keys.confirm([])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const shown = keys.create();
  await keys.confirm(answers(shown));
  await expect(keys.confirm(answers(shown))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const late = keys.create();
  now += 31 * 60_000;
  await expect(keys.confirm(answers(late))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const locked = keys.create();
  keys.forget();
  await expect(keys.confirm(answers(locked))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect((await masterKeys.unlock({ kind: 'recovery', text: shown.groups.join('') })).key).toEqual(masterKey);
});

test('a new recovery key replaces the old one; revoked, none opens and the reminder is back', async () => {
  const old = keys.create();
  await keys.confirm(answers(old));
  const renewed = keys.create();
  await keys.confirm(answers(renewed));
  await expect(masterKeys.unlock({ kind: 'recovery', text: old.groups.join('') })).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
  expect((await keys.revoke('recovery')).slots).toEqual([]);
  expect(await keys.missing()).toBe(true);
  await expect(keys.revoke('recovery')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('put off is remembered until a key is made', async () => {
  expect((await keys.info()).recoveryPostponed).toBe(false);
  expect((await keys.postpone()).recoveryPostponed).toBe(true);
  expect(await keys.missing()).toBe(true);
  expect((await keys.confirm(answers(keys.create()))).recoveryPostponed).toBe(false);
});

test('the sheet to keep has the whole key and whose it is; it can be had only while the key is shown', async () => {
  const shown = keys.create();
  await keys.save();
  for (const group of shown.groups) expect(saved?.text).toContain(group);
  expect(saved?.text).toContain('Workspace: ');
  await keys.confirm(answers(shown));
  expect(() => keys.save()).toThrow(/no recovery key waiting/);
});

test('a passphrase is set, changed and removed; a weak one is refused in words that do not repeat it', async () => {
  await expect(keys.setPassphrase('hunter22')).rejects.toThrow(/too easy to guess/);
  await keys.setPassphrase('first long passphrase');
  await keys.setPassphrase('second long passphrase');
  await expect(
    masterKeys.unlock({ kind: 'passphrase', text: 'first long passphrase' }),
  ).rejects.toMatchObject({
    code: 'KEY_WRONG',
  });
  expect((await masterKeys.unlock({ kind: 'passphrase', text: 'second long passphrase' })).key).toEqual(
    masterKey,
  );
  expect((await keys.revoke('passphrase')).slots).toEqual([]);
});
