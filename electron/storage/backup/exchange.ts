import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { isDeletion } from '../chatDeletions.ts';
import { seenAt } from '../estateRecords.ts';
import { writeFileDurably } from '../files.ts';
import { type Keyring, parseKeyring, unlockKeyring } from '../keys/keyring.ts';
import { keyringPath, readKeyring } from '../keys/keyringStore.ts';
import type { CollectionSpec, Point, PointStore } from '../PointStore.ts';
import { Sealer } from '../sealing.ts';
import type { Work } from '../work.ts';
import { PART_WORDS } from './info.ts';
import { pointOf } from './lines.ts';
import { mergedPoint, planChatMerge } from './mergeChat.ts';
import { type EstateDeletions, type MergePlan, planEstateMerge } from './mergeEstate.ts';
import { RecordedDeletions } from './recordedDeletions.ts';
import {
  type MergeCounts,
  noCounts,
  type RestoreFile,
  type Staged,
  writeRestoreFile,
} from './restoreFile.ts';
import { buildSideDb, forgetCollections, swapSideDb } from './sideDb.ts';
import { stagedLines } from './stageRestore.ts';
import { nextMasterKey } from './takeover.ts';
import { COLLECTION_PARTS, type CollectionPart } from './workspaceParts.ts';

export interface RestoreGround {
  folder: string;
  /** The master key that the workspace has now. */
  masterKey: Uint8Array;
  collections: Record<CollectionPart, CollectionSpec>;
  /** The workspace's engine as this install has it, opened for this alone and closed again. */
  openStore(installId: string): Promise<PointStore>;
}

/** One restore, from confirmed to done. Every step may be done again. */
export class Exchange {
  readonly #ground: RestoreGround;
  readonly #restore: RestoreFile;

  constructor(ground: RestoreGround, restore: RestoreFile) {
    this.#ground = ground;
    this.#restore = restore;
  }

  async run(work: Work): Promise<Uint8Array> {
    const { folder, masterKey } = this.#ground;
    const { takeover } = this.#restore;
    const file = await readKeyring(folder);
    if (file === null)
      throw new AppError('KEY_ABSENT', 'keyring.json is missing, so the restore cannot be finished.');
    // The keyring is exchanged last: when it is the new one, all else is.
    if (takeover !== null && file.installId === takeover.installId) return masterKey;
    const current = unlockKeyring(file, masterKey);
    const target = takeover === null ? current : unlockKeyring(parseKeyring(takeover.underOwnKey), masterKey);
    await this.#fill(current, target, work);
    work.step('Exchanging settings and the journal');
    await swapSideDb(folder);
    if (takeover === null) return masterKey;
    const next = nextMasterKey(takeover, masterKey);
    work.step('Taking over the keys');
    await writeFileDurably(path.join(folder, 'install.json'), installText(takeover.installId));
    await writeFileDurably(keyringPath(folder), takeover.keyring);
    return next;
  }

  /** Everything new is written beside the old; then, in one go, it takes its place. */
  async #fill(current: Keyring, target: Keyring, work: Work): Promise<void> {
    const staged = new Map(this.#restore.staged.map((one) => [one.part, one]));
    const state = staged.get('state');
    // Once switching has begun it was built, and may have taken its place already.
    if (state !== undefined && this.#restore.phase === 'confirmed') {
      work.step('Restoring settings and the journal');
      const { mode, backup } = this.#restore;
      const lines = stagedLines(this.#ground.folder, this.#restore, state, target);
      const deletions = mode === 'merge' ? await this.#deletions(target) : null;
      const counts = await buildSideDb({
        folder: this.#ground.folder,
        mode,
        current,
        target,
        staged: lines,
        backup,
        deletions,
      });
      this.#count(state, counts);
    }
    const parts = COLLECTION_PARTS.flatMap((part) => staged.get(part) ?? []);
    if (parts.length === 0) return this.#switch(work);
    const store = await this.#ground.openStore(target.installId);
    try {
      for (const part of COLLECTION_PARTS) await store.ensureCollection(this.#ground.collections[part]);
      await this.#replace(store, parts, target, work);
    } finally {
      await store.close();
    }
  }

  /**
   * Nested, so that all collections are filled before the first is exchanged: a full disk is met while there is
   * still a way back.
   */
  async #replace(store: PointStore, parts: Staged[], target: Keyring, work: Work): Promise<void> {
    const [part, ...rest] = parts;
    if (part === undefined) return this.#switch(work);
    const name = part.part as CollectionPart;
    const spec = this.#ground.collections[name];
    const batches = await this.#batches(store, part, target, work);
    const inner = () => this.#replace(store, rest, target, work);
    async function* filled(): AsyncGenerator<Point[]> {
      yield* batches;
      await inner();
    }
    await store.replaceCollection(spec, filled());
  }

  async #switch(work: Work): Promise<void> {
    work.step('Exchanging the data');
    if (this.#restore.phase !== 'switching') {
      await writeRestoreFile(this.#ground.folder, { ...this.#restore, phase: 'switching' });
      this.#restore.phase = 'switching';
      work.step('Exchanging the collections');
    }
    const parts = this.#restore.staged.map(({ part }) => part);
    if (parts.some((part) => part !== 'state')) forgetCollections(this.#ground.folder, parts);
  }

  async #batches(
    store: PointStore,
    staged: Staged,
    target: Keyring,
    work: Work,
  ): Promise<AsyncIterable<Point[]>> {
    const part = staged.part as CollectionPart;
    const { name } = this.#ground.collections[part];
    const points = () => this.#points(staged, target);
    work.step(`Restoring ${PART_WORDS[part]}`, null, 'records');
    if (this.#restore.mode === 'replace') {
      return this.#reporting(points(), work, (added) => this.#count(staged, { ...noCounts(), added }));
    }
    const sealer = new Sealer(target);
    if (part === 'chat_history') {
      const plan = await planChatMerge({ store, collection: name, sealer }, points);
      this.#count(staged, plan.counts);
      const as = (point: Point) => mergedPoint(plan, sealer, point);
      return this.#reporting(merged({ store, name, plan }, points(), { ours: as, theirs: as }), work);
    }
    const deletions = await this.#estateDeletions(staged, target);
    const plan = await planEstateMerge(store, name, points(), deletions);
    this.#count(staged, plan.counts);
    // The scan cells lend no age to rows that came from elsewhere: what is here takes its own along.
    const ours = (point: Point) => seenAt(point, deletions.ours.seenAt(point.payload));
    return this.#reporting(merged({ store, name, plan }, points(), { ours }), work);
  }

  /** A backup without its scan cells, or with damaged resources, cannot tell which ones are gone. */
  async #estateDeletions({ skipped }: Staged, keys: Keyring): Promise<EstateDeletions> {
    const ours = await this.#deletions(keys);
    const state = this.#restore.staged.find(({ part }) => part === 'state');
    if (state === undefined || skipped > 0) return { ours, theirs: null };
    const lines = stagedLines(this.#ground.folder, this.#restore, state, keys);
    return { ours, theirs: await RecordedDeletions.ofBackup(lines, keys) };
  }

  async *#points(staged: Staged, keys: Keyring): AsyncGenerator<Point[]> {
    for await (const page of stagedLines(this.#ground.folder, this.#restore, staged, keys)) {
      yield page.flatMap((line) => (line.t === 'point' ? [pointOf(line, staged.object)] : []));
    }
  }

  async *#reporting(
    pages: AsyncIterable<Point[]>,
    work: Work,
    ended: (records: number) => void = () => undefined,
  ): AsyncGenerator<Point[]> {
    let records = 0;
    for await (const page of pages) {
      // Once the exchange has begun there is only forward.
      if (this.#restore.phase === 'confirmed') work.signal.throwIfAborted();
      yield page;
      records += page.filter(({ payload }) => !isDeletion(payload)).length;
      work.progress(records);
    }
    ended(records);
  }

  async #deletions(keys: Keyring): Promise<RecordedDeletions> {
    const deletions = await RecordedDeletions.read(this.#ground.folder, keys, this.#restore.estateSince);
    // Kept with the restore before the document is forgotten.
    this.#restore.estateSince = deletions.since;
    return deletions;
  }

  #count({ part, skipped }: Staged, counts: MergeCounts): void {
    // Counted while the old data was still there; a repetition would find everything in place.
    if (this.#restore.phase === 'switching') return;
    this.#restore.counts[part] = { ...counts, skipped: counts.skipped + skipped };
  }
}

/** What is there, less what the backup has newer or knows to be deleted, and then what comes from the backup. */
async function* merged(
  { store, name, plan }: { store: PointStore; name: string; plan: MergePlan },
  incoming: AsyncIterable<Point[]>,
  as: { ours: (point: Point) => Point; theirs?: (point: Point) => Point },
): AsyncGenerator<Point[]> {
  const { wins } = plan;
  let cursor: string | undefined;
  do {
    const page = await store.scroll(name, { limit: 500, cursor, withVector: true });
    yield page.points.filter((point) => !wins.has(point.id) && !plan.drops(point)).map(as.ours);
    cursor = page.next;
  } while (cursor !== undefined);
  const { theirs = (point: Point) => point } = as;
  for await (const points of incoming) yield points.filter(({ id }) => wins.has(id)).map(theirs);
}

function installText(installId: string): string {
  z.uuid().parse(installId);
  return `${JSON.stringify({ schema: 1, installId, createdAt: new Date().toISOString() }, null, 2)}\n`;
}
