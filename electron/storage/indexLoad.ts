import { once } from 'node:events';
import { AppError } from '../errors.ts';
import type { FindApi } from './api.ts';
import type { EstateStorage } from './estateStorage.ts';
import type { EstateIndex } from './find/estateIndex.ts';
import { createFindApi } from './find/findApi.ts';
import type { EmitStorage } from './storageService.ts';

/** Fills the index in memory from the engine, again after an engine that failed is back, and guards what is asked of it. */
export class IndexLoad {
  readonly find: FindApi;
  readonly #estate: EstateStorage;
  readonly #index: EstateIndex;
  readonly #emit: EmitStorage;
  readonly #closing = new AbortController();
  readonly #closed = once(this.#closing.signal, 'abort');
  #loading: Promise<void> = Promise.resolve();
  #indexing = true;
  #failure: string | null = null;

  constructor(parts: { estate: EstateStorage; index: EstateIndex; emit: EmitStorage }) {
    this.#estate = parts.estate;
    this.#index = parts.index;
    this.#emit = parts.emit;
    this.find = this.#findApi();
  }

  /** The resources it holds, or null while they are not all there. */
  get resources(): number | null {
    return this.#indexing ? null : this.#index.size;
  }

  /** Why it is incomplete, in words. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Resolves when it is not being filled; never rejects. */
  whenLoaded(): Promise<void> {
    return this.#loading;
  }

  start(): void {
    this.#loading = this.#load();
  }

  /** Everything was exchanged under it. */
  reload(): void {
    this.#index.clear();
    this.#indexing = true;
    this.start();
  }

  /** The engine is ready: what it could not give before is read again. */
  engineReady(): void {
    if (this.#failure === null) return;
    this.#failure = null;
    this.start();
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#loading;
  }

  async #load(): Promise<void> {
    const progress = (rows: number) => this.#emit('indexing', { rows, done: false });
    try {
      await this.#estate.load(progress, this.#closing.signal);
      this.#indexing = this.#closing.signal.aborted;
      await Promise.race([this.#index.whenIndexed(), this.#closed]);
      if (this.#closing.signal.aborted) return;
      this.#emit('indexing', { rows: this.#index.size, done: true });
    } catch (error) {
      // The engine failed meanwhile: its own status says so; the index stays marked as incomplete.
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * The Explorer may show a list that is still filling and says so. What a sentence means is only answered from
   * the whole estate: of two resources with one name, the one that is not loaded yet would not be asked about.
   */
  #findApi(): FindApi {
    const find = createFindApi(this.#index);
    return {
      rows: find.rows,
      query: async (query) => {
        const answer = await find.query(query);
        return { ...answer, indexing: answer.indexing || this.#indexing };
      },
      resolve: (text, options) => this.#whenWhole(() => find.resolve(text, options)),
      named: (text, limit) => this.#whenWhole(() => find.named(text, limit)),
      related: (id) => this.#whenWhole(async () => find.related(await this.#estate.currentId(id))),
      locate: (address) => this.#whenWhole(() => find.locate(address)),
    };
  }

  async #whenWhole<T>(answer: () => Promise<T>): Promise<T> {
    await this.#loading;
    if (!this.#indexing) return answer();
    throw new AppError(
      'ENGINE_FAILED',
      `The list of resources is incomplete, so this cannot be answered: ${this.#failure ?? 'the storage is being closed'}. Restart the storage engine and try again.`,
    );
  }
}
