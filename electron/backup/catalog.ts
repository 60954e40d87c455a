import { z } from 'zod';
import type { BackupInfo } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { infoOf } from '../storage/backup/info.ts';
import type { ManifestBody } from '../storage/backup/manifest.ts';
import { parseName } from '../storage/backup/names.ts';
import type { BackupReader, StoredObject } from '../storage/backup/place.ts';
import { readManifest } from '../storage/backup/proveBackup.ts';
import type { Which } from './ports.ts';

type Facts = { body: ManifestBody } | { unreadable: 'damaged' | 'newer' };

/** The backups of places, by their manifests. Those never change, so that each is read once. */
export class BackupCatalog {
  readonly #known = new Map<string, Facts>();
  readonly #slots = new Map<string, string[]>();

  /**
   * Newest first. A manifest is written only after all its objects were read back: it stands for a verified
   * backup, unless an object is gone or of another size since.
   */
  async list(
    place: BackupReader,
    options: { installId?: string; signal?: AbortSignal } = {},
  ): Promise<BackupInfo[]> {
    const objects = await place.list(options);
    const sizes = new Map(objects.map(({ name, size }) => [name, size]));
    const found: BackupInfo[] = [];
    for (const object of objects) {
      const name = parseName(object.name);
      if (name?.part !== 'manifest') continue;
      const facts = await this.#facts(place, object, name);
      if (facts)
        found.push(
          'body' in facts
            ? describe(facts.body, place.kind, object, sizes)
            : unread(name, place.kind, object, facts.unreadable),
        );
    }
    return found.sort((a, b) => b.backupId.localeCompare(a.backupId));
  }

  /** Digests of the key slots that a listed backup carries; empty while its manifest could not be read. */
  slotsOf({ installId, backupId }: Which): string[] {
    return this.#slots.get(`${installId}/${backupId}`) ?? [];
  }

  /** Null when it was removed since it was listed. */
  async #facts(place: BackupReader, object: StoredObject, which: Which): Promise<Facts | null> {
    const key = `${place.label}\n${object.name}\n${object.size}`;
    const known = this.#known.get(key);
    if (known) return known;
    try {
      const facts = { body: (await readManifest(place, which)).manifest.body };
      this.#known.set(key, facts);
      this.#slots.set(`${which.installId}/${which.backupId}`, slotDigests(facts.body.keyring));
      return facts;
    } catch (error) {
      if (error instanceof AppError && error.code === 'BACKUP_NOT_FOUND') return null;
      // Not kept: a disk or a network may show it whole the next time.
      if (error instanceof AppError && error.code === 'BACKUP_DAMAGED') return { unreadable: 'damaged' };
      if (error instanceof AppError && error.code === 'FORMAT_NEWER') return { unreadable: 'newer' };
      throw error;
    }
  }
}

/** A keyring that cannot be read is found out when the backup is opened; the list goes on. */
function slotDigests(keyring: string): string[] {
  const slots = z.looseObject({ slots: z.array(z.looseObject({ digest: z.string() })) });
  try {
    return slots.parse(JSON.parse(keyring)).slots.map(({ digest }) => digest);
  } catch {
    return [];
  }
}

function describe(
  body: ManifestBody,
  place: 'local' | 's3',
  manifest: StoredObject,
  sizes: Map<string, number>,
): BackupInfo {
  const whole = body.objects.every(({ name, size }) => sizes.get(name) === size);
  return { ...infoOf(body, place, manifest.size), state: whole ? 'verified' : 'damaged' };
}

/** What can be said of a backup whose manifest cannot be read: its name. */
function unread(
  which: Which,
  place: 'local' | 's3',
  manifest: StoredObject,
  state: 'damaged' | 'newer',
): BackupInfo {
  return {
    backupId: which.backupId,
    installId: which.installId,
    createdAt: which.backupId.replace(/T(\d\d)-(\d\d)-(\d\d)$/, 'T$1:$2:$3.000Z'),
    place,
    sizeBytes: manifest.size,
    parts: [],
    counts: { chat_history: 0, aws_estate: 0, state: 0 },
    formatVersion: 0,
    appVersion: '',
    state,
    provedAt: null,
    reason: '',
  };
}
