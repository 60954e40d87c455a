import { expect, test } from 'vitest';
import { isAtEnd, steadyScrollTop } from './steadyScroll.ts';

const after = { scrollTop: 300, clientHeight: 500, scrollHeight: 2_000, anchorTop: 40 };

test('a person at the end is taken along', () => {
  expect(isAtEnd(1_500, 500, 2_000)).toBe(true);
  expect(isAtEnd(1_480, 500, 2_000)).toBe(true);
  expect(steadyScrollTop({ atEnd: true, anchorTop: null }, after)).toBe(1_500);
});

test('a person reading further up is not moved by what arrives below', () => {
  expect(isAtEnd(1_400, 500, 2_000)).toBe(false);
  expect(steadyScrollTop({ atEnd: false, anchorTop: 40 }, after)).toBe(300);
});

test('older messages above move the box, not the text', () => {
  expect(steadyScrollTop({ atEnd: false, anchorTop: 40 }, { ...after, anchorTop: 940 })).toBe(1_200);
});

test('an anchor that is gone leaves the box where it is', () => {
  expect(steadyScrollTop({ atEnd: false, anchorTop: 40 }, { ...after, anchorTop: null })).toBe(300);
});
