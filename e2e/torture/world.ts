import type { CollectedResource } from '../../electron/scan/types.ts';
import type { StorageApi } from '../../electron/storage/api.ts';
import type { Change, Which } from './protocol.ts';

/**
 * What a workspace holds, flat: a key for every record a person would miss, with its value.
 * `conversation/{id}` = '', `message/{conversation}/{text}` = its index, `resource/{region}/{name}` = its state,
 * `doc/{key}` = its text.
 */
export type World = Map<string, string>;

export const ACCOUNT = '123456789012';
export const DOC_KIND = 'torture';
/** Resources of this region are written and swept as a scan does it. */
export const SWEPT = 'eu-central-1';
export const WRITTEN = 'us-west-2';

export function resourceAt(region: string, name: string, state: string): CollectedResource {
  return {
    resourceType: 'rds_instance',
    service: 'rds',
    accountId: ACCOUNT,
    region,
    partition: 'aws',
    nativeId: name,
    name,
    arn: `arn:aws:rds:${region}:${ACCOUNT}:db:${name}`,
    state,
    tags: { Owner: 'margarethe' },
    createdAt: null,
    facts: {},
    relations: [],
    constraints: {},
    raw: null,
  };
}

export interface Observed {
  world: World;
  /** What no workspace may hold, whatever was confirmed. */
  problems: string[];
}

/** Reads everything of an open workspace through its own interface. */
export async function observe(storage: StorageApi): Promise<Observed> {
  const world: World = new Map();
  const problems: string[] = [];
  for (const { conversationId, messageCount } of await storage.chat.getAllContexts()) {
    world.set(`conversation/${conversationId}`, '');
    const { messages, total } = await storage.chat.getHistory(conversationId, { limit: 100_000 });
    const indices = messages.map(({ messageIndex }) => messageIndex);
    if (indices.some((index, at) => index !== at))
      problems.push(`conversation ${conversationId} has the indices ${indices.join(' ')}`);
    if (total !== messages.length || messageCount !== messages.length)
      problems.push(`${conversationId} counts ${messageCount} and ${total}, holds ${messages.length}`);
    for (const { messageIndex, parts } of messages) {
      const [part] = parts;
      const text = part?.kind === 'text' ? part.text : '';
      world.set(`message/${conversationId}/${text}`, String(messageIndex));
    }
  }
  // Answered only once the whole estate is loaded.
  await storage.find.resolve('whole');
  const rows = await storage.estate.byAccount(ACCOUNT);
  for (const { id, name } of rows) {
    const found = await storage.estate.get(id);
    if (found === null) problems.push(`${name} is listed and not stored`);
    else {
      const key = `resource/${found.region}/${found.name}`;
      if (world.has(key)) problems.push(`${key} is stored twice`);
      world.set(key, found.state ?? '');
    }
  }
  for (const { key, value } of await storage.docs.list(DOC_KIND)) world.set(`doc/${key}`, String(value));
  return { world, problems };
}

const ANY = '*';
/** Stands for a conversation whose id was not told before the kill. */
export const UNNAMED = 'conversation/?';

/** What the parent knows must be there, and what may be: kept from the lines the child printed. */
export class Expected {
  /** By key: the values it may have; null = absent. */
  readonly #allowed = new Map<string, Set<string | null>>();
  readonly #pending = new Map<number, Change>();

  constructor(world: World) {
    for (const [key, value] of world) this.#allowed.set(key, new Set([value]));
  }

  begin(n: number, change: Change): void {
    this.#pending.set(n, change);
    for (const [key, value] of change) {
      if (key === UNNAMED) continue;
      const allowed = this.#allowed.get(key) ?? new Set([null]);
      allowed.add(value);
      this.#allowed.set(key, allowed);
    }
  }

  ack(n: number, change: Change): void {
    this.#pending.delete(n);
    for (const [key, value] of change) this.#allowed.set(key, new Set([value]));
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

  differences({ world }: Observed): string[] {
    const differences: string[] = [];
    for (const [key, values] of this.#allowed) {
      const found = world.get(key) ?? null;
      if (values.has(found) || (found !== null && values.has(ANY))) continue;
      const wanted = [...values].map((value) => value ?? 'absent').join(' or ');
      differences.push(`${key} is ${found ?? 'absent'}, not ${wanted}`);
    }
    let unnamed = [...this.#pending.values()].flat().filter(([key]) => key === UNNAMED).length;
    for (const key of world.keys()) {
      if (this.#allowed.has(key)) continue;
      if (key.startsWith('conversation/') && unnamed > 0) unnamed -= 1;
      else differences.push(`${key} was never written`);
    }
    return differences;
  }
}

/** Whether `found` is what a merge of `backup` into `ours` makes: all of both, and every value of one of them. */
export function mergeDifferences(ours: World, backup: World, { world }: Observed): string[] {
  const differences: string[] = [];
  for (const key of new Set([...ours.keys(), ...backup.keys(), ...world.keys()])) {
    const found = world.get(key);
    if (found === undefined) differences.push(`${key} is absent`);
    else if (!ours.has(key) && !backup.has(key)) differences.push(`${key} was in neither`);
    // Where a message stands is the merge's to say; that there are no gaps is looked at in any case.
    else if (!key.startsWith('message/') && found !== ours.get(key) && found !== backup.get(key))
      differences.push(`${key} is ${found}, in neither`);
  }
  return differences;
}

export const nameOf = ({ installId, backupId }: Which) => `${installId}/${backupId}`;
