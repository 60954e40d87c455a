import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ENTRY = resolve(import.meta.dirname, '../../out/main/headless.js');

/** What the router logs of a handler. */
const UNLISTED = 'a handler answered with a code its route does not list';

export interface RunningApp {
  /** The address of the ready line, token included. */
  address: string;
  /** The home folder of this run: kept for a next one until `removeHome`. */
  home: string;
  data: string;
  pid: number;
  /** Standard error so far. */
  log(): string;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: no handler runs. */
  kill(): Promise<void>;
}

export interface AppRun {
  flags?: string[];
  /** An earlier run's home; otherwise a new, empty one. */
  home?: string;
  env?: Record<string, string>;
}

/** Starts the built app headless, as `npm start -- --headless --no-open` would, with nothing of this machine's own. */
export async function startApp(run: AppRun = {}): Promise<RunningApp> {
  const home = run.home ?? (await newHome());
  const data = join(home, '.cloudops');
  const child = spawn(
    process.execPath,
    [ENTRY, '--headless', '--no-open', '--port', '0', ...(run.flags ?? [])],
    {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        CLOUDOPS_KEY_SOURCE: `file:${join(home, 'key')}`,
        ...run.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const address = await ready(child, () => errors);
  return {
    address,
    home,
    data,
    pid: child.pid ?? 0,
    log: () => errors,
    stop: async () => {
      const code = await end(child, 'SIGTERM');
      // The screens choose what to offer by the code; one that is not listed reaches them as INTERNAL.
      if (errors.includes(UNLISTED))
        throw new Error(`a route answered with a code it does not list:\n${errors}`);
      return code;
    },
    kill: async () => void (await end(child, 'SIGKILL')),
  };
}

export function newHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cloudops-e2e-'));
}

export function removeHome(home: string): Promise<void> {
  return rm(home, { recursive: true, force: true });
}

function ready(child: ChildProcess, errors: () => string): Promise<string> {
  return new Promise((done, fail) => {
    child.once('exit', (code) =>
      fail(new Error(`the app ended with ${code} before it was ready:\n${errors()}`)),
    );
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /^CloudOps is ready: (\S+)$/.exec(line)?.[1];
      if (address) done(address);
    });
  });
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  child.kill(signal);
  return exited;
}
