import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  readonly #waiting = new Map<string, { headers: Headers; body: Buffer }>();
  readonly #files = new Map<string, { headers: Headers; file: string }>();
  readonly #expected = new Map<string, string>();
  #folder: string | undefined;

  put(name: string, body: Buffer): string {
    const path = oneTimePath('download');
    this.#waiting.set(path, { headers: headersFor(name), body });
    setTimeout(() => this.#waiting.delete(path), FORGET_MS).unref();
    return path;
  }

  /** The file at `path`, which must lie in this object's folder, is removed when it was fetched or forgotten. */
  putFile(name: string, path: string): string {
    const download = oneTimePath('download');
    this.#files.set(download, { headers: headersFor(name), file: path });
    setTimeout(() => {
      const forgotten = this.takeFile(download);
      if (forgotten) void rm(forgotten.file, { force: true });
    }, FORGET_LARGE_MS).unref();
    return download;
  }

  take(path: string): { headers: Headers; body: Buffer } | undefined {
    const download = this.#waiting.get(path);
    this.#waiting.delete(path);
    return download;
  }

  /** Whoever takes it removes the file. */
  takeFile(path: string): { headers: Headers; file: string } | undefined {
    const download = this.#files.get(path);
    this.#files.delete(path);
    return download;
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
    this.#files.clear();
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
