import { expect, it } from 'vitest';
import { measureSearch } from './measureSearch.ts';

it('the search keeps its measured quality on the half it was not tuned on', async () => {
  const { heldOut } = await measureSearch({ resources: 2_000 });
  const { all, exact } = heldOut.index;
  expect(exact?.ndcg).toBeGreaterThanOrEqual(99);
  expect(all?.ndcg).toBeGreaterThanOrEqual(85);
  expect(all?.ndcg ?? 0).toBeGreaterThan((heldOut.baseline.all?.ndcg ?? 0) + 30);
}, 60_000);
