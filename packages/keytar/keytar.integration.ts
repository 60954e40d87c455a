import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Each test runs in a Node of its own, with a home, a D-Bus session and a gnome-keyring of its own. */
let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'keytar-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const KEYTAR = new URL('./index.js', import.meta.url).href;
const LOCK =
  'dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets ' +
  'org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null';

/** A module that prints `keytar`'s answers as one JSON array; a rejection shows as `throws`. */
function script(calls: string[]): string {
  return `import * as keytar from ${JSON.stringify(KEYTAR)};
    const answers = [];
    for (const call of [${calls.map((call) => `() => ${call}`).join(', ')}]) {
      answers.push(await call().then((value) => value ?? null, () => 'throws'));
    }
    console.log(JSON.stringify(answers));`;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout),
    );
  });
}

async function withKeyring(steps: string[]): Promise<unknown[]> {
  const shell = [
    'printf secret | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null',
    ...steps,
  ].join('\n');
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home };
  const output = await run('dbus-run-session', ['--', 'sh', '-ec', shell], env);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const node = (calls: string[]) =>
  `'${process.execPath}' --input-type=module -e '${script(calls).replaceAll("'", "'\\''")}'`;

test('what is stored comes back, is found by its service, and is gone after deletion', async () => {
  const [answers] = await withKeyring([
    node([
      "keytar.getPassword('app', 'one')",
      "keytar.setPassword('app', 'one', 'p')",
      "keytar.getPassword('app', 'one')",
      "keytar.findPassword('app')",
      "keytar.findCredentials('app')",
      "keytar.findCredentials('other')",
      "keytar.deletePassword('app', 'one')",
      "keytar.deletePassword('app', 'one')",
      "keytar.getPassword('app', 'one')",
      "keytar.findPassword('app')",
    ]),
  ]);
  expect(answers).toEqual([
    null,
    null,
    'p',
    'p',
    [{ account: 'one', password: 'p' }],
    [],
    true,
    false,
    null,
    null,
  ]);
});

test('a locked keyring throws: null would make the app believe that there is no key', async () => {
  const answers = await withKeyring([
    node(["keytar.setPassword('app', 'locked', 'p')"]),
    LOCK,
    node([
      "keytar.getPassword('app', 'locked')",
      "keytar.setPassword('app', 'new', 'p')",
      "keytar.findCredentials('app')",
    ]),
  ]);
  expect(answers).toEqual([[null], ['throws', 'throws', 'throws']]);
});

test("without D-Bus every function throws instead of using the kernel's keyring", async () => {
  const output = await run(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      script([
        "keytar.getPassword('app', 'one')",
        "keytar.setPassword('app', 'one', 'p')",
        "keytar.deletePassword('app', 'one')",
        "keytar.findPassword('app')",
        "keytar.findCredentials('app')",
      ]),
    ],
    { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: path.join(home, 'none') },
  );
  expect(JSON.parse(output)).toEqual(Array(5).fill('throws'));
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a D-Bus that accepts and never answers blocks nobody, and nothing is left of it after %s',
  async (signal) => {
    const dead = path.join(home, `dead-${signal}`);
    const silent = createServer();
    await once(silent.listen(dead), 'listening');
    const asked = once(silent, 'connection');
    // The turns of its event loop go on while the store is asked; its end waits for nothing.
    const code = `import * as keytar from ${JSON.stringify(KEYTAR)};
      keytar.getPassword('app', 'one').catch(() => undefined);
      process.on('SIGTERM', () => process.exit(5));
      process.on('message', () => process.send('alive'));`;
    const app = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { PATH: process.env.PATH, HOME: home, DBUS_SESSION_BUS_ADDRESS: `unix:path=${dead}` },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [connection] = (await asked) as [Socket];
    const gone = once(connection.resume(), 'close');
    const alive = once(app, 'message');
    app.send('are you there');
    expect((await alive)[0]).toBe('alive');
    const exited = once(app, 'exit');
    app.kill(signal);
    expect((await exited)[signal === 'SIGTERM' ? 0 : 1]).toBe(signal === 'SIGTERM' ? 5 : 'SIGKILL');
    await gone;
    silent.close();
  },
);
