import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BrowserShell, Downloads } from '../platform/browserShell.ts';
import { WsTransport } from './wsTransport.ts';

let downloads: Downloads;
let shell: BrowserShell;
let transport: WsTransport;
let origin: string;

beforeEach(async () => {
  downloads = new Downloads();
  shell = new BrowserShell(downloads);
  const backend = {
    request: () => Promise.reject(new Error('no messages here')),
    subscribe: () => () => undefined,
  };
  transport = new WsTransport({ backend, files: new Map(), downloads, port: 0 });
  origin = new URL(await transport.listen()).origin;
});
afterEach(() => transport.close());

const put = (path: string, body: Uint8Array, from = origin) =>
  fetch(`${origin}${path}`, { method: 'PUT', body: Buffer.from(body), headers: { origin: from } });

/** However long a busy machine takes: the test's own limit is the only one. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setImmediate();
}

describe('a file to the browser', () => {
  it('arrives whole, once, and is then gone from the disk', async () => {
    const body = randomBytes(3_000_000);
    let written = '';
    const { where } = await shell.saveLarge('backup.cloudops', async (path) => {
      written = path;
      await writeFile(path, body);
    });
    const answer = await fetch(origin + where);
    expect(answer.headers.get('content-disposition')).toContain('backup.cloudops');
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
    expect((await fetch(origin + where)).status).toBe(404);
    await until(() => !existsSync(written));
  });

  it.each(['in memory', 'on disk'])('%s: is used up by nothing but its whole arrival', async (kept) => {
    // More than the two ends of a connection hold by themselves.
    const body = randomBytes(30_000_000);
    const { where } =
      kept === 'on disk'
        ? await shell.saveLarge('b', (path) => writeFile(path, body))
        : await shell.saveFile('b', body);
    const url = origin + where;
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '30000000']);
    expect((await fetch(url, { headers: { 'sec-purpose': 'prefetch;prerender' } })).status).toBe(503);
    // A fetch of the web cannot leave its connection half read.
    const cut = request(url);
    const [first] = await new Promise<[IncomingMessage]>((resolve) =>
      cut.on('response', (got) => resolve([got])).end(),
    );
    expect((await fetch(url)).status).toBe(404);
    const closed = new Promise((resolve) => first.on('close', resolve).on('error', () => undefined));
    first.destroy();
    await closed;
    const whole = async () => {
      const answer = await fetch(url);
      return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
    };
    let got = await whole();
    // The cut one has not been noticed yet.
    while (got.status === 404) got = await whole();
    expect(got.status).toBe(200);
    expect(got.bytes.equals(body)).toBe(true);
    await until(async () => (await fetch(url)).status === 404);
  });

  it('is not left on the disk when nobody fetched it before the end', async () => {
    let written = '';
    await shell.saveLarge('backup.cloudops', async (path) => {
      written = path;
      await writeFile(path, 'x');
    });
    downloads.dispose();
    expect(existsSync(written)).toBe(false);
  });
});

describe('a file from the browser', () => {
  it('lies where pick said, readable by its owner only, and only one PUT is taken', async () => {
    const { path, uploadTo } = downloads.expect();
    const body = randomBytes(3_000_000);
    expect((await put(uploadTo, body)).status).toBe(204);
    expect((await readFile(path)).equals(body)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await put(uploadTo, Buffer.from('other'))).status).toBe(405);
    expect((await readFile(path)).equals(body)).toBe(true);
  });

  it('is refused from another page and at a path nobody was given', async () => {
    const { path, uploadTo } = downloads.expect();
    expect((await put(uploadTo, Buffer.from('x'), 'http://evil.example')).status).toBe(405);
    expect((await put('/upload/guessed', Buffer.from('x'))).status).toBe(405);
    expect(existsSync(path)).toBe(false);
  });

  it('leaves nothing when the upload broke off', async () => {
    const { path, uploadTo } = downloads.expect();
    const headers = { origin, 'content-length': 1_000_000 };
    const sending = request(origin + uploadTo, { method: 'PUT', headers });
    sending.on('error', () => undefined);
    sending.write(Buffer.alloc(1_000));
    await until(() => existsSync(path));
    sending.destroy();
    await until(() => !existsSync(path));
    expect(downloads.receive(uploadTo)).toBeUndefined();
  });

  it('has no folders to offer', async () => {
    expect(await shell.pick('folder')).toEqual({ path: null, uploadTo: null });
  });
});
