import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, sameDigest } from './digest.ts';

test('the order of keys does not change the text, so a plan read back has its own digest', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('different values never share a text', () => {
  expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }));
  expect(canonicalJson({ a: ['b', 'c'] })).not.toBe(canonicalJson({ a: ['b,c'] }));
  expect(canonicalJson({ a: null })).not.toBe(canonicalJson({}));
});

test('what JSON cannot hold is refused instead of dropped', () => {
  expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
  expect(() => canonicalJson([undefined])).toThrow(TypeError);
});

test('digests of other lengths compare as different, without throwing', () => {
  expect(sameDigest('ab', 'ab')).toBe(true);
  expect(sameDigest('ab', 'abc')).toBe(false);
  expect(sameDigest('', 'a')).toBe(false);
});
