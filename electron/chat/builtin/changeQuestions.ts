import type { ResourceFilter, ResourceType } from '../../../preload/contract/models.ts';
import type { AssistantReply } from '../request.ts';
import { criteriaOf } from './attributes.ts';
import type { ChangeSentence } from './changeGrammar.ts';
import { ask, askWhich, type Context, lookAlike, promptFor } from './context.ts';
import type { Verb } from './lexicon.ts';
import { QUANTITIES } from './phrases.ts';
import { hasOpposite, quoteUnused, type Token } from './tokens.ts';
import { nouns, shown } from './wording.ts';

/** A question that names the words that were not used, and offers only what they cannot have forbidden. */
export async function explainUnused(
  context: Context,
  change: ChangeSentence,
  verb: Verb,
  types: ResourceType[] = [...verb.actions.keys()],
): Promise<AssistantReply> {
  const { tokens } = context.sentence;
  const unused = tokens.filter((_, i) => change.unused.has(i));
  const quoted = quoteUnused(tokens, change.unused);
  const named = [...new Set(change.names.flatMap(({ resources }) => resources))];
  const prompt = promptFor(verb.phrase, named, context.lexicon);

  if (hasOpposite(tokens)) {
    const describe = named.length === 1 ? [promptFor('Describe', named, context.lexicon)] : [];
    return ask(`Nothing is planned: ${quoted || 'the sentence'} is not something I can follow.`, describe);
  }
  if (change.verbs.length > 1 || named.length > 1) {
    const question = `One change at a time. Which one do you want to ${verb.phrase}?`;
    if (named.length === 0) return ask('One change at a time: say one verb and one resource.');
    return askWhich(
      question,
      prompt,
      named.map(({ resource_id }) => resource_id),
    );
  }
  const [target] = named;
  if (target) {
    const why = isQuestion(unused) ? 'This reads as a question' : `I did not understand ${quoted}`;
    const question = `${why}, so nothing is planned. To ${verb.phrase} ${shown(target.name)} now, pick it.`;
    return askWhich(question, prompt, [target.resource_id]);
  }
  return offerSimilar(context, change, verb, types, unused, quoted);
}

const isQuestion = (unused: readonly Token[]) => unused.length === 1 && unused[0]?.text === '?';

async function offerSimilar(
  context: Context,
  change: ChangeSentence,
  verb: Verb,
  types: ResourceType[],
  unused: readonly Token[],
  quoted: string,
): Promise<AssistantReply> {
  const isQuantity = unused.some(({ text }) => QUANTITIES.has(text));
  const words = isQuantity ? [] : unused.filter(({ kind }) => kind === 'word').map(({ raw }) => raw);
  const doubtful = context.sentence.doubtful.flatMap(({ resources }) => resources.map((r) => r.resource_id));
  const filter = filterOf(context, change, types);
  const similar = filter === null ? [] : await lookAlike(context, words.join(' '), filter);
  const found = [...doubtful, ...similar.map(({ id }) => id)];
  const kinds = nouns(types, 2);
  const prompt = `${verb.phrase} this resource`;
  if (words.length > 0) {
    return found.length > 0
      ? askWhich(`Nothing in the estate is called ${quoted}. Do you mean one of these?`, prompt, found)
      : ask(`Nothing in the estate is called ${quoted}. Check the spelling, or scan again under Accounts.`);
  }
  if (found.length === 0) return ask(`No ${kinds} fit. Name the resource in full.`);
  const why = isQuantity ? `I ${verb.phrase} one resource at a time, so nothing is planned.` : '';
  return askWhich(`${why} Which one do you want to ${verb.phrase}?`.trim(), prompt, found);
}

/** Types the verb works for, narrowed by what the sentence says; null when that leaves none. */
function filterOf(context: Context, change: ChangeSentence, types: ResourceType[]): ResourceFilter | null {
  const usable = change.attributes.filter(({ about }) => about !== 'engine');
  const criteria = criteriaOf(usable, context.words);
  const filter = 'filter' in criteria ? criteria.filter : {};
  const resourceTypes = types.filter((type) => filter.resourceTypes?.includes(type) ?? true);
  return resourceTypes.length === 0 ? null : { ...filter, resourceTypes };
}
