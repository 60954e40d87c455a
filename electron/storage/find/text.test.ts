import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, singular, splitWords } from './text.ts';

describe('splitWords', () => {
  it.each([
    ['ordersApi-main01', ['orders', 'api', 'main', '1']],
    ['HTTPServer_v2', ['http', 'server', 'v2']],
    ['i-0a1b2c3d4e5f60718', ['i', '0a1b2c3d4e5f60718']],
    ['VMs and LBs', ['vms', 'and', 'lbs']],
    ['10.0.12.7', ['10.0.12.7']],
    ['São-Paulo', ['sao', 'paulo']],
    ['s3/k8s.t3', ['s3', 'k8s', 't3']],
  ])('%s', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});

it.each([
  ['databases', 'database'],
  ['boxes', 'box'],
  ['policies', 'policy'],
  ['caches', 'cache'],
  ['batches', 'batch'],
  ['status', 'status'],
  ['access', 'access'],
  ['vms', 'vm'],
])('%s is %s', (plural, word) => {
  expect(singular(plural)).toBe(word);
});

describe('editDistance', () => {
  const word = fc.stringMatching(/^[a-d]{0,8}$/);

  it('is the textbook distance with swaps, cut off at the limit', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (a, b, limit) => {
        expect(editDistance(a, b, limit)).toBe(Math.min(textbook(a, b), limit + 1));
      }),
      { numRuns: 500 },
    );
  });
});

function textbook(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const same = a.at(-1) === b.at(-1) ? 0 : 1;
  const [shortA, shortB] = [a.slice(0, -1), b.slice(0, -1)];
  const memo = textbookMemo;
  const key = `${a}|${b}`;
  const known = memo.get(key);
  if (known !== undefined) return known;
  let best = Math.min(textbook(shortA, b) + 1, textbook(a, shortB) + 1, textbook(shortA, shortB) + same);
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)) {
    best = Math.min(best, textbook(a.slice(0, -2), b.slice(0, -2)) + 1);
  }
  memo.set(key, best);
  return best;
}
const textbookMemo = new Map<string, number>();
