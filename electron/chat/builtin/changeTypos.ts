import type { AssistantReply } from '../request.ts';
import { type ChangeSentence, parseRequest } from './changeGrammar.ts';
import type { Lexicon } from './lexicon.ts';
import type { Token } from './tokens.ts';
import { misspelt } from './verbs.ts';

interface Slip {
  request: ChangeSentence;
  said: string;
  meant: string;
}

/** The request a sentence would be with one word spelt right; only for a resource named in full. */
export function misspeltRequest(tokens: readonly Token[], lexicon: Lexicon): Slip | null {
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'word' || lexicon.isKnown(token.text)) continue;
    const verb = misspelt(token.text, lexicon.forms);
    if (!verb) continue;
    const right = tokens.with(i, { ...token, text: verb.phrase });
    const request = parseRequest(right, lexicon);
    if (request && request.names.length > 0) return { request, said: token.raw, meant: verb.phrase };
  }
  return null;
}

/** Says how the word was read. */
export function corrected(reply: AssistantReply, { said, meant }: Slip): AssistantReply {
  const note = `I read "${said}" as "${meant}".`;
  if (reply.kind === 'commands')
    return { ...reply, text: `${note} ${reply.text ?? 'Nothing runs before you approve it.'}` };
  if (reply.kind === 'clarification') return { ...reply, question: `${note} ${reply.question}` };
  return { ...reply, text: `${note} ${reply.text}` };
}
