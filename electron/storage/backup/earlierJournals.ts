import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { encodeFields } from '../encoding.ts';
import { chainMac, journalAddress, journalGenesis } from '../journalTable.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { RecordAddress, Sealer } from '../sealing.ts';
import type { JournalLine, SegmentLine } from './lines.ts';

/**
 * Journals that came with a restored backup: read-only, each a segment of its own, never mixed with the
 * workspace's journal. A stored format: records sealed with the workspace's keys at the address below and
 * chained by MACs from `segmentGenesis`, as the journal itself is.
 */
export const SEGMENT_TABLES = `
  CREATE TABLE IF NOT EXISTS journal_segment (
    segment TEXT PRIMARY KEY, install_id TEXT NOT NULL, about TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS journal_earlier (
    segment TEXT NOT NULL, seq INTEGER NOT NULL, key_id INTEGER NOT NULL, sealed BLOB NOT NULL, mac BLOB NOT NULL,
    PRIMARY KEY (segment, seq)
  ) STRICT;
`;

/** Where a segment came from; the JSON in `about`. */
export const SegmentAbout = z.looseObject({
  /** The backup it was in, and when that was made. */
  backupId: z.string(),
  createdAt: z.string(),
  /** The first entry that did not fit when it was restored, or null. */
  brokenAt: z.number().int().nullable(),
});
export type SegmentAbout = z.infer<typeof SegmentAbout>;

/** The same journal gives the same segment however often it is restored: install and first record name it. */
export function segmentId(installId: string, firstMac: Uint8Array): string {
  return createHash('sha256')
    .update(encodeFields(['cloudops journal segment', installId, firstMac]))
    .digest('hex')
    .slice(0, 32);
}

function earlierAddress(segment: string, seq: number): RecordAddress {
  return { schema: 1, collection: 'journal_earlier', id: `${segment}/${seq}`, revision: 0 };
}

function segmentGenesis(keys: Keyring, keyId: number, line: SegmentLine): Uint8Array | null {
  const key = keys.find(keyId, 'journal');
  if (key === undefined) return null;
  return createHmac('sha256', key.key)
    .update(encodeFields(['cloudops journal segment', 1, line.segment, line.installId, line.about]))
    .digest();
}

/** Walks one chain of records in their order, of the journal itself or of a segment. */
export class ChainReader {
  readonly #keys: Keyring;
  readonly #sealer: Sealer;
  readonly #segment: SegmentLine | null;
  #previous: Uint8Array | null = null;
  #expected = 1;
  entries = 0;
  brokenAt: number | null = null;

  /** @param segment null for the install's own journal */
  constructor(keys: Keyring, sealer: Sealer, segment: SegmentLine | null) {
    this.#keys = keys;
    this.#sealer = sealer;
    this.#segment = segment;
  }

  /** The last MAC, hexadecimal. */
  get head(): string {
    const none = this.#segment === null ? journalGenesis(this.#keys) : Buffer.alloc(0);
    return Buffer.from(this.#previous ?? none).toString('hex');
  }

  /** The record's bytes, or null when it does not open. */
  take(line: JournalLine): Buffer | null {
    const sealed = Buffer.from(line.sealed, 'base64');
    const mac = Buffer.from(line.mac, 'base64');
    const previous = this.#previous ?? this.#genesis(line.keyId);
    const key = this.#keys.find(line.keyId, 'journal');
    const fits =
      key !== undefined &&
      previous !== null &&
      line.seq === this.#expected &&
      sameBytes(mac, chainMac(key.key, line.seq, previous, sealed));
    if (!fits && this.brokenAt === null) this.brokenAt = this.#expected;
    this.#previous = mac;
    this.#expected = line.seq + 1;
    this.entries += 1;
    return this.#open(line.seq, sealed);
  }

  #genesis(keyId: number): Uint8Array | null {
    return this.#segment === null
      ? journalGenesis(this.#keys)
      : segmentGenesis(this.#keys, keyId, this.#segment);
  }

  #open(seq: number, sealed: Buffer): Buffer | null {
    const at = this.#segment === null ? journalAddress(seq) : earlierAddress(this.#segment.segment, seq);
    try {
      return this.#sealer.openBytes(at, sealed);
    } catch {
      return null;
    }
  }
}

/** Makes the records of a segment under the keys given: those of the workspace that it is restored into. */
export class SegmentWriter {
  readonly line: SegmentLine;
  readonly #keys: Keyring;
  readonly #sealer: Sealer;
  #previous: Uint8Array | null = null;

  constructor(keys: Keyring, sealer: Sealer, line: SegmentLine) {
    this.line = line;
    this.#keys = keys;
    this.#sealer = sealer;
  }

  write(seq: number, bytes: Uint8Array): JournalLine {
    const { segment } = this.line;
    const key = this.#keys.current('journal');
    const sealed = this.#sealer.sealBytes(earlierAddress(segment, seq), bytes);
    const previous = this.#previous ?? segmentGenesis(this.#keys, key.id, this.line) ?? Buffer.alloc(0);
    const mac = chainMac(key.key, seq, previous, sealed);
    this.#previous = mac;
    const text = (part: Uint8Array) => Buffer.from(part).toString('base64');
    return { t: 'journal', segment, seq, keyId: key.id, sealed: text(sealed), mac: text(mac) };
  }
}

export interface EarlierJournal {
  installId: string;
  about: SegmentAbout;
  /** Oldest first; a record that does not open any more is left out. */
  records: { seq: number; bytes: Uint8Array }[];
  brokenAt: number | null;
}

const SegmentRow = z.object({ segment: z.string(), install_id: z.string(), about: z.string() });
const RecordRow = z.object({
  seq: z.number(),
  key_id: z.number(),
  sealed: z.instanceof(Uint8Array),
  mac: z.instanceof(Uint8Array),
});

/** The segments in `app.db`, for Activity. */
export function readEarlierJournals(db: DatabaseSync, keys: Keyring, sealer: Sealer): EarlierJournal[] {
  if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'journal_segment'").get() === undefined) return [];
  const segments = z
    .array(SegmentRow)
    .parse(db.prepare('SELECT segment, install_id, about FROM journal_segment ORDER BY segment').all());
  return segments.map(({ segment, install_id: installId, about }) => {
    const chain = new ChainReader(keys, sealer, { t: 'segment', segment, installId, about });
    const records: EarlierJournal['records'] = [];
    const rows = db.prepare(
      'SELECT seq, key_id, sealed, mac FROM journal_earlier WHERE segment = ? ORDER BY seq',
    );
    for (const row of rows.iterate(segment)) {
      const { seq, key_id: keyId, sealed, mac } = RecordRow.parse(row);
      const text = (part: Uint8Array) => Buffer.from(part).toString('base64');
      const bytes = chain.take({ t: 'journal', segment, seq, keyId, sealed: text(sealed), mac: text(mac) });
      if (bytes !== null) records.push({ seq, bytes });
    }
    const parsed = SegmentAbout.parse(JSON.parse(about));
    return { installId, about: parsed, records, brokenAt: parsed.brokenAt ?? chain.brokenAt };
  });
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
