import type { ResourceFilter, ResourceType } from '../../../preload/contract/models.ts';
import type { AssistantReply, IdentifiedResource } from '../request.ts';
import { criteriaOf } from './attributes.ts';
import type { ChangeSentence } from './changeGrammar.ts';
import { ask, askWhich, type Context, fitting, lookAlike, MOST_CANDIDATES, promptFor } from './context.ts';
import type { Verb } from './lexicon.ts';
import { QUANTITIES } from './phrases.ts';
import { hasOpposite, quoteUnused, type Token } from './tokens.ts';
import { nouns, shown } from './wording.ts';

/** A question that names the words that were not used, and offers only what they cannot have forbidden. */
export async function explainUnused(
  context: Context,
  change: ChangeSentence,
  verb: Verb,
): Promise<AssistantReply> {
  const { tokens } = context.sentence;
  const named = [...new Set(change.names.flatMap(({ resources }) => resources))];
  const ids = named.map(({ resource_id }) => resource_id);
  const quoted = quoteUnused(tokens, change.unused);

  if (hasOpposite(tokens)) {
    const describe = named.length === 1 ? [promptFor('Describe', named, context.lexicon)] : [];
    return ask(`Nothing is planned: ${quoted || 'the sentence'} is not something I can follow.`, describe);
  }
  const prompt = promptFor(verb.phrase, named, context.lexicon);
  if (change.names.length > 1)
    return askWhich(`One change at a time. Which one do you want to ${verb.phrase}?`, prompt, ids);
  const [name] = change.names;
  if (!name) return offerOthers(context, change, verb);

  const unused = tokens.filter((_, i) => change.unused.has(i));
  const isQuestion = unused.length === 1 && unused[0]?.text === '?';
  const why = isQuestion ? 'This reads as a question' : `I did not understand ${quoted}`;
  const pick = named.length > 1 ? 'pick one' : 'pick it';
  return askWhich(
    `${why}, so nothing is planned. To ${verb.phrase} ${shown(name.text)} now, ${pick}.`,
    prompt,
    ids,
  );
}

/** Without a name: resources that look like the words, or that fit what was said. Never one of them by itself. */
export async function offerOthers(
  context: Context,
  change: ChangeSentence,
  verb: Verb,
): Promise<AssistantReply> {
  const prompt = `${verb.phrase} this resource`;
  const unused = context.sentence.tokens.filter((_, i) => change.unused.has(i));
  const isQuantity = unused.some(({ text }) => QUANTITIES.has(text));
  const words = isQuantity ? [] : unused.filter(({ kind }) => kind === 'word');
  const doubtful = doubtfulOf(context, verb).map(({ resource_id }) => resource_id);
  const filter = filterOf(context, change, [...verb.actions.keys()]);
  if (words.length > 0) return offerSimilar(context, change, prompt, doubtful, words, filter);

  const { rows, total } = filter ? await fitting(context, filter) : { rows: [], total: 0 };
  const why = isQuantity ? `I ${verb.phrase} one resource at a time, so nothing is planned. ` : '';
  const kinds = nouns(filter?.resourceTypes ?? [...verb.actions.keys()], total);
  if (total > MOST_CANDIDATES && doubtful.length === 0)
    return ask(`${why}${total.toLocaleString('en-US')} ${kinds} fit. Name the one you mean in full.`);
  if (total + doubtful.length === 0) return ask(`${why}No ${kinds} fit. Name the one you mean in full.`);
  const found = total > MOST_CANDIDATES ? [] : rows.map(({ id }) => id);
  return askWhich(`${why}Which one do you want to ${verb.phrase}?`, prompt, [...doubtful, ...found]);
}

/** Resources called by everyday words of the sentence, but not by its verb. */
export function doubtfulOf(context: Context, verb: Verb): IdentifiedResource[] {
  return context.sentence.doubtful
    .filter(({ text }) => text.toLowerCase() !== verb.phrase)
    .flatMap(({ resources }) => resources);
}

async function offerSimilar(
  context: Context,
  change: ChangeSentence,
  prompt: string,
  doubtful: string[],
  words: readonly Token[],
  filter: ResourceFilter | null,
): Promise<AssistantReply> {
  const text = words.map(({ raw }) => raw).join(' ');
  const similar = filter === null ? [] : await lookAlike(context, text, filter);
  const found = [...doubtful, ...similar.map(({ id }) => id)];
  const quoted = quoteUnused(context.sentence.tokens, change.unused);
  return found.length > 0
    ? askWhich(`Nothing in the estate is called ${quoted}. Do you mean one of these?`, prompt, found)
    : ask(`Nothing in the estate is called ${quoted}. Check the spelling, or scan again under Accounts.`);
}

/** Types the verb works for, narrowed by what the sentence says; null when that leaves none. */
function filterOf(context: Context, change: ChangeSentence, types: ResourceType[]): ResourceFilter | null {
  const usable = change.attributes.filter(({ about }) => about !== 'engine');
  const criteria = criteriaOf(usable, context.words);
  const filter = 'filter' in criteria ? criteria.filter : {};
  const resourceTypes = types.filter((type) => filter.resourceTypes?.includes(type) ?? true);
  return resourceTypes.length === 0 ? null : { ...filter, resourceTypes };
}
