import {
  type ChatMessage,
  elsewhere,
  type MessagePart,
  type Resource,
  type ResourceSummary,
} from '../../preload/contract/models.ts';
import { spelled } from '../../preload/contract/spelling.ts';
import { cleanText } from '../execute/catalog/words.ts';
import type { ClarificationReply, InformationReply } from './request.ts';

type Source = ChatMessage['sources'][number];

/** What becomes of a reply: the parts of the message, where they come from, whom they mention. */
export interface Answer {
  parts: MessagePart[];
  sources: Source[];
  resourcesMentioned: string[];
}

/** Looks resources up in the cache; ids it does not know are left out. */
export type Lookup = (ids: readonly string[]) => Promise<Map<string, Resource>>;

const ROWS = 20;

export const textAnswer = (text: string): Answer => ({
  parts: [{ kind: 'text', text }],
  sources: [],
  resourcesMentioned: [],
});

/** The fact, then the rows, then the sources, oldest first. All rows and facts come from the cache. */
export async function informationAnswer(reply: InformationReply, lookup: Lookup): Promise<Answer> {
  const listed = reply.list?.resource_ids ?? [];
  const about = reply.describe === null ? [] : [reply.describe];
  const known = await lookup([...about, ...listed, ...reply.source_ids]);
  const parts: MessagePart[] = [{ kind: 'text', text: reply.text }];

  const described = reply.describe === null ? undefined : known.get(reply.describe);
  if (described) parts.push(factsOf(described));
  const rows = pick(known, listed).map(summary).slice(0, ROWS);
  if (reply.list && rows.length > 0) {
    const total = Math.max(reply.list.total, rows.length);
    parts.push({ kind: 'resources', total, rows, query: reply.list.query });
  }
  if (reply.suggestions.length > 0) parts.push({ kind: 'suggestions', texts: reply.suggestions });
  return {
    parts,
    sources: sourcesOf([...known.values()]),
    resourcesMentioned: [...about, ...rows.map(({ id }) => id)],
  };
}

/** Resources to click are grouped by the sentence a click sends; the other options are sentences to send. */
export async function clarificationAnswer(reply: ClarificationReply, lookup: Lookup): Promise<Answer> {
  const clickable = reply.options.flatMap(({ prompt, resource_id }) =>
    resource_id === null ? [] : [{ prompt, id: resource_id }],
  );
  const known = await lookup(clickable.map(({ id }) => id));
  const parts: MessagePart[] = [];
  for (const [prompt, group] of Map.groupBy(clickable, (option) => option.prompt)) {
    const ids = group.map(({ id }) => id);
    const rows = pick(known, ids).map(summary).slice(0, ROWS);
    if (rows.length > 0) parts.push({ kind: 'candidates', question: reply.question, prompt, rows });
  }
  if (parts.length === 0) parts.push({ kind: 'text', text: reply.question });
  const texts = reply.options.filter(({ resource_id }) => resource_id === null).map(({ prompt }) => prompt);
  if (texts.length > 0) parts.push({ kind: 'suggestions', texts: texts.slice(0, 6) });
  return { parts, sources: sourcesOf([...known.values()]), resourcesMentioned: [...known.keys()] };
}

export function sourcesOf(resources: readonly Resource[]): Source[] {
  return resources
    .map(({ id, name, resourceType, asOf }) => ({ resourceId: id, name, resourceType, asOf }))
    .sort((a, b) => a.asOf.localeCompare(b.asOf));
}

function pick(known: Map<string, Resource>, ids: readonly string[]): Resource[] {
  return [...new Set(ids)].flatMap((id) => known.get(id) ?? []);
}

export function summary(resource: Resource): ResourceSummary {
  const { id, resourceType, service, accountId, region, nativeId, name, arn, state, tags, asOf } = resource;
  return { id, resourceType, service, accountId, region, nativeId, name, arn, state, tags, asOf };
}

const VALUE = 500;
const TAGS = 30;

function factsOf(resource: Resource): MessagePart {
  const row = (label: string, value: string) => ({
    label: cleanText(label, 120),
    value: cleanText(value, VALUE),
  });
  const tags = Object.entries(resource.tags).filter(([key]) => key !== 'Name');
  return {
    kind: 'facts',
    title: cleanText(spelled(resource.name), 120),
    rows: [
      ...(resource.state === null ? [] : [row('State', resource.state)]),
      row('Region', resource.region),
      row('Account', resource.accountId),
      row('Id', resource.nativeId),
      ...(resource.arn === '' || resource.arn === resource.nativeId ? [] : [row('ARN', resource.arn)]),
      ...(resource.createdAt === null ? [] : [row('Created', resource.createdAt)]),
      ...Object.entries(resource.facts).map(([label, value]) => row(label, String(value))),
      ...resource.relations.map((relation) =>
        row(relation.kind.replaceAll('_', ' '), `${relation.nativeId}${elsewhere(relation, resource)}`),
      ),
      ...tags.slice(0, TAGS).map(([key, value]) => row(`Tag ${key}`, value)),
    ],
  };
}
