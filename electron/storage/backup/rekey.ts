import { belongsTo } from '../documents.ts';
import { readResource, resourceIdOf, resourcePoint } from '../estateRecords.ts';
import { historyAddress, historyContent, placeOf } from '../history/entries.ts';
import type { Keyring, KeyringFile } from '../keys/keyring.ts';
import { Sealer } from '../sealing.ts';
import { SegmentWriter, segmentId } from './earlierJournals.ts';
import {
  type DocLine,
  type HistoryLine,
  type JournalLine,
  type Line,
  type PointLine,
  pointLine,
  pointOf,
  type SegmentLine,
} from './lines.ts';
import type { ManifestBody } from './manifest.ts';
import type { BackupPart } from './names.ts';
import type { Checked } from './readPart.ts';
import { docAddress, pointAddress } from './records.ts';

const ACCOUNTS = 'accounts';

/** Whether records made with these keys open under `target` as they are, and ids and tokens stay the same. */
export function fitsAsItIs(source: Keyring, file: KeyringFile, target: Keyring): boolean {
  return (
    source.installId === target.installId &&
    source.plain === target.plain &&
    // By the backup's file: `source` may be the workspace's own keys, that have gone on since.
    file.keys.findLast(({ purpose }) => purpose === 'index')?.id === target.current('index').id &&
    file.keys.every(({ pending }) => pending === undefined) &&
    file.keys.every(({ id, purpose }) => target.find(id, purpose) !== undefined)
  );
}

/** Brings the records of a backup into the terms of the workspace that they are restored into. */
export class Rekeyer {
  readonly #part: BackupPart;
  readonly #object: string;
  readonly #body: ManifestBody;
  readonly #target: Keyring;
  readonly #source: Sealer;
  readonly #sealer: Sealer;
  readonly #asItIs: boolean;
  readonly #vectorSize: number;
  readonly #segments = new Map<string | null, SegmentWriter>();
  /** Records that could not be taken along: damaged when the backup was made, and of other keys; of a later app. */
  skipped = 0;
  /** Conversations that were deleted while the backup was made. */
  readonly gone: string[] = [];

  constructor(options: {
    part: BackupPart;
    object: string;
    body: ManifestBody;
    source: Keyring;
    target: Keyring;
    asItIs: boolean;
    vectorSize: number;
  }) {
    this.#part = options.part;
    this.#object = options.object;
    this.#body = options.body;
    this.#target = options.target;
    this.#source = new Sealer(options.source);
    this.#sealer = new Sealer(options.target);
    this.#asItIs = options.asItIs;
    this.#vectorSize = options.vectorSize;
  }

  lines({ line, content }: Checked): Line[] {
    switch (line.t) {
      case 'gone':
        this.gone.push(line.id);
        return [];
      case 'segment':
        return [this.#begin(line.segment, line)];
      case 'journal':
        return this.#journal(line, content);
      case 'doc':
        return this.#doc(line, content);
      case 'point':
        return this.#point(line, content);
      case 'history':
        return this.#history(line, content);
      case 'other':
        return this.#skip();
    }
  }

  #point(line: PointLine, content: Buffer | null): Line[] {
    const point = pointOf(line, this.#object);
    // A vector of another model's size is left out; the resource waits for a new one.
    const fits = point.vector === null || point.vector.length === this.#vectorSize;
    if (this.#asItIs && fits) return [line];
    if (content === null) return this.#skip();
    if (this.#part === 'chat_history') {
      const sealed = this.#sealer.sealBytes(pointAddress(this.#part, line), content);
      return [{ ...line, vector: null, payload: { ...line.payload, sealed: sealed.toString('base64') } }];
    }
    const { embeddedBy, ...stored } = readResource(this.#source, point);
    const resource = { ...stored.resource, id: resourceIdOf(this.#sealer, stored.resource) };
    const moved = fits
      ? { resource, vector: stored.vector, embeddedBy }
      : { resource, vector: null, embeddedBy: null };
    return [pointLine(resourcePoint(this.#sealer, moved))];
  }

  #doc(line: DocLine, content: Buffer | null): Line[] {
    const belonging = belongsTo(line.kind, null);
    if (belonging === 'machine' || belonging === 'collections' || belonging === 'contents') return [];
    if (content === null) return this.#asItIs ? [line] : this.#skip();
    const before = JSON.parse(content.toString('utf8')) as { key: string; value: unknown };
    const value = line.kind === ACCOUNTS ? withoutUnlocks(before.value) : before.value;
    if (this.#asItIs && value === before.value) return [line];
    const moved = { ...line, token: this.#sealer.token(`docs:${line.kind}`, before.key) };
    const sealed = this.#sealer.seal(docAddress(moved), { key: before.key, value });
    return [{ ...moved, sealed: sealed.toString('base64') }];
  }

  /** Its content stays as it is, whatever a later app has put there. */
  #history(line: HistoryLine, content: Buffer | null): Line[] {
    if (this.#asItIs) return [line];
    const address = content && historyContent(content)?.address;
    if (content === null || !address) return this.#skip();
    const place = placeOf(this.#sealer, { ...line, address });
    const sealed = this.#sealer.sealBytes(historyAddress(place), content);
    return [{ t: 'history', ...place, sealed: sealed.toString('base64') }];
  }

  #journal(line: JournalLine, content: Buffer | null): Line[] {
    const begun = this.#segments.has(line.segment) ? [] : [this.#beginOwn(line)];
    if (content === null) return [...begun, ...this.#skip()];
    const record = this.#segments.get(line.segment)?.write(line.seq, content);
    return record === undefined ? begun : [...begun, record];
  }

  #beginOwn(first: JournalLine): SegmentLine {
    const { installId, backupId, createdAt, journal } = this.#body;
    return this.#begin(null, {
      t: 'segment',
      segment: segmentId(installId, Buffer.from(first.mac, 'base64')),
      installId,
      about: JSON.stringify({ backupId, createdAt, brokenAt: journal?.brokenAt ?? null }),
    });
  }

  #begin(segment: string | null, line: SegmentLine): SegmentLine {
    this.#segments.set(segment, new SegmentWriter(this.#target, this.#sealer, line));
    return line;
  }

  #skip(): [] {
    this.skipped += 1;
    return [];
  }
}

/** Leave to change something is given on purpose, on one machine and for a while: it does not travel. */
function withoutUnlocks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('profiles' in value)) return value;
  const { profiles } = value;
  if (!Array.isArray(profiles) || profiles.every((profile) => !profile?.unlocked)) return value;
  return { ...value, profiles: profiles.map((profile) => ({ ...profile, unlocked: null })) };
}
