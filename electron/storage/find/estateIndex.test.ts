import { describe, expect, it } from 'vitest';
import type { Resource, ResourceQuery } from '../../../preload/contract/models.ts';
import { EstateIndex } from './estateIndex.ts';
import { testQuery, testResource } from './testResources.ts';

const indexOf = (...resources: Resource[]) => {
  const index = new EstateIndex({ now: () => Date.UTC(2026, 10, 21) });
  index.put(resources);
  return index;
};
const names = (index: EstateIndex, query: Partial<ResourceQuery>) =>
  index.rows(index.query(testQuery(query)).resultId, 0, 200).map((row) => row.name);

describe('filters and facets', () => {
  const index = indexOf(
    testResource({ name: 'a', region: 'eu-west-1', state: 'running', tags: { env: 'prod', team: 'x' } }),
    testResource({ name: 'b', region: 'us-west-2', state: 'stopped', tags: { env: 'dev', team: 'x' } }),
    testResource({ name: 'c', region: 'us-west-2', resourceType: 's3_bucket', tags: { env: 'prod' } }),
  );

  it('a facet counts as if its own filter were not set, others as if all were', () => {
    const { facets, total } = index.query(testQuery({ filter: { regions: ['eu-west-1'] } }));
    expect(total).toBe(1);
    expect(facets.regions).toEqual([
      { value: 'us-west-2', count: 2 },
      { value: 'eu-west-1', count: 1 },
    ]);
    expect(facets.states).toEqual([{ value: 'running', count: 1 }]);
    expect(facets.resourceTypes).toEqual([{ value: 'ec2_instance', count: 1 }]);
  });

  it('a tag facet ignores its own key only', () => {
    const { facets } = index.query(testQuery({ filter: { tags: ['env=prod'] } }));
    expect(facets.tags).toContainEqual({ value: 'env=dev', count: 1 });
    expect(facets.tags).toContainEqual({ value: 'env=prod', count: 2 });
    expect(facets.tags).toContainEqual({ value: 'team=x', count: 1 });
  });

  it('values of one key are alternatives, several keys must all hold', () => {
    expect(names(index, { filter: { tags: ['env=prod', 'env=dev'] } })).toEqual(['a', 'b', 'c']);
    expect(names(index, { filter: { tags: ['env=prod', 'env=dev', 'team=x'] } })).toEqual(['a', 'b']);
  });

  it('`none` finds resources without a state', () => {
    expect(names(index, { filter: { states: ['none'] } })).toEqual(['c']);
  });

  it('a value that nobody has matches nothing, not everything', () => {
    expect(names(index, { filter: { tags: ['env=nowhere'] } })).toEqual([]);
    expect(names(index, { filter: { regions: ['moon-1'] } })).toEqual([]);
  });

  it('a selected value stays listed at zero so that it can be taken back', () => {
    const { facets } = index.query(testQuery({ filter: { regions: ['eu-west-1'], states: ['stopped'] } }));
    expect(facets.states).toContainEqual({ value: 'stopped', count: 0 });
  });

  it('a tag named like a member of objects stays a tag', () => {
    const odd = testResource({ name: 'odd', tags: JSON.parse('{"__proto__":"x","constructor":"y"}') });
    const own = indexOf(odd).summary(odd.id)?.tags ?? {};
    expect(Object.entries(own)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it('tags whose key holds an equals sign are found by their text', () => {
    const odd = indexOf(testResource({ name: 'odd', tags: { 'a=b': 'c' } }));
    expect(names(odd, { filter: { tags: ['a=b=c'] } })).toEqual(['odd']);
  });
});

describe('sorting', () => {
  const index = indexOf(
    testResource({ name: 'web-10', region: 'eu-west-1' }),
    testResource({ name: 'web-2', region: 'us-west-2' }),
    testResource({ name: 'Web-1', region: 'us-west-2' }),
  );

  it('names read as people read them: 2 before 10, capitals beside small letters', () => {
    expect(names(index, {})).toEqual(['Web-1', 'web-2', 'web-10']);
    expect(names(index, { sort: [{ field: 'name', descending: true }] })).toEqual([
      'web-10',
      'web-2',
      'Web-1',
    ]);
  });

  it('later fields break the ties of earlier ones', () => {
    const sort = [
      { field: 'region', descending: true },
      { field: 'name', descending: true },
    ] as const;
    expect(names(index, { sort: [...sort] })).toEqual(['web-2', 'Web-1', 'web-10']);
  });

  it('a renamed row moves to its new place', () => {
    const renamed = indexOf(testResource({ name: 'a', nativeId: 'i-1' }), testResource({ name: 'b' }));
    names(renamed, {});
    renamed.put([testResource({ name: 'c', nativeId: 'i-1' })]);
    expect(names(renamed, {})).toEqual(['b', 'c']);
  });
});

describe('results', () => {
  it('a scan that writes never shifts the rows; a vanished one keeps its place and its last data', () => {
    const b = testResource({ name: 'b', state: 'running', tags: { env: 'prod' } });
    const index = indexOf(testResource({ name: 'a' }), b, testResource({ name: 'd' }));
    const { resultId } = index.query(testQuery());
    index.remove([b.id]);
    index.put([testResource({ name: 'c', state: 'other' }), testResource({ name: 'a', state: 'stopped' })]);
    const rows = index.rows(resultId, 0, 10);
    expect(rows.map((row) => [row.name, row.state])).toEqual([
      ['a', 'stopped'],
      ['b', 'running'],
      ['d', null],
    ]);
    expect(rows[1]?.tags).toEqual({ env: 'prod' });
  });

  it('an estate that is forgotten stays readable in an open list', () => {
    const index = indexOf(testResource({ name: 'a', tags: { env: 'prod' } }));
    const { resultId } = index.query(testQuery());
    index.clear();
    index.put([testResource({ name: 'z', tags: { env: 'dev' } })]);
    expect(index.rows(resultId, 0, 10)[0]).toMatchObject({ name: 'a', tags: { env: 'prod' } });
  });

  it('the 21st result drops the one read longest ago, and says so', () => {
    const index = indexOf(testResource({ name: 'a' }));
    const first = index.query(testQuery()).resultId;
    const second = index.query(testQuery()).resultId;
    for (let i = 0; i < 18; i++) index.query(testQuery());
    index.rows(first, 0, 1);
    index.query(testQuery());
    expect(index.rows(first, 0, 1)).toHaveLength(1);
    expect(() => index.rows(second, 0, 1)).toThrowError(expect.objectContaining({ code: 'RESULT_GONE' }));
  });
});

describe('addresses', () => {
  const here = { accountId: '111122223333', region: 'eu-west-1' };
  const vpc = testResource({ name: 'main', resourceType: 'ec2_vpc', nativeId: 'vpc-1' });
  const web = testResource({
    name: 'web',
    nativeId: 'i-1',
    relations: [
      { kind: 'in', ...here, resourceType: 'ec2_vpc', nativeId: 'vpc-1' },
      { kind: 'uses', ...here, resourceType: 'ec2_security_group', nativeId: 'sg-gone' },
    ],
  });

  it('case counts at an address: two functions may differ by it', () => {
    const index = indexOf(testResource({ name: 'Orders', resourceType: 'lambda_function' }));
    const at = { accountId: '111122223333', region: 'eu-west-1', resourceType: 'lambda_function' as const };
    expect(index.locate({ ...at, nativeId: 'orders' })).toBeNull();
    expect(index.locate({ ...at, nativeId: 'Orders' })).not.toBeNull();
  });

  it('relations are seen from both ends, and a missing end has no id', () => {
    const index = indexOf(web, vpc);
    expect(index.related(web.id)).toEqual([
      {
        kind: 'in',
        ...here,
        resourceType: 'ec2_vpc',
        nativeId: 'vpc-1',
        id: vpc.id,
        name: 'main',
        direction: 'out',
      },
      {
        kind: 'uses',
        ...here,
        resourceType: 'ec2_security_group',
        nativeId: 'sg-gone',
        id: null,
        name: 'sg-gone',
        direction: 'out',
      },
    ]);
    expect(index.related(vpc.id)).toMatchObject([{ id: web.id, kind: 'in', direction: 'in' }]);
  });

  it('a relation leads to another region and another account', () => {
    const resourceType = 'rds_instance';
    const at = { accountId: '999988887777', region: 'us-east-1', resourceType, nativeId: 'pg-0' };
    const source = testResource({ ...at, name: 'pg-0' });
    const relations = [{ kind: 'replica_of', ...at }];
    const replica = testResource({
      resourceType,
      name: 'pg-1',
      nativeId: 'pg-1',
      region: 'us-west-2',
      relations,
    });
    const index = indexOf(replica, source);
    expect(index.related(replica.id)).toMatchObject([{ id: source.id, name: 'pg-0', direction: 'out' }]);
    expect(index.related(source.id)).toMatchObject([{ id: replica.id, name: 'pg-1', direction: 'in' }]);
  });

  it('a bucket is found by its name alone, in its partition', () => {
    const resourceType = 's3_bucket';
    const bucket = testResource({ resourceType, name: 'b', region: 'eu-west-1', arn: 'arn:aws:s3:::b' });
    const gov = { accountId: '999988887777', region: 'us-gov-west-1', arn: 'arn:aws-us-gov:s3:::b' };
    const other = testResource({ resourceType, name: 'b', id: 'gov', ...gov });
    const index = indexOf(bucket, other);
    const at = { accountId: '999988887777', region: 'us-east-1', resourceType, nativeId: 'b' };
    expect(index.locate(at)).toBe(bucket.id);
    expect(index.locate({ ...at, region: 'us-gov-east-1' })).toBe('gov');
    const relations = [{ kind: 'uses', ...at }];
    const user = testResource({ name: 'user', resourceType: 'lambda_function', relations });
    index.put([user]);
    expect(index.related(user.id)).toMatchObject([{ id: bucket.id, name: 'b', region: 'eu-west-1' }]);
  });

  it('the same id in another account or region is another resource', () => {
    const elsewhere = { ...vpc, id: 'other', accountId: '444455556666' };
    const index = indexOf(elsewhere, web);
    expect(index.related(web.id)[0]?.id).toBeNull();
    expect(index.related('other')).toEqual([]);
  });

  it('a relation that a rescan no longer saw is gone', () => {
    const index = indexOf(web, vpc);
    index.put([{ ...web, relations: [] }]);
    expect(index.related(vpc.id)).toEqual([]);
    index.put([web]);
    index.remove([web.id]);
    expect(index.related(vpc.id)).toEqual([]);
  });
});

describe('words', () => {
  it('filters see rows at once, words follow in slices, and answers say so meanwhile', async () => {
    const index = new EstateIndex();
    index.put(
      Array.from({ length: 3_000 }, (_, i) => testResource({ name: `crane-${i}`, nativeId: `i-${i}` })),
    );
    expect(index.query(testQuery({ filter: { regions: ['eu-west-1'] } })).total).toBe(3_000);
    expect(index.query(testQuery({ text: 'crane' })).indexing).toBe(true);
    await index.whenIndexed();
    const answer = index.query(testQuery({ text: 'crane' }));
    expect(answer).toMatchObject({ indexing: false, total: 3_000 });
  });

  it('a row that was just written is found by its words at once', () => {
    expect(names(indexOf(testResource({ name: 'lighthouse-api' })), { text: 'lighthouse' })).toEqual([
      'lighthouse-api',
    ]);
  });

  it('a renamed row is not found by its old words, a removed one by none', () => {
    const index = indexOf(testResource({ name: 'lighthouse', nativeId: 'i-1' }));
    index.query(testQuery());
    index.put([testResource({ name: 'pier', nativeId: 'i-1' })]);
    expect(names(index, { text: 'lighthouse' })).toEqual([]);
    index.remove([testResource({ name: 'pier', nativeId: 'i-1' }).id]);
    expect(names(index, { text: 'pier' })).toEqual([]);
  });

  it('a new state is searched for at once, without indexing words anew', () => {
    const index = indexOf(
      testResource({ name: 'one', state: 'running' }),
      testResource({ name: 'two', state: 'running' }),
    );
    index.put([testResource({ name: 'two', state: 'stopped' })]);
    expect(names(index, { text: 'stopped servers' })[0]).toBe('two');
  });
});
