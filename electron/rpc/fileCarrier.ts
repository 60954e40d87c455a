import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { nodeErrorCode } from '../errors.ts';

/** Streams a file that is fetched once and is gone afterwards, whole or not. */
export async function sendFile(
  response: ServerResponse,
  file: string,
  headers: Record<string, string>,
): Promise<void> {
  try {
    const { size } = await stat(file);
    response.writeHead(200, { ...headers, 'content-length': size });
    await pipeline(createReadStream(file), response);
  } catch {
    // The browser sees fewer bytes than announced, and calls the download failed.
    response.destroy();
  } finally {
    await rm(file, { force: true });
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
