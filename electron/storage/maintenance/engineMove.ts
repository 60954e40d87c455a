import { randomBytes } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { JournalApi } from '../api.ts';
import { type EngineMeans, openPlace, remotePlace, removeData } from '../engine.ts';
import {
  type EnginePlace,
  placeName,
  readEngineRecord,
  samePlace,
  writeEngineRecord,
} from '../engineRecord.ts';
import type { CollectionSpec, PointStore } from '../PointStore.ts';
import type { Work } from '../work.ts';
import { compareCollection, copyCollection } from './copyCollection.ts';
import type { SwitchingStore } from './SwitchingStore.ts';

export type EngineTarget =
  | { kind: 'sqlite' }
  | { kind: 'qdrant' }
  | { kind: 'remote'; url: string; apiKey: string | null };

export interface EngineMoved {
  engine: PointStore['kind'];
  /** As a person calls it. */
  name: string;
  /** Copied, read back and compared, by collection. */
  points: Record<string, number>;
}

interface Parts {
  store: SwitchingStore;
  place: EnginePlace;
  means: EngineMeans;
  specs: CollectionSpec[];
  journal: Pick<JournalApi, 'append'>;
  open?: typeof openPlace;
}

/**
 * Moves the data to another engine: copied, counted, compared point by point, and only then the record says so.
 * Writes wait meanwhile. Whatever fails before that, and a kill, leaves the engine that was in use.
 */
export class EngineMove {
  readonly #parts: Parts;
  #place: EnginePlace;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#place = parts.place;
  }

  get place(): EnginePlace {
    return this.#place;
  }

  async run(request: { to: EngineTarget; by: string }, work: Work): Promise<EngineMoved> {
    const { store } = this.#parts;
    const place = await placeOf(request.to, this.#parts.means.folder);
    this.#refuse(place);
    work.signal.throwIfAborted();
    const means = { ...this.#parts.means };
    if (request.to.kind === 'remote') means.qdrantApiKey = request.to.apiKey;
    work.step(`Starting ${placeName(place)}`);
    const target = await this.#openTarget(place, means);
    await this.#refuseSameServer(target, place);
    let points: Record<string, number>;
    try {
      points = await store.whileUnwritten(() => this.#moveTo(target, place, work));
    } catch (error) {
      await this.#abandon(target, place);
      throw error;
    }
    // Whoever opens the engine again has its key.
    this.#parts.means.qdrantApiKey = means.qdrantApiKey;
    await this.#record(points, place, request.by);
    return { engine: target.kind, name: placeName(place), points };
  }

  #refuse(place: EnginePlace): void {
    const { store, means } = this.#parts;
    if (samePlace(place, this.#place)) {
      throw new AppError('INVALID_INPUT', `The data is kept by ${placeName(place)} already.`);
    }
    if (place.kind === 'qdrant' && means.qdrantBinary === null) {
      throw new AppError(
        'ENGINE_MISSING',
        'The Qdrant program is not on this machine. Start the app with a network once so that it can be fetched, or name it in CLOUDOPS_QDRANT_BIN.',
      );
    }
    const { state, message } = store.status();
    if (state !== 'ready') {
      throw new AppError(
        'ENGINE_FAILED',
        `${placeName(this.#place)} is ${state}, so its data cannot be copied: ${message} Restart the engine, or restore the last backup.`,
      );
    }
  }

  async #openTarget(place: EnginePlace, means: EngineMeans): Promise<PointStore> {
    const open = this.#parts.open ?? openPlace;
    let target: PointStore;
    try {
      target = await open(place, means);
    } catch (error) {
      if (place.kind !== 'sqlite') throw error;
      // A file that an interrupted move has left there: nothing refers to it.
      await removeData(place, means.folder);
      target = await open(place, means);
    }
    const { state, message } = target.status();
    if (state === 'ready') return target;
    await target.close();
    throw new AppError('ENGINE_FAILED', `${placeName(place)} cannot be used: ${message}`);
  }

  /**
   * Two addresses of one server: the copy would take the place of its original, and then be removed with it. A
   * collection made through one is looked for through the other.
   */
  async #refuseSameServer(target: PointStore, place: EnginePlace): Promise<void> {
    if (place.kind !== 'remote' || this.#place.kind !== 'remote') return;
    const { means } = this.#parts;
    const name = `probe_${randomBytes(8).toString('hex')}`;
    const probe: CollectionSpec = { name, vectorSize: 0, distance: 'cosine', indexedFields: [], hnsw: null };
    await target.ensureCollection(probe);
    try {
      const again = await openPlace(this.#place, means);
      const seen = await again.count(name).then(
        () => true,
        (error: unknown) => !(error instanceof AppError && error.code === 'NOT_FOUND'),
      );
      await again.close();
      if (!seen) return;
    } finally {
      await dropAll(target, [probe]);
    }
    await target.close();
    throw new AppError(
      'INVALID_INPUT',
      `${placeName(this.#place)} and ${placeName(place)} are the same server, or it could not be told that they are not. Nothing was moved.`,
    );
  }

  async #moveTo(target: PointStore, place: EnginePlace, work: Work): Promise<Record<string, number>> {
    const { store, specs, means } = this.#parts;
    const from = store.current;
    const points: Record<string, number> = {};
    for (const spec of specs) await copyCollection(from, target, spec, work);
    for (const spec of specs) points[spec.name] = await compareCollection(from, target, spec, work);
    work.signal.throwIfAborted();
    const before = this.#place;
    // From here on the next start opens the new engine.
    await writeEngineRecord(means.folder, { place, filled: true, leftover: before });
    this.#place = place;
    store.switchTo(target);
    await this.#removeOld(from, before, place);
    return points;
  }

  /** Should it fail, the next start removes what lies in the folder. */
  async #removeOld(from: PointStore, before: EnginePlace, place: EnginePlace): Promise<void> {
    const { means, specs } = this.#parts;
    try {
      if (before.kind === 'remote') await dropAll(from, specs);
      await from.close();
      await removeData(before, means.folder);
      await writeEngineRecord(means.folder, { place, filled: true, leftover: null });
    } catch {
      // The record still names it.
    }
  }

  async #abandon(target: PointStore, place: EnginePlace): Promise<void> {
    try {
      const recorded = await readEngineRecord(this.#parts.means.folder);
      // The record may have been written although writing it failed: then this copy is the data now.
      if (recorded === null || samePlace(recorded.place, place)) return;
      if (place.kind === 'remote') await dropAll(target, this.#parts.specs);
      await target.close();
      await removeData(place, this.#parts.means.folder);
    } catch {
      // Nothing refers to it; a later move overwrites it.
    }
  }

  async #record(points: Record<string, number>, place: EnginePlace, by: string): Promise<void> {
    const total = Object.values(points).reduce((sum, count) => sum + count, 0);
    const title = `Data moved to ${placeName(place)}: ${total} records copied and compared`;
    try {
      await this.#parts.journal.append({ kind: 'maintenance', title, accountId: null, by });
    } catch (error) {
      const reason = error instanceof AppError ? error.message : 'an unexpected error.';
      throw new AppError(
        'STORAGE_FAILED',
        `The data was moved to ${placeName(place)}; only the journal could not be told: ${reason}`,
        { cause: error },
      );
    }
  }
}

async function placeOf(target: EngineTarget, folder: string): Promise<EnginePlace> {
  return target.kind === 'remote' ? remotePlace(target.url, folder) : { kind: target.kind };
}

/** On a server elsewhere the collections themselves are removed. */
async function dropAll(store: PointStore, specs: CollectionSpec[]): Promise<void> {
  const { QdrantPointStore } = await import('../engines/qdrant/QdrantPointStore.ts');
  if (!(store instanceof QdrantPointStore)) return;
  for (const { name } of specs) await store.dropCollection(name);
}
