import type { Resource } from '../../../preload/contract/models.ts';
import { resourceIdOf } from '../estateRecords.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Sealer } from '../sealing.ts';

/**
 * Resource ids of earlier index keys. Messages, plans and the journal keep the ids they were written with; an id
 * is an HMAC, so what it meant is found by making the old ids of all resources again, once, when first asked.
 */
export class RetiredIds {
  readonly #keys: Keyring;
  readonly #resources: () => AsyncIterable<Resource[]>;
  #known: Promise<Map<string, string>> | null = null;

  constructor(keys: Keyring, resources: () => AsyncIterable<Resource[]>) {
    this.#keys = keys;
    this.#resources = resources;
  }

  /** The id of today, or null when no resource of the estate ever had this one. */
  async current(id: string): Promise<string | null> {
    if (this.#keys.retired('index').length === 0) return null;
    this.#known ??= this.#read();
    try {
      return (await this.#known).get(id) ?? null;
    } catch (error) {
      this.#known = null;
      throw error;
    }
  }

  /** Resources that were written since. */
  note(resources: readonly Resource[]): void {
    const known = this.#known;
    if (known === null) return;
    void known.then(
      (ids) => this.#add(ids, resources),
      () => undefined,
    );
  }

  /** After the index key changed. */
  forget(): void {
    this.#known = null;
  }

  async #read(): Promise<Map<string, string>> {
    const ids = new Map<string, string>();
    for await (const resources of this.#resources()) this.#add(ids, resources);
    return ids;
  }

  #add(ids: Map<string, string>, resources: readonly Resource[]): void {
    for (const indexKey of this.#keys.retired('index')) {
      const sealer = new Sealer(this.#keys, { indexKey });
      for (const resource of resources) ids.set(resourceIdOf(sealer, resource), resource.id);
    }
  }
}
