import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';
import { historyAddress } from '../history/entries.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Sealer } from '../sealing.ts';
import { openObject } from './cipher.ts';
import { ChainReader } from './earlierJournals.ts';
import { damagedObject } from './errors.ts';
import { decodeLines, type JournalLine, type Line, type SegmentLine } from './lines.ts';
import type { ManifestBody, ManifestObject } from './manifest.ts';
import type { BackupReader } from './place.ts';
import { docAddress, openRecord, pointAddress } from './records.ts';

/** What is needed to read a backup: where it lies, what it says, and its keys. */
export interface OpenBackup {
  place: BackupReader;
  body: ManifestBody;
  keys: Keyring;
}

export interface ReadPartOptions {
  signal: AbortSignal;
  onBytes?: ((bytes: number) => void) | undefined;
  /** While a backup is being made: takes what the manifest will say instead of comparing with it. */
  found?: ((found: Found) => void) | undefined;
}

export interface Found {
  unreadable: number;
  journal: ManifestBody['journal'];
}

/** A record that does not open: it was damaged in the store already when the backup was made. */
export interface Checked {
  line: Line;
  /** What was sealed; null for one that does not open, and for lines without a seal. */
  content: Buffer | null;
}

/**
 * The lines of one object with what they sealed, everything verified on the way: tags, order, end, hash, size,
 * counts, every record's own seal, the journal's chain. Only when it has ended without an error is the whole
 * proved. Throws BACKUP_DAMAGED with the object's name.
 */
export async function* readPart(
  backup: OpenBackup,
  object: ManifestObject,
  options: ReadPartOptions,
): AsyncGenerator<Checked[]> {
  const { place, body, keys } = backup;
  const { name, part } = object;
  const measure = { hash: createHash('sha256'), size: 0 };
  const context = { installId: body.installId, backupId: body.backupId, part };
  const sealed = measured(place, object, measure, options);
  const tally = { records: 0 };
  const checks = new PartChecks(keys, object);
  for await (const page of decodeLines(part, name, openObject(keys, context, name, sealed), tally)) {
    options.signal.throwIfAborted();
    yield page.map((line) => ({ line, content: checks.take(line) }));
  }
  if (measure.size !== object.size || measure.hash.digest('hex') !== object.sha256) {
    throw damagedObject(name, 'it is not the object that the manifest names');
  }
  if (tally.records !== object.records) {
    throw damagedObject(name, `it holds ${tally.records} records instead of ${object.records}`);
  }
  if (options.found) options.found(checks.found());
  else checks.finish(body);
}

async function* measured(
  place: BackupReader,
  { name, size }: ManifestObject,
  measure: { hash: ReturnType<typeof createHash>; size: number },
  { signal, onBytes }: ReadPartOptions,
): AsyncGenerator<Buffer> {
  try {
    for await (const bytes of place.openObject(name, { signal })) {
      measure.hash.update(bytes);
      measure.size += bytes.length;
      if (measure.size > size) throw damagedObject(name, 'it is longer than the manifest says');
      onBytes?.(measure.size);
      yield bytes;
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'BACKUP_NOT_FOUND') {
      throw damagedObject(name, `it is missing from ${place.label}`);
    }
    throw error;
  }
}

/** Opens every record and follows the journals. */
class PartChecks {
  readonly #keys: Keyring;
  readonly #sealer: Sealer;
  readonly #object: ManifestObject;
  readonly #segments = new Map<string | null, ChainReader>();
  #unreadable = 0;

  constructor(keys: Keyring, object: ManifestObject) {
    this.#keys = keys;
    this.#sealer = new Sealer(keys);
    this.#object = object;
    this.#segments.set(null, new ChainReader(keys, this.#sealer, null));
  }

  take(line: Line): Buffer | null {
    if (line.t === 'segment') this.#begin(line);
    if (line.t === 'segment' || line.t === 'gone' || line.t === 'other') return null;
    const content = this.#open(line);
    if (content === null) this.#unreadable += 1;
    return content;
  }

  found(): Found {
    const own = this.#segments.get(null);
    if (this.#object.part !== 'state' || own === undefined)
      return { unreadable: this.#unreadable, journal: null };
    const { entries, head, brokenAt } = own;
    return { unreadable: this.#unreadable, journal: { entries, head, brokenAt } };
  }

  finish({ journal }: ManifestBody): void {
    const { name, part } = this.#object;
    const found = this.found();
    if (found.unreadable !== this.#object.unreadable) {
      throw damagedObject(
        name,
        `${found.unreadable} of its records do not open instead of ${this.#object.unreadable}`,
      );
    }
    if (part !== 'state') return;
    const same =
      found.journal?.head === journal?.head &&
      found.journal?.entries === journal?.entries &&
      found.journal?.brokenAt === journal?.brokenAt;
    if (!same) throw damagedObject(name, 'its journal is not the one that the manifest names');
  }

  #open(line: Exclude<Line, { t: 'segment' | 'gone' | 'other' }>): Buffer | null {
    if (line.t === 'doc') return openRecord(this.#sealer, docAddress(line), line.sealed);
    if (line.t === 'journal') return this.#chainOf(line).take(line);
    if (line.t === 'history') return openRecord(this.#sealer, historyAddress(line), line.sealed);
    return openRecord(this.#sealer, pointAddress(this.#object.part, line), line.payload.sealed);
  }

  #begin(line: SegmentLine): void {
    this.#segments.set(line.segment, new ChainReader(this.#keys, this.#sealer, line));
  }

  #chainOf({ segment }: JournalLine): ChainReader {
    const chain = this.#segments.get(segment);
    if (chain === undefined) throw damagedObject(this.#object.name, 'it holds a journal of unknown origin');
    return chain;
  }
}
