import { ofType } from '../../../preload/contract/models.ts';
import type { AssistantReply, IdentifiedResource } from '../request.ts';
import { accountName, contradiction, holds } from './attributes.ts';
import { ask, askWhich, type Context, lookAlike, mentionedIn, promptFor, selectedOf } from './context.ts';
import { DESCRIBE_WORDS, LIST_WORDS, PRONOUNS, RESERVED } from './phrases.ts';
import type { ReadSentence } from './readGrammar.ts';
import { quoteUnused, type Token } from './tokens.ts';
import { aNoun, shown } from './wording.ts';

const ids = (resources: readonly IdentifiedResource[]) => resources.map(({ resource_id }) => resource_id);

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
    text: (await factSentence(context, read, target)) ?? describeSentence(context, read, target),
    describe: target.resource_id,
    list: null,
    source_ids: [],
    suggestions: [],
  };
}

/** What was asked of it, where that is a fact: "is it public", "which port". */
async function factSentence(
  { estate }: Context,
  read: ReadSentence,
  target: IdentifiedResource,
): Promise<string | null> {
  const { conditions, asked } = read;
  if (conditions.length + asked.length === 0) return null;
  const resource = await estate.get(target.resource_id);
  if (!resource) return null;
  const name = shown(target.name);
  const sentences = conditions.map((condition) => {
    const so = condition.holds(resource);
    const says = ofType(condition.says, target.type) ?? condition.saysOfAll;
    const said = so ? says : ofType(condition.saysNot, target.type);
    if (!says) return `CloudOps does not read of ${aNoun(target.type)} whether it is ${condition.label}.`;
    if (so === undefined) return `Whether ${name} is ${condition.label} is not known.`;
    const start =
      read.yesNo && !(condition.note && target.type === 's3_bucket') ? (so ? 'Yes: ' : 'No: ') : '';
    const note = condition.note && target.type === 's3_bucket' ? ` ${condition.note}` : '';
    return `${start}${name} ${said ? ofOne(said) : `is not ${condition.label}`}.${note}`;
  });
  const facts = asked.map(({ label, value }) => {
    const known = value(resource);
    return known === null
      ? `The ${label} of ${name} is not known: AWS gives ${aNoun(target.type)} none, or it was not read.`
      : `The ${label} of ${name} is ${shown(known)}.`;
  });
  return [...sentences, ...facts].join(' ');
}

/** "are encrypted" of one: "is encrypted". */
const ofOne = (said: string): string =>
  said
    .replace(/^are /, 'is ')
    .replace(/^do not /, 'does not ')
    .replace(/^have /, 'has ')
    .replace(/^(block|give|hold|run) /, '$1s ');

function describeSentence(context: Context, read: ReadSentence, target: IdentifiedResource): string {
  const name = shown(target.name);
  const state = target.current_state === null ? null : shown(target.current_state);
  const asked = read.yesNo ? read.attributes.find(({ about }) => about === 'state') : undefined;
  if (asked && state !== null) return `${holds(asked, target) ? 'Yes' : 'No'}: ${name} is ${state}.`;
  const where = `in ${target.region}, account ${accountName(target.account, context.words)}`;
  return `${name} is ${aNoun(target.type, target.metadata.Engine)} ${where}${state === null ? '' : `; its state is ${state}`}.`;
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
  // "ok, thanks": every word was understood, and nothing was asked.
  if (said === '' && sure.length === 0)
    return ask('Say which resources you want to see, or what to do with which one.', ['Help']);
  // "not", "except", "and": what looks like the rest is the opposite of what was asked, or half of it.
  if ([...odd].some((i) => RESERVED.has(tokens[i]?.text ?? '')))
    return ask(`I did not understand ${said}.`, ['Help']);
  const similar = await lookAlike(context, words.map(({ raw }) => raw).join(' '), {});
  const found = [...sure, ...similar.map(({ id }) => id)];
  return found.length > 0
    ? askWhich(`I did not understand ${said}. Do you mean one of these?`, prompt, found)
    : ask(`I did not understand ${said}, and nothing in the estate is called so.`, ['Help']);
}
