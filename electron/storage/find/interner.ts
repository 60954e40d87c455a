import { TagWords } from './tagWords.ts';

/** Strings as small integers, for values that never become many (types, accounts, regions, states). */
export class Interner {
  readonly values: string[] = [];
  readonly #ids = new Map<string, number>();

  id(value: string): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.values.length;
    this.values.push(value);
    this.#ids.set(value, id);
    return id;
  }

  find(value: string): number | undefined {
    return this.#ids.get(value);
  }

  /** The one copy of this string. */
  shared(value: string): string {
    return this.values[this.id(value)] ?? value;
  }
}

export interface TagPair {
  key: string;
  value: string;
  /** How many rows carry it. */
  uses: number;
}

/** Tag pairs as small integers, counted, so that the pairs of removed rows are forgotten. */
export class TagPairs {
  readonly words = new TagWords();
  readonly #pairs: (TagPair | undefined)[] = [];
  readonly #ids = new Map<string, number>();
  readonly #free: number[] = [];
  /** By id: 1 for pairs that group resources. `Name` does not: it is the name. */
  grouping = new Uint8Array(1_024);

  /** One above the highest id. */
  get capacity(): number {
    return this.#pairs.length;
  }

  get size(): number {
    return this.#ids.size;
  }

  acquire(key: string, value: string): number {
    const address = tagAddress(key, value);
    const known = this.#ids.get(address);
    const pair = known === undefined ? undefined : this.#pairs[known];
    if (known !== undefined && pair) {
      pair.uses += 1;
      return known;
    }
    const id = this.#free.pop() ?? this.#pairs.length;
    this.#pairs[id] = { key, value, uses: 1 };
    this.#ids.set(address, id);
    if (id >= this.grouping.length) {
      const larger = new Uint8Array(this.grouping.length * 2);
      larger.set(this.grouping);
      this.grouping = larger;
    }
    this.grouping[id] = key === 'Name' ? 0 : 1;
    if (key !== 'Name') this.words.add(id, key, value);
    return id;
  }

  release(id: number): void {
    const pair = this.#pairs[id];
    if (!pair) return;
    pair.uses -= 1;
    if (pair.uses > 0) return;
    this.#ids.delete(tagAddress(pair.key, pair.value));
    if (pair.key !== 'Name') this.words.remove(id, pair.key, pair.value);
    this.#pairs[id] = undefined;
    this.#free.push(id);
  }

  get(id: number): TagPair | undefined {
    return this.#pairs[id];
  }

  /** Pairs whose `key=value` is this text; a key may itself contain `=`. */
  findText(text: string): number[] {
    const found: number[] = [];
    for (let cut = text.indexOf('='); cut >= 0; cut = text.indexOf('=', cut + 1)) {
      const id = this.#ids.get(tagAddress(text.slice(0, cut), text.slice(cut + 1)));
      if (id !== undefined) found.push(id);
    }
    return found;
  }

  clear(): void {
    this.#pairs.length = 0;
    this.#ids.clear();
    this.#free.length = 0;
    this.words.clear();
  }
}

const tagAddress = (key: string, value: string) => `${key}\u0000${value}`;
