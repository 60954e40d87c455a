/**
 * Where backups lie. A place keeps named objects and knows nothing of what is in them; everything it holds is
 * encrypted already. A backup is complete when its manifest is there, and the manifest is written last.
 *
 * Names (see `names.ts`): `{installId}/snapshots/{part}/{part}_{YYYY-MM-DDTHH-MM-SS}.snapshot` and
 * `{installId}/snapshots/manifest/manifest_{YYYY-MM-DDTHH-MM-SS}.json`.
 */
export interface StoredObject {
  /** The name in the layout, without what the place puts before it (a folder, a key prefix). */
  name: string;
  size: number;
}

export interface Written {
  /** Of the bytes written, hexadecimal. */
  sha256: string;
  size: number;
}

export interface ReadOptions {
  /** The first byte wanted, from 0. */
  offset?: number;
  signal?: AbortSignal | undefined;
}

export interface WriteOptions {
  signal?: AbortSignal | undefined;
  /** Bytes kept by the place so far, counted from the object's start. */
  onProgress?: ((bytes: number) => void) | undefined;
  /** What is known of the object beforehand: where all three are given, a broken write can be taken up again. */
  known?: { size: number; sha256: string; openAt(offset: number): AsyncIterable<Buffer> } | undefined;
}

export interface BackupReader {
  readonly kind: 'local' | 's3';
  /** For sentences: `the folder /x`, `the file /x`, `the bucket b`. */
  readonly label: string;
  /**
   * The objects whose names follow the layout, complete ones only, in any order; anything else there is not
   * mentioned. A place that does not exist or may not be listed rejects with BACKUP_PLACE (or the AWS code).
   */
  list(options?: {
    installId?: string | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<StoredObject[]>;
  /** Rejects, at the first read, with BACKUP_NOT_FOUND when there is no such object. */
  openObject(name: string, options?: ReadOptions): AsyncIterable<Buffer>;
}

export interface BackupPlace extends BackupReader {
  /**
   * Writes an object whole: it is there in full, durable, or (error, abort, crash) not listed at all. Never
   * replaces one that is there: INVALID_STATE. Memory stays bounded however large it is.
   */
  writeObject(name: string, bytes: AsyncIterable<Buffer>, options?: WriteOptions): Promise<Written>;
  /** Makes a backup visible. A small object; INVALID_STATE when it is there already. */
  putManifest(name: string, bytes: Uint8Array, options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** What is not there is no error. */
  deleteObject(name: string): Promise<void>;
  /** Bytes free for new objects; null where that is no question. */
  freeBytes(): Promise<number | null>;
}
