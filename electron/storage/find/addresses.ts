import type { z } from 'zod';
import type { RelatedResource, Relation, Resource } from '../../../preload/contract/models.ts';
import { partitionOfArn, partitionOfRegion } from '../../aws/partitions.ts';
import { idTypeOf, specOf } from '../../estate/types.ts';
import { Chains } from './chains.ts';
import type { Row } from './rowStore.ts';

type Related = z.infer<typeof RelatedResource>;

/** In a partition of its own: that of the row that names it. */
export type Address = Omit<Relation, 'kind'>;

/** A place that relations name, taken or not. */
interface Place extends Address {
  key: string;
  links: Link[];
}

/** One way in which rows stand to a place: the same object for all of them. */
interface Link {
  kind: Relation['kind'];
  place: Place;
  /** The slots of the rows that stand so, in no order. */
  slots: number[];
}

/** Of a slot: its links, each followed by where the slot stands among those of the link. */
type Linked = (Link | number)[];

/** Enough for a person; a VPC may hold tens of thousands, and a message is at most 1 MB. */
const RELATED_LISTED = 500;

/** Who is at which address, and who points to whom. Case counts: `Orders` and `orders` are two functions. */
export class Addresses {
  readonly #rows: readonly (Row | undefined)[];
  /** Slots by the key of their place. */
  readonly #taken = new Chains();
  /** Places that relations name; most rows are named by none. */
  readonly #named = new Map<string, Place>();
  readonly #linked: (Linked | undefined)[] = [];

  /** `rows` by slot, as they will be. */
  constructor(rows: readonly (Row | undefined)[]) {
    this.#rows = rows;
  }

  locate(address: Address): Row | undefined {
    return this.#rowAt(placeKey(address, partitionOfRegion(address.region)));
  }

  /** The row's address and its relations, replacing what it pointed to before. */
  put(row: Row, resource: Resource): void {
    this.remove(row);
    const partition = partitionOf(row);
    this.#taken.put(row.slot, placeKey(row, partition));
    if (resource.relations.length === 0) return;
    // As long as it will be: an array that grows keeps room for sixteen.
    const linked: Linked = new Array(resource.relations.length * 2);
    for (const [n, { kind, ...address }] of resource.relations.entries()) {
      const link = this.#linkTo(row.slot, kind, shared(address, row), partition);
      linked[n * 2] = link;
      linked[n * 2 + 1] = link.slots.length - 1;
    }
    this.#linked[row.slot] = linked;
  }

  remove(row: Row): void {
    this.#taken.remove(row.slot);
    const linked = this.#linked[row.slot];
    if (!linked) return;
    this.#linked[row.slot] = undefined;
    // The last first: of two links of one kind to one place the later one stands behind the other.
    for (let i = linked.length - 2; i >= 0; i -= 2)
      this.#leave(linked[i] as Link, linked[i + 1] as number, linked);
  }

  clear(): void {
    this.#taken.clear();
    this.#named.clear();
    this.#linked.length = 0;
  }

  /** What the row points to, in its own order, then what points to it, by type and name. */
  related(row: Row): Related[] {
    const linked = this.#linked[row.slot] ?? [];
    const outgoing = linked.flatMap((link): Related[] => {
      if (typeof link === 'number') return [];
      const { kind, place } = link;
      const taken = this.#rowAt(place.key);
      const { accountId, region, resourceType, nativeId } = taken ?? place;
      const { id = null, name = nativeId } = taken ?? {};
      return [{ kind, accountId, region, resourceType, nativeId, id, name, direction: 'out' }];
    });
    const incoming: Related[] = [];
    for (const { kind, slots } of this.#named.get(placeKey(row, partitionOf(row)))?.links ?? []) {
      for (const slot of slots) {
        if (incoming.length >= RELATED_LISTED) break;
        const source = this.#rows[slot];
        if (!source) continue;
        const { accountId, region, resourceType, nativeId, id, name } = source;
        incoming.push({ kind, accountId, region, resourceType, nativeId, id, name, direction: 'in' });
      }
    }
    incoming.sort((a, b) => compare(a.resourceType, b.resourceType) || compare(a.name, b.name));
    return [...outgoing, ...incoming];
  }

  /** Of several that claim one place, who came last. */
  #rowAt(key: string): Row | undefined {
    const rows = this.#taken.find(key).map((slot) => this.#rows[slot]);
    return rows.findLast((row) => row !== undefined && placeKey(row, partitionOf(row)) === key);
  }

  /** The link, the slot the last of its slots. */
  #linkTo(slot: number, kind: Relation['kind'], address: Address, partition: string): Link {
    const key = placeKey(address, partition);
    const { accountId, region, resourceType, nativeId } = address;
    const place = this.#named.get(key) ?? { key, accountId, region, resourceType, nativeId, links: [] };
    const known = place.links.find((link) => link.kind === kind);
    if (known) {
      known.slots.push(slot);
      return known;
    }
    // Most places are named in one way, by one row: no room is kept for more.
    const link: Link = { kind, place, slots: [slot] };
    place.links = [...place.links, link];
    this.#named.set(key, place);
    return link;
  }

  /** The last of the link's slots takes the place of the one that leaves. `leaving`: the rest of what it leaves. */
  #leave(link: Link, at: number, leaving: Linked): void {
    const moved = link.slots.pop();
    if (link.slots.length === 0) this.#forget(link);
    if (moved === undefined || at === link.slots.length) return;
    const from = link.slots.length;
    link.slots[at] = moved;
    const linked = this.#linked[moved] ?? leaving;
    for (let i = 0; i < linked.length; i += 2)
      if (linked[i] === link && linked[i + 1] === from) linked[i + 1] = at;
  }

  #forget({ place, kind }: Link): void {
    place.links = place.links.filter((link) => link.kind !== kind);
    if (place.links.length === 0) this.#named.delete(place.key);
  }
}

/** Bucket names are unique over all accounts and regions of a partition; everything else is named within its own. */
function placeKey({ accountId, region, resourceType, nativeId }: Address, partition: string): string {
  const type = idTypeOf(resourceType);
  if (type === 's3_bucket') return `${type}|${partition}|${nativeId}`;
  return `${type}|${accountId}|${region}|${nativeId}`;
}

/** With the strings of the row where they are equal: of 100,000 rows each relation would hold copies of its own. */
function shared(address: Address, row: Row): Address {
  return {
    accountId: address.accountId === row.accountId ? row.accountId : address.accountId,
    region: address.region === row.region ? row.region : address.region,
    resourceType: specOf(address.resourceType)?.id ?? address.resourceType,
    nativeId: address.nativeId,
  };
}

/** Every row's ARN begins with it. */
const partitionOf = ({ arn, region }: Row) =>
  arn.startsWith('arn:') ? partitionOfArn(arn) : partitionOfRegion(region);

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
