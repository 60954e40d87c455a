import { RESOURCE_TYPES, type ResourceType } from '../../../preload/contract/models.ts';
import type { PlannedAction, Planner } from '../planner.ts';
import { type Meaning, WORDINGS } from './changeWords.ts';

/** A change as a sentence asks for it: what it does depends on the type of the resource. */
export interface Verb {
  phrase: string;
  actions: Map<ResourceType, PlannedAction>;
  /** What follows may then be what to take away: "remove name web-1". */
  destroys: boolean;
}

/** All words that ask for a change of the catalogue, by their form. */
export interface VerbForms {
  verbs: Map<string, Verb>;
  participles: Map<string, Verb>;
  gerunds: Map<string, Verb>;
  nouns: Map<string, Verb>;
}

export function verbForms(planner: Pick<Planner, 'actionsFor'>): VerbForms {
  const verbs = new Map<string, Verb>();
  for (const type of RESOURCE_TYPES) {
    for (const action of planner.actionsFor(type)) {
      for (const phrase of action.verbs) {
        const verb = verbs.get(phrase) ?? { phrase, actions: new Map(), destroys: false };
        verb.actions.set(type, action);
        verb.destroys ||= action.effect === 'destroys';
        verbs.set(phrase, verb);
      }
    }
  }
  const forms: VerbForms = { verbs, participles: new Map(), gerunds: new Map(), nouns: new Map() };
  for (const [meaning, words] of Object.entries(WORDINGS)) {
    const verb = verbs.get(meaning satisfies string as Meaning);
    if (!verb) continue;
    for (const phrase of words.verbs) if (!verbs.has(phrase)) verbs.set(phrase, { ...verb, phrase });
    for (const form of ['participles', 'gerunds', 'nouns'] as const)
      for (const phrase of words[form]) forms[form].set(phrase, verb);
  }
  return forms;
}

/** Whether both ask for the same change: "stop and shut down". */
export function sameChange(a: Verb, b: Verb): boolean {
  return (
    a.actions.size === b.actions.size &&
    [...a.actions].every(([type, { id }]) => b.actions.get(type)?.id === id)
  );
}

const LONG = 6;

/**
 * The one verb that the word is a slip of: two letters exchanged or one doubled, in longer words one left out
 * or added too. Not its own inflections, and never a change of the first letter: "remote" is no "remove".
 */
export function misspelt(word: string, { verbs, participles, gerunds }: VerbForms): Verb | null {
  if (word.length < 4 || verbs.has(word) || participles.has(word) || gerunds.has(word)) return null;
  const meant = [...verbs.values()].filter(({ phrase }) => isSlip(word, phrase));
  const [first] = meant;
  return first && meant.every((verb) => sameChange(verb, first)) ? first : null;
}

function isSlip(word: string, verb: string): boolean {
  if (!/^[a-z]{4,}$/.test(verb) || /^(boot|halt|drop|wake)$/.test(verb)) return false;
  if ([`${verb}s`, `${verb}d`, `${verb}ed`, `${verb}r`].includes(word)) return false;
  if (isExchange(word, verb)) return true;
  if (word[0] !== verb[0]) return false;
  const [shorter, longer] = word.length < verb.length ? [word, verb] : [verb, word];
  if (longer.length - shorter.length !== 1) return false;
  const at = [...longer].findIndex((letter, i) => letter !== shorter[i]);
  if (longer.slice(at + 1) !== shorter.slice(at)) return false;
  const isDoubled = longer === word && longer[at] === longer[at - 1];
  return isDoubled || verb.length >= LONG;
}

/** Two neighbouring letters in the wrong order. */
function isExchange(word: string, verb: string): boolean {
  if (word.length !== verb.length) return false;
  const at = [...word].findIndex((letter, i) => letter !== verb[i]);
  return (
    at >= 0 &&
    word[at] === verb[at + 1] &&
    word[at + 1] === verb[at] &&
    word.slice(at + 2) === verb.slice(at + 2)
  );
}
