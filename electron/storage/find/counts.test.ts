import { expect, test } from 'vitest';
import type { ResourceFilter } from '../../../preload/contract/models.ts';
import { EstateIndex } from './estateIndex.ts';
import { testResource } from './testResources.ts';

const ACCOUNTS = ['111122223333', '222233334444', '333344445555'];
const TYPES = ['ec2_instance', 's3_bucket', 'rds_instance'] as const;
const STATES = ['running', 'stopped', null];

/** The same in every run. */
function randomly(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

const pick = <T>(values: readonly T[], random: (below: number) => number): T =>
  values[random(values.length)] as T;

/** Under one id anything may change: state, type, account. */
const anyResource = (random: (below: number) => number) =>
  testResource({
    name: 'x',
    id: `id-${random(60)}`,
    accountId: pick(ACCOUNTS, random),
    resourceType: pick(TYPES, random),
    state: pick(STATES, random),
    region: pick(['eu-west-1', 'us-east-1'], random),
    tags: random(2) ? { env: 'prod' } : {},
  });

const FILTERS: ResourceFilter[] = [
  {},
  ...ACCOUNTS.map((id) => ({ accountIds: [id] })),
  ...TYPES.map((type) => ({ resourceTypes: [type] })),
  { accountIds: ACCOUNTS.slice(0, 2), states: ['running', 'none'] },
  { accountIds: ACCOUNTS.slice(1), resourceTypes: ['s3_bucket'], states: ['none'] },
  { accountIds: ['999999999999'] },
  { states: ['running'], regions: ['eu-west-1'] },
  { resourceTypes: ['ec2_instance'], tags: ['env=prod'] },
];

test('counts that are kept equal counts that are made, whatever comes, changes and goes', () => {
  const random = randomly(7);
  const index = new EstateIndex();
  for (let step = 0; step < 400; step += 1) {
    const what = random(40);
    if (what === 0) index.clear();
    else if (what < 12) index.remove([`id-${random(60)}`, `id-${random(60)}`]);
    else index.put(Array.from({ length: 1 + random(4) }, () => anyResource(random)));
    for (const filter of FILTERS) expect(index.count(filter), `step ${step}`).toBe(index.list(filter).length);
    const made = Map.groupBy(index.list({}), ({ accountId }) => accountId);
    expect(index.countByAccount()).toEqual(
      Object.fromEntries([...made].map(([accountId, rows]) => [accountId, rows.length])),
    );
  }
});
