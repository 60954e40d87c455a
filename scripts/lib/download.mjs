import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readJson, say, TOOLS } from './run.mjs';

const CONNECT_MS = 8_000;
const RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * Fetches pinned files into `folder`: resumable, with progress, accepted only with their SHA-256. A failure
 * is remembered for a day, so that a machine behind a closed network does not wait for it at every start.
 */
export class Downloader {
  constructor({ folder = TOOLS, say: tell = say, now = Date.now } = {}) {
    this.cache = join(folder, 'cache');
    this.attempts = join(folder, 'attempts.json');
    this.say = tell;
    this.now = now;
  }

  /** Resolves with the file's path, or null when it cannot be had. */
  async fetch({ name, url, sha256 }) {
    const target = join(this.cache, `${sha256.slice(0, 12)}-${url.split('/').pop()}`);
    if (existsSync(target)) return target;
    const attempts = readJson(this.attempts, {});
    if (this.now() - (attempts[url] ?? 0) < RETRY_AFTER_MS) return null;
    mkdirSync(this.cache, { recursive: true });
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
      this.say(
        `${name} could not be fetched: ${reason(error)}. The next try is tomorrow, or after .tools/attempts.json is deleted.`,
      );
      writeFileSync(this.attempts, JSON.stringify({ ...attempts, [url]: this.now() }));
      return null;
    }
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
  const start = resumed ? have : 0;
  const progress = progressLine(name, start, start + Number(response.headers.get('content-length') ?? 0));
  const file = await open(partial, resumed ? 'a' : 'w');
  try {
    // Written chunk by chunk: what arrived before a cut is there to go on from.
    for await (const chunk of response.body) {
      await file.write(chunk);
      progress(chunk.length);
    }
  } finally {
    await file.close();
    if (process.stderr.isTTY) process.stderr.write('\n');
  }
}

/** Redraws one line on a terminal, once per percent. */
function progressLine(name, start, total) {
  let seen = start;
  let shown = -1;
  return (bytes) => {
    seen += bytes;
    const percent = total > 0 ? Math.floor((seen / total) * 100) : 0;
    if (percent !== shown && process.stderr.isTTY) process.stderr.write(`\rGetting ${name}: ${percent} %`);
    shown = percent;
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
