import type { AssistantReply, IdentifiedResource } from '../request.ts';
import type { ChangeSurvey } from './changeSurvey.ts';
import * as changes from './changeWords.ts';
import { ask, askWhich, type Context, promptFor } from './context.ts';
import * as vocabulary from './phrases.ts';
import { OPPOSITES } from './phrases.ts';
import { hasOpposite, phraseAt, quoteUnused, type Token } from './tokens.ts';
import type { Verb } from './verbs.ts';
import { aNoun, joined, shown, spoken } from './wording.ts';

const CONNECTORS = vocabulary.phrases('and, or, &, +, both, as well as, plus, either');
/** Marks that nobody means anything by. */
const IDLE_MARK = /^[.,!…"'`‘’“”()[\]{}<>]$/;

/** Why a sentence about a change is no plan. What it names can be looked at; only what it asks for can be clicked. */
export function explainNoPlan(context: Context, survey: ChangeSurvey): AssistantReply {
  const { tokens } = context.sentence;
  const named = [...new Set(survey.names.flatMap(({ resources }) => resources))];
  const [verb, ...more] = survey.verbs;
  const left = tokens.filter((_, i) => survey.unused.has(i));
  // "orders-db backup" names a thing and asks for nothing.
  const isAsked = survey.mood === 'request' && !survey.other && left.length > 0 && tokens[0]?.kind !== 'name';
  if (verb && more.length === 0 && isAsked && named.length > 0) {
    const spans = new Set(survey.names).size;
    if (spans > 1 && left.every((token) => isConnector(token)))
      return askWhich(
        `One change at a time. Which one do you want to ${verb.phrase} first?`,
        `${verb.phrase} this resource`,
        named.map(({ resource_id }) => resource_id),
      );
    // A mark before the verb may put the whole request in quotes.
    const isNothing = (token: Token) => isIdle(token) || (!verb.destroys && isPicture(token));
    if (spans === 1 && left.every(isNothing) && isPlain(tokens) && !survey.unused.has(0))
      return askWhich(
        `I did not understand ${quoteUnused(tokens, survey.unused)}, so nothing is planned. To ${verb.phrase} ${shown(survey.names[0]?.text ?? '')} now, pick ${named.length > 1 ? 'one' : 'it'}.`,
        promptFor(verb.phrase, named, context.lexicon),
        named.map(({ resource_id }) => resource_id),
      );
  }
  return lookAt(context, reasonOf(context, survey, named, left), named);
}

/** The words, and what was named to look at: no click changes anything. */
export function lookAt(context: Context, text: string, named: readonly IdentifiedResource[]): AssistantReply {
  if (named.length === 0) return ask(text);
  return askWhich(
    text,
    promptFor('Describe', named, context.lexicon),
    named.map(({ resource_id }) => resource_id),
  );
}

function reasonOf(
  context: Context,
  survey: ChangeSurvey,
  named: readonly IdentifiedResource[],
  left: readonly Token[],
): string {
  const { tokens } = context.sentence;
  const [verb, second] = survey.verbs;
  const quoted = quoteUnused(tokens, survey.unused) || 'the sentence';
  const name = named.length === 1 ? shown(named[0]?.name ?? '') : 'the resource';
  const finds = (words: ReadonlySet<string>) =>
    left.some((token, i) => (token.kind === 'word' && words.has(token.text)) || phraseAt(left, i, words) > 0);

  if (!verb) return `${cannot(context, survey.other ?? '', named)} Nothing is planned.`;
  if (second)
    return 'One change at a time, so nothing is planned. Ask for each of them by itself; there are no steps that follow one another.';
  if (survey.other === 'cancel' || survey.other === 'abort' || survey.other === 'undo')
    return `Nothing is planned: ${quoted} is not something I can follow. What is running is under Activity.`;
  if (hasOpposite(tokens) && !isOption(tokens))
    return `Nothing is planned: ${quoted} is not something I can follow.`;
  if (finds(changes.CONDITIONS))
    return `Nothing is planned: a change runs when you approve its plan and cannot wait for a condition (${quoted}).`;
  if (finds(changes.TIMES) || left.some(({ text }) => changes.CLOCK.test(text)))
    return `Nothing is planned: changes are not scheduled here (${quoted}). A change runs when you approve its plan.${hint(verb, named)}`;
  if (survey.other) return `${cannot(context, survey.other, named)} Nothing is planned.`;
  if (left.some(({ kind, text }) => kind === 'word' && text.endsWith('ing')))
    return `Nothing is planned: ${quoted} reads as something that goes on, not as the resource itself.`;
  if (left.some((token) => token.text.startsWith('--')))
    return `Nothing is planned: ${quoted} is an option that "${verb.phrase}" does not have here.`;
  if (finds(changes.PARTIAL) || finds(vocabulary.QUANTITIES))
    return `I ${verb.phrase} one resource at a time, and as a whole, so nothing is planned (${quoted}).`;
  if (finds(changes.PARTS) || (verb.destroys && left.some(({ text }) => text.includes('='))))
    return `Nothing is planned: ${quoted} is not ${name} itself, and I can only ${verb.phrase} a resource as a whole.`;
  if (finds(changes.PARAMETERS))
    return `Nothing is planned: ${quoted} is an option that "${verb.phrase}" does not have here.`;
  if (verb.destroys && left.length > 0)
    return `Nothing is planned: I cannot tell whether ${quoted} is what to ${verb.phrase} or a word about ${name}.`;
  return `I did not understand ${quoted}, so nothing is planned.`;
}

/** "without a final snapshot" is an option and "unless" a condition; neither forbids the rest. */
const isOption = (tokens: readonly Token[]) =>
  tokens.every(
    ({ kind, text }) => kind !== 'word' || !OPPOSITES.has(text) || /^(without|unless|skip)$/.test(text),
  );

/** What can be written instead, as words and not as a button. */
function hint(verb: Verb, named: readonly IdentifiedResource[]): string {
  const [only, ...others] = named;
  return only && others.length === 0
    ? ` To ${verb.phrase} it at once, write: ${verb.phrase} ${shown(spoken(only.name))}`
    : '';
}

/** What the app cannot do, and what it can do with the resource instead. */
export function cannot(context: Context, what: string, named: readonly IdentifiedResource[]): string {
  const [only, ...others] = named;
  if (!only || others.length > 0) return `The app cannot ${shown(what)} a resource.`;
  const able = context.lexicon.changesOf(only.type);
  const can =
    able.length === 0 ? 'the app only shows it' : `the app can ${joined(able, 'or')} it, and nothing else`;
  return `The app cannot ${shown(what)}: ${shown(only.name)} is ${aNoun(only.type)}, and ${can}.`;
}

const isConnector = (token: Token) => token.text === ',' || token.text === '\n' || CONNECTORS.has(token.text);
const isIdle = ({ kind, text }: Token) => kind === 'mark' && IDLE_MARK.test(text);
/** Nothing is destroyed on what may be a joke. */
const isPicture = ({ text }: Token) => /^\p{Extended_Pictographic}+$/u.test(text);
/** No question, no quotation around the request itself. */
const isPlain = (tokens: readonly Token[]) => !tokens.some(({ text }) => text === '?' || text === ':');
