import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** The master key in a real gnome-keyring: a home, a D-Bus session and a keyring of each test's own. */
let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'keychain-'));
  await writeFile(path.join(home, 'load.mjs'), LOAD);
});
afterEach(() => rm(home, { recursive: true, force: true }));

const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
/** Prints the state and a digest of the key; with `encrypt` it also makes the keyring, as a first start does. */
const LOAD = `
  import { createHash } from 'node:crypto';
  import keytar from ${module('../../../packages/keytar/index.js')};
  import { keySourceOf, loadMasterKey, openKeyring } from ${module('./masterKey.ts')};
  const [folder, encrypt] = process.argv.slice(2);
  const source = keySourceOf('keychain', { folder, env: process.env, keychain: keytar });
  const { state, key } = await loadMasterKey(folder, source);
  if (encrypt && key) await openKeyring(folder, key);
  const digest = key ? createHash('sha256').update(key).digest('hex') : null;
  const left = await keytar.findCredentials('CloudOps').then((all) => all.length, () => null);
  console.log(JSON.stringify({ state, digest, left }));`;

interface Loaded {
  state: string;
  digest: string | null;
  left: number | null;
}

/** An app that goes on running while its keychain changes: prints the outcome of each step. */
const APP = `
  import { execFileSync } from 'node:child_process';
  import keytar from ${module('../../../packages/keytar/index.js')};
  import { KeyringStore } from ${module('./keyringStore.ts')};
  import { MasterKeys } from ${module('./masterKeys.ts')};
  import { recoveryGroups } from ${module('./recoveryText.ts')};
  const [folder, busPid, lock, ...steps] = process.argv.slice(2);
  const encryption = { enabled: true, key_source: 'keychain' };
  const keys = new MasterKeys({ folder, encryption, env: process.env, keychain: keytar });
  const text = recoveryGroups(Buffer.alloc(32, 7)).join('');
  const hex = (key) => key.toString('hex');
  let first;
  const same = (key) => (hex(key) === first ? 'the same key' : 'ANOTHER KEY');
  const run = {
    start: async () => {
      const { state, key } = await keys.load();
      first = hex(key);
      await (await KeyringStore.open(folder, key)).putSlot({ kind: 'recovery', text });
      return state;
    },
    load: async () => (await keys.load()).state,
    own: async () => same((await keys.unlock({ kind: 'own' })).key),
    recovery: async () => same((await keys.unlock({ kind: 'recovery', text })).key),
    entries: async () => (await keytar.findCredentials('CloudOps')).length,
    lock: async () => execFileSync('sh', ['-c', lock]).length,
    empty: async () => {
      const entries = await keytar.findCredentials('CloudOps');
      for (const { account } of entries) await keytar.deletePassword('CloudOps', account);
      return entries.length;
    },
    killBus: async () => process.kill(Number(busPid)),
  };
  const outcomes = [];
  for (const step of steps) outcomes.push(await run[step]().catch((error) => error.code ?? String(error)));
  console.log(JSON.stringify(outcomes));`;

/** The outcomes of the steps, on a D-Bus and a keyring of their own. */
async function appWith(steps: string[]): Promise<unknown> {
  await writeFile(path.join(home, 'app.mjs'), APP);
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home };
  const start = ['--session', '--fork', '--print-address=1', '--print-pid=1'];
  const { stdout } = await promisify(execFile)('dbus-daemon', start, { env });
  const [address = '', pid = ''] = stdout.trim().split('\n');
  env.DBUS_SESSION_BUS_ADDRESS = address;
  try {
    const daemon =
      'printf secret | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null';
    await promisify(execFile)('sh', ['-ec', daemon], { env });
    const args = [path.join(home, 'app.mjs'), path.join(home, 'work'), pid, LOCK, ...steps];
    return JSON.parse((await promisify(execFile)(process.execPath, args, { env, timeout: 60_000 })).stdout);
  } finally {
    // Gone already where a step killed it; its keyring ends with it.
    if (isRunning(Number(pid))) process.kill(Number(pid));
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<Loaded[]> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error) return reject(new Error(`${error.message}\n${stderr}`));
      resolve(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Loaded),
      );
    });
  });
}

const load = (folder: string, encrypt = false) =>
  `'${process.execPath}' '${home}/load.mjs' '${home}/${folder}' ${encrypt ? 'encrypt' : ''}`;
const LOCK =
  'dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets ' +
  'org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null';

function withKeyring(steps: string[]): Promise<Loaded[]> {
  const start = 'printf secret | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null';
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home };
  return run('dbus-run-session', ['--', 'sh', '-ec', [start, ...steps].join('\n')], env);
}

test('one key per workspace, the same at every start; the canary leaves nothing behind', async () => {
  const [first, again, other] = await withKeyring([load('a', true), load('a'), load('b', true)]);
  expect(first).toMatchObject({ state: 'ok', left: 1 });
  expect(again).toEqual(first);
  expect(other).toMatchObject({ state: 'ok', left: 2 });
  expect(other?.digest).not.toBe(first?.digest);
});

test('a locked keyring is locked, for an encrypted workspace and for a new one', async () => {
  const states = await withKeyring([load('a', true), LOCK, load('a'), load('new')]);
  expect(states.map(({ state }) => state)).toEqual(['ok', 'locked', 'locked']);
});

test('no keychain: a new workspace asks where the key goes, an encrypted one never makes another', async () => {
  await withKeyring([load('a', true)]);
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: path.join(home, 'none') };
  const without = (folder: string) =>
    run(process.execPath, [`${home}/load.mjs`, path.join(home, folder)], env);
  expect(await without('new')).toEqual([{ state: 'choose', digest: null, left: null }]);
  expect(await without('a')).toEqual([{ state: 'unavailable', digest: null, left: null }]);
});

test('the entry deleted from the keyring: absent, and no new entry is made', async () => {
  const forget = `'${process.execPath}' --input-type=module -e 'import keytar from ${module('../../../packages/keytar/index.js')};
    for (const { account } of await keytar.findCredentials("CloudOps")) await keytar.deletePassword("CloudOps", account);'`;
  const states = await withKeyring([load('a', true), forget, load('a')]);
  expect(states[1]).toEqual({ state: 'absent', digest: null, left: 0 });
});

test('locked while the app runs: its own key is locked, the recovery key opens and writes nothing', async () => {
  expect(await appWith(['start', 'own', 'lock', 'own', 'recovery', 'load'])).toEqual([
    'ok',
    'the same key',
    0,
    'KEY_LOCKED',
    'the same key',
    'locked',
  ]);
});

test('emptied while the app runs: absent, until the recovery key puts the same key back', async () => {
  const steps = ['start', 'empty', 'own', 'load', 'entries', 'recovery', 'entries', 'own'];
  expect(await appWith(steps)).toEqual([
    'ok',
    1,
    'KEY_ABSENT',
    'absent',
    0,
    'the same key',
    1,
    'the same key',
  ]);
});

test('its D-Bus dies while the app runs: unavailable, no new key, and the recovery key still opens', async () => {
  expect(await appWith(['start', 'killBus', 'own', 'load', 'recovery', 'load'])).toEqual([
    'ok',
    true,
    'KEY_LOCKED',
    'unavailable',
    'the same key',
    'unavailable',
  ]);
});
