import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A gnome-keyring on a D-Bus of its own, as a person's session has one. */
export interface KeyringSession {
  /** For the app: this bus, and the keychain as the key's place. */
  env: Record<string, string>;
  lock(): Promise<void>;
  /** A daemon that was given the person's password takes the place of the locked one. */
  unlock(): Promise<void>;
  /** The bus ends under everyone who uses it; the keyring ends with it. */
  die(): void;
  close(): Promise<void>;
}

export async function startKeyring(): Promise<KeyringSession> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-keyring-'));
  const base = { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder };
  const start = ['--session', '--fork', '--print-address=1', '--print-pid=1'];
  const { stdout } = await run('dbus-daemon', start, { env: base });
  const [address = '', pid = ''] = stdout.trim().split('\n');
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: address };
  const shell = async (command: string) => void (await run('sh', ['-ec', command], { env, timeout: 60_000 }));
  const unlocked = 'printf secret | gnome-keyring-daemon --unlock --components=secrets --daemonize';
  await shell(`${unlocked} >/dev/null`);
  let dead = false;
  const die = () => {
    dead = true;
    process.kill(Number(pid));
  };
  return {
    env: {
      CLOUDOPS_KEY_SOURCE: 'keychain',
      DBUS_SESSION_BUS_ADDRESS: address,
      XDG_RUNTIME_DIR: folder,
    },
    lock: () =>
      shell(
        'dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets ' +
          'org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null',
      ),
    unlock: () => shell(`${unlocked} --replace >/dev/null 2>&1`),
    die,
    close: async () => {
      if (!dead) die();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
