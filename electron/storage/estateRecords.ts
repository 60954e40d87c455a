import type { Resource, ResourceFilter } from '../../preload/contract/models.ts';
import { pastTime } from '../../preload/contract/times.ts';
import type { CollectedResource } from '../scan/types.ts';
import { readAnew } from './estateReads.ts';
import { type FirstContent, fromFirst } from './estateRecordFirst.ts';
import type { ListedAt } from './freshness.ts';
import type { Condition, Filter, Payload, Point } from './PointStore.ts';
import { refuseNewerRecord } from './recordFormat.ts';
import type { Sealer } from './sealing.ts';

/**
 * The points of `aws_estate`, a stored format. In clear: service, resource_type, region, state (`none` where
 * the type has none), last_synced (ms: when it was last seen by itself; see `Freshness`), schema, revision. As HMAC
 * tokens: the account and the values of a few tags. Everything else is sealed. Schema 1, of version 0.1.0, sealed the
 * time as well; such points are read for ever and become schema 2 when they are next written.
 */
const SCHEMA = 2;
const COLLECTION = 'aws_estate';
const NO_STATE = 'none';

/** Tags worth a prefilter, with the spellings people use; compared without case, `-`, `_` and `:`. */
const TOKEN_TAGS: Record<string, string> = {
  env: 'env',
  environment: 'env',
  stage: 'env',
  app: 'app',
  application: 'app',
  team: 'team',
  owner: 'owner',
  service: 'service',
};

/** What is sealed. `embeddedBy` names the provider of the point's vector, null while it has none. */
interface SealedContent {
  resource: Omit<Resource, 'id' | 'revision' | 'asOf'>;
  embeddedBy: string | null;
}
/** The same in schema 1. */
interface FirstSealed {
  resource: FirstContent;
  embeddedBy: string | null;
}

export interface StoredResource {
  resource: Resource;
  embeddedBy: string | null;
  vector: Float32Array | null;
}

export function resourceIdOf(sealer: Sealer, resource: CollectedResource): string {
  return sealer.resourceId(resource);
}

export function resourcePoint(sealer: Sealer, stored: StoredResource): Point {
  const { id, revision, asOf, ...resource } = stored.resource;
  const content: SealedContent = { resource, embeddedBy: stored.embeddedBy };
  const address = { schema: SCHEMA, collection: COLLECTION, id, revision };
  return {
    id,
    vector: stored.vector,
    payload: {
      service: resource.service,
      resource_type: resource.resourceType,
      region: resource.region,
      state: resource.state ?? NO_STATE,
      last_synced: Date.parse(asOf),
      account_token: sealer.token('account', resource.accountId),
      tag_tokens: tagTokens(sealer, resource.tags),
      schema: SCHEMA,
      revision,
      sealed: sealer.seal(address, content).toString('base64'),
    },
  };
}

/** Throws STORAGE_FAILED for a damaged point, FORMAT_NEWER for one of a newer app. */
export function readResource(sealer: Sealer, point: Point): StoredResource {
  const { schema, revision, sealed } = point.payload;
  refuseNewerRecord(COLLECTION, Number(schema), SCHEMA);
  const address = {
    schema: Number(schema),
    collection: COLLECTION,
    id: point.id,
    revision: Number(revision),
  };
  const own = {
    id: point.id,
    revision: address.revision,
    asOf: new Date(syncedAt(point.payload)).toISOString(),
  };
  // Authenticated by the seal under a known schema: only this module wrote it.
  const opened = sealer.open(address, Buffer.from(String(sealed), 'base64'));
  if (address.schema < SCHEMA) {
    const { resource, embeddedBy } = opened as FirstSealed;
    return { resource: { ...fromFirst(resource), ...own }, embeddedBy, vector: point.vector };
  }
  const { resource, embeddedBy } = opened as SealedContent;
  return { resource: { ...readAnew(resource), ...own }, embeddedBy, vector: point.vector };
}

/**
 * The filter as far as the engine can apply it: it lets through everything that matches, and maybe more
 * (a tag without a token is no condition here). The index has the last word.
 */
export function prefilter(sealer: Sealer, filter: ResourceFilter): Filter {
  const must: Condition[] = [];
  const any = (key: string, values: string[] | undefined) => {
    if (values !== undefined && values.length > 0) must.push({ key, any: values });
  };
  any('resource_type', filter.resourceTypes);
  any('region', filter.regions);
  any('state', filter.states);
  any(
    'account_token',
    filter.accountIds?.map((id) => sealer.token('account', id)),
  );
  for (const [tag, values] of groupTags(filter.tags ?? [])) {
    const token = canonicalTag(tag);
    if (token === null) continue;
    any(
      'tag_tokens',
      values.map((value) => tagToken(sealer, token, value)),
    );
  }
  return { must };
}

/** In ms; 0 for what is no time. */
function syncedAt({ last_synced: time }: Payload): number {
  return typeof time === 'number' && Math.abs(time) < 8.64e15 ? time : 0;
}

/** When the point was last seen by itself, in ms; 0 for a time that has not come yet. */
export const ownTime = (payload: Payload) => pastTime(syncedAt(payload));

/** The point as one that was seen at `at` (ms) by itself, if that is later. */
export function seenAt(point: Point, at: number): Point {
  if (at <= ownTime(point.payload)) return point;
  return { ...point, payload: { ...point.payload, last_synced: at } };
}

/** Where the point lies, as far as listings go, by its account's token. */
export function placeOf({ account_token: account, region, resource_type: type }: Payload): ListedAt {
  return { account: String(account), region: String(region), resourceType: String(type) };
}

export function accountToken(sealer: Sealer, accountId: string): string {
  return sealer.token('account', accountId);
}

function tagTokens(sealer: Sealer, tags: Record<string, string>): string[] {
  const tokens = new Set<string>();
  for (const [key, value] of Object.entries(tags)) {
    const tag = canonicalTag(key);
    if (tag !== null) tokens.add(tagToken(sealer, tag, value));
  }
  return [...tokens];
}

function tagToken(sealer: Sealer, tag: string, value: string): string {
  return sealer.token(`tag:${tag}`, value.toLowerCase());
}

function canonicalTag(key: string): string | null {
  const plain = key.toLowerCase().replace(/[-_:\s]/g, '');
  return Object.hasOwn(TOKEN_TAGS, plain) ? (TOKEN_TAGS[plain] ?? null) : null;
}

/** `key=value` by key: values of one key are alternatives. */
function groupTags(tags: string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const tag of tags) {
    const at = tag.indexOf('=');
    const key = at < 0 ? tag : tag.slice(0, at);
    groups.set(key, [...(groups.get(key) ?? []), at < 0 ? '' : tag.slice(at + 1)]);
  }
  return groups;
}
