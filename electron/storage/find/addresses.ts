import type { z } from 'zod';
import type { RelatedResource, Relation, Resource, ResourceType } from '../../../preload/contract/models.ts';
import type { Row } from './rowStore.ts';

type Related = z.infer<typeof RelatedResource>;

export interface Address {
  accountId: string;
  region: string;
  resourceType: ResourceType;
  nativeId: string;
}

/** A place a resource may be at: taken, or only pointed to by relations of others. */
interface Place {
  key: string;
  row: Row | null;
  resourceType: ResourceType;
  nativeId: string;
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
    return this.#places.get(placeKey(address))?.row ?? undefined;
  }

  /** The row's address and its relations, replacing what it pointed to before. */
  put(row: Row, resource: Resource): void {
    this.#unlink(row);
    this.#place(row).row = row;
    const links = resource.relations.map(({ kind, resourceType, nativeId }) => {
      const place = this.#place(pointedAt(row, resourceType, nativeId));
      place.pointing ??= new Set();
      place.pointing.add(row);
      return { kind, place };
    });
    if (links.length > 0) this.#links.set(row, links);
  }

  remove(row: Row): void {
    this.#unlink(row);
    const place = this.#places.get(placeKey(row));
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
      const { resourceType, nativeId } = place;
      const id = place.row?.id ?? null;
      return { kind, resourceType, nativeId, id, name: place.row?.name ?? nativeId, direction: 'out' };
    });
    const here = this.#places.get(placeKey(row));
    const incoming: Related[] = [];
    for (const source of here?.pointing ?? []) {
      for (const { kind, place } of this.#links.get(source) ?? []) {
        if (place !== here) continue;
        const { resourceType, nativeId, id, name } = source;
        incoming.push({ kind, resourceType, nativeId, id, name, direction: 'in' });
      }
      if (incoming.length >= RELATED_LISTED) break;
    }
    incoming.sort((a, b) => compare(a.resourceType, b.resourceType) || compare(a.name, b.name));
    return [...outgoing, ...incoming];
  }

  #place(address: Address): Place {
    const key = placeKey(address);
    const known = this.#places.get(key);
    if (known) return known;
    const { resourceType, nativeId } = address;
    const place: Place = { key, row: null, resourceType, nativeId, pointing: null };
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

/** What a relation points to: RDS names what is in another region by its ARN, all else by its id. */
function pointedAt({ accountId, region }: Row, resourceType: ResourceType, nativeId: string): Address {
  const arn =
    resourceType === 'rds_instance' ? /^arn:[^:]+:rds:([^:]+):(\d{12}):db:(.+)$/.exec(nativeId) : null;
  if (!arn) return { accountId, region, resourceType, nativeId };
  const [, itsRegion = region, itsAccount = accountId, its = nativeId] = arn;
  return { accountId: itsAccount, region: itsRegion, resourceType, nativeId: its };
}

/** Bucket names are unique over all accounts and regions of a partition; everything else is named within its own. */
function placeKey({ accountId, region, resourceType, nativeId }: Address): string {
  if (resourceType === 's3_bucket') return `s3_bucket|${nativeId}`;
  return `${resourceType}|${accountId}|${region}|${nativeId}`;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
