import { z } from 'zod';
import { BACKUP_PARTS, type BackupInfo, SLOT_KINDS } from '../../../preload/contract/models.ts';
import { countsOf, type ManifestBody } from './manifest.ts';
import type { BackupPart } from './names.ts';

/** The reason of the backup that holds everything as an earlier version of the app wrote it; retention knows it. */
export const BEFORE_UPDATE = 'before the update to new formats';

/** What a part is called in a sentence. */
export const PART_WORDS: Record<BackupPart, string> = {
  chat_history: 'conversations',
  aws_estate: 'resources',
  state: 'settings and the journal',
};

/** `2026-11-21 10:55 UTC`. */
export const timeInWords = (iso: string) =>
  `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Which ways there are to its key; all that there can be where they cannot be read: opening it says what is wrong. */
function slotKinds(keyring: string): BackupInfo['opensWith'] {
  const slots = z.looseObject({ slots: z.array(z.looseObject({ kind: z.enum(SLOT_KINDS) })) });
  try {
    return [...new Set(slots.parse(JSON.parse(keyring)).slots.map(({ kind }) => kind))];
  } catch {
    return [...SLOT_KINDS];
  }
}

/** What a manifest says of its backup, `unverified`: nothing is known of its objects yet. */
export function infoOf(body: ManifestBody, place: BackupInfo['place'], manifestBytes: number): BackupInfo {
  const { objects } = body;
  return {
    backupId: body.backupId,
    installId: body.installId,
    createdAt: body.createdAt,
    place,
    sizeBytes: objects.reduce((sum, { size }) => sum + size, manifestBytes),
    parts: BACKUP_PARTS.filter((part) => objects.some((object) => object.part === part)),
    counts: countsOf(body),
    conversations: objects.find(({ part }) => part === 'chat_history')?.conversations ?? null,
    opensWith: slotKinds(body.keyring),
    formatVersion: body.version,
    appVersion: body.appVersion,
    state: 'unverified',
    provedAt: null,
    reason: body.reason,
  };
}
