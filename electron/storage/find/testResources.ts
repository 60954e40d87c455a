import { createHash } from 'node:crypto';
import type { Resource, ResourceQuery } from '../../../preload/contract/models.ts';

/** A resource for tests: what matters is given, the rest is plausible. The id follows from the address. */
export function testResource(given: Partial<Resource> & Pick<Resource, 'name'>): Resource {
  const resourceType = given.resourceType ?? 'ec2_instance';
  const accountId = given.accountId ?? '111122223333';
  const region = given.region ?? 'eu-west-1';
  const nativeId = given.nativeId ?? given.name;
  const address = [accountId, region, resourceType, nativeId].join('|');
  const digest = createHash('sha256').update(address).digest('hex');
  return {
    id: `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8000-8000-${digest.slice(12, 24)}`,
    resourceType,
    service: resourceType.split('_')[0] ?? '',
    accountId,
    region,
    nativeId,
    arn: `arn:aws:${resourceType}:${region}:${accountId}:${nativeId}`,
    state: null,
    tags: {},
    asOf: '2026-11-21T09:30:00.000Z',
    partition: 'aws',
    createdAt: null,
    facts: {},
    relations: [],
    constraints: {},
    raw: null,
    revision: 1,
    ...given,
  };
}

export function testQuery(given: Partial<ResourceQuery> = {}): ResourceQuery {
  return { text: '', filter: {}, sort: [], ignoreChips: [], ...given };
}
