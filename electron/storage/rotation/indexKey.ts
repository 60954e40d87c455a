import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import type { AppDb } from '../appDb.ts';
import { readResource, resourceIdOf, resourcePoint, type StoredResource } from '../estateRecords.ts';
import type { History } from '../history/history.ts';
import type { KeyringStore } from '../keys/keyringStore.ts';
import type { CollectionSpec, Point, PointStore } from '../PointStore.ts';
import { Sealer } from '../sealing.ts';
import { quietWork, type Work } from '../work.ts';

const PAGE = 500;

interface Parts {
  keys: KeyringStore;
  store: PointStore;
  /** Of the collection `aws_estate`. */
  spec: CollectionSpec;
  docs: Pick<AppDb, 'hasTokensOf' | 'retoken'>;
  history: Pick<History, 'moved'>;
}

export interface RebuiltIndex {
  resources: number;
  /** Records that could not be opened and are left out: their ids cannot be made anew. */
  damaged: number;
}

/**
 * The change of the index key, from which resource ids and tokens are made. The new key stands in the keyring as
 * pending; the estate is written aside under new ids and swapped in; then the documents get new tokens in one
 * transaction and the key becomes the current one; then the history gets its new ids, slice by slice. What a crash
 * leaves is told from the stored ids themselves.
 */
export class IndexKeyChange {
  readonly #parts: Parts;
  readonly #sealer: Sealer;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#sealer = new Sealer(parts.keys.keyring);
  }

  /**
   * Finishes a change whose new estate is in place, or takes back one whose is not. Called at opening, after a
   * failed change, and before a write while one is open. `none` when there was nothing to settle.
   */
  async settle(work: Work = quietWork()): Promise<'none' | 'finished' | 'taken back'> {
    const { keys, docs } = this.#parts;
    const pending = keys.keyring.pending('index');
    if (pending === undefined) return 'none';
    const next = new Sealer(keys.keyring, { indexKey: pending });
    const swapped = (await this.#idsAreOf(next)) ?? docs.hasTokensOf(next) ?? false;
    if (!swapped) {
      await keys.forgetPending('index');
      return 'taken back';
    }
    await this.#finish(next, work);
    return 'finished';
  }

  #finish(next: Sealer, work: Work): Promise<void> {
    const { keys, docs, history } = this.#parts;
    return history.moved(async () => {
      docs.retoken(next);
      // In the same turn as the transaction: nobody looks for a document under the wrong token.
      await keys.activatePending('index');
    }, work);
  }

  /** Only while nobody else writes to the estate. Rejects with CANCELLED before the swap; what was there stays. */
  async run(work: Work): Promise<RebuiltIndex> {
    const { keys, store, spec } = this.#parts;
    const total = await store.count(spec.name);
    work.step('Writing the resources under new ids', total, 'records');
    await keys.addKey('index', { pending: true });
    const count: RebuiltIndex = { resources: 0, damaged: 0 };
    try {
      await store.replaceCollection(spec, this.#renamed(work, count));
    } catch (error) {
      // An engine that died over the swap may have done it: the stored ids say so.
      if ((await this.settle(work)) === 'finished') return count;
      throw error;
    }
    const indexKey = keys.keyring.pending('index');
    // No stored id could say that it is done.
    if (count.resources === 0 && indexKey !== undefined) {
      await this.#finish(new Sealer(keys.keyring, { indexKey }), work);
      return count;
    }
    if ((await this.settle(work)) === 'taken back') {
      throw new AppError(
        'ENGINE_FAILED',
        'The estate was not found under its new ids, so the index key was not changed. Nothing was lost. Try again.',
      );
    }
    return count;
  }

  async *#renamed(work: Work, count: RebuiltIndex): AsyncGenerator<Point[]> {
    const { keys } = this.#parts;
    const indexKey = keys.keyring.pending('index');
    if (indexKey === undefined) throw new AppError('INTERNAL', 'The new index key is not in the keyring.');
    const next = new Sealer(keys.keyring, { indexKey });
    for await (const points of this.#pages()) {
      work.signal.throwIfAborted();
      const stored = points.flatMap((point) => this.#readable(point) ?? []);
      count.resources += stored.length;
      count.damaged += points.length - stored.length;
      yield stored.map((one) => {
        const resource = { ...one.resource, id: resourceIdOf(next, one.resource) };
        return resourcePoint(next, { ...one, resource });
      });
      work.progress(count.resources + count.damaged);
    }
    work.signal.throwIfAborted();
  }

  /** Whether the stored ids are made with this sealer's index key; null for an estate without a readable one. */
  async #idsAreOf(sealer: Sealer): Promise<boolean | null> {
    for await (const points of this.#pages()) {
      for (const point of points) {
        const stored = this.#readable(point);
        if (stored !== null) return resourceIdOf(sealer, stored.resource) === point.id;
      }
    }
    return null;
  }

  async *#pages(): AsyncGenerator<Point[]> {
    const { store, spec } = this.#parts;
    let cursor: string | undefined;
    do {
      const page = await store.scroll(spec.name, { limit: PAGE, cursor, withVector: true });
      yield page.points;
      cursor = page.next;
      await setImmediate();
    } while (cursor !== undefined);
  }

  #readable(point: Point): StoredResource | null {
    try {
      return readResource(this.#sealer, point);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'STORAGE_FAILED') throw error;
      return null;
    }
  }
}
