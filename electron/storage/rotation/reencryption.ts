import { setImmediate } from 'node:timers/promises';
import type { PayloadValue, Point, PointStore } from '../PointStore.ts';
import type { Sealer } from '../sealing.ts';
import type { Work } from '../work.ts';

const PAGE = 500;
/** Base64 digits that hold a record's version and key id. */
const HEADER_DIGITS = 8;

/** The sealed rows of a table, walked in their order. */
export interface ResealableRows {
  count(): number;
  /** Those that an earlier data key has sealed. */
  countOld(): number;
  /** Up to `limit` rows after `after` (0 = from the start), in one transaction. `next` null at the end. */
  reseal(after: number, limit: number): Resealed & { looked: number; next: number | null };
}

export interface Resealed {
  /** Sealed anew under the current data key. */
  resealed: number;
  /** Could not be opened, so they stay as they are. */
  damaged: number;
}

interface Parts {
  store: PointStore;
  sealer: Sealer;
  /** Beside the collections. */
  tables: readonly ResealableRows[];
  /** The engine's name of the collection, and how its other writers are kept away meanwhile. */
  chat: { collection: string; exclusively<T>(conversationId: string, work: () => Promise<T>): Promise<T> };
  estate: { collection: string; exclusively<T>(work: () => Promise<T>): Promise<T> };
  /** Whether any earlier data key exists. */
  rotated: () => boolean;
  /** The current data key's id. */
  currentKey: () => number;
}

/**
 * Brings all records under the current data key: conversations, resources, documents, the history. The journal stays as it
 * was written, since it is append-only, and so the earlier keys stay in the keyring. Each page is durable by itself and a
 * record carries the id of its key: stopped or killed anywhere, the next run goes on with what is left.
 */
export class Reencryption {
  readonly #parts: Parts;
  /** The data key under which nothing old was left when last counted. */
  #cleanUnder: number | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Records still under an earlier data key. Looks at every record while there are any. */
  async count(): Promise<number> {
    const { chat, estate, tables, rotated, currentKey } = this.#parts;
    const key = currentKey();
    if (!rotated() || this.#cleanUnder === key) return 0;
    let old = sumOf(tables, (table) => table.countOld());
    for (const collection of [chat.collection, estate.collection]) {
      for await (const points of this.#pages(collection)) {
        old += points.filter((point) => this.#isOld(point)).length;
      }
    }
    if (old === 0) this.#cleanUnder = key;
    return old;
  }

  async run(work: Work): Promise<Resealed> {
    const { store, chat, estate, tables } = this.#parts;
    const points = (await store.count(chat.collection)) + (await store.count(estate.collection));
    const total = points + sumOf(tables, (table) => table.count());
    work.step('Sealing records under the new key', total, 'records');
    const sum = { resealed: 0, damaged: 0 };
    let seen = 0;
    const add = (looked: number, result: Resealed) => {
      sum.resealed += result.resealed;
      sum.damaged += result.damaged;
      seen += looked;
      work.progress(Math.min(seen, total));
    };
    for await (const points of this.#pages(estate.collection)) {
      work.signal.throwIfAborted();
      const ids = this.#oldIds(points);
      const where = { name: estate.collection, sealedAs: 'aws_estate' };
      add(points.length, await estate.exclusively(() => this.#reseal(where, ids)));
    }
    for await (const points of this.#pages(chat.collection)) {
      for (const [conversation, group] of byConversation(points)) {
        work.signal.throwIfAborted();
        const ids = this.#oldIds(group);
        const where = { name: chat.collection, sealedAs: 'chat_history' };
        add(group.length, await chat.exclusively(conversation, () => this.#reseal(where, ids)));
      }
    }
    for (const table of tables) {
      for (let after: number | null = 0; after !== null; ) {
        work.signal.throwIfAborted();
        const page = table.reseal(after, PAGE);
        after = page.next;
        add(page.looked, page);
        await setImmediate();
      }
    }
    return sum;
  }

  /** Read again under the owner's lock: what was changed or deleted meanwhile is not put back. */
  async #reseal(where: { name: string; sealedAs: string }, ids: string[]): Promise<Resealed> {
    if (ids.length === 0) return { resealed: 0, damaged: 0 };
    const points = await this.#parts.store.get(where.name, ids, { withVector: true });
    const fresh: Point[] = [];
    let damaged = 0;
    for (const point of points.filter((one) => this.#isOld(one))) {
      const sealed = this.#resealed(where.sealedAs, point);
      if (sealed === null) damaged += 1;
      else fresh.push({ ...point, payload: { ...point.payload, sealed } });
    }
    if (fresh.length > 0) await this.#parts.store.upsert(where.name, fresh);
    return { resealed: fresh.length, damaged };
  }

  #resealed(collection: string, { id, payload }: Point): string | null {
    const { schema, revision } = payload;
    const address = { schema: Number(schema), collection, id, revision: Number(revision ?? 0) };
    try {
      return this.#parts.sealer.reseal(address, bytesOf(payload.sealed)).toString('base64');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'STORAGE_FAILED') return null;
      throw error;
    }
  }

  #oldIds(points: Point[]): string[] {
    return points.filter((point) => this.#isOld(point)).map((point) => point.id);
  }

  #isOld({ payload }: Point): boolean {
    return !this.#parts.sealer.isCurrent(bytesOf(String(payload.sealed).slice(0, HEADER_DIGITS)));
  }

  async *#pages(collection: string): AsyncIterable<Point[]> {
    let cursor: string | undefined;
    do {
      const page = await this.#parts.store.scroll(collection, { limit: PAGE, cursor });
      yield page.points;
      cursor = page.next;
      await setImmediate();
    } while (cursor !== undefined);
  }
}

function sumOf(tables: readonly ResealableRows[], count: (table: ResealableRows) => number): number {
  return tables.reduce((sum, table) => sum + count(table), 0);
}

const bytesOf = (sealed: PayloadValue | undefined) => Buffer.from(String(sealed), 'base64');

function byConversation(points: Point[]): Map<string, Point[]> {
  return Map.groupBy(points, (point) => String(point.payload.context_id));
}
