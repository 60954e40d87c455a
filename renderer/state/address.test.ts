import { expect, test } from 'vitest';
import { viewOf } from './address.ts';

test('an address names a screen, and what is open on it', () => {
  expect(viewOf('#/explorer')).toEqual({ screen: 'explorer', details: null });
  expect(viewOf('#/explorer/0198-ab')).toEqual({
    screen: 'explorer',
    details: { kind: 'resource', id: '0198-ab' },
  });
  expect(viewOf('#/activity/plan/p-1')).toEqual({
    screen: 'activity',
    details: { kind: 'plan', planId: 'p-1' },
  });
  expect(viewOf('#token=abc')).toBeNull();
  expect(viewOf('#/nowhere')).toBeNull();
  expect(viewOf('')).toBeNull();
});
