import type { BackupPart } from '../../electron/storage/backup/names.ts';
import type { Begin, Change } from './protocol.ts';
import { EVERYTHING, partOf, type World } from './world.ts';

const ANY = '*';
/** Stands for a conversation whose id was not told before the kill. */
export const UNNAMED = 'conversation/?';

/** What is in a backup, and what its install had removed by then. */
export interface Content {
  world: World;
  removed: ReadonlySet<string>;
  titles: readonly string[];
}

/** What must be there, and what may be: kept from the lines of the process that died. */
export class Expected {
  /** By key: the values it may have; null = absent. */
  readonly #allowed = new Map<string, Set<string | null>>();
  readonly #pending = new Map<number, { begun: Begin; sure: string[] }>();
  /** Removed by a person or a scan: a merge may leave such a record out. */
  readonly removed: Set<string>;

  constructor(world: World, removed: Iterable<string> = []) {
    for (const [key, value] of world) this.#allowed.set(key, new Set([value]));
    this.removed = new Set(removed);
  }

  begin(n: number, begun: Begin): void {
    const removals = this.#removals(begun.removes);
    // Of a removal, what was certainly there.
    const sure = removals.map(([key]) => key).filter((key) => !this.#values(key).has(null));
    this.#pending.set(n, { begun, sure });
    for (const [key, value] of [...begun.change, ...removals]) {
      if (key === UNNAMED) continue;
      this.#values(key).add(value);
      if (value === null) this.removed.add(key);
    }
    for (const one of begun.removes) if (!EVERYTHING.includes(one)) this.removed.add(one);
  }

  ack(n: number, change: Change): void {
    const begun = this.#pending.get(n)?.begun;
    this.#pending.delete(n);
    // Those as well that were written while it ran.
    for (const [key, value] of [...this.#removals(begun?.removes ?? []), ...change]) {
      this.#allowed.set(key, new Set([value]));
      if (value === null) this.removed.add(key);
      else this.removed.delete(key);
    }
  }

  /** Nothing is under way: each key has one value. */
  world(): World {
    const world: World = new Map();
    for (const [key, values] of this.#allowed) {
      const [value] = values;
      if (value !== null && value !== undefined) world.set(key, value);
    }
    return world;
  }

  /** As it is once the parts were exchanged for those of a backup. */
  replaced(parts: readonly BackupPart[], { world }: Content): Expected {
    const of = (key: string) => parts.includes(partOf(key));
    const next = new Expected(new Map([...world].filter(([key]) => of(key))), this.removed);
    for (const [key, values] of this.#allowed) if (!of(key)) next.#allowed.set(key, new Set(values));
    return next;
  }

  differences(world: World): string[] {
    const differences: string[] = [];
    for (const [key, values] of this.#allowed) {
      const found = world.get(key) ?? null;
      if (values.has(found) || (found !== null && values.has(ANY))) continue;
      const wanted = [...values].map((value) => value ?? 'absent').join(' or ');
      differences.push(`${key} is ${found ?? 'absent'}, not ${wanted}`);
    }
    const pending = [...this.#pending.values()];
    let unnamed = pending.flatMap(({ begun }) => begun.change).filter(([key]) => key === UNNAMED).length;
    for (const key of world.keys()) {
      if (this.#allowed.has(key)) continue;
      if (key.startsWith('conversation/') && unnamed > 0) unnamed -= 1;
      else differences.push(`${key} was never written`);
    }
    for (const { begun, sure } of pending) {
      const left = sure.filter((key) => world.has(key));
      if (!begun.whole || left.length === 0 || left.length === sure.length) continue;
      differences.push(`a removal was done by half: of ${sure.length} these are left: ${left.join(' ')}`);
    }
    return differences;
  }

  #removals(beginnings: readonly string[]): Change {
    if (beginnings.length === 0) return [];
    const keys = [...this.#allowed.keys()];
    return keys.filter((key) => beginnings.some((one) => key.startsWith(one))).map((key) => [key, null]);
  }

  #values(key: string): Set<string | null> {
    const values = this.#allowed.get(key) ?? new Set([null]);
    this.#allowed.set(key, values);
    return values;
  }
}

/** Whether `found` is what a merge of these parts of a backup makes: all of both, and every value of one of them. */
export function mergeDifferences(
  ours: Expected,
  backup: Content,
  parts: readonly BackupPart[],
  found: World,
): string[] {
  const differences: string[] = [];
  const [own, theirs] = [
    ours.world(),
    new Map([...backup.world].filter(([key]) => parts.includes(partOf(key)))),
  ];
  for (const key of new Set([...own.keys(), ...theirs.keys(), ...found.keys()])) {
    const value = found.get(key);
    const [a, b] = [own.get(key), theirs.get(key)];
    if (a === undefined && b === undefined) differences.push(`${key} was in neither`);
    else if (value === undefined) {
      const scanned = own.has(`cell/${key.split('/')[1]}`);
      if (mayStayAway(key, { a, b, ours, backup, scanned })) continue;
      differences.push(`${key} is absent`);
    }
    // Where a message stands is the merge's to say; that there are no gaps is looked at in any case.
    else if (!key.startsWith('message/') && value !== a && value !== b)
      differences.push(`${key} is ${value}, in neither`);
  }
  return differences;
}

/**
 * What one side has and the other has removed, alone or with what it belongs to. `scanned`: a scan that completed
 * here has not seen it.
 */
function mayStayAway(
  key: string,
  side: { a: string | undefined; b: string | undefined; ours: Expected; backup: Content; scanned: boolean },
): boolean {
  const without = (removed: ReadonlySet<string>) =>
    [key, key.slice(0, key.lastIndexOf('/') + 1)].some((one) => removed.has(one));
  if (side.a === undefined) return side.scanned || without(side.ours.removed);
  return side.b === undefined && without(side.backup.removed);
}
