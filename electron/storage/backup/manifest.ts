import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { BACKUP_PARTS, type BackupInfo } from '../../../preload/contract/models.ts';
import type { Keyring } from '../keys/keyring.ts';
import { damagedObject, newerBackup } from './errors.ts';
import { type BackupPart, manifestName, snapshotName } from './names.ts';

/**
 * The manifest of a backup, written last; a stored format (docs/backup-format.md). Two lines of JSON: the body
 * and its HMAC under the backup key. Fields are added, never renamed or removed; `version` rises when a reader
 * must know.
 */
export const FORMAT_VERSION = 2;
/** 1 is what version 0.1.0 of the app writes and reads. */
const Version = z.union([z.literal(1), z.literal(FORMAT_VERSION)]);
export type FormatVersion = z.infer<typeof Version>;
/** Far above what a manifest can be: nobody's object of many gigabytes is read into memory for one. */
export const MANIFEST_LIMIT = 4 * 1_048_576;

const Count = z.number().int().min(0);
const ManifestObject = z.looseObject({
  part: z.enum(BACKUP_PARTS),
  name: z.string(),
  size: Count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  records: Count,
  /** Records that were damaged in the store when they were copied: they are in it as they were found. */
  unreadable: Count,
  /** How many of `records` say that a conversation was deleted. */
  deletions: Count.optional(),
  /** How many of `records` are conversations; the others are their messages and deletions. */
  conversations: Count.optional(),
});
const Body = z.looseObject({
  format: z.literal('cloudops-backup'),
  version: Version,
  appVersion: z.string(),
  installId: z.uuid(),
  backupId: z.string(),
  createdAt: z.iso.datetime(),
  reason: z.string(),
  objects: z.array(ManifestObject).min(1),
  journal: z
    .looseObject({ entries: Count, head: z.string(), brokenAt: z.number().int().nullable() })
    .nullable(),
  /** The text of `keyring.json`: wrapped data keys and the key slots. */
  keyring: z.string(),
});
const Mac = z.strictObject({ keyId: z.number().int(), mac: z.string().regex(/^[0-9a-f]{64}$/) });

export type ManifestObject = z.infer<typeof ManifestObject>;
export type ManifestBody = z.infer<typeof Body>;

export interface Manifest {
  body: ManifestBody;
  /** The exact bytes that `mac` covers. */
  signed: Buffer;
  keyId: number;
  mac: Buffer;
}

export function encodeManifest(keys: Keyring, body: ManifestBody): Buffer {
  const signed = Buffer.from(JSON.stringify(body), 'utf8');
  const { id, key } = keys.current('backup');
  const mac = manifestMac(key, signed).toString('hex');
  return Buffer.concat([signed, Buffer.from(macLine({ keyId: id, mac }))]);
}

function macLine({ keyId, mac }: z.infer<typeof Mac>): string {
  return `\n${JSON.stringify({ keyId, mac })}\n`;
}

/** Reads without proving: `proveManifest` does, once there is a key. Throws BACKUP_DAMAGED or FORMAT_NEWER. */
export function parseManifest(bytes: Buffer, name: string): Manifest {
  const cut = bytes.indexOf(0x0a);
  const json = parseJson(bytes.subarray(0, cut < 0 ? bytes.length : cut));
  const version = z
    .looseObject({ format: z.literal('cloudops-backup'), version: z.number() })
    .safeParse(json);
  if (version.success && version.data.version > FORMAT_VERSION) throw newerBackup(name);
  const body = Body.safeParse(json);
  const end = Mac.safeParse(parseJson(bytes.subarray(cut + 1)));
  if (cut < 0 || !body.success || !end.success) throw damagedObject(name, 'it is not a manifest');
  // One way to write it: no two files are the same manifest.
  if (bytes.toString('utf8', cut) !== macLine(end.data)) throw damagedObject(name, 'its end was changed');
  checkNames(body.data, name);
  return {
    body: body.data,
    signed: bytes.subarray(0, cut),
    keyId: end.data.keyId,
    mac: Buffer.from(end.data.mac, 'hex'),
  };
}

/** Throws BACKUP_DAMAGED when the manifest is not what the holder of these keys wrote. */
export function proveManifest(manifest: Manifest, keys: Keyring): void {
  const { body, keyId, signed, mac } = manifest;
  const name = manifestName(body.installId, body.backupId);
  const key = keys.find(keyId, 'backup');
  if (key === undefined) throw damagedObject(name, 'it names a key that this backup does not have');
  const expected = manifestMac(key.key, signed);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw damagedObject(name, 'it was changed after it was written');
  }
}

/** Each part once, under the name that the layout gives it: a manifest cannot point elsewhere. */
function checkNames(body: ManifestBody, name: string): void {
  const own = manifestName(body.installId, body.backupId);
  const parts = new Set(body.objects.map(({ part }) => part));
  const fits = body.objects.every(
    (object) => object.name === snapshotName(body.installId, object.part, body.backupId),
  );
  if (name !== own || !fits || parts.size !== body.objects.length) {
    throw damagedObject(name, 'it is the manifest of another backup or names foreign objects');
  }
}

/** What a person would count of each part; 0 for one that the backup does not hold. */
export function countsOf({ objects }: Pick<ManifestBody, 'objects'>): BackupInfo['counts'] {
  const records = (part: BackupPart) =>
    objects.reduce((sum, one) => (one.part === part ? sum + one.records - (one.deletions ?? 0) : sum), 0);
  return {
    chat_history: records('chat_history'),
    aws_estate: records('aws_estate'),
    state: records('state'),
  };
}

function manifestMac(dataKey: KeyObject, signed: Buffer): Buffer {
  const key = Buffer.from(hkdfSync('sha256', dataKey, '', 'cloudops/backup/manifest/1', 32));
  return createHmac('sha256', key).update(signed).digest();
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
