import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Downloader } from './download.mjs';

const body = randomBytes(200_000);
const sha256 = createHash('sha256').update(body).digest('hex');
let folder: string;
let server: Server;
let url: string;
let ranges: (string | undefined)[];
/** How much of the body the next answer gives before the connection is cut. */
let cutAfter: number | null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloudops-download-'));
  ranges = [];
  cutAfter = null;
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length });
    if (cutAfter === null) response.end(rest);
    else response.write(rest.subarray(0, cutAfter), () => response.socket?.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tool.zip`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const downloader = (now = Date.now()) => new Downloader({ folder, say: () => undefined, now: () => now });
const asset = () => ({ name: 'Tool', url, sha256 });

test('a whole file is kept and not asked for again', async () => {
  const path = await downloader().fetch(asset());
  expect(readFileSync(path ?? '').equals(body)).toBe(true);
  expect(await downloader().fetch(asset())).toBe(path);
  expect(ranges).toHaveLength(1);
});

test('what arrived before a cut is gone on from, not fetched again', async () => {
  mkdirSync(join(folder, 'cache'));
  writeFileSync(join(folder, 'cache', `${sha256.slice(0, 12)}-tool.zip.part`), body.subarray(0, 50_000));
  const path = await downloader().fetch(asset());
  expect(ranges).toEqual(['bytes=50000-']);
  expect(readFileSync(path ?? '').equals(body)).toBe(true);
});

test('a download that was cut is not taken for the file', async () => {
  cutAfter = 50_000;
  expect(await downloader().fetch(asset())).toBeNull();
});

test('a file with another hash is refused and thrown away', async () => {
  const wrong = { ...asset(), sha256: '0'.repeat(64) };
  expect(await downloader().fetch(wrong)).toBeNull();
  expect(await downloader(Date.now() + 25 * 3_600_000).fetch(wrong)).toBeNull();
  expect(ranges).toEqual([undefined, undefined]);
});

test('a failure is remembered for a day, so that a closed network does not slow every start', async () => {
  cutAfter = 0;
  await downloader().fetch(asset());
  await downloader().fetch(asset());
  expect(ranges).toHaveLength(1);
});

test('a damaged record of attempts is not a failed start', async () => {
  writeFileSync(join(folder, 'attempts.json'), '{');
  expect(await downloader().fetch(asset())).not.toBeNull();
});
