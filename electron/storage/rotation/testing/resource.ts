import type { CollectedResource } from '../../../scan/types.ts';

/** A database of that name, always at the same address. */
export function resource(name: string): CollectedResource {
  return {
    resourceType: 'rds_instance',
    service: 'rds',
    accountId: '123456789012',
    region: 'us-west-2',
    partition: 'aws',
    nativeId: name,
    name,
    arn: `arn:aws:rds:us-west-2:123456789012:db:${name}`,
    state: 'available',
    tags: { Owner: 'margarethe' },
    createdAt: null,
    facts: {},
    relations: [],
    constraints: {},
    raw: null,
  };
}
