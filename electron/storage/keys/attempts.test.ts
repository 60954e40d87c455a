import { expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { Attempts } from './attempts.ts';

it('tries one at a time, a few wait, and of thirty at once the others are refused without a try', async () => {
  const attempts = new Attempts();
  let tried = 0;
  let running = 0;
  let most = 0;
  const open = Promise.withResolvers<void>();
  const right = async () => {
    tried += 1;
    running += 1;
    most = Math.max(most, running);
    await open.promise;
    running -= 1;
    return 'key';
  };
  const all = Promise.allSettled(Array.from({ length: 30 }, () => attempts.run(right)));
  open.resolve();
  const outcomes = (await all).map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code));
  expect(most).toBe(1);
  expect(tried).toBeLessThanOrEqual(5);
  expect(new Set(outcomes)).toEqual(new Set(['key', 'THROTTLED']));
  expect(await attempts.run(right)).toBe('key');
});

it('a wrong one keeps none of the next from being tried', async () => {
  const attempts = new Attempts();
  const order: string[] = [];
  const wrong = attempts
    .run(() => Promise.reject(new AppError('KEY_WRONG', 'wrong')))
    .catch(({ code }) => order.push(code));
  const next = attempts.run(async () => order.push('tried'));
  await Promise.all([wrong, next]);
  expect(order.sort()).toEqual(['KEY_WRONG', 'tried']);
});
