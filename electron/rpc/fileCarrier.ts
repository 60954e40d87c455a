import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { nodeErrorCode } from '../errors.ts';

/** What `Downloads` keeps until it was fetched once. */
export interface Download {
  headers: Record<string, string>;
  /** In memory, or a file on disk. */
  body: Buffer | { file: string };
  /** Being sent to somebody. */
  busy: boolean;
  /** It has arrived: whatever is kept of it goes. */
  done(): void;
}

/**
 * Sends what is fetched once. It counts as fetched when all of it has left: a look at its head, a browser that fetches
 * ahead of its person, and a download that was cancelled or broke off use nothing up.
 */
export async function sendDownload(
  request: IncomingMessage,
  response: ServerResponse,
  download: Download,
): Promise<void> {
  const { headers, body } = download;
  const ahead = /prefetch|prerender/i.test(
    `${request.headers['sec-purpose'] ?? ''} ${request.headers.purpose ?? ''}`,
  );
  if (ahead || download.busy) {
    // To a second one it is gone, whether or not the first has quite arrived.
    response.writeHead(ahead ? 503 : 404, { 'cache-control': 'no-store' }).end();
    return;
  }
  download.busy = true;
  try {
    const size = Buffer.isBuffer(body) ? body.length : (await stat(body.file)).size;
    response.writeHead(200, { ...headers, 'content-length': size });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await pipeline(Buffer.isBuffer(body) ? Readable.from([body]) : createReadStream(body.file), response);
    download.done();
  } catch {
    // The browser sees fewer bytes than announced, and calls the download failed.
    response.destroy();
  } finally {
    download.busy = false;
  }
}

/** Writes an upload to `file`, readable by its owner only. A broken one leaves nothing. */
export async function receiveFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: string,
): Promise<void> {
  try {
    await pipeline(request, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    response.writeHead(204).end();
  } catch (error) {
    await rm(file, { force: true });
    const full = nodeErrorCode(error) === 'ENOSPC';
    if (!response.headersSent && !response.destroyed) response.writeHead(full ? 507 : 500).end();
  }
}
