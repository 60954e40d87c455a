import { expect, test } from 'vitest';
import { titleOf } from './chatRecords.ts';

test.each(['😀'.repeat(200), `a${'😀'.repeat(200)}`, `${'word '.repeat(9)}${'😀'.repeat(40)}`])(
  'a title made of a long sentence holds no half of a character: %s',
  (text) => {
    const title = titleOf({ parts: [{ kind: 'text', text }] });
    expect(title?.isWellFormed()).toBe(true);
    expect(title).toMatch(/…$/);
  },
);
