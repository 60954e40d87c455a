import { measureSearch, type QualityByKind } from './measureSearch.ts';
import { KINDS } from './queries.ts';

/** `node bench/search/run.ts`: quality of the search beside plain BM25, by kind of query. */
const { resources, dev, heldOut } = await measureSearch();
console.log(`Search over ${resources} generated resources; MRR, recall@10 and nDCG@10, x100`);
print('development half', dev);
print('held-out half', heldOut);

function print(title: string, { index, baseline }: { index: QualityByKind; baseline: QualityByKind }): void {
  console.log(`\n${title.padEnd(17)}   n |  index: MRR   R@10   nDCG |  MiniSearch BM25: MRR   R@10   nDCG`);
  for (const kind of ['all', ...KINDS]) {
    const ours = index[kind];
    const theirs = baseline[kind];
    if (!ours || !theirs) continue;
    const cells = ({ mrr, recall, ndcg }: typeof ours) =>
      [mrr, recall, ndcg].map((value) => value.toFixed(1).padStart(6)).join(' ');
    console.log(
      `${kind.padEnd(17)} ${String(ours.queries).padStart(3)} |     ${cells(ours)} |              ${cells(theirs)}`,
    );
  }
}
