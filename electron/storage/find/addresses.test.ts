import { expect, test } from 'vitest';
import type { Relation, Resource } from '../../../preload/contract/models.ts';
import { EstateIndex } from './estateIndex.ts';
import { testResource } from './testResources.ts';

test('who points to whom is the same after anything that comes, changes and goes', () => {
  let state = 5;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const at = (n: number) => ({
    accountId: '111122223333',
    region: 'eu-west-1',
    resourceType: 'ec2_vpc',
    nativeId: `vpc-${n}`,
  });
  // Twice the same relation, and two ways to one place, are possible too.
  const relations = (): Relation[] =>
    Array.from({ length: random(4) }, () => ({ kind: random(2) ? 'in' : 'uses', ...at(random(6)) }));
  const index = new EstateIndex();
  const estate = new Map<number, Resource>();
  for (let step = 0; step < 1_500; step += 1) {
    const n = random(30);
    const known = estate.get(n);
    if (known && random(3) === 0) {
      index.remove([known.id]);
      estate.delete(n);
    } else {
      const resource = testResource({ ...at(n), name: `v${n}`, relations: relations() });
      index.put([resource]);
      estate.set(n, resource);
    }
    if (step % 50 > 0) continue;
    for (const { id, nativeId, relations: own } of estate.values()) {
      const out = own.map((one) => {
        const there = [...estate.values()].find((other) => other.nativeId === one.nativeId);
        return `out ${one.kind} ${one.nativeId} ${there?.id ?? null}`;
      });
      const pointing = [...estate.values()].flatMap((other) =>
        other.relations
          .filter((one) => one.nativeId === nativeId)
          .map(({ kind }) => `in ${kind} ${other.nativeId} ${other.id}`),
      );
      const told = index.related(id).map((one) => `${one.direction} ${one.kind} ${one.nativeId} ${one.id}`);
      expect(told.sort(), `step ${step}`).toEqual([...out, ...pointing].sort());
    }
  }
});
