import { expect, test } from 'vitest';
import { Paging } from './pages.ts';

test('a listing that says there is more but not where has failed: what was read is not all', () => {
  const paging = new Paging('s3:ListBucket');
  expect(paging.after(true, 'second')).toBe('second');
  expect(() => paging.after(true, undefined)).toThrow(expect.objectContaining({ code: 'AWS_FAILED' }));
  expect(() => paging.after(true, '')).toThrow('it says there is more but not where');
  expect(paging.after(false, 'third')).toBeUndefined();
  expect(paging.after(undefined, undefined)).toBeUndefined();
});

test('a listing that names a page again is stopped', () => {
  const paging = new Paging('s3:ListBucket');
  paging.after(true, 'again');
  expect(() => paging.after(true, 'again')).toThrow('already read');
});
