import type { ResourceFilter, ResourceSummary } from '../../../preload/contract/models.ts';
import { mayDeceive } from '../../../preload/contract/spelling.ts';
import type { EstateStorageApi, FindApi } from '../../storage/api.ts';
import type { Planner } from '../planner.ts';
import type { AssistantRequest, ClarificationReply, IdentifiedResource } from '../request.ts';
import type { EstateWords, Lexicon } from './lexicon.ts';
import type { Sentence } from './tokens.ts';
import { spoken } from './wording.ts';

export interface BuiltinPorts {
  find: Pick<FindApi, 'query' | 'rows' | 'resolve' | 'related'>;
  estate: Pick<EstateStorageApi, 'get' | 'count'>;
  planner: Pick<Planner, 'actionsFor'>;
  accounts: () => Promise<{ accountId: string; name: string; production?: boolean }[]>;
}

/** All that is known when one sentence is answered. */
export interface Context {
  request: AssistantRequest;
  sentence: Sentence;
  lexicon: Lexicon;
  words: EstateWords;
  /** Resources are still being read into the index: one that is not found may yet come. */
  indexing: boolean;
  find: BuiltinPorts['find'];
  estate: BuiltinPorts['estate'];
}

export const selectedOf = (request: AssistantRequest): IdentifiedResource | null =>
  request.identified_resources.find(({ match }) => match === 'selected') ?? null;

export const mentionedIn = (request: AssistantRequest): string[] =>
  request.identified_resources.flatMap(({ match, resource_id }) =>
    match === 'mentioned' ? [resource_id] : [],
  );

export const MOST_CANDIDATES = 20;

/** A question with resources to click; the click sends `prompt` about exactly that one. */
export function askWhich(
  question: string,
  prompt: string,
  resourceIds: readonly string[],
): ClarificationReply {
  const options = [...new Set(resourceIds)]
    .slice(0, MOST_CANDIDATES)
    .map((resource_id) => ({ prompt, resource_id }));
  return { kind: 'clarification', question, options };
}

/** A question with sentences to send instead. */
export function ask(question: string, sentences: readonly string[] = []): ClarificationReply {
  const options = sentences.slice(0, 6).map((prompt) => ({ prompt, resource_id: null }));
  return { kind: 'clarification', question, options };
}

/** The sentence a click on one of these sends: with their name where all share one that is safe to repeat. */
export function promptFor(verb: string, targets: readonly IdentifiedResource[], lexicon: Lexicon): string {
  const [first] = targets;
  const shared = first && targets.every(({ name }) => name === first.name);
  if (!shared || first.name === '' || mayDeceive(first.name) || /["\s]{2}|\s$/.test(first.name))
    return `${verb} this resource`;
  const isPlain = spoken(first.name) === first.name && !lexicon.isKnown(first.name.toLowerCase());
  return `${verb} ${isPlain ? first.name : `"${first.name}"`}`;
}

/** Resources that fit the filter, and how many there are in all. */
export async function fitting(
  context: Context,
  filter: ResourceFilter,
): Promise<{ rows: ResourceSummary[]; total: number }> {
  const { resultId, total } = await context.find.query({ text: '', filter, sort: [], ignoreChips: [] });
  return { rows: await context.find.rows(resultId, 0, MOST_CANDIDATES), total };
}

/** Resources whose names look like the words. */
export async function lookAlike(
  context: Context,
  text: string,
  filter: ResourceFilter,
): Promise<ResourceSummary[]> {
  const { exact, ranked } = await context.find.resolve(text, { filter, limit: 8 });
  const rows = [...exact, ...ranked.map(({ resource }) => resource)];
  return [...new Map(rows.map((row) => [row.id, row])).values()].slice(0, 8);
}
