import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { accountToken } from '../estateRecords.ts';
import type { NativeAddress, RecordAddress, Sealer } from '../sealing.ts';

/**
 * Entries of the history: what changed of a resource, when it was gone, when nobody looked. A stored format that
 * travels in backups (docs/backup-format.md).
 *
 * In clear: the resource's id, its type, the time, the kind of entry; as an HMAC token the account: as of a point of
 * `aws_estate`. Sealed, and bound to all of these: the address, from which the id is made again under another
 * index key, and everything else. A reader keeps kinds and members that it does not know.
 */
const SCHEMA = 1;
const COLLECTION = 'history';
const VERSION = 1;
/** A tombstone: the resource is not in AWS any more. */
export const GONE = 'gone';
/** Characters of JSON. Small diffs are kept, never whole answers. */
const LARGEST = 65_536;

export interface HistoryChange {
  /** What changed: `state`, `facts.instanceType`, `tags.Owner` … */
  path: string;
  from: unknown;
  to: unknown;
}

export interface HistoryDetails {
  /** What it was called then. */
  name: string | null;
  changes?: HistoryChange[];
  /** Of a tombstone: what was known of it last. */
  last?: Record<string, unknown>;
  /** Of a time in which it was not observed, in ms, and why. */
  gap?: { from: number; to: number; reason: string | null };
  /** Who changed it, as far as somebody told; `id` is what a list is filtered by. */
  who?: { id: string; [more: string]: unknown };
  [more: string]: unknown;
}

export interface NewHistoryEntry {
  /** An entry about a whole type in a region has the native id ''. */
  address: NativeAddress;
  /** When it was observed, in ms. */
  at: number;
  /** A word: `gone`, `changed`, `gap` … */
  kind: string;
  details: HistoryDetails;
}

export interface HistoryEntry extends NewHistoryEntry {
  /** As of the resource, whether or not that is still there. */
  resourceId: string;
}

/** What of an entry is in clear. */
export interface HistoryPlace {
  resource: string;
  /** A token. */
  account: string;
  type: string;
  at: number;
  kind: string;
}

const Word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
const Address = z.object({
  partition: z.string(),
  accountId: z.string(),
  region: z.string(),
  resourceType: Word,
  idType: Word.optional(),
  nativeId: z.string(),
});
const NewEntry = z.object({
  address: Address,
  at: z.number().int().min(0),
  kind: Word,
  details: z.looseObject({
    name: z.string().nullable(),
    changes: z.array(z.looseObject({ path: z.string() })).optional(),
    last: z.looseObject({}).optional(),
    gap: z.looseObject({ from: z.number(), to: z.number(), reason: z.string().nullable() }).optional(),
    who: z.looseObject({ id: z.string() }).optional(),
  }),
});
const Content = z.looseObject({ v: z.number(), address: Address });

/** Throws INVALID_INPUT for what is no entry, and for one that is no small diff. */
export function historyRecord(
  sealer: Sealer,
  entry: NewHistoryEntry,
): { place: HistoryPlace; bytes: Buffer } {
  const parsed = NewEntry.safeParse(entry);
  if (!parsed.success) {
    throw new AppError(
      'INVALID_INPUT',
      `An entry of the history is not as it must be (${z.prettifyError(parsed.error)}). Nothing was saved.`,
    );
  }
  const { address, at, kind, details } = parsed.data;
  const json = JSON.stringify({ v: VERSION, address, ...details });
  if (json.length > LARGEST) {
    throw new AppError(
      'INVALID_INPUT',
      `An entry of the history of ${address.nativeId} has ${json.length} characters; it may have ${LARGEST}. Nothing was saved.`,
    );
  }
  return { place: placeOf(sealer, { address, at, kind }), bytes: Buffer.from(json, 'utf8') };
}

export function placeOf(
  sealer: Sealer,
  { address, at, kind }: Pick<NewHistoryEntry, 'address' | 'at' | 'kind'>,
): HistoryPlace {
  const { accountId, resourceType } = address;
  const account = accountToken(sealer, accountId);
  return { resource: sealer.resourceId(address), account, type: resourceType, at, kind };
}

/** Where the sealed part of an entry is bound to. */
export function historyAddress({ resource, account, type, at, kind }: HistoryPlace): RecordAddress {
  const id = [resource, at, kind, type, account].join('/');
  return { schema: SCHEMA, collection: COLLECTION, id, revision: 0 };
}

/** Null for content that is none of an entry. */
export function historyContent(bytes: Buffer): { address: NativeAddress; details: HistoryDetails } | null {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
  const content = Content.safeParse(json);
  if (!content.success) return null;
  const { v: _, address, name, ...rest } = content.data;
  return { address, details: { ...rest, name: typeof name === 'string' ? name : null } };
}

export function historyEntry({ resource, at, kind }: HistoryPlace, bytes: Buffer): HistoryEntry | null {
  const content = historyContent(bytes);
  return content && { ...content, resourceId: resource, at, kind };
}
