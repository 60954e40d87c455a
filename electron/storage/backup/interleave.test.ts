import { expect, test } from 'vitest';
import { interleaved } from './interleave.ts';

/** `a1` was said at 1; the place in the list is the index. */
const side = (...names: string[]) =>
  names.map((id, index) => ({ id, index, at: Number(/\d+/.exec(id)?.[0]) }));

test.each([
  ['what only one side has goes by time', ['c1', 'a3', 'a5'], ['c1', 'b2', 'b4'], 'c1 b2 a3 b4 a5'],
  ['each side keeps its order whatever its clock said', ['c1', 'a9', 'a2'], ['c1', 'b5'], 'c1 b5 a9 a2'],
  [
    'one that both have stays between its neighbours',
    ['c1', 'a3', 'x9', 'a10'],
    ['c1', 'x9', 'b2'],
    'c1 a3 x9 b2 a10',
  ],
  ['of one time, the same first on either side', ['b1'], ['a1'], 'a1 b1'],
  ['what is there already stays as it was', ['c1', 'a3', 'b2'], ['c1', 'b2'], 'c1 a3 b2'],
  ['both had some in another order', ['x1', 'y2'], ['y2', 'x1', 'b3'], 'x1 y2 b3'],
])('%s', (_, ours, theirs, expected) => {
  const ids = (a: string[], b: string[]) => interleaved(side(...a), side(...b)).map(({ id }) => id);
  expect(ids(ours, theirs).join(' ')).toBe(expected);
  expect(ids(theirs, ours).join(' ')).toBe(expected);
});
