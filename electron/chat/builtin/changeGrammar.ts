import * as changes from './changeWords.ts';
import type { Lexicon } from './lexicon.ts';
import { emptyPhrase, type NounPhrase, readNounPhrase } from './nounPhrase.ts';
import * as vocabulary from './phrases.ts';
import { phraseAt, type Token } from './tokens.ts';
import type { Verb } from './verbs.ts';

/** A request for one change, every word of it used. */
export interface ChangeSentence extends NounPhrase {
  verb: Verb;
  /** It asks for the final snapshot that deleting a database makes. */
  finalSnapshot: boolean;
}

type Frame = (reader: Reader, at: number) => Core | null;
interface Core {
  verb: Verb;
  object: NounPhrase;
  end: number;
  isPolite?: boolean;
}
interface Reader {
  tokens: readonly Token[];
  lexicon: Lexicon;
}

/**
 * Reads `[politeness] FRAME [politeness]`, or null: a sentence with one word more than its frame has is no
 * request. What the words that are left over mean is for whoever explains why nothing is planned.
 */
export function parseRequest(tokens: readonly Token[], lexicon: Lexicon): ChangeSentence | null {
  const reader = { tokens, lexicon };
  for (const start of leads(tokens)) {
    for (const frame of FRAMES) {
      const core = frame(reader, start.at);
      if (!core) continue;
      const tail = readTail(tokens, core, start.isPolite || core.isPolite === true);
      if (tail) return { ...core.object, verb: core.verb, finalSnapshot: tail.finalSnapshot };
    }
  }
  return null;
}

/** "the one in eu-west-1", "the staging one please": chooses, and leaves what to do to the question before. */
export function readChoice(tokens: readonly Token[], lexicon: Lexicon): NounPhrase | null {
  for (const { at, isPolite } of leads(tokens)) {
    const phrase = emptyPhrase();
    const end = readNounPhrase({ tokens, lexicon, destroys: false }, at, phrase);
    const core = { verb: NO_VERB, object: phrase, end };
    if (phrase.pronoun && phrase.attributes.length > 0 && readTail(tokens, core, isPolite)) return phrase;
  }
  return null;
}
const NO_VERB: Verb = { phrase: '', actions: new Map(), destroys: true };

/** All ways to leave the opening words, longest last: "i want" may open "I want X stopped" and "I want to stop X". */
function leads(tokens: readonly Token[]): { at: number; isPolite: boolean }[] {
  const found = [{ at: 0, isPolite: false }];
  for (let i = 0; i < found.length; i++) {
    const { at, isPolite } = found[i] ?? { at: 0, isPolite: false };
    const question = phraseAt(tokens, at, vocabulary.POLITE_QUESTIONS);
    const polite = phraseAt(tokens, at, vocabulary.POLITE);
    const mark = at > 0 && /^[,.!\n]$/.test(tokens[at]?.text ?? '') && politeBefore(tokens, at) ? 1 : 0;
    const opener = phraseAt(tokens, at, vocabulary.OPENERS);
    const length = question || polite || mark || opener;
    if (length > 0 && found.length < 20) found.push({ at: at + length, isPolite: isPolite || question > 0 });
  }
  return found.reverse();
}

function politeBefore(tokens: readonly Token[], at: number): boolean {
  return [1, 2, 3, 4].some((n) => at >= n && phraseAt(tokens, at - n, vocabulary.POLITE) === n);
}

/** The phrase of the map that starts here. */
function formAt(
  tokens: readonly Token[],
  at: number,
  forms: ReadonlyMap<string, Verb>,
): { verb: Verb; length: number } | null {
  const length = phraseAt(tokens, at, forms);
  const verb = length > 0 ? forms.get(wordsOf(tokens, at, length)) : undefined;
  return verb ? { verb, length } : null;
}

const wordsOf = (tokens: readonly Token[], at: number, length: number) =>
  tokens
    .slice(at, at + length)
    .map(({ text }) => text)
    .join(' ');

function object({ tokens, lexicon }: Reader, at: number, verb: Verb): { object: NounPhrase; end: number } {
  const phrase = emptyPhrase();
  const end = readNounPhrase({ tokens, lexicon, destroys: verb.destroys }, at, phrase);
  return { object: phrase, end };
}

/** "stop X" */
const plain: Frame = (reader, at) => {
  const found = formAt(reader.tokens, at, reader.lexicon.verbs);
  return found && { verb: found.verb, ...object(reader, at + found.length, found.verb) };
};

/** "shut X down", "turn X off in us-west-2": the particle right behind the object counts. */
const split: Frame = (reader, at) => {
  const { tokens, lexicon } = reader;
  const first = tokens[at];
  if (first?.kind !== 'word') return null;
  const cores = [...lexicon.verbs.values()].flatMap((verb): Core[] => {
    const [word, ...particle] = verb.phrase.split(' ');
    if (word !== first.text || particle.length === 0 || particle.length > 2) return [];
    const { object: phrase, end } = object(reader, at + 1, verb);
    if (phrase.names.length === 0 && !phrase.pronoun) return [];
    if (wordsOf(tokens, end, particle.length) !== particle.join(' ')) return [];
    const rest = readNounPhrase({ tokens, lexicon, destroys: verb.destroys }, end + particle.length, phrase);
    return [{ verb, object: phrase, end: rest }];
  });
  return cores.toSorted((a, b) => b.end - a.end)[0] ?? null;
};

/** "I need X stopped", "get X to be restarted" */
const wanted: Frame = (reader, at) => {
  const { tokens, lexicon } = reader;
  const need = phraseAt(tokens, at, changes.NEEDS);
  if (need === 0) return null;
  // "I have X stopped" tells what was done; "could you have X stopped" asks.
  if (tokens[at]?.text === 'have' && at === 0) return null;
  const destroys = { destroys: true } as Verb;
  const { object: phrase, end } = object(reader, at + need, destroys);
  if (phrase.names.length === 0 && !phrase.pronoun) return null;
  const passive = phraseAt(tokens, end, vocabulary.phrases('to be, be'));
  const found = formAt(tokens, end + passive, lexicon.forms.participles);
  return found && { verb: found.verb, object: phrase, end: end + passive + found.length };
};

/** "X needs a reboot", "X needs to be stopped", "give X a restart"; nothing is destroyed by way of remark. */
const needing: Frame = (reader, at) => {
  const { tokens, lexicon } = reader;
  const isGiven = tokens[at]?.text === 'give';
  const phrase = emptyPhrase();
  let end = readNounPhrase({ tokens, lexicon, destroys: true }, at + (isGiven ? 1 : 0), phrase);
  if (phrase.names.length === 0) return null;
  if (!isGiven) {
    if (tokens[end]?.text !== 'needs') return null;
    end += 1;
    const passive = phraseAt(tokens, end, vocabulary.phrases('to be'));
    const done = formAt(
      tokens,
      end + passive,
      passive > 0 ? lexicon.forms.participles : lexicon.forms.gerunds,
    );
    if (done && !done.verb.destroys)
      return { verb: done.verb, object: phrase, end: end + passive + done.length };
  }
  const article = phraseAt(tokens, end, vocabulary.phrases('a, another'));
  const noun = article > 0 ? formAt(tokens, end + article, lexicon.forms.nouns) : null;
  if (!noun || noun.verb.destroys) return null;
  return { verb: noun.verb, object: phrase, end: end + article + noun.length };
};

/** "X stop", "X: restart" */
const last: Frame = (reader, at) => {
  const { tokens, lexicon } = reader;
  const phrase = emptyPhrase();
  let end = readNounPhrase({ tokens, lexicon, destroys: true }, at, phrase);
  if (phrase.names.length === 0) return null;
  if (/^[:–-]$/.test(tokens[end]?.text ?? '')) end += 1;
  const length = phraseAt(tokens, end, changes.LAST_VERBS);
  const verb = length > 0 ? lexicon.verbs.get(wordsOf(tokens, end, length)) : undefined;
  if (!verb) return null;
  const rest = readNounPhrase({ tokens, lexicon, destroys: true }, end + length, phrase);
  return { verb, object: phrase, end: rest };
};

/** "would you mind stopping X", "try restarting X" */
const gerund: Frame = (reader, at) => {
  const lead = phraseAt(reader.tokens, at, vocabulary.phrases('mind, try'));
  const found = lead > 0 ? formAt(reader.tokens, at + lead, reader.lexicon.forms.gerunds) : null;
  return found && { verb: found.verb, ...object(reader, at + lead + found.length, found.verb) };
};

/** "X is hanging, please reboot it" */
const complaint: Frame = (reader, at) => {
  const { tokens } = reader;
  const subject = tokens[at];
  if (subject?.kind !== 'name') return null;
  let end = at + 1;
  const said = emptyPhrase();
  const complained = complaintAt(tokens, end) || stateAt(reader, end, said);
  if (complained === 0) return null;
  end += complained;
  const separators =
    phraseAt(tokens, end, vocabulary.phrases('so, -, –, —')) || markAt(tokens, end, /^[,.;:!\n]$/);
  if (separators === 0) return null;
  end += separators + phraseAt(tokens, end + separators, vocabulary.phrases('so'));
  for (const start of leads(tokens.slice(end))) {
    const core = plain(reader, end + start.at) ?? split(reader, end + start.at);
    if (core?.object.pronoun && core.object.names.length === 0)
      return {
        ...core,
        isPolite: start.isPolite,
        object: {
          ...core.object,
          pronoun: false,
          names: [subject.span],
          attributes: [...said.attributes, ...core.object.attributes],
        },
      };
  }
  return null;
};

const FRAMES: readonly Frame[] = [plain, split, wanted, needing, last, gerund, complaint];

const markAt = (tokens: readonly Token[], at: number, marks: RegExp) =>
  tokens[at]?.kind === 'mark' && marks.test(tokens[at]?.text ?? '') ? 1 : 0;

/** "X is stopped": what has to be true of it. */
function stateAt({ tokens, lexicon }: Reader, at: number, into: NounPhrase): number {
  const verb = phraseAt(tokens, at, vocabulary.phrases('is'));
  const named = verb > 0 ? lexicon.attributeAt(tokens, at + verb, { tagValues: false }) : null;
  if (named?.attribute.about !== 'state') return 0;
  into.attributes.push(named.attribute);
  return verb + named.length;
}

function complaintAt(tokens: readonly Token[], at: number): number {
  const verb = phraseAt(tokens, at, changes.COMPLAINT_VERBS);
  const complaint = verb > 0 ? phraseAt(tokens, at + verb, changes.COMPLAINTS) : 0;
  return complaint > 0 ? verb + complaint + phraseAt(tokens, at + verb + complaint, changes.AGAIN) : 0;
}

/** What may follow a request without changing it; null when anything else does. */
function readTail(
  tokens: readonly Token[],
  { verb, end }: Core,
  isPolite: boolean,
): { finalSnapshot: boolean } | null {
  let at = end;
  let finalSnapshot = false;
  while (at < tokens.length) {
    const isLast = at === tokens.length - 1;
    const final = verb.destroys ? phraseAt(tokens, at, changes.FINAL_SNAPSHOT) : 0;
    if (final > 0) finalSnapshot = true;
    const comma = markAt(tokens, at, /^,$/);
    const length =
      final ||
      phraseAt(tokens, at, vocabulary.POLITE) ||
      // "at once" and the like mean another call where something is destroyed: at once, without waiting or keeping.
      (verb.destroys ? 0 : phraseAt(tokens, at, changes.SOON) || phraseAt(tokens, at, changes.AGAIN)) ||
      (isLast ? markAt(tokens, at, isPolite ? /^[.!?]$/ : /^[.!]$/) : 0) ||
      (comma > 0 && phraseAt(tokens, at + 1, vocabulary.POLITE) > 0 ? 1 : 0) ||
      (comma > 0 && politeBefore(tokens, at) ? 1 : 0) ||
      endsSentence(tokens, at) ||
      reasonAt(tokens, at);
    if (length === 0) return null;
    at += length;
  }
  return { finalSnapshot };
}

/** A full stop with only politeness or a reason behind it: "Stop X. Thanks." */
function endsSentence(tokens: readonly Token[], at: number): number {
  const mark = markAt(tokens, at, /^[.!]$/);
  const after = at + mark;
  return mark > 0 && phraseAt(tokens, after, vocabulary.POLITE) > 0 ? mark : 0;
}

/** ", it is hanging", " because it is stuck" */
function reasonAt(tokens: readonly Token[], at: number): number {
  const mark =
    markAt(tokens, at, /^[,;.]$/) || phraseAt(tokens, at, vocabulary.phrases('because, since, as, -, –'));
  if (mark === 0) return 0;
  const subject = tokens[at + mark]?.text === 'it' ? 1 : 0;
  const verb = tokens[at + mark + subject]?.text ?? '';
  const complained = complaintAt(tokens, at + mark + subject) || complaintAt(tokens, at + mark);
  return complained > 0 && (subject > 0 || /^(it|that)/.test(verb)) ? mark + subject + complained : 0;
}
