import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readJson, say, TOOLS } from './run.mjs';

const CACHE = join(TOOLS, 'cache');
const ATTEMPTS = join(TOOLS, 'attempts.json');
const CONNECT_MS = 8_000;
const RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * Fetches a pinned file into the cache: resumable, with progress, accepted only with its SHA-256.
 * Resolves with its path, or null when it cannot be had; a failure is remembered for a day, so that a
 * machine behind a closed network does not wait for it at every start.
 */
export async function download({ name, url, sha256 }) {
  const target = join(CACHE, `${sha256.slice(0, 12)}-${url.split('/').pop()}`);
  if (existsSync(target)) return target;
  const attempts = readJson(ATTEMPTS, {});
  if (Date.now() - (attempts[url] ?? 0) < RETRY_AFTER_MS) return null;
  mkdirSync(CACHE, { recursive: true });
  const partial = `${target}.part`;
  try {
    await fetchInto(partial, name, url);
    const actual = await hashOf(partial);
    if (actual !== sha256) {
      rmSync(partial);
      throw new Error(`its SHA-256 is ${actual}, not the pinned ${sha256}`);
    }
    renameSync(partial, target);
    return target;
  } catch (error) {
    say(
      `${name} could not be fetched: ${reason(error)}. The next try is tomorrow, or after .tools/attempts.json is deleted.`,
    );
    writeFileSync(ATTEMPTS, JSON.stringify({ ...attempts, [url]: Date.now() }));
    return null;
  }
}

async function fetchInto(partial, name, url) {
  const have = existsSync(partial) ? statSync(partial).size : 0;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('no answer within 8 seconds')), CONNECT_MS);
  const headers = have > 0 ? { range: `bytes=${have}-` } : {};
  const response = await fetch(url, { headers, signal: abort.signal }).finally(() => clearTimeout(timer));
  // 416: the part on disk is already whole.
  if (response.status === 416) return;
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  const resumed = response.status === 206;
  const total = Number(response.headers.get('content-length') ?? 0) + (resumed ? have : 0);
  const progress = progressLine(name, total, resumed ? have : 0);
  await pipeline(
    Readable.fromWeb(response.body),
    progress,
    createWriteStream(partial, { flags: resumed ? 'a' : 'w' }),
  );
  say('');
}

/** Passes chunks through and redraws one line on a terminal. */
function progressLine(name, total, start) {
  let seen = start;
  let shown = -1;
  return async function* (source) {
    for await (const chunk of source) {
      seen += chunk.length;
      const percent = total > 0 ? Math.floor((seen / total) * 100) : 0;
      if (percent !== shown && process.stderr.isTTY) process.stderr.write(`\rGetting ${name}: ${percent} %`);
      shown = percent;
      yield chunk;
    }
  };
}

async function hashOf(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function reason(error) {
  const cause = error.cause ?? error;
  const byCode = {
    ENOTFOUND: 'the name of its server is not known here',
    ECONNREFUSED: 'the connection was refused',
    ENOSPC: 'the disk is full',
  };
  return byCode[cause.code] ?? cause.message;
}
