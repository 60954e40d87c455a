import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { BACKUP_PARTS, type BackupInfo, type BackupPart } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { OtherBackup } from '../../storage/backup/api.ts';
import { infoOf } from '../../storage/backup/info.ts';
import { LocalPlace } from '../../storage/backup/localPlace.ts';
import { FORMAT_VERSION, type ManifestBody } from '../../storage/backup/manifest.ts';
import { backupIdAt, manifestName, snapshotName } from '../../storage/backup/names.ts';
import type { BackupReader } from '../../storage/backup/place.ts';
import { readManifest } from '../../storage/backup/proveBackup.ts';
import type { BackupEngine, LocalSource, Which } from '../ports.ts';

/**
 * Backups of random bytes in the real layout with real manifests (but for their MAC): what S3 and the schedule
 * see of the engine in the data worker. Proving compares hashes, restoring counts.
 */
export class TestEngine implements BackupEngine {
  readonly installId: string;
  readonly #folder: string;
  readonly restored: { which: Which; mode: string; parts: readonly string[]; source: LocalSource }[] = [];
  /** Bytes of each object. */
  size = 1_000;
  /** Key slots that its backups carry. */
  slots: { digest: string }[] = [];
  now = () => new Date();

  constructor(folder: string, installId: string) {
    this.#folder = folder;
    this.installId = installId;
  }

  async create(reason: string, _work?: unknown, parts: readonly BackupPart[] = BACKUP_PARTS): Promise<Which> {
    const place = new LocalPlace(this.#folder);
    const taken = await place.list().catch(() => []);
    let time = this.now().getTime();
    while (taken.some(({ name }) => name.includes(backupIdAt(new Date(time))))) time += 1_000;
    const backupId = backupIdAt(new Date(time));
    const body: ManifestBody = {
      format: 'cloudops-backup',
      version: FORMAT_VERSION,
      appVersion: '0.0.0',
      installId: this.installId,
      backupId,
      createdAt: this.now().toISOString(),
      reason,
      objects: [],
      journal: null,
      keyring: JSON.stringify({ slots: this.slots }),
    };
    for (const part of parts) {
      const name = snapshotName(this.installId, part, backupId);
      const written = await place.writeObject(name, once(randomBytes(this.size)));
      body.objects.push({ part, name, ...written, records: 3, unreadable: 0 });
    }
    const text = `${JSON.stringify(body)}\n${JSON.stringify({ keyId: 1, mac: 'ab'.repeat(32) })}\n`;
    await place.putManifest(manifestName(this.installId, backupId), Buffer.from(text));
    return { installId: this.installId, backupId };
  }

  async prove(source: LocalSource, which: Which): Promise<void> {
    await this.#check(source, which, BACKUP_PARTS);
  }

  async open(source: LocalSource, which: Which, secret: { kind: string; text?: string }): Promise<void> {
    await readManifest(this.#place(source), which);
    if (secret.kind === 'recovery' && secret.text !== 'right') {
      throw new AppError('KEY_WRONG', 'This is not the recovery key of this backup.');
    }
  }

  async restore(
    source: LocalSource,
    which: Which,
    how: { mode: string; parts: readonly string[]; others?: readonly OtherBackup[] | undefined },
  ): Promise<{ result: string }> {
    await this.#check(source, which, how.parts);
    for (const { backupId, parts } of how.others ?? [])
      await this.#check(source, { ...which, backupId }, parts);
    this.restored.push({ which, mode: how.mode, parts: how.parts, source });
    return { result: `${3 * how.parts.length} records restored.` };
  }

  async exportTo(path: string): Promise<BackupInfo> {
    const which = await this.create('export');
    const { manifest, bytes } = await readManifest(new LocalPlace(this.#folder), which);
    await writeFile(path, bytes);
    return infoOf(manifest.body, 'local', bytes.length);
  }

  #place(source: LocalSource): BackupReader {
    return new LocalPlace(source.kind === 'here' ? this.#folder : source.path);
  }

  async #check(source: LocalSource, which: Which, parts: readonly string[]): Promise<void> {
    const place = this.#place(source);
    const { manifest } = await readManifest(place, which);
    for (const { name, part, sha256 } of manifest.body.objects) {
      if (!parts.includes(part)) continue;
      const hash = createHash('sha256');
      for await (const chunk of place.openObject(name)) hash.update(chunk);
      if (hash.digest('hex') !== sha256) throw new AppError('BACKUP_DAMAGED', `${name} is damaged.`);
    }
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
