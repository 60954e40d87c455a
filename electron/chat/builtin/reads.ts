import type { ResourceFilter, ResourceQuery, ResourceSummary } from '../../../preload/contract/models.ts';
import type { AssistantReply, IdentifiedResource } from '../request.ts';
import { accountName, contradiction, criteriaOf, holds, listSentence } from './attributes.ts';
import { ask, askWhich, type Context, lookAlike, mentionedIn, promptFor, selectedOf } from './context.ts';
import { DESCRIBE_WORDS, LIST_WORDS, PRONOUNS, RESERVED } from './phrases.ts';
import type { ReadSentence } from './readGrammar.ts';
import { quoteUnused, type Token } from './tokens.ts';
import { aNoun, shown } from './wording.ts';

const ids = (resources: readonly IdentifiedResource[]) => resources.map(({ resource_id }) => resource_id);
const ROWS = 20;

/** One resource, from the cache. */
export async function answerDescribe(context: Context, read: ReadSentence): Promise<AssistantReply> {
  const selected = selectedOf(context.request);
  if (read.unused.size > 0) return explainUnread(context, read);
  const [first, ...others] = read.names;
  const named = (first?.resources ?? []).filter((r) =>
    others.every(({ resources }) => resources.includes(r)),
  );
  const targets = selected ? [selected] : named;
  if (targets.length === 0)
    return askWhich(
      'One resource at a time. Which one do you want to see?',
      'Describe this resource',
      ids(read.names.flatMap(({ resources }) => resources)),
    );
  const narrowing = read.yesNo ? read.attributes.filter(({ about }) => about !== 'state') : read.attributes;
  const fitting = targets.filter((target) => narrowing.every((attribute) => holds(attribute, target)));
  const inside = selected ? [] : read.names.flatMap((span) => span.inside);
  const candidates = [...(fitting.length > 0 ? fitting : targets), ...inside];
  const [target] = fitting;
  const prompt = promptFor('Describe', candidates, context.lexicon);
  if (!target) {
    const resource = targets[0];
    const wrong = narrowing.find((attribute) => resource && !holds(attribute, resource));
    const why = wrong && resource ? contradiction(wrong, resource) : '';
    return askWhich(`${why} Which one do you mean?`.trim(), prompt, ids(candidates));
  }
  if (
    candidates.length > 1 ||
    (!selected && context.request.exact_total > candidates.length && named.length > 1)
  )
    return askWhich(
      `Several resources fit ${shown(target.name)}. Which one do you mean?`,
      prompt,
      ids(candidates),
    );
  return {
    kind: 'information',
    text: describeSentence(context, read, target),
    describe: target.resource_id,
    list: null,
    source_ids: [],
    suggestions: [],
  };
}

function describeSentence(context: Context, read: ReadSentence, target: IdentifiedResource): string {
  const name = shown(target.name);
  const state = target.current_state === null ? null : shown(target.current_state);
  const asked = read.yesNo ? read.attributes.find(({ about }) => about === 'state') : undefined;
  if (asked && state !== null) return `${holds(asked, target) ? 'Yes' : 'No'}: ${name} is ${state}.`;
  const where = `in ${target.region}, account ${accountName(target.account, context.words)}`;
  return `${name} is ${aNoun(target.type, target.metadata.Engine)} ${where}${state === null ? '' : `; its state is ${state}`}.`;
}

/** A list or a number, from the cache. */
export async function answerList(context: Context, read: ReadSentence): Promise<AssistantReply> {
  if (read.unused.size > 0) return explainUnread(context, read);
  const engines = read.attributes.flatMap((a) => (a.about === 'engine' ? a.engines : []));
  const criteria = criteriaOf(
    read.attributes.filter(({ about }) => about !== 'engine'),
    context.words,
  );
  if ('unusable' in criteria) return ask(`Neither a tag nor an account says "${shown(criteria.unusable)}".`);
  if ('alternatives' in criteria) {
    const sentences = criteria.alternatives.map((pair) => `List resources with tag ${pair}`);
    return ask(`"${shown(criteria.word)}" is the value of several tags. Which one do you mean?`, sentences);
  }
  const { filter, scoped } = withScope(context, criteria.filter);
  const query: ResourceQuery = {
    text: '',
    filter,
    sort: [{ field: 'name', descending: false }],
    ignoreChips: [],
  };
  const found =
    engines.length > 0 ? await ofEngine(context, query, engines) : await firstRows(context, query);
  const engine = engines.length > 0 ? ` The engine is ${engines.join(' or ')}.` : '';
  const inScope = scoped ? ' Only the selected scope was looked at.' : '';
  const indexing = context.indexing ? ' The estate is still being read, so more may come.' : '';
  return {
    kind: 'information',
    text: `${listSentence(found.total, criteria.filter, context.words)}${engine}${inScope}${indexing}`,
    describe: null,
    list:
      found.total === 0
        ? null
        : { resource_ids: found.rows.map(({ id }) => id), total: found.total, query: found.query },
    source_ids: found.oldest ? [found.oldest] : [],
    suggestions: [],
  };
}

interface Found {
  rows: ResourceSummary[];
  total: number;
  query: ResourceQuery | null;
  /** The resource whose answer is the oldest of all that were counted. */
  oldest: string | null;
}

async function firstRows({ find }: Context, query: ResourceQuery): Promise<Found> {
  const { resultId, total } = await find.query(query);
  const rows = await find.rows(resultId, 0, ROWS);
  if (total <= ROWS) return { rows, total, query, oldest: oldestOf(rows) };
  const byAge = await find.query({ ...query, sort: [{ field: 'asOf', descending: false }] });
  const [oldest] = await find.rows(byAge.resultId, 0, 1);
  return { rows, total, query, oldest: oldest?.id ?? null };
}

/** The engine is a fact of the whole record, which no filter of the Explorer reaches. */
async function ofEngine(context: Context, query: ResourceQuery, engines: readonly string[]): Promise<Found> {
  const filter = { ...query.filter, resourceTypes: ['rds_instance' as const] };
  const { resultId, total } = await context.find.query({ ...query, filter });
  const fitting: ResourceSummary[] = [];
  for (let offset = 0; offset < total; offset += 200) {
    for (const row of await context.find.rows(resultId, offset, 200)) {
      const resource = await context.estate.get(row.id);
      if (resource && engines.includes(String(resource.facts.Engine).toLowerCase())) fitting.push(row);
    }
  }
  return { rows: fitting.slice(0, ROWS), total: fitting.length, query: null, oldest: oldestOf(fitting) };
}

function oldestOf(rows: readonly ResourceSummary[]): string | null {
  return (
    rows.reduce<ResourceSummary | null>((old, row) => (old && old.asOf <= row.asOf ? old : row), null)?.id ??
    null
  );
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

/** Names the words that were not used, with resources that look like them. */
export async function explainUnread(context: Context, read: ReadSentence): Promise<AssistantReply> {
  const { tokens, doubtful } = context.sentence;
  const named = [...new Set(read.names.flatMap(({ resources }) => resources))];
  const quoted = quoteUnused(tokens, read.unused);
  if (named.length > 0) {
    const prompt = promptFor('Describe', named, context.lexicon);
    return askWhich(
      `I did not understand ${quoted}. Pick a resource to see what is known of it.`,
      prompt,
      ids(named),
    );
  }
  const prompt = 'Describe this resource';
  const isUseful = ({ kind, text }: Token) =>
    kind === 'word' && !DESCRIBE_WORDS.has(text) && !LIST_WORDS.has(text);
  const words = tokens.filter(isUseful);
  const sure = doubtful.flatMap(({ resources }) => ids(resources));
  if (words.length === 0) {
    const pronoun = tokens.some(({ text }) => PRONOUNS.has(text)) ? mentionedIn(context.request) : [];
    const known = [...sure, ...pronoun];
    if (known.length > 0) return askWhich('Which resource do you mean?', prompt, known);
    return ask('Say which resources you want to see.', ['Help', 'List everything']);
  }
  const odd = new Set([...read.unused].filter((i) => tokens[i] && isUseful(tokens[i])));
  const said = quoteUnused(tokens, odd.size > 0 ? odd : read.unused);
  // "not", "except", "and": what looks like the rest is the opposite of what was asked, or half of it.
  if ([...odd].some((i) => RESERVED.has(tokens[i]?.text ?? '')))
    return ask(`I did not understand ${said}.`, ['Help']);
  const similar = await lookAlike(context, words.map(({ raw }) => raw).join(' '), {});
  const found = [...sure, ...similar.map(({ id }) => id)];
  return found.length > 0
    ? askWhich(`I did not understand ${said}. Do you mean one of these?`, prompt, found)
    : ask(`I did not understand ${said}, and nothing in the estate is called so.`, ['Help']);
}
