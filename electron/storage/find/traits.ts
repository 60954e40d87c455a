import type { Resource } from '../../../preload/contract/models.ts';
import { Column, NumberColumn } from './columns.ts';
import { conceptBits, keptConcepts } from './dictionary.ts';

const BITS = 32;

/** By slot: which concepts of the dictionary are true, and the quantities that queries compare. */
export class Traits {
  readonly #bits = Array.from({ length: Math.ceil(keptConcepts.length / BITS) }, () => new Column());
  /** Storage in GiB: volumes, databases and tables. */
  readonly storage = new NumberColumn();
  /** Memory in MiB: functions. */
  readonly memory = new NumberColumn();
  /** Time-out in seconds: functions and queues. */
  readonly timeout = new NumberColumn();
  /** Milliseconds since 1970. */
  readonly created = new NumberColumn();

  /** Returns the bits that are set. */
  put(slot: number, resource: Resource): number[] {
    const bits = conceptBits(resource);
    this.#bits.forEach((column, word) => {
      let value = 0;
      for (const bit of bits) if (Math.floor(bit / BITS) === word) value |= 1 << (bit % BITS);
      column.set(slot, value);
    });
    const { facts, createdAt } = resource;
    this.storage.set(slot, number(facts.Size ?? facts.AllocatedStorage) ?? gibibytes(facts.TableSizeBytes));
    this.memory.set(slot, number(facts.MemorySize));
    this.timeout.set(slot, number(facts.Timeout ?? facts.VisibilityTimeout));
    this.created.set(slot, createdAt === null ? null : Date.parse(createdAt));
    return bits;
  }

  /** By slot: the column and mask to test one concept with. */
  concept(bit: number): { column: Uint32Array; mask: number } {
    const column = this.#bits[Math.floor(bit / BITS)]?.data ?? new Uint32Array(0);
    return { column, mask: 1 << (bit % BITS) };
  }
}

function number(value: string | number | boolean | undefined): number | null {
  const parsed = typeof value === 'string' ? Number.parseFloat(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : null;
}

function gibibytes(bytes: string | number | boolean | undefined): number | null {
  const value = number(bytes);
  return value === null ? null : value / 2 ** 30;
}
