import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Control } from './control.ts';
import { say } from './say.ts';

/**
 * For the data worker of a process that is to die, before anything else of it: what it writes to the disk and to the
 * engine is counted, and it dies right before or after the effect that was ordered.
 */
const control = Control.get();

function die(name: string): never {
  say({ t: 'effect', name });
  process.kill(process.pid, 'SIGKILL');
  waitForTheEnd();
}

function waitForTheEnd(): never {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Said before it is done, so that another run can stop at the same one. */
function begin(name: string): void {
  if (!control.mayGoOn()) waitForTheEnd();
  say({ t: 'does', name });
}

function sync<T>(name: () => string, effect: () => T): T {
  begin(name());
  const end = control.reached();
  if (end === 'before') die(`before ${name()}`);
  const result = effect();
  if (end === 'after') die(`after ${name()}`);
  return result;
}

async function async<T>(name: () => string, effect: () => Promise<T>): Promise<T> {
  begin(name());
  const end = control.reached();
  if (end === 'before') die(`before ${name()}`);
  const result = await effect();
  if (end === 'after') die(`after ${name()}`);
  return result;
}

/** A file's name without what differs each time. */
const plain = (file: unknown) =>
  basename(String(file))
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '*')
    .replace(/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d/g, '*')
    .replace(/\.[0-9a-f]{12}\.tmp/g, '.*.tmp');

/** Files written through a handle since it was last flushed: a power cut after their rename would leave them empty. */
const unflushed = new Set<string>();
const opened = new WeakMap<object, string>();
const named = (from: unknown) => {
  if (unflushed.delete(String(from))) say({ t: 'unflushed', name: plain(from) });
};

const { rename, rm, link, open } = promises;
Object.assign(promises, {
  open: async (...[file, flags, mode]: Parameters<typeof open>) => {
    const handle = await open(file, flags, mode);
    opened.set(handle, String(file));
    if (/[wa+]/.test(String(flags))) unflushed.add(String(file));
    return handle;
  },
  rename: (...[from, to]: Parameters<typeof rename>) => {
    named(from);
    return async(
      () => `rename to ${plain(to)}`,
      () => rename(from, to),
    );
  },
  link: (...[from, to]: Parameters<typeof link>) => {
    named(from);
    return async(
      () => `link ${plain(to)}`,
      () => link(from, to),
    );
  },
  rm: (...[file, options]: Parameters<typeof rm>) =>
    async(
      () => `rm ${plain(file)}`,
      () => rm(file, options),
    ),
});
const handle = await open('/dev/null');
const Handle = Object.getPrototypeOf(handle) as typeof handle;
await handle.close();
const { sync: flush } = Handle;
Handle.sync = function () {
  unflushed.delete(opened.get(this) ?? '');
  return async(
    () => `fsync ${plain(opened.get(this))}`,
    () => flush.call(this),
  );
};
const { renameSync } = fs;
Object.assign(fs, {
  renameSync: (...[from, to]: Parameters<typeof renameSync>) =>
    sync(
      () => `rename to ${plain(to)}`,
      () => renameSync(from, to),
    ),
});
syncBuiltinESMExports();

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql: string) {
  if (sql !== 'COMMIT') return exec.call(this, sql);
  return sync(
    () => `commit ${plain(this.location())}`,
    () => exec.call(this, sql),
  );
};

const fetching = globalThis.fetch;
const READS = /\/(scroll|count|query|facet)$|\/points$/;
globalThis.fetch = (input, init) => {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  if (method === 'GET' || (method === 'POST' && READS.test(pathname))) return fetching(input, init);
  const what = pathname.replace(/cloudops_\w{12}_/, '').replace(/__\d+/, '__n');
  return async(
    () => `${method} ${what}`,
    () => fetching(input, init),
  );
};
