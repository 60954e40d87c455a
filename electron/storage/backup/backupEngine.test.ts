import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Keychain, KeychainKeySource } from '../keys/keychainSource.ts';
import { formatKey } from '../keys/keySource.ts';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { quietWork } from '../work.ts';
import { LocalBackupEngine } from './backupEngine.ts';
import { ALL, fill, Machine } from './testing/machine.ts';

let lost: Machine;
let fresh: Machine;
let entries: Map<string, string>;

const keychain: Keychain = {
  getPassword: async (_, account) => entries.get(account) ?? null,
  setPassword: async (_, account, text) => void entries.set(account, text),
  deletePassword: async (_, account) => entries.delete(account),
};
beforeEach(async () => {
  entries = new Map();
  lost = new Machine();
  fresh = new Machine();
  await lost.open();
  await fill(lost);
});
afterEach(async () => {
  await lost.dispose();
  await fresh.dispose();
});

test('another key under the name of the lost install is left alone, and everything comes back all the same', async () => {
  const secret = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join(' ') } as const;
  await lost.service.keys.putSlot(secret);
  const which = await lost.backup();
  const others = formatKey(randomBytes(32));
  entries.set(which.installId, others);
  const { installId } = await fresh.open();
  const engine = new LocalBackupEngine({
    backup: fresh.service.backup,
    appVersion: '1.0.0',
    keySource: () => new KeychainKeySource(keychain),
    onReopened: async () => undefined,
  });
  const source = { kind: 'folder', path: `${lost.folder}/snapshots` } as const;
  const how = { mode: 'replace', parts: ALL, secret } as const;
  const { result } = await engine.restore(source, which, how, quietWork());
  expect(result).toContain('another key');
  expect(entries.get(which.installId)).toBe(others);
  expect(await fresh.content()).toEqual(await lost.content());
  // Under its own key and name, after a restart too.
  expect((await fresh.reopen()).installId).toBe(installId);
  expect(await fresh.content()).toEqual(await lost.content());
});
