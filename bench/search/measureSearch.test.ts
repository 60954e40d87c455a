import { expect, it } from 'vitest';
import { measureSearch } from './measureSearch.ts';

it('the search keeps its measured quality on the half it was not tuned on', () => {
  const { heldOut } = measureSearch({ resources: 1_500 }).figures;
  const { all, exact } = heldOut.index;
  expect(exact?.ndcg).toBeGreaterThanOrEqual(99);
  expect(all?.ndcg).toBeGreaterThanOrEqual(85);
  expect(all?.ndcg ?? 0).toBeGreaterThan((heldOut.baseline.all?.ndcg ?? 0) + 30);
}, 60_000);
