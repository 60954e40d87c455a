import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { ManifestObject } from '../storage/backup/manifest.ts';
import { type BackupPart, manifestName, parseName } from '../storage/backup/names.ts';
import type { BackupPlace, BackupReader } from '../storage/backup/place.ts';
import { readManifest } from '../storage/backup/proveBackup.ts';
import type { Work } from '../storage/work.ts';
import type { Which } from './ports.ts';

/**
 * Copies a backup to another place, reads every object back, then makes it visible. What an earlier try
 * brought there is not sent again.
 */
export async function sendBackup(
  from: BackupReader,
  to: BackupPlace,
  which: Which,
  work: Work,
): Promise<void> {
  const { bytes, manifest } = await readManifest(from, which);
  const { body } = manifest;
  const total = sizeOf(body.objects);
  const { signal } = work;
  work.step(`Uploading to ${to.label}`, total, 'bytes');
  let before = 0;
  for (const { name, size, sha256 } of body.objects) {
    const openAt = (offset: number) => from.openObject(name, { offset, signal });
    const onProgress = (done: number) => work.progress(before + done);
    await to.writeObject(name, openAt(0), { signal, onProgress, known: { size, sha256, openAt } });
    before += size;
  }
  work.step(`Reading back from ${to.label}`, total, 'bytes');
  before = 0;
  for (const object of body.objects) {
    await readBack(to, object, signal, (done) => work.progress(before + done));
    before += object.size;
  }
  await to.putManifest(manifestName(which.installId, which.backupId), bytes, { signal });
}

/**
 * Fetches the objects of these parts, then the manifest, into an empty place on disk. An object whose hash
 * differs is fetched once more; then BACKUP_DAMAGED names it.
 */
export async function fetchBackup(
  from: BackupReader,
  to: BackupPlace,
  which: Which,
  parts: readonly BackupPart[],
  work: Work,
): Promise<void> {
  const { bytes, manifest } = await readManifest(from, which);
  const { body } = manifest;
  const wanted = body.objects.filter(({ part }) => parts.includes(part));
  await requireSpace(to, sizeOf(wanted) + bytes.length);
  work.step(`Fetching from ${from.label}`, sizeOf(wanted), 'bytes');
  let before = 0;
  for (const object of wanted) {
    const onProgress = (done: number) => work.progress(before + done);
    const whole =
      (await fetchObject(from, to, object, work, onProgress)) ||
      (await fetchObject(from, to, object, work, onProgress));
    if (!whole) {
      const words = `${object.name} in ${from.label} is damaged: it was fetched twice and is not what its manifest says. Nothing was changed.`;
      throw new AppError('BACKUP_DAMAGED', words, { details: { object: object.name } });
    }
    before += object.size;
  }
  await to.putManifest(manifestName(which.installId, which.backupId), bytes);
}

/** The manifest goes first: what is half removed is not seen as a backup. Only objects of this backup go. */
export async function removeBackup(place: BackupPlace, which: Which): Promise<void> {
  const objects = await place.list({ installId: which.installId });
  const manifest = manifestName(which.installId, which.backupId);
  await place.deleteObject(manifest);
  for (const { name } of objects) {
    if (name !== manifest && parseName(name)?.backupId === which.backupId) await place.deleteObject(name);
  }
}

/** Twice the size must be free: for what is fetched and for what it becomes. */
async function requireSpace(place: BackupPlace, bytes: number): Promise<void> {
  const free = await place.freeBytes();
  if (free === null || free >= 2 * bytes) return;
  throw new AppError(
    'DISK_FULL',
    `The disk has ${megabytes(free)} free; ${megabytes(2 * bytes)} are needed. Free some space, then try again.`,
  );
}

/** False when the bytes are not those of the manifest; they are then removed again. */
async function fetchObject(
  from: BackupReader,
  to: BackupPlace,
  object: ManifestObject,
  { signal }: Work,
  onProgress: (done: number) => void,
): Promise<boolean> {
  const bytes = atMost(from.openObject(object.name, { signal }), object.size);
  try {
    const written = await to.writeObject(object.name, bytes, { signal, onProgress });
    if (written.size === object.size && written.sha256 === object.sha256) return true;
    await to.deleteObject(object.name);
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'BACKUP_NOT_FOUND') {
      throw new AppError(
        'BACKUP_DAMAGED',
        `${object.name} is missing in ${from.label}. Nothing was changed. Use another backup.`,
      );
    }
    throw error;
  }
}

/** One byte more than expected is enough to see that it does not fit; the rest must not fill the disk. */
async function* atMost(bytes: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.length;
    yield read > size ? chunk.subarray(0, chunk.length - (read - size) + 1) : chunk;
    if (read > size) return;
  }
}

async function readBack(
  place: BackupPlace,
  { name, size, sha256 }: ManifestObject,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<void> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const chunk of place.openObject(name, { signal })) {
    hash.update(chunk);
    read += chunk.length;
    onProgress(read);
  }
  if (read === size && hash.digest('hex') === sha256) return;
  await place.deleteObject(name);
  throw new AppError(
    'BACKUP_DAMAGED',
    `${name} came back from ${place.label} other than it was sent, and was removed there. The local backup is whole. Back up again; if it happens again, use another place.`,
    { details: { object: name } },
  );
}

const sizeOf = (objects: { size: number }[]) => objects.reduce((sum, { size }) => sum + size, 0);
const megabytes = (bytes: number) => `${Math.ceil(bytes / 1_000_000)} MB`;
