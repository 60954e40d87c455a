import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut, firstOf, spelledOut, wholeAt, withoutRegion } from './text.ts';

const anyText = fc.string({ unit: 'grapheme' });

test('a cut never leaves half a character: a Name of 200 emoji made titles and file names that could not be sent', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, limit) => {
      expect(firstOf(text, limit).isWellFormed()).toBe(true);
      const short = cut(text, limit);
      expect(short.isWellFormed()).toBe(true);
      expect(short.length).toBeLessThanOrEqual(limit);
      expect(text.startsWith(short.replace(/…$/, ''))).toBe(true);
    }),
  );
});

test('a text that fits is left as it is', () => {
  expect(cut('ten of ten', 10)).toBe('ten of ten');
  expect(cut('eleven here', 10)).toBe('eleven he…');
});

test('both ends of a text split at one place are whole', () => {
  const text = '😀'.repeat(5);
  for (let at = 0; at <= text.length; at++) {
    const place = wholeAt(text, at);
    expect(text.slice(0, place).isWellFormed() && text.slice(place).isWellFormed()).toBe(true);
  }
});

test.each([
  ['‮gnp', '\\u{202e}gnp'],
  ['a\u0000b\nc', 'a\\u{0}b\\u{a}c'],
  ['\ud83d', '\\u{d83d}'],
])('what cannot be seen is spelled out: %j', (text, shown) => {
  expect(spelledOut(text)).toBe(shown);
});

test('one reason met in forty regions reads as one', () => {
  const reasons = ['us-west-2', 'eu-west-1'].map((region) =>
    withoutRegion(
      `ec2:DescribeVpcs in ${region} is denied: https://ec2.${region}.amazonaws.com said no.`,
      region,
    ),
  );
  expect(new Set(reasons)).toEqual(
    new Set(['ec2:DescribeVpcs is denied: https://ec2.the region.amazonaws.com said no.']),
  );
});
