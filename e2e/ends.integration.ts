import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Result } from '../preload/contract/errors.ts';
import type { RouteInput, RouteName, RouteOutput } from '../preload/contract/requests.ts';
import { type AppRun, newHome, type RunningApp, removeHome, startApp as start } from './support/app.ts';

/** What most systems give a process that was told to end. */
const ENDS_MS = 10_000;

let home: string;
let silent: Server | null = null;
let running: RunningApp | null = null;
/** A state that is never reached leaves no process behind either. */
afterEach(async () => {
  await running?.kill();
  running = null;
  silent?.close();
  silent = null;
  await removeHome(home);
});

async function startApp(run: AppRun): Promise<RunningApp> {
  running = await start(run);
  return running;
}

/** The contract over a socket of its own, whatever phase the app is in. */
async function open({ address }: RunningApp) {
  const { host, hash } = new URL(address);
  const token = hash.replace('#token=', 'token.');
  const origin = `http://${host}`;
  const socket = new WebSocket(`ws://${host}/rpc`, ['cloudops.v1', token], { origin });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const pending = new Map<number, (result: Result<unknown>) => void>();
  const announced = new Map<string, () => void>();
  socket.on('message', (data) => {
    const { type, id, result, event } = JSON.parse(data.toString());
    if (type === 'response') pending.get(id)?.(result);
    else for (const what of [event.name, event.payload?.phase]) announced.get(what)?.();
  });
  let lastId = 0;
  const ask = <R extends RouteName>(route: R, input: RouteInput<R>): Promise<RouteOutput<R>> => {
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      pending.set(id, (result) =>
        result.ok
          ? resolve(result.data as RouteOutput<R>)
          : reject(new Error(`${route}: ${result.error.code}: ${result.error.message}`)),
      );
      socket.send(JSON.stringify({ id, route, input }));
    });
  };
  /** Resolves in that phase; looked at again on each announcement. */
  const phase = async (wanted: string): Promise<void> => {
    const change = new Promise<void>((resolve) => announced.set(wanted, resolve));
    if ((await ask('app.status', {})).phase !== wanted) await change;
  };
  const event = (name: string) => new Promise<void>((resolve) => announced.set(name, resolve));
  return { ask, phase, event, socket };
}

/** A server that takes connections and never says a word; resolves with its port and its first visitor. */
async function silentServer(at: string | number) {
  silent = createServer((socket) => socket.on('error', () => undefined));
  await once(typeof at === 'number' ? silent.listen(at, '127.0.0.1') : silent.listen(at), 'listening');
  const address = silent.address();
  const visited = once(silent, 'connection');
  return { port: typeof address === 'object' && address ? address.port : 0, visited };
}

/** The exit code of SIGTERM, unless it had to be killed. */
async function terminated(app: RunningApp): Promise<number | null> {
  let killed = false;
  const timer = setTimeout(() => {
    killed = true;
    void app.kill();
  }, ENDS_MS);
  const code = await app.stop();
  clearTimeout(timer);
  expect(killed, `not ended by SIGTERM within ${ENDS_MS} ms:\n${app.log()}`).toBe(false);
  return code;
}

const AWS_KEYS = 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n';
async function awsFiles(config: string): Promise<void> {
  await mkdir(join(home, '.aws'), { recursive: true });
  await writeFile(join(home, '.aws/config'), config);
  await writeFile(join(home, '.aws/credentials'), `[ops]\n${AWS_KEYS}`);
}

/** Brings the app into its state; what it resolves with is where that begins. */
type State = () => Promise<RunningApp>;
const STATES: Record<string, State> = {
  'as soon as it serves': () => startApp({ home }),
  'its keychain on a D-Bus that does not answer': async () => {
    const { visited } = await silentServer(join(home, 'bus'));
    const DBUS_SESSION_BUS_ADDRESS = `unix:path=${join(home, 'bus')}`;
    const app = await startApp({ home, env: { CLOUDOPS_KEY_SOURCE: 'keychain', DBUS_SESSION_BUS_ADDRESS } });
    await visited;
    // It still answers: nothing is blocked.
    await (await open(app)).ask('app.status', {});
    return app;
  },
  'the key screen': async () => {
    const app = await startApp({ home, env: { CLOUDOPS_KEY_SOURCE: 'env:NOT_SET_ANYWHERE' } });
    await (await open(app)).phase('key');
    return app;
  },
  locked: async () => {
    const app = await startApp({ home });
    const { ask, phase } = await open(app);
    await phase('ready');
    await ask('key.lock', {});
    return app;
  },
  'an engine that cannot start': async () => {
    const env = { CLOUDOPS_ENGINE: 'qdrant', CLOUDOPS_QDRANT_BIN: '/bin/false' };
    const app = await startApp({ home, env });
    await (await open(app)).phase('failed');
    return app;
  },
  'an engine that never answers': async () => {
    await writeFile(
      join(home, 'silent-engine'),
      '#!/bin/sh\ntouch "$HOME/engine-runs"\nexec tail -f /dev/null\n',
      {
        mode: 0o755,
      },
    );
    const app = await startApp({
      home,
      env: { CLOUDOPS_ENGINE: 'qdrant', CLOUDOPS_QDRANT_BIN: join(home, 'silent-engine') },
    });
    await (await open(app)).ask('app.status', {});
    return app;
  },
  'scanning the sample': async () => {
    const app = await startApp({ home, flags: ['--sample'] });
    const { event, phase } = await open(app);
    const scanning = event('scan.progress');
    await phase('ready');
    await scanning;
    return app;
  },
  'connecting a profile whose endpoint is silent': async () => {
    const { port, visited } = await silentServer(0);
    await awsFiles(`[profile ops]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:${port}\n`);
    const app = await startApp({ home });
    const { ask, phase } = await open(app);
    await phase('ready');
    ask('accounts.connect', { profiles: ['ops'] }).catch(() => undefined);
    await visited;
    return app;
  },
  'looking for backups at a silent endpoint': async () => {
    const { port, visited } = await silentServer(0);
    const app = await startApp({ home });
    const { ask, phase } = await open(app);
    await phase('ready');
    const access = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x', sessionToken: null };
    const source = {
      kind: 's3' as const,
      bucket: 'backups',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      access,
    };
    ask('restore.discover', { source }).catch(() => undefined);
    await visited;
    return app;
  },
  'AWS files on a share that does not answer': async () => {
    await mkdir(join(home, '.aws'), { recursive: true });
    execFileSync('mkfifo', [join(home, '.aws/config'), join(home, '.aws/credentials')]);
    const app = await startApp({ home });
    const { ask, phase } = await open(app);
    await phase('ready');
    ask('profiles.list', {}).catch(() => undefined);
    await ask('settings.get', {});
    return app;
  },
  'a key file on a share that does not answer': async () => {
    execFileSync('mkfifo', [join(home, 'key')]);
    const app = await startApp({ home });
    await (await open(app)).ask('app.status', {});
    return app;
  },
  'in the middle of a switch': async () => {
    const app = await startApp({ home });
    const { ask, phase, event } = await open(app);
    await phase('ready');
    const begun = event('app.changed');
    ask('workspace.open', { name: 'sample' }).catch(() => undefined);
    await begun;
    return app;
  },
  restoring: async () => {
    const app = await startApp({ home, flags: ['--sample'] });
    const { ask, phase, event } = await open(app);
    await phase('ready');
    await backedUp({ ask, event });
    const [newest] = (await ask('backup.overview', {})).backups;
    if (!newest) throw new Error('there is no backup');
    const { installId, backupId } = newest;
    const parts = ['chat_history', 'aws_estate', 'state'] as const;
    const how = { mode: 'replace' as const, secret: { kind: 'own' as const }, parts: [...parts] };
    await ask('restore.run', { source: { kind: 'here' }, installId, backupId, ...how });
    return app;
  },
  'while a change is carried out': async () => {
    const app = await startApp({ home, flags: ['--sample'] });
    const { ask, phase, event } = await open(app);
    await phase('ready');
    const planId = await plannedStop({ ask, event });
    const { plan } = await ask('plans.get', { planId });
    await ask('plans.approve', { planId, digest: plan.digest });
    for (;;) {
      const changed = event('execution.changed');
      const { execution } = await ask('plans.get', { planId });
      if (execution?.state === 'waiting') return app;
      await changed;
    }
  },
  'with fifty clients, one of which reads nothing': async () => {
    const app = await startApp({ home, flags: ['--sample'] });
    const [first, deaf] = await Promise.all(Array.from({ length: 50 }, () => open(app)));
    await first?.phase('ready');
    deaf?.socket.pause();
    for (let asked = 0; asked < 200; asked += 1) deaf?.ask('scan.status', {}).catch(() => undefined);
    await first?.ask('app.status', {});
    return app;
  },
};

/** Until there is one: `job.changed` announces its end. */
async function backedUp({
  ask,
  event,
}: Pick<Awaited<ReturnType<typeof open>>, 'ask' | 'event'>): Promise<void> {
  await ask('backup.create', {});
  for (;;) {
    const changed = event('job.changed');
    const [job] = (await ask('jobs.list', {})).jobs;
    if (job?.state === 'done') return;
    if (job?.state !== 'running') throw new Error(`the backup ended: ${JSON.stringify(job)}`);
    await changed;
  }
}

/** A plan for the sample's database, once a scan has read it. */
async function plannedStop({
  ask,
  event,
}: Pick<Awaited<ReturnType<typeof open>>, 'ask' | 'event'>): Promise<string> {
  for (;;) {
    const read = event('estate.changed');
    const text = 'pg-instance-main1';
    const { resultId, total } = await ask('resources.query', { text, filter: {}, sort: [], ignoreChips: [] });
    const { rows } =
      total === 0 ? { rows: [] } : await ask('resources.rows', { resultId, offset: 0, limit: 50 });
    const database = rows.find(({ name, state }) => name === text && state === 'available');
    if (database) {
      const { plan } = await ask('plans.propose', { resourceId: database.id, action: 'rds.stop' });
      return plan.planId;
    }
    await read;
  }
}

test.each(Object.keys(STATES))('SIGTERM ends it within ten seconds: %s', async (name) => {
  home = await newHome();
  const state = STATES[name];
  if (!state) throw new Error(name);
  expect(await terminated(await state())).toBe(0);
  // Whatever hung, the workspace is free for the next start.
  execFileSync(process.execPath, ['-e', FREE, home]);
});

/** Fails while somebody holds a lock. */
const FREE = `
  const { DatabaseSync } = require('node:sqlite');
  const { existsSync } = require('node:fs');
  for (const name of ['default', 'sample']) {
    const file = process.argv[1] + '/.cloudops/' + name + '/lock.db';
    if (existsSync(file)) new DatabaseSync(file, { timeout: 0 }).exec('BEGIN EXCLUSIVE; ROLLBACK');
  }`;

// What an engine that outlives the app costs: the next start finds its data held.
const binary = process.env.CLOUDOPS_QDRANT_BIN;
const QDRANT: Record<string, () => Promise<RunningApp>> = {
  'as soon as it serves': qdrantApp,
  'while the engine opens': async () => {
    const app = await qdrantApp();
    await until(() => enginesOf(home).length > 0);
    return app;
  },
  ready: async () => {
    const app = await qdrantApp();
    await (await open(app)).phase('ready');
    return app;
  },
};

test.skipIf(!binary).each(Object.keys(QDRANT))('SIGTERM takes the engine along: %s', async (name) => {
  home = await newHome();
  const state = QDRANT[name];
  if (!state) throw new Error(name);
  expect(await terminated(await state())).toBe(0);
  expect(enginesOf(home)).toEqual([]);
});

function qdrantApp(): Promise<RunningApp> {
  return startApp({ home, env: { CLOUDOPS_ENGINE: 'qdrant', CLOUDOPS_QDRANT_BIN: binary ?? '' } });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/** The engine's processes whose working directory or arguments are in this home. */
function enginesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${binary}\0`) &&
        `${readlinkSync(`/proc/${pid}/cwd`)}\n${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}`.includes(
          folder,
        )
      );
    } catch {
      // It has ended, or is another user's.
      return false;
    }
  });
}
