import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKUP_PARTS } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { parseName, snapshotName } from '../storage/backup/names.ts';
import type {
  BackupPlace,
  ReadOptions,
  StoredObject,
  WriteOptions,
  Written,
} from '../storage/backup/place.ts';
import { checkBucket, checkReachable, tryWriting } from './s3Check.ts';
import type { Bucket } from './s3Client.ts';
import { deleteObject, listFolders, listObjects, putIfAbsent, readObject } from './s3Objects.ts';
import { abortUpload, fileSource, listUploads, type Upload, upload } from './s3Upload.ts';

const INSTALL = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface S3PlaceOptions {
  bucket: Bucket;
  /** For streams whose length is not known beforehand. */
  tempFolder: string;
  partBytes?: number;
}

/**
 * Backups in a bucket. Everything in it that does not follow our names, or belongs to another install, is
 * neither listed as ours nor ever deleted.
 */
export class S3Place implements BackupPlace {
  readonly kind = 's3';
  readonly label: string;
  readonly #bucket: Bucket;
  readonly #options: S3PlaceOptions;

  constructor(options: S3PlaceOptions) {
    this.#bucket = options.bucket;
    this.#options = options;
    this.label = `the bucket ${options.bucket.name}`;
  }

  /** HeadBucket; rejects with the bucket's problem in words. */
  reach(): Promise<void> {
    return checkReachable(this.#bucket);
  }

  /** The same; answers with what is only worth a warning. */
  check(): Promise<string[]> {
    return checkBucket(this.#bucket);
  }

  /** Writes, reads back and deletes a small object of this install. Rejects with the problem in words. */
  async tryWriting(installId: string): Promise<void> {
    await tryWriting(this.#bucket, prefixOf(installId));
  }

  async list(
    options: { installId?: string | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<StoredObject[]> {
    const installs = options.installId ? [options.installId] : await this.#installs(options.signal);
    const found: StoredObject[] = [];
    for (const installId of installs) {
      for await (const { key, sizeBytes } of listObjects(this.#bucket, prefixOf(installId), options.signal)) {
        if (parseName(key)) found.push({ name: key, size: sizeBytes });
      }
    }
    return found;
  }

  openObject(name: string, options: ReadOptions = {}): AsyncIterable<Buffer> {
    return readObject(this.#bucket, requireOurs(name), options.signal, options.offset);
  }

  async writeObject(
    name: string,
    bytes: AsyncIterable<Buffer>,
    options: WriteOptions = {},
  ): Promise<Written> {
    requireOurs(name);
    const { known, signal = new AbortController().signal, onProgress = () => undefined } = options;
    const { partBytes } = this.#options;
    const how = { signal, onProgress, ...(partBytes && { partBytes }) };
    if (known) {
      await upload(this.#bucket, name, known, how);
      return { sha256: known.sha256, size: known.size };
    }
    const path = join(this.#options.tempFolder, `upload-${randomUUID()}`);
    try {
      const written = await this.#spool(path, bytes, signal);
      await upload(this.#bucket, name, fileSource(path, written.size, written.sha256), how);
      return written;
    } finally {
      await rm(path, { force: true });
    }
  }

  async putManifest(
    name: string,
    bytes: Uint8Array,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    if (await putIfAbsent(this.#bucket, requireOurs(name), bytes, options.signal)) return;
    throw new AppError(
      'INVALID_STATE',
      `Bucket ${this.#bucket.name} holds another backup of the same time (${name}). It was left as it is.`,
    );
  }

  async deleteObject(name: string): Promise<void> {
    await deleteObject(this.#bucket, requireOurs(name));
  }

  freeBytes(): Promise<null> {
    return Promise.resolve(null);
  }

  /**
   * Ids of this install's backups of which objects or open uploads are there, but no manifest. `candidates` may
   * be among them: some stores (MinIO) tell of an open upload only when they are asked for exactly its key.
   */
  async unfinished(installId: string, candidates: readonly string[]): Promise<string[]> {
    const seen = new Set<string>();
    const complete = new Set<string>();
    for (const { name } of await this.list({ installId })) {
      const parsed = parseName(name);
      if (parsed) (parsed.part === 'manifest' ? complete : seen).add(parsed.backupId);
    }
    const asked = candidates.filter((id) => !complete.has(id));
    for await (const { backupId } of this.#openUploads(installId, asked)) seen.add(backupId);
    return [...seen].filter((id) => !complete.has(id));
  }

  /**
   * Removes the objects and open uploads of a backup that never became complete. One that has a manifest is
   * left alone.
   */
  async removeUnfinished(installId: string, backupId: string): Promise<void> {
    if (!(await this.unfinished(installId, [backupId])).includes(backupId)) return;
    const uploads = [];
    for await (const one of this.#openUploads(installId, [backupId])) {
      if (one.backupId === backupId) uploads.push(one.upload);
    }
    for (const one of uploads) await abortUpload(this.#bucket, one);
    for (const { name } of await this.list({ installId })) {
      if (parseName(name)?.backupId === backupId) await this.deleteObject(name);
    }
  }

  /** Open uploads of this install; of the backups given also where a store lists them by their exact key alone. */
  async *#openUploads(
    installId: string,
    backupIds: readonly string[],
  ): AsyncGenerator<{ backupId: string; upload: Upload }> {
    const exact = BACKUP_PARTS.flatMap((part) => backupIds.map((id) => snapshotName(installId, part, id)));
    const prefixes = this.#bucket.endpoint === null ? [] : exact;
    const seen = new Set<string>();
    for (const prefix of [prefixOf(installId), ...prefixes]) {
      for await (const upload of listUploads(this.#bucket, prefix)) {
        const name = parseName(upload.key);
        if (name === null || seen.has(upload.uploadId)) continue;
        seen.add(upload.uploadId);
        yield { backupId: name.backupId, upload };
      }
    }
  }

  async #installs(signal?: AbortSignal): Promise<string[]> {
    const found: string[] = [];
    for await (const folder of listFolders(this.#bucket, signal))
      if (INSTALL.test(folder)) found.push(folder);
    return found;
  }

  async #spool(path: string, bytes: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Written> {
    await mkdir(this.#options.tempFolder, { recursive: true, mode: 0o700 });
    const hash = createHash('sha256');
    let size = 0;
    const handle = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of bytes) {
        signal.throwIfAborted();
        hash.update(chunk);
        size += chunk.length;
        await handle.writeFile(chunk);
      }
    } finally {
      await handle.close();
    }
    return { sha256: hash.digest('hex'), size };
  }
}

const prefixOf = (installId: string) => `${installId}/snapshots/`;

/** Nothing outside the layout is read, written or deleted through this place. */
function requireOurs(name: string): string {
  if (parseName(name)) return name;
  throw new AppError('INVALID_STATE', `${name} is not an object of a backup.`);
}
