import { expect, it } from 'vitest';
import { LogTail } from './LogTail.ts';

it('keeps the end of a log, however long it is and even without a line break', () => {
  const log = new LogTail();
  for (let n = 0; n < 10_000; n++) log.add(`line ${n} `);
  expect(log.toString().length).toBe(32_000);
  expect(log.toString().endsWith('line 9999 ')).toBe(true);
});
