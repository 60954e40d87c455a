import { type ChangeSentence, parseRequest, readChoice } from './changeGrammar.ts';
import type { Context } from './context.ts';
import { readSentence } from './tokens.ts';

/**
 * "The one in eu-west-1" after "stop catalog-db-stg" was met with a question: that request again, about those
 * of the question. Null when the sentence before was no request that its every word went into.
 */
export function parseChoice({ sentence, lexicon, request }: Context): ChangeSentence | null {
  const choice = readChoice(sentence.tokens, lexicon);
  if (!choice) return null;
  const before = request.chat_history.findLast(({ role }) => role === 'user')?.content ?? '';
  const mentioned = request.identified_resources.filter(({ match }) => match === 'mentioned');
  const asked = parseRequest(readSentence(before, mentioned, lexicon.isKnown).tokens, lexicon);
  // Chosen among those of one name: the answer to that question and to no other.
  const isOpen = asked?.names.length === 1 && (asked.names[0]?.resources.length ?? 0) === mentioned.length;
  if (!asked || !isOpen || asked.quantity) return null;
  return { ...asked, ...choice, attributes: [...asked.attributes, ...choice.attributes] };
}
