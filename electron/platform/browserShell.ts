import { randomBytes } from 'node:crypto';
import { checkUrl, type Shell } from './shell.ts';

interface Download {
  body: Buffer;
  headers: Record<string, string>;
}

/** Files waiting to be fetched once, by an unguessable path; forgotten after five minutes. */
export class Downloads {
  readonly #waiting = new Map<string, Download>();

  put(name: string, body: Buffer): string {
    const path = `/download/${randomBytes(32).toString('base64url')}`;
    const headers = {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      'cache-control': 'no-store',
    };
    this.#waiting.set(path, { body, headers });
    setTimeout(() => this.#waiting.delete(path), 5 * 60_000).unref();
    return path;
  }

  take(path: string): Download | undefined {
    const download = this.#waiting.get(path);
    this.#waiting.delete(path);
    return download;
  }
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

  /** The open page shows the same through its events. */
  notify(): void {}
}
