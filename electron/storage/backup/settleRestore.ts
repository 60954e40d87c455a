import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { JournalApi } from '../api.ts';
import { writeFileDurably } from '../files.ts';
import { type Keyring, parseKeyring, unlockKeyring } from '../keys/keyring.ts';
import { keyringPath, readKeyring } from '../keys/keyringStore.ts';
import type { CollectionSpec, Point, PointStore } from '../PointStore.ts';
import { Sealer } from '../sealing.ts';
import type { Work } from '../work.ts';
import { pointOf } from './lines.ts';
import { mergedPoint, planChatMerge } from './mergeChat.ts';
import { planEstateMerge } from './mergeEstate.ts';
import { RecordedDeletions } from './recordedDeletions.ts';
import {
  type MergeCounts,
  type RestoreFile,
  readRestoreFile,
  removeRestore,
  type Staged,
  writeRestoreFile,
} from './restoreFile.ts';
import { buildSideDb, swapSideDb } from './sideDb.ts';
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

export interface SettledRestore {
  outcome: 'finished' | 'rolled_back';
  /** For the person: what became of it. */
  message: string;
  /** Why it was rolled back, when something failed. */
  failure: AppError | null;
  mode: RestoreFile['mode'];
  backup: RestoreFile['backup'];
  counts: RestoreFile['counts'];
  /** The master key from now on; the one given unless another install was taken over. */
  masterKey: Uint8Array;
}

/**
 * Carries out, finishes or takes back the restore that `restore/` holds; null when there is none. Called before a
 * workspace is opened, while nobody writes to it. Whatever happens, and killed anywhere, the data is the old or
 * the new, whole. Rejects only when the exchange had begun and cannot be finished now (a full disk): the next
 * call goes on.
 */
export async function settleRestore(ground: RestoreGround, work: Work): Promise<SettledRestore | null> {
  const { folder, masterKey } = ground;
  const restore = await readRestoreFile(folder);
  if (restore === null) {
    await removeRestore(folder);
    return null;
  }
  const settled = { mode: restore.mode, backup: restore.backup, counts: {}, failure: null, masterKey };
  const of = `the backup of ${restore.backup.createdAt}`;
  if (restore.phase === 'staging') {
    await removeRestore(folder);
    const message = `A restore of ${of} was cut off while it was being checked. Nothing was changed.`;
    return { ...settled, outcome: 'rolled_back', message };
  }
  try {
    const next = await new Exchange(ground, restore).run(work);
    await removeRestore(folder);
    const message = `The restore of ${of} is complete.`;
    return { ...settled, outcome: 'finished', message, counts: restore.counts, masterKey: next };
  } catch (error) {
    if (restore.phase === 'switching') throw error;
    await removeRestore(folder);
    const failure =
      error instanceof AppError ? error : new AppError('INTERNAL', 'An internal error.', { cause: error });
    const message = `The restore of ${of} could not be carried out. Nothing was changed. ${failure.message}`;
    return { ...settled, outcome: 'rolled_back', message, failure };
  }
}

/** What became of a restore stands in the journal that goes on after it. */
export async function noteRestore(
  journal: Pick<JournalApi, 'append'>,
  settled: SettledRestore | null,
): Promise<void> {
  if (settled === null) return;
  const { outcome, mode, backup, message } = settled;
  const of = `backup of ${backup.createdAt} (install ${backup.installId})`;
  const done = mode === 'merge' ? `Merged the ${of}` : `Restored the ${of}`;
  const title = outcome === 'finished' ? done : message;
  // A disk that is full must not keep the workspace from being opened.
  await journal
    .append({ kind: 'maintenance', title, accountId: null, by: 'restore' })
    .catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
}

/** One restore, from confirmed to done. Every step may be done again. */
class Exchange {
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
    if (this.#restore.phase === 'switching') return;
    await writeRestoreFile(this.#ground.folder, { ...this.#restore, phase: 'switching' });
    this.#restore.phase = 'switching';
    work.step('Exchanging the collections');
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
    work.step(`Restoring ${part}`, null, 'records');
    if (this.#restore.mode === 'replace') {
      const counts = { added: 0, updated: 0, kept: 0, skipped: 0 };
      return this.#reporting(points(), work, (records) => this.#count(staged, { ...counts, added: records }));
    }
    const sealer = new Sealer(target);
    if (part === 'chat_history') {
      const plan = await planChatMerge(store, name, sealer, points);
      this.#count(staged, plan.counts);
      return this.#reporting(
        merged(
          store,
          name,
          points(),
          (id) => plan.wins.has(id),
          (point) => mergedPoint(plan, sealer, point),
        ),
        work,
      );
    }
    const plan = await planEstateMerge(store, name, points(), await this.#deletions(target));
    this.#count(staged, plan.counts);
    return this.#reporting(
      merged(
        store,
        name,
        points(),
        (id) => plan.wins.has(id),
        (point) => point,
      ),
      work,
    );
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
      records += page.length;
      work.progress(records);
    }
    ended(records);
  }

  #deletions(keys: Keyring): Promise<RecordedDeletions> {
    return RecordedDeletions.read(this.#ground.folder, keys);
  }

  #count({ part, skipped }: Staged, counts: MergeCounts): void {
    // Counted while the old data was still there; a repetition would find everything in place.
    if (this.#restore.phase === 'switching') return;
    this.#restore.counts[part] = { ...counts, skipped: counts.skipped + skipped };
  }
}

/** What is there, less what the backup has newer, and then what comes from the backup. */
async function* merged(
  store: PointStore,
  collection: string,
  incoming: AsyncIterable<Point[]>,
  wins: (id: string) => boolean,
  as: (point: Point) => Point,
): AsyncGenerator<Point[]> {
  let cursor: string | undefined;
  do {
    const page = await store.scroll(collection, { limit: 500, cursor, withVector: true });
    yield page.points.filter(({ id }) => !wins(id)).map(as);
    cursor = page.next;
  } while (cursor !== undefined);
  for await (const points of incoming) yield points.filter(({ id }) => wins(id)).map(as);
}

function installText(installId: string): string {
  z.uuid().parse(installId);
  return `${JSON.stringify({ schema: 1, installId, createdAt: new Date().toISOString() }, null, 2)}\n`;
}
