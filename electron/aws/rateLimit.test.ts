import { expect, test } from 'vitest';
import { TokenBucket } from './rateLimit.ts';

test('a call that waits for its turn ends when the scan is cancelled', async () => {
  const bucket = new TokenBucket({ burst: 2, rate: 0.001 });
  await bucket.take();
  await bucket.take();
  const cancel = new AbortController();
  const waiting = bucket.take(cancel.signal);
  cancel.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
