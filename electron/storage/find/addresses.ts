import type { z } from 'zod';
import type { RelatedResource, Relation, Resource } from '../../../preload/contract/models.ts';
import { partitionOfArn, partitionOfRegion } from '../../aws/partitions.ts';
import { idTypeOf, specOf } from '../../estate/types.ts';
import type { Row } from './rowStore.ts';

type Related = z.infer<typeof RelatedResource>;

/** In a partition of its own: that of the row that names it. */
export type Address = Omit<Relation, 'kind'>;

/** A place a resource may be at: taken, or only pointed to by relations of others. */
interface Place extends Address {
  key: string;
  row: Row | null;
  /** Rows with a relation to this place. */
  pointing: Set<Row> | null;
}

interface Link {
  kind: Relation['kind'];
  place: Place;
}

/** Enough for a person; a VPC may hold tens of thousands, and a message is at most 1 MB. */
const RELATED_LISTED = 500;

/** Who is at which address, and who points to whom. Case counts: `Orders` and `orders` are two functions. */
export class Addresses {
  readonly #places = new Map<string, Place>();
  readonly #links = new Map<Row, Link[]>();

  locate(address: Address): Row | undefined {
    return this.#places.get(placeKey(address, partitionOfRegion(address.region)))?.row ?? undefined;
  }

  /** The row's address and its relations, replacing what it pointed to before. */
  put(row: Row, resource: Resource): void {
    this.#unlink(row);
    const partition = partitionOf(row);
    this.#place(row, partition).row = row;
    const links = resource.relations.map(({ kind, ...address }) => {
      const place = this.#place(shared(address, row), partition);
      place.pointing ??= new Set();
      place.pointing.add(row);
      return { kind, place };
    });
    if (links.length > 0) this.#links.set(row, links);
  }

  remove(row: Row): void {
    this.#unlink(row);
    const place = this.#places.get(placeKey(row, partitionOf(row)));
    if (place?.row !== row) return;
    place.row = null;
    this.#forget(place);
  }

  clear(): void {
    this.#places.clear();
    this.#links.clear();
  }

  /** What the row points to, in its own order, then what points to it, by type and name. */
  related(row: Row): Related[] {
    const outgoing = (this.#links.get(row) ?? []).map(({ kind, place }): Related => {
      const { accountId, region, resourceType, nativeId } = place.row ?? place;
      const { id = null, name = nativeId } = place.row ?? {};
      return { kind, accountId, region, resourceType, nativeId, id, name, direction: 'out' };
    });
    const here = this.#places.get(placeKey(row, partitionOf(row)));
    const incoming: Related[] = [];
    for (const source of here?.pointing ?? []) {
      for (const { kind, place } of this.#links.get(source) ?? []) {
        if (place !== here) continue;
        const { accountId, region, resourceType, nativeId, id, name } = source;
        incoming.push({ kind, accountId, region, resourceType, nativeId, id, name, direction: 'in' });
      }
      if (incoming.length >= RELATED_LISTED) break;
    }
    incoming.sort((a, b) => compare(a.resourceType, b.resourceType) || compare(a.name, b.name));
    return [...outgoing, ...incoming];
  }

  #place(address: Address, partition: string): Place {
    const key = placeKey(address, partition);
    const known = this.#places.get(key);
    if (known) return known;
    const { accountId, region, resourceType, nativeId } = address;
    const place: Place = { key, row: null, accountId, region, resourceType, nativeId, pointing: null };
    this.#places.set(key, place);
    return place;
  }

  #unlink(row: Row): void {
    for (const { place } of this.#links.get(row) ?? []) {
      place.pointing?.delete(row);
      this.#forget(place);
    }
    this.#links.delete(row);
  }

  #forget(place: Place): void {
    if (place.row === null && !place.pointing?.size) this.#places.delete(place.key);
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
