import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download } from '../rpc/fileCarrier.ts';
import { checkUrl, type Shell } from './shell.ts';

type Headers = Record<string, string>;

const FORGET_MS = 5 * 60_000;
/** An export of many gigabytes may be begun late, over a slow tunnel. */
const FORGET_LARGE_MS = 60 * 60_000;

/**
 * Files on their way to or from the browser, each by an unguessable path that works once. Those too large for
 * memory lie in a private folder of this run until they are fetched or the app ends.
 */
export class Downloads {
  readonly #waiting = new Map<string, Download>();
  readonly #expected = new Map<string, string>();
  #folder: string | undefined;

  put(name: string, body: Buffer): string {
    return this.#keep(name, body, FORGET_MS, () => undefined);
  }

  /** The file at `file`, which must lie in this object's folder, is removed when it was fetched or forgotten. */
  putFile(name: string, file: string): string {
    return this.#keep(name, { file }, FORGET_LARGE_MS, () => void rm(file, { force: true }));
  }

  /** What lies at this path, until its `done` was called or it was forgotten. */
  find(path: string): Download | undefined {
    return this.#waiting.get(path);
  }

  #keep(name: string, body: Download['body'], forgetMs: number, remove: () => void): string {
    const path = oneTimePath('download');
    const done = () => {
      if (this.#waiting.delete(path)) remove();
    };
    this.#waiting.set(path, { headers: headersFor(name), body, busy: false, done });
    setTimeout(done, forgetMs).unref();
    return path;
  }

  /** Where the browser may PUT one file, and where that file will lie. */
  expect(): { uploadTo: string; path: string } {
    const uploadTo = oneTimePath('upload');
    const path = this.newPath();
    this.#expected.set(uploadTo, path);
    setTimeout(() => this.#expected.delete(uploadTo), FORGET_LARGE_MS).unref();
    return { uploadTo, path };
  }

  /** The file to write an upload to; undefined when none is expected at this path (any more). */
  receive(uploadTo: string): string | undefined {
    const path = this.#expected.get(uploadTo);
    this.#expected.delete(uploadTo);
    return path;
  }

  /** A new name in the private folder. */
  newPath(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'cloudops-'));
    return join(this.#folder, randomBytes(16).toString('hex'));
  }

  /** Removes what was not fetched. */
  dispose(): void {
    this.#waiting.clear();
    this.#expected.clear();
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}

const oneTimePath = (kind: string) => `/${kind}/${randomBytes(32).toString('base64url')}`;

function headersFor(name: string): Headers {
  return {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'cache-control': 'no-store',
  };
}

/** The Shell of the headless app: the browser on the person's side opens, saves and notifies. */
export class BrowserShell implements Shell {
  readonly carrier = 'browser';
  readonly #downloads: Downloads;

  constructor(downloads: Downloads) {
    this.#downloads = downloads;
  }

  openUrl(url: string): Promise<boolean> {
    checkUrl(url);
    return Promise.resolve(false);
  }

  saveFile(name: string, body: Buffer): Promise<{ saved: 'download'; where: string }> {
    return Promise.resolve({ saved: 'download', where: this.#downloads.put(name, body) });
  }

  async saveLarge(
    name: string,
    write: (path: string) => Promise<void>,
  ): Promise<{ saved: 'download'; where: string }> {
    const path = this.#downloads.newPath();
    await write(path);
    return { saved: 'download', where: this.#downloads.putFile(name, path) };
  }

  pick(what: 'file' | 'folder'): Promise<{ path: string | null; uploadTo: string | null }> {
    return Promise.resolve(what === 'file' ? this.#downloads.expect() : { path: null, uploadTo: null });
  }

  /** The open page shows the same through its events. */
  notify(): void {}
}
