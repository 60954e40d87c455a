import {
  type Facets,
  ofType,
  type Resource,
  type ResourceFilter,
  type ResourceQuery,
  type ResourceSummary,
  type ResourceType,
} from '../../../preload/contract/models.ts';
import type { AssistantReply } from '../request.ts';
import { accountName, criteriaOf, isProduction, listSentence, productionAccounts } from './attributes.ts';
import { ask, type Context } from './context.ts';
import type { FactCondition } from './factConditions.ts';
import { sizeOf } from './factConditions.ts';
import type { Attribute } from './lexicon.ts';
import type { ReadSentence } from './readGrammar.ts';
import type { Group } from './readWords.ts';
import { explainUnread } from './reads.ts';
import { joined, noun, nouns, shown } from './wording.ts';

const ROWS = 20;
/** Each record is read and looked at; more would keep the person waiting. */
const MOST_READ = 20_000;

/** A list or a number, from the cache. */
export async function answerList(context: Context, read: ReadSentence): Promise<AssistantReply> {
  if (read.unused.size > 0) return explainUnread(context, read);
  const others = read.attributes.filter(({ about }) => about === 'engine' || about === 'zone');
  const usual = read.attributes.filter((attribute) => !others.includes(attribute));
  const criteria = usualCriteria(context, usual);
  if ('unusable' in criteria) return ask(`Neither a tag nor an account says "${shown(criteria.unusable)}".`);
  if ('alternatives' in criteria) {
    const sentences = criteria.alternatives.map((pair) => `List resources with tag ${pair}`);
    return ask(`"${shown(criteria.word)}" is the value of several tags. Which one do you mean?`, sentences);
  }
  const said = ofReadTypes(criteria.filter, read, others);
  if ('unread' in said) return ask(said.unread);
  const { filter, scoped } = withScope(context, said.filter);
  const query: ResourceQuery = {
    text: '',
    filter,
    sort: [{ field: 'name', descending: false }],
    ignoreChips: [],
  };
  const notes = [
    ...said.notes,
    ...(scoped ? ['Only the selected scope was looked at.'] : []),
    ...(context.indexing ? ['The estate is still being read, so more may come.'] : []),
  ];
  const production = productionAccounts(usual, context.words);
  const needsFacts = read.conditions.length + others.length > 0 || read.extreme !== null || read.sum;
  if (read.group && !needsFacts) return overview(context, query, read.group, notes);
  const found =
    needsFacts || production.length > 0
      ? await looked(context, query, production, (resource) => isMeant(resource, read, others))
      : await firstRows(context, query);
  if (found === null)
    return ask('That is more than can be looked through at once. Name a region, an account or a type.');
  const text = read.sum
    ? sumSentence(found, said.filter)
    : read.extreme
      ? extremeSentence(found, read, said.filter)
      : sentenceOf(found, said.filter, read, others, context, production.length > 0);
  const kinds = [...found.byType].filter(([, count]) => count > 0);
  if (said.filter.resourceTypes && kinds.length > 1 && !read.sum && !read.extreme)
    notes.unshift(
      `${kinds.map(([type, n]) => `${n.toLocaleString('en-US')} ${nouns([type], n)}`).join(', ')}.`,
    );
  if (found.unknown > 0) notes.push(`Of ${found.unknown.toLocaleString('en-US')} more it is not known.`);
  return {
    kind: 'information',
    text: [text, ...notes].join(' '),
    describe: null,
    list:
      found.total === 0
        ? null
        : { resource_ids: found.rows.map(({ id }) => id), total: found.total, query: found.query },
    source_ids: found.oldest ? [found.oldest] : [],
    suggestions: [],
  };
}

/** Production is what a tag says, or an account: with marked accounts no tag alone decides. */
function usualCriteria(context: Context, attributes: readonly Attribute[]) {
  const isMarked = productionAccounts(attributes, context.words).length > 0;
  const isOther = (a: Attribute) => a.about !== 'environment' || a.names[0] !== 'prod';
  return criteriaOf(isMarked ? attributes.filter(isOther) : attributes, context.words);
}

/** Only types of which the facts are read; what cannot be answered is said, not counted as no. */
function ofReadTypes(
  filter: ResourceFilter,
  { conditions }: ReadSentence,
  others: readonly Attribute[],
): { filter: ResourceFilter; notes: string[] } | { unread: string } {
  const notes: string[] = [];
  let types = filter.resourceTypes;
  if (others.some(({ about }) => about === 'engine')) types = ['rds_instance'];
  for (const condition of conditions) {
    if (condition.saysOfAll) continue;
    const readable = Object.keys(condition.says) as ResourceType[];
    const unread = (types ?? []).filter((type) => !readable.includes(type));
    types = types?.filter((type) => readable.includes(type)) ?? readable;
    const label = `whether they are ${condition.label}`;
    if (types.length === 0) return { unread: `CloudOps does not read of ${nouns(unread, 2)} ${label}.` };
    if (unread.length > 0) notes.push(`Of ${nouns(unread, 2)} it does not read ${label}.`);
    if (condition.note && types.includes('s3_bucket')) notes.push(condition.note);
  }
  return { filter: types ? { ...filter, resourceTypes: types } : filter, notes };
}

/** Undefined where a fact is not known. */
function isMeant(
  resource: Resource,
  { conditions }: ReadSentence,
  others: readonly Attribute[],
): boolean | undefined {
  const { facts } = resource;
  for (const attribute of others) {
    if (attribute.about === 'engine' && !attribute.engines.includes(String(facts.Engine).toLowerCase()))
      return false;
    if (attribute.about === 'zone' && facts.AvailabilityZone !== attribute.zone) return false;
  }
  const answers = conditions.map((condition) => condition.holds(resource));
  return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
}

interface Found {
  rows: ResourceSummary[];
  total: number;
  query: ResourceQuery | null;
  /** The resource whose answer is the oldest of all that were counted. */
  oldest: string | null;
  /** The records, where they had to be read. */
  all: Resource[];
  unknown: number;
  byType: Map<ResourceType, number>;
}

async function firstRows({ find }: Context, query: ResourceQuery): Promise<Found> {
  const { resultId, total, facets } = await find.query(query);
  const rows = await find.rows(resultId, 0, ROWS);
  // A facet counts as if its own filter were not set.
  const types = facets.resourceTypes.filter(
    ({ value }) => query.filter.resourceTypes?.some((type) => type === value) ?? true,
  );
  const byType = new Map(types.map(({ value, count }) => [value as ResourceType, count]));
  const found = { rows, total, query, all: [], unknown: 0, byType };
  if (total <= ROWS) return { ...found, oldest: oldestOf(rows) };
  const byAge = await find.query({ ...query, sort: [{ field: 'asOf', descending: false }] });
  const [oldest] = await find.rows(byAge.resultId, 0, 1);
  return { ...found, oldest: oldest?.id ?? null };
}

/** What no filter of the Explorer reaches: facts of the whole records, and production by tag or account. */
async function looked(
  context: Context,
  query: ResourceQuery,
  production: readonly string[],
  isSo: (resource: Resource) => boolean | undefined,
): Promise<Found | null> {
  const { resultId, total } = await context.find.query(query);
  if (total > MOST_READ) return null;
  const all: Resource[] = [];
  const rows: ResourceSummary[] = [];
  let unknown = 0;
  for (let offset = 0; offset < total; offset += 200) {
    for (const row of await context.find.rows(resultId, offset, 200)) {
      if (production.length > 0 && !production.includes(row.accountId) && !isProduction(row.tags)) continue;
      const resource = await context.estate.get(row.id);
      const so = resource ? isSo(resource) : false;
      if (so === undefined) unknown += 1;
      if (!resource || !so) continue;
      all.push(resource);
      rows.push(row);
    }
  }
  const byType = new Map(
    [...Map.groupBy(all, ({ resourceType }) => resourceType)].map(([type, some]) => [type, some.length]),
  );
  const found = { rows: rows.slice(0, ROWS), total: rows.length, query: null, all, unknown, byType };
  return { ...found, oldest: oldestOf(rows) };
}

function oldestOf(rows: readonly ResourceSummary[]): string | null {
  return (
    rows.reduce<ResourceSummary | null>((old, row) => (old && old.asOf <= row.asOf ? old : row), null)?.id ??
    null
  );
}

/** "13 EBS volumes in us-west-2 are not encrypted." */
function sentenceOf(
  { total }: Found,
  filter: ResourceFilter,
  { conditions }: ReadSentence,
  others: readonly Attribute[],
  { words }: Context,
  inProduction: boolean,
): string {
  const engines = others.flatMap((a) => (a.about === 'engine' ? a.engines : a.about === 'zone' ? [] : []));
  const zones = others.flatMap((a) => (a.about === 'zone' ? [a.zone] : []));
  const place = [
    ...(inProduction ? [' in production, by tag or account'] : []),
    ...(zones.length > 0 ? [` in ${joined(zones, 'or')}`] : []),
  ].join('');
  const engine = engines.length > 0 ? ` The engine is ${engines.join(' or ')}.` : '';
  const plain = listSentence(total, filter, words).replace(/\.$/, place);
  if (conditions.length === 0) return `${plain}.${engine}`;
  const that = joined(
    conditions.map((condition) => saidOf(condition, filter.resourceTypes ?? [], total)),
    'and',
  );
  return `${plain} that ${that}.${engine}`;
}

function saidOf(condition: FactCondition, types: readonly ResourceType[], total: number): string {
  const all = new Set(types.map((type) => ofType(condition.says, type)));
  const [only] = all;
  const said = condition.saysOfAll ?? (all.size === 1 && only ? only : `are ${condition.label}`);
  return total === 1
    ? said
        .replace(/^are /, 'is ')
        .replace(/^have /, 'has ')
        .replace(/^do not /, 'does not ')
        .replace(/^(block|give|hold|run) /, '$1s ')
    : said;
}

function extremeSentence(found: Found, { extreme }: ReadSentence, filter: ResourceFilter): string {
  if (!extreme) return '';
  const known = found.all
    .flatMap((resource) => {
      const value = extreme.value(resource);
      return value === undefined ? [] : [{ resource, value: extreme.most ? value : -value }];
    })
    .sort((a, b) => b.value - a.value);
  const [first] = known;
  const kinds = nouns(filter.resourceTypes ?? [], found.total);
  if (!first) return `Of ${found.total.toLocaleString('en-US')} ${kinds} this is not known.`;
  const same = known.filter(({ value }) => value === first.value).length - 1;
  const best = known.slice(0, ROWS).map(({ resource }) => resource.id);
  const place = new Map(best.map((id, i) => [id, i]));
  found.rows = known.slice(0, ROWS).map(({ resource }) => resource);
  found.rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  found.unknown = found.total - known.length;
  const others = same > 0 ? `, and ${same} more as much` : '';
  return `${shown(first.resource.name)} (${noun(first.resource.resourceType)}, ${first.resource.region}) is the ${extreme.label} of ${known.length.toLocaleString('en-US')} ${kinds}: ${extreme.said(first.resource)}${others}.`;
}

function sumSentence(found: Found, filter: ResourceFilter): string {
  const sizes = found.all.flatMap((resource) => sizeOf(resource) ?? []);
  found.unknown = found.total - sizes.length;
  const total = sizes.reduce((sum, size) => sum + size, 0) / 1024;
  return `${sizes.length.toLocaleString('en-US')} ${nouns(filter.resourceTypes ?? [], sizes.length)} have ${Math.round(total).toLocaleString('en-US')} GiB in total.`;
}

const FACETS = {
  accounts: 'accountIds',
  regions: 'regions',
  types: 'resourceTypes',
  states: 'states',
  tags: 'tags',
} as const satisfies Record<Group, keyof Facets>;
const LISTED = 12;

/** "162 resources in sample-production, 107 in …": what there is of a kind, most frequent first. */
async function overview(
  context: Context,
  query: ResourceQuery,
  group: Group,
  notes: readonly string[],
): Promise<AssistantReply> {
  const { facets, total } = await context.find.query(query);
  const values = facets[FACETS[group]].filter(({ count, value }) => count > 0 && value !== 'none');
  const saidOfValue = (value: string) =>
    group === 'accounts'
      ? accountName(value, context.words)
      : group === 'types'
        ? nouns([value as ResourceType], 2)
        : shown(value);
  const listed = values
    .slice(0, LISTED)
    .map(({ value, count }) => `${saidOfValue(value)}: ${count.toLocaleString('en-US')}`);
  const more = values.length > LISTED ? ` and ${values.length - LISTED} more` : '';
  const kinds = nouns(query.filter.resourceTypes ?? [], total);
  const text =
    values.length === 0
      ? `No ${kinds} have ${group}.`
      : `${total.toLocaleString('en-US')} ${kinds} by ${group === 'tags' ? 'tag' : group.slice(0, -1)}: ${listed.join('; ')}${more}.`;
  return {
    kind: 'information',
    text: [text, ...notes].join(' '),
    describe: null,
    list: null,
    source_ids: [],
    suggestions: [],
  };
}

/** The scope of the screens holds for what the sentence leaves open. */
function withScope(context: Context, filter: ResourceFilter): { filter: ResourceFilter; scoped: boolean } {
  const { accounts, regions } = context.request.user_context.scope;
  const byAccount = accounts.length > 0 && !filter.accountIds;
  const byRegion = regions.length > 0 && !filter.regions;
  return {
    filter: { ...filter, ...(byAccount && { accountIds: accounts }), ...(byRegion && { regions }) },
    scoped: byAccount || byRegion,
  };
}
