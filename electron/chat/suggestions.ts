import type { Facets, ResourceFilter, ResourceSummary, ResourceType } from '../../preload/contract/models.ts';
import type { FindApi } from '../storage/api.ts';
import { isProduction } from './builtin/attributes.ts';
import { TYPE_NOUNS } from './builtin/phrases.ts';
import { nouns } from './builtin/wording.ts';

const MOST = 6;
const LOOKED_AT = 50;

/** Up to six sentences from the person's own estate, each of which the built-in assistant understands. */
export async function suggestionsFor(
  find: Pick<FindApi, 'query' | 'rows' | 'resolve'>,
  scope: ResourceFilter,
): Promise<string[]> {
  const look = async (filter: ResourceFilter) => {
    const query = { text: '', filter: { ...scope, ...filter }, sort: [], ignoreChips: [] };
    const { resultId, facets, total } = await find.query(query);
    return { total, facets, rows: () => find.rows(resultId, 0, LOOKED_AT) };
  };
  const all = await look({});
  if (all.total === 0) return [];

  const texts: string[] = [];
  const stopped = await look({ resourceTypes: ['rds_instance'], states: ['stopped'] });
  if (stopped.total > 0) texts.push('Which RDS instances are stopped?');
  const running = await look({
    resourceTypes: ['rds_instance', 'ec2_instance'],
    states: ['available', 'running'],
  });
  const stoppable = await firstSure(
    find,
    (await running.rows()).filter(({ tags }) => !isProduction(tags)),
  );
  if (stoppable) texts.push(`Stop ${stoppable.name}`);
  const database = await firstSure(find, await (await look({ resourceTypes: ['rds_instance'] })).rows());
  const described = database ?? (await firstSure(find, await all.rows()));
  if (described) texts.push(`Describe ${described.name}`);
  return [...texts, ...counts(all.facets)].slice(0, MOST);
}

/** "How many Lambda functions are in eu-central-1?", most frequent first. */
function counts(facets: Facets): string[] {
  const types = facets.resourceTypes.flatMap(({ value }) => typeOf(value));
  const region = facets.regions.find(({ value }) => value !== 'global')?.value;
  const [first, second, third] = types.map((type) => nouns([type], 2));
  return [
    ...(first && region ? [`How many ${first} are in ${region}?`] : []),
    ...(second ? [`List ${second}`] : []),
    ...(third ? [`How many ${third} do we have?`] : []),
  ];
}

const SAYABLE = new Set(Object.values(TYPE_NOUNS).flat());
const typeOf = (value: string): ResourceType[] => [...SAYABLE].filter((type) => type === value);

/** The first whose name is one plain word and leads to it alone, so that the sentence needs no question. */
async function firstSure(
  find: Pick<FindApi, 'resolve'>,
  rows: readonly ResourceSummary[],
): Promise<ResourceSummary | null> {
  for (const row of rows) {
    if (!/^[a-z0-9]+([-_.][a-z0-9]+)+$/i.test(row.name)) continue;
    const { exact } = await find.resolve(row.name, { limit: 1 });
    if (exact.length === 1 && exact[0]?.id === row.id) return row;
  }
  return null;
}
