import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { AppError, nodeErrorCode } from '../../errors.ts';
import { asStorageError } from '../sqlite.ts';
import { damagedObject, notFound, sentence } from './errors.ts';
import { parseName } from './names.ts';
import type { BackupPlace, ReadOptions, StoredObject, WriteOptions, Written } from './place.ts';

const READ = 262_144;

/**
 * A folder of backups: the layout's names as files below it. Half-written objects lie under other names
 * (`.….tmp`), which nothing lists; those of an earlier run go when the next object is written beside them.
 */
export class LocalPlace implements BackupPlace {
  readonly kind = 'local';
  readonly label: string;
  readonly #folder: string;

  /** @param folder absolute; made when the first object is written. */
  constructor(folder: string) {
    this.#folder = folder;
    this.label = `the folder ${folder}`;
  }

  async list(options: { installId?: string | undefined } = {}): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    for (const relative of await this.#files()) {
      const parsed = parseName(relative);
      if (parsed === null) continue;
      if (options.installId !== undefined && parsed.installId !== options.installId) continue;
      const size = await stat(this.#path(relative)).then(
        (entry) => entry.size,
        () => null,
      );
      if (size !== null) found.push({ name: relative, size });
    }
    return found;
  }

  async *openObject(name: string, { offset = 0, signal }: ReadOptions = {}): AsyncGenerator<Buffer> {
    const stream = createReadStream(this.#path(name), { start: offset, highWaterMark: READ, signal });
    try {
      for await (const bytes of stream) yield bytes as Buffer;
    } catch (error) {
      signal?.throwIfAborted();
      if (nodeErrorCode(error) === 'ENOENT') throw notFound(name, this.label);
      if (nodeErrorCode(error) === 'EISDIR') throw damagedObject(name, 'it is a folder');
      throw unreadable(this.label, error);
    }
  }

  async writeObject(
    name: string,
    bytes: AsyncIterable<Buffer>,
    { signal, onProgress }: WriteOptions = {},
  ): Promise<Written> {
    const hash = createHash('sha256');
    let size = 0;
    await this.#place(name, async (write) => {
      for await (const piece of bytes) {
        signal?.throwIfAborted();
        hash.update(piece);
        await write(piece);
        size += piece.length;
        onProgress?.(size);
      }
      signal?.throwIfAborted();
    });
    return { sha256: hash.digest('hex'), size };
  }

  async putManifest(name: string, bytes: Uint8Array): Promise<void> {
    await this.#place(name, (write) => write(bytes));
  }

  async deleteObject(name: string): Promise<void> {
    await rm(this.#path(name), { force: true }).catch((error: unknown) => {
      throw asStorageError(error);
    });
  }

  async freeBytes(): Promise<number> {
    let folder = this.#folder;
    for (;;) {
      const found = await statfs(folder).catch(() => null);
      if (found !== null) return found.bavail * found.bsize;
      if (path.dirname(folder) === folder) return 0;
      folder = path.dirname(folder);
    }
  }

  /** Written aside, made durable, then given its name; `link` refuses a name that is taken. */
  async #place(
    name: string,
    fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const target = this.#path(name);
    const folder = path.dirname(target);
    const temporary = path.join(folder, `.${path.basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await removeLeftovers(folder, path.basename(target));
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await fill(async (bytes) => {
          await handle.write(bytes);
        });
        await handle.sync();
      } finally {
        await handle.close();
      }
      await giveName(temporary, target, name, this.label);
      await syncFolder(folder);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error instanceof AppError ? error : asStorageError(error);
    }
  }

  #path(name: string): string {
    if (parseName(name) === null) throw notFound(name, this.label);
    return path.join(this.#folder, ...name.split('/'));
  }

  /** Relative names with `/`, three folders deep: whatever else the folder holds is not walked. */
  async #files(): Promise<string[]> {
    const installs = await this.#entries('');
    const files: string[] = [];
    for (const install of installs) {
      const snapshots = `${install}/snapshots`;
      for (const part of await this.#entries(snapshots)) {
        for (const file of await this.#entries(`${snapshots}/${part}`)) {
          files.push(`${snapshots}/${part}/${file}`);
        }
      }
    }
    return files;
  }

  async #entries(relative: string): Promise<string[]> {
    try {
      return await readdir(path.join(this.#folder, ...relative.split('/')));
    } catch (error) {
      const code = nodeErrorCode(error);
      if (code === 'ENOTDIR' || (code === 'ENOENT' && relative !== '')) return [];
      if (code === 'ENOENT') {
        throw new AppError('BACKUP_PLACE', `${sentence(this.label)} does not exist. Choose another folder.`);
      }
      throw unreadable(this.label, error);
    }
  }
}

async function giveName(temporary: string, target: string, name: string, label: string): Promise<void> {
  try {
    await link(temporary, target);
    await rm(temporary);
  } catch (error) {
    const code = nodeErrorCode(error);
    if (code === 'EEXIST') throw taken(name, label);
    // No hard links there (exFAT, some network drives): a rename, after a look.
    const present = await stat(target).then(
      () => true,
      () => false,
    );
    if (present) throw taken(name, label);
    await rename(temporary, target);
  }
}

async function removeLeftovers(folder: string, base: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (entry.startsWith('.') && entry.endsWith('.tmp') && !entry.startsWith(`.${base}.`)) {
      await rm(path.join(folder, entry), { force: true });
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function taken(name: string, label: string): AppError {
  return new AppError('INVALID_STATE', `${name} is in ${label} already and was left as it is.`);
}

function unreadable(label: string, error: unknown): AppError {
  const code = nodeErrorCode(error) ?? 'unknown';
  return new AppError(
    'BACKUP_PLACE',
    `${sentence(label)} could not be read (${code}). Check that the drive is there and may be read.`,
    { cause: error },
  );
}
