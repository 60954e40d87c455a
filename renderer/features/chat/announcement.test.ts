import { expect, test } from 'vitest';
import { announcement } from './announcement.ts';

test('an answer is announced by what it says: a refusal in its own words, not as a failure to answer', () => {
  const already = 'pg-instance-main1 is stopped already; there is nothing to change.';
  expect(announcement({ parts: [{ kind: 'error', code: 'INVALID_STATE', text: already }] })).toBe(already);
  expect(announcement({ parts: [{ kind: 'text', text: '12 queues.\nOf them 3 in us-west-2.' }] })).toBe(
    '12 queues.',
  );
  expect(announcement({ parts: [{ kind: 'text', text: 'x'.repeat(400) }] })).toBe('CloudOps has answered.');
});
