import type {
  Resource,
  ResourceFilter,
  ResourceSummary,
  ResourceType,
} from '../../../preload/contract/models.ts';
import type { AssistantReply, IdentifiedResource } from '../request.ts';
import { criteriaOf, holds } from './attributes.ts';
import type { ChangeSurvey } from './changeSurvey.ts';
import * as changes from './changeWords.ts';
import { ask, askWhich, type Context, lookAlike, MOST_CANDIDATES } from './context.ts';
import type { Attribute } from './lexicon.ts';
import type { NounPhrase } from './nounPhrase.ts';
import * as vocabulary from './phrases.ts';
import { quoteUnused, type Token } from './tokens.ts';
import type { Verb } from './verbs.ts';
import { nouns } from './wording.ts';

/** Words were all understood, but name none: what fits them, to pick from. Never one of them by itself. */
export async function offerFitting(
  context: Context,
  object: NounPhrase,
  verb: Verb,
): Promise<AssistantReply> {
  const types = [...verb.actions.keys()];
  const doubtful = doubtfulOf(context, verb)
    .filter((resource) => object.attributes.every((attribute) => holds(attribute, resource)))
    .map(({ resource_id }) => resource_id);
  const why = object.quantity ? `I ${verb.phrase} one resource at a time, so nothing is planned. ` : '';
  const found = await fittingTypes(context, object.attributes, types);
  if (found === null) return ask(`${why}Name the one you want to ${verb.phrase} in full.`);
  const { rows, total } = found;
  const kinds = nouns(found.types, total);
  if (total > MOST_CANDIDATES && doubtful.length === 0)
    return ask(`${why}${total.toLocaleString('en-US')} ${kinds} fit. Name the one you mean in full.`);
  if (total + doubtful.length === 0) return ask(`${why}No ${kinds} fit. Name the one you mean in full.`);
  const few = total > MOST_CANDIDATES ? [] : rows.map(({ id }) => id);
  return askWhich(`${why}Which one do you want to ${verb.phrase}?`, `${verb.phrase} this resource`, [
    ...doubtful,
    ...few,
  ]);
}

/** Resources called by everyday words of the sentence, but not by its verb. */
export function doubtfulOf(context: Context, verb: Verb): IdentifiedResource[] {
  return context.sentence.doubtful
    .filter(({ text }) => text.toLowerCase() !== verb.phrase)
    .flatMap(({ resources }) => resources);
}

/**
 * No full name and words that were not understood: what looks like them, where they can be a name at all.
 * Null where they cannot.
 */
export async function offerSimilar(context: Context, survey: ChangeSurvey): Promise<AssistantReply | null> {
  const { tokens } = context.sentence;
  const [verb, ...more] = survey.verbs;
  if (!verb || more.length > 0 || survey.names.length > 0 || survey.other || survey.mood !== 'request')
    return null;
  // A mark before the verb may put the whole request in quotes.
  if (tokens[0]?.kind === 'mark') return null;
  const object = objectWords(context, survey, verb);
  if (object === null) return null;
  const { words, attributes } = object;
  const quoted = quoteUnused(
    tokens,
    new Set(
      [...survey.unused].filter((i) => tokens[i]?.kind === 'mark' || words.includes(tokens[i] as Token)),
    ),
  );
  const filter = filterOf(context, attributes, [...verb.actions.keys()]);
  const alike = filter ? await lookAlike(context, words.map(({ raw }) => raw).join(' '), filter) : [];
  const similar = alike.filter((row) => !words.some(({ text }) => isWithin(text, row)));
  const found = [
    ...doubtfulOf(context, verb).map(({ resource_id }) => resource_id),
    ...similar.map(({ id }) => id),
  ];
  return found.length > 0
    ? askWhich(
        `Nothing in the estate is called ${quoted}. Do you mean one of these?`,
        `${verb.phrase} this resource`,
        found,
      )
    : ask(`Nothing in the estate is called ${quoted}. Check the spelling, or scan again under Accounts.`);
}

const MOST_WORDS = 5;
const ADDRESS = /^\d+(\.\d+){3}$/;
/** "the instance with ip 10.0.0.1" */
const ADDRESSED = vocabulary.phrases('with, at, ip, private, public, address');
const NO_NAMES: readonly ReadonlySet<string>[] = [
  vocabulary.RESERVED,
  vocabulary.PREPOSITIONS,
  vocabulary.QUANTITIES,
  changes.PARAMETERS,
  changes.CONDITIONS,
  changes.TIMES,
  changes.OTHER_CHANGES,
];

/** "non-web", "web-like": what is not it, or only like it. */
const NEGATED = /^(non|not|un|ex|anti)[-\u2010\u2011]|[-\u2010\u2011](like|ish|less|free)$/;
/** "web-1/data", "web-1:22", "web-1@home": something in, at or behind what is called so. */
const isWithin = (word: string, { name }: { name: string }) => {
  const rest = word.startsWith(name.toLowerCase()) ? word.slice(name.length) : '';
  return /^[/\\:@#|=]/.test(rest);
};

/** Words that make the sentence one about parts, times, conditions: what looks like the rest is not what it asks for. */
function isAboutSomethingElse(word: string, verb: Verb): boolean {
  if (NO_NAMES.some((words) => words.has(word)) || word.endsWith('ing') || NEGATED.test(word)) return true;
  return (verb.destroys && word.includes('=')) || changes.PARTS.has(word);
}

/** The unknown words as a name, and the known ones about it; null where they speak of something else. */
function objectWords(
  context: Context,
  { unused }: ChangeSurvey,
  verb: Verb,
): { words: Token[]; attributes: Attribute[] } | null {
  const left = context.sentence.tokens.filter((token, i) => unused.has(i) && token.kind === 'word');
  const isAddress = ADDRESS.test(left.at(-1)?.text ?? '');
  const attributes: Attribute[] = [];
  const words: Token[] = [];
  for (let i = 0; i < left.length; i++) {
    const token = left[i];
    if (!token || vocabulary.DETERMINERS.has(token.text)) continue;
    const named = context.lexicon.attributeAt(left, i, { tagValues: false });
    if (named) {
      attributes.push(named.attribute);
      i += named.length - 1;
    } else if (!(isAddress && ADDRESSED.has(token.text))) words.push(token);
  }
  const isName = words.every(({ text }) => !isAboutSomethingElse(text, verb));
  return words.length > 0 && words.length <= MOST_WORDS && isName ? { words, attributes } : null;
}

interface Found {
  rows: ResourceSummary[];
  total: number;
  types: ResourceType[];
}

const MOST_LOOKED_AT = 1_000;

/** What fits every word; null when a word is no condition that can be looked up, so that no number is true. */
async function fittingTypes(
  context: Context,
  attributes: readonly Attribute[],
  verbTypes: readonly ResourceType[],
): Promise<Found | null> {
  const criteria = criteriaOf(attributes.filter(isFiltered), context.words);
  if (!('filter' in criteria)) return null;
  const types = verbTypes.filter((type) => criteria.filter.resourceTypes?.includes(type) ?? true);
  if (types.length === 0) return { rows: [], total: 0, types: criteria.filter.resourceTypes ?? [] };
  const query = { text: '', filter: { ...criteria.filter, resourceTypes: types }, sort: [], ignoreChips: [] };
  const { resultId, total } = await context.find.query(query);
  const others = attributes.filter((attribute) => !isFiltered(attribute));
  if (others.length === 0)
    return { rows: await context.find.rows(resultId, 0, MOST_CANDIDATES), total, types };
  if (total > MOST_LOOKED_AT) return null;
  const rows: ResourceSummary[] = [];
  for (let offset = 0; offset < total; offset += 200) {
    for (const row of await context.find.rows(resultId, offset, 200)) {
      const resource = await context.estate.get(row.id);
      if (resource && others.every((attribute) => isSo(attribute, resource))) rows.push(row);
    }
  }
  return { rows: rows.slice(0, MOST_CANDIDATES), total: rows.length, types };
}

/** What the filters of the Explorer can say. */
const isFiltered = ({ about }: Attribute) => about !== 'engine' && about !== 'zone';

function isSo(attribute: Attribute, { facts }: Resource): boolean {
  if (attribute.about === 'engine') return attribute.engines.includes(String(facts.Engine).toLowerCase());
  return attribute.about === 'zone' && facts.AvailabilityZone === attribute.zone;
}

function filterOf(
  context: Context,
  attributes: readonly Attribute[],
  types: ResourceType[],
): ResourceFilter | null {
  const criteria = criteriaOf(attributes.filter(isFiltered), context.words);
  const filter = 'filter' in criteria ? criteria.filter : {};
  const resourceTypes = types.filter((type) => filter.resourceTypes?.includes(type) ?? true);
  return resourceTypes.length === 0 ? null : { ...filter, resourceTypes };
}
