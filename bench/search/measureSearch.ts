import MiniSearch from 'minisearch';
import { EstateIndex } from '../../electron/storage/find/estateIndex.ts';
import { generateEstate, type JudgedResource } from './estate.ts';
import { type JudgedQuery, judgedQueries, KINDS } from './queries.ts';

export interface Quality {
  queries: number;
  /** Times 100. */
  mrr: number;
  recall: number;
  ndcg: number;
}
/** Of each kind, and over all under `all`. */
export type QualityByKind = Record<string, Quality>;

interface Compared {
  index: QualityByKind;
  baseline: QualityByKind;
}

export interface SearchMeasurement {
  /** The table to print. */
  text: string;
  figures: {
    resources: number;
    /** The half that was tuned on, and the one that was not. */
    dev: Compared;
    heldOut: Compared;
  };
}

/** Ids of the best ten. */
export type Search = (text: string) => string[];

const TOP = 10;

/** Quality of the search on a generated, judged estate, beside plain BM25 in the same run. */
export function measureSearch(options: { resources?: number; seed?: number } = {}): SearchMeasurement {
  const { resources = 4_000, seed = 20_261 } = options;
  const estate = generateEstate(resources, seed);
  const queries = judgedQueries(estate, seed + 1);
  const search = estateSearch(estate);
  const baseline = miniSearch(estate);
  const half = (remainder: number) => {
    const part = queries.filter((_, i) => i % 2 === remainder);
    return { index: judge(search, part), baseline: judge(baseline, part) };
  };
  const figures = { resources, dev: half(0), heldOut: half(1) };
  const text = [
    `Search over ${resources} generated resources; MRR, recall@10 and nDCG@10, x100`,
    ...tableOf('development half', figures.dev),
    ...tableOf('held-out half', figures.heldOut),
  ].join('\n');
  return { text, figures };
}

function tableOf(title: string, { index, baseline }: Compared): string[] {
  const cells = ({ mrr, recall, ndcg }: Quality) =>
    [mrr, recall, ndcg].map((value) => value.toFixed(1).padStart(6)).join(' ');
  const lines = ['all', ...KINDS].flatMap((kind) => {
    const [ours, theirs] = [index[kind], baseline[kind]];
    if (!ours || !theirs) return [];
    return [`${kind.padEnd(17)} ${String(ours.queries).padStart(3)} | ${cells(ours)} | ${cells(theirs)}`];
  });
  return [
    '',
    `${title.padEnd(17)}   n | index: MRR R@10 nDCG | plain MiniSearch BM25: MRR R@10 nDCG`,
    ...lines,
  ];
}

function estateSearch(estate: JudgedResource[]): Search {
  const index = new EstateIndex({ now: () => Date.UTC(2026, 10, 1) });
  index.put(estate);
  index.indexNow();
  return (text) => {
    const { resultId } = index.query({ text, filter: {}, sort: [], ignoreChips: [] });
    return index.rows(resultId, 0, TOP).map((row) => row.id);
  };
}

/** MiniSearch as it comes: BM25+ over the same fields as plain text, no dictionary, no prefix, no typos. */
function miniSearch(estate: JudgedResource[]): Search {
  const mini = new MiniSearch({ fields: ['name', 'nativeId', 'arn', 'text'] });
  mini.addAll(
    estate.map(({ id, name, nativeId, arn, resourceType, region, state, tags, facts }) => ({
      id,
      name,
      nativeId,
      arn,
      text: [
        resourceType.replaceAll('_', ' '),
        region,
        state,
        ...Object.entries(tags).flat(),
        ...Object.values(facts),
      ].join(' '),
    })),
  );
  return (text) =>
    mini
      .search(text)
      .slice(0, TOP)
      .map((hit) => String(hit.id));
}

export function judge(search: Search, queries: readonly JudgedQuery[]): QualityByKind {
  const scored = queries.map((query) => ({ kind: query.kind, ...score(search(query.text), query.relevant) }));
  const average = (of: typeof scored): Quality => {
    const mean = (pick: (s: (typeof scored)[number]) => number) =>
      (100 * of.reduce((sum, s) => sum + pick(s), 0)) / (of.length || 1);
    return {
      queries: of.length,
      mrr: mean((s) => s.mrr),
      recall: mean((s) => s.recall),
      ndcg: mean((s) => s.ndcg),
    };
  };
  const byKind = KINDS.map((kind) => [kind, average(scored.filter((s) => s.kind === kind))] as const);
  return Object.fromEntries([['all', average(scored)], ...byKind]);
}

/** Recall is capped at what ten places can hold. */
function score(
  found: string[],
  relevant: ReadonlySet<string>,
): { mrr: number; recall: number; ndcg: number } {
  const first = found.findIndex((id) => relevant.has(id));
  const hits = found.filter((id) => relevant.has(id)).length;
  const places = Math.min(TOP, relevant.size);
  const gain = found.reduce((sum, id, i) => sum + (relevant.has(id) ? 1 / Math.log2(i + 2) : 0), 0);
  let ideal = 0;
  for (let i = 0; i < places; i++) ideal += 1 / Math.log2(i + 2);
  return { mrr: first < 0 ? 0 : 1 / (first + 1), recall: hits / places, ndcg: gain / ideal };
}
