import { expect, it } from 'vitest';
import { RestartBudget } from './RestartBudget.ts';

it('doubles the wait up to its limit, and forgets restarts that are long past', () => {
  const budget = new RestartBudget({ limit: 3, windowMs: 1_000, firstDelayMs: 10, maxDelayMs: 30 });
  expect([0, 1, 2, 3].map((now) => budget.next(now))).toEqual([10, 20, 30, null]);
  expect(budget.next(1_000)).toBe(30);
  expect(budget.next(5_000)).toBe(10);
});
