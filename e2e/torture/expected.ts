import type { BackupPart } from '../../electron/storage/backup/names.ts';
import type { Begin, Change } from './protocol.ts';
import { partOf, type World } from './world.ts';

const ANY = '*';
/** Stands for a conversation whose id was not told before the kill. */
export const UNNAMED = 'conversation/?';

/** What is in a backup, and what its install had removed by then. */
export interface Content {
  world: World;
  removed: ReadonlySet<string>;
  titles: readonly string[];
  /** When everything was last deleted, in ms. */
  wipedAt: number;
}

/** What must be there, and what may be: kept from the lines of the process that died. */
export class Expected {
  /** By key: the values it may have; null = absent. */
  readonly #allowed = new Map<string, Set<string | null>>();
  readonly #pending = new Map<number, { begun: Begin; sure: string[] }>();
  /** Removed by a person: a merge may leave such a record out. */
  readonly removed: Set<string>;
  #wipedAt: number;

  constructor({ world, removed, wipedAt }: Omit<Content, 'titles'>) {
    for (const [key, value] of world) this.#allowed.set(key, new Set([value]));
    this.removed = new Set(removed);
    this.#wipedAt = wipedAt;
  }

  begin(n: number, begun: Begin): void {
    const removals = this.#removals(begun.removes);
    // Of a removal, what was certainly there.
    const sure = removals.map(([key]) => key).filter((key) => !this.#values(key).has(null));
    this.#pending.set(n, { begun, sure });
    for (const [key, value] of [...begun.change, ...removals]) {
      if (key === UNNAMED) continue;
      this.#values(key).add(value);
      this.#note(key, value);
    }
    if (!isWipe(begun)) for (const one of begun.removes) this.removed.add(one);
  }

  ack(n: number, change: Change): void {
    const begun = this.#pending.get(n)?.begun;
    this.#pending.delete(n);
    // Those as well that were written while it ran.
    for (const [key, value] of [...this.#removals(begun?.removes ?? []), ...change]) {
      this.#allowed.set(key, new Set([value]));
      // A removal that is still under way may take it as well.
      const pending = [...this.#pending.values()].flatMap(({ begun }) => begun.removes);
      if (pending.some((one) => key.startsWith(one))) this.#values(key).add(null);
      this.#note(key, value);
    }
    if (begun !== undefined && isWipe(begun)) this.#wipedAt = Date.now();
  }

  /** One that was cut off is ended by the next start, with its own time. */
  get wipedAt(): number {
    return [...this.#pending.values()].some(({ begun }) => isWipe(begun)) ? Date.now() : this.#wipedAt;
  }

  /** Of resources, times say what is gone. */
  #note(key: string, value: string | null): void {
    if (key.startsWith('resource/')) return;
    if (value !== null) {
      this.removed.delete(key);
      return;
    }
    this.removed.add(key);
    // With a conversation go those messages as well that another history of it goes on with.
    if (key.startsWith('conversation/')) this.removed.add(`message/${key.slice('conversation/'.length)}/`);
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
    const { removed, wipedAt } = this;
    const next = new Expected({ world: new Map([...world].filter(([key]) => of(key))), removed, wipedAt });
    for (const [key, values] of this.#allowed) if (!of(key)) next.#allowed.set(key, new Set(values));
    return next;
  }

  /** Deletions come with a restore; when everything was deleted, only with a state that takes the place of this one. */
  learn({ removed, wipedAt }: Content, replacesState = false): void {
    for (const key of removed) this.removed.add(key);
    if (replacesState) this.#wipedAt = Math.max(this.#wipedAt, wipedAt);
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
  const here = { removed: ours.removed, wipedAt: ours.wipedAt, world: ours.world() };
  // When it deleted everything each install knows for itself alone.
  const world = new Map([...backup.world].filter(([key]) => parts.includes(partOf(key))));
  const there = { removed: backup.removed, wipedAt: 0, world };
  for (const key of new Set([...here.world.keys(), ...there.world.keys(), ...found.keys()])) {
    const [value, a, b] = [found.get(key), here.world.get(key), there.world.get(key)];
    if (a === undefined && b === undefined) differences.push(`${key} was in neither`);
    else if (value === undefined) {
      const keptAway =
        (a === undefined && b !== undefined && mayKeepAway(key, b, here)) ||
        (b === undefined && a !== undefined && mayKeepAway(key, a, there));
      if (!keptAway) differences.push(`${key} is absent`);
    }
    // Where a message stands is the merge's to say; that there are no gaps is looked at in any case.
    else if (!key.startsWith('message/') && value !== a && value !== b)
      differences.push(`${key} is ${value}, in neither`);
  }
  return differences;
}

type Side = Pick<Content, 'world' | 'removed' | 'wipedAt'>;

/** Whether a side that has no such record may know that it is gone, so that the other's goes or stays away too. */
function mayKeepAway(key: string, value: string, side: Side): boolean {
  const [kind, first] = key.split('/');
  // A person removed it, or what it belongs to.
  if ([key, `${kind}/${first}/`].some((one) => side.removed.has(one))) return true;
  if (kind === 'cell') return side.wipedAt >= Date.parse(value);
  if (kind !== 'resource') return false;
  // Older than the deletion of everything, or than a completed scan that has not seen it.
  const at = Number.parseInt(value, 10);
  return side.wipedAt >= at || Date.parse(side.world.get(`cell/${first}`) ?? '') > at;
}

const isWipe = ({ removes }: Begin) => removes.includes('resource/');
