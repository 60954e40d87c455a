import fc from 'fast-check';
import { expect, it } from 'vitest';
import { freshSpec } from '../contract/engines.ts';
import { VectorSet } from './VectorSet.ts';

it('answers like a plain list whatever was set, replaced and removed before', () => {
  const operation = fc.record({
    row: fc.integer({ min: 1, max: 40 }),
    vector: fc.option(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 })),
  });
  fc.assert(
    fc.property(
      fc.array(operation, { maxLength: 120 }),
      fc.integer({ min: 0, max: 50 }),
      (operations, limit) => {
        const set = new VectorSet(freshSpec({ vectorSize: 3, distance: 'dot' }), 2);
        const plain = new Map<number, number[]>();
        for (const { row, vector } of operations) {
          if (vector) set.set(row, Float32Array.from(vector));
          else set.delete(row);
          if (vector) plain.set(row, vector);
          else plain.delete(row);
        }
        const score = ([a = 0, b = 0, c = 0]: number[]) => a + 2 * b + 3 * c;
        const expected = [...plain.values()]
          .map(score)
          .sort((a, b) => b - a)
          .slice(0, limit);
        const found = set.nearest(Float32Array.of(1, 2, 3), limit);
        expect(found.map((one) => one.score)).toEqual(expected);
        for (const one of found) expect(score(plain.get(one.row) ?? [])).toBe(one.score);
        const even = [...Array(41).keys()].filter((row) => row % 2 === 0);
        expect(
          set
            .nearest(Float32Array.of(1, 2, 3), 50, even)
            .map(({ row }) => row)
            .sort(),
        ).toEqual([...plain.keys()].filter((row) => row % 2 === 0).sort());
      },
    ),
  );
});
