import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { s3Buckets } from './s3Buckets.ts';

const CLOSED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};
const buckets = [
  { Name: 'near', BucketRegion: 'us-east-1', CreationDate: new Date('2024-01-01T00:00:00Z') },
  { Name: 'far', BucketRegion: 'eu-west-1', CreationDate: new Date('2024-02-02T00:00:00Z') },
];
const answers = {
  ListBucketsCommand: () => ({ Buckets: buckets }),
  GetBucketTaggingCommand: () => ({ TagSet: [{ Key: 'team', Value: 'core' }] }),
  GetPublicAccessBlockCommand: () => ({ PublicAccessBlockConfiguration: CLOSED }),
};

test('each bucket is asked in its own region, since another answers with a redirect', async () => {
  const aws = cannedAws(answers);
  expect(await aws.collect(s3Buckets)).toMatchObject([
    { name: 'near', region: 'us-east-1', arn: 'arn:aws:s3:::near', tags: { team: 'core' } },
    { name: 'far', region: 'eu-west-1', createdAt: '2024-02-02T00:00:00.000Z', state: null },
  ]);
  expect(aws.sent('GetBucketTaggingCommand').map(({ scope }) => scope.region)).toEqual([
    'us-east-1',
    'eu-west-1',
  ]);
  expect(aws.sent('ListBucketsCommand')[0]?.input.MaxBuckets).toBe(10_000);
});

test('a bucket without tags and without a block is no failure, and is not called blocked', async () => {
  const aws = cannedAws({
    ...answers,
    GetBucketTaggingCommand: () => {
      throw awsError('NoSuchTagSet', 404);
    },
    GetPublicAccessBlockCommand: () => {
      throw awsError('NoSuchPublicAccessBlockConfiguration', 404);
    },
  });
  const [found] = await aws.collect(s3Buckets);
  expect(found).toMatchObject({ tags: {}, facts: { PublicAccessBlocked: false } });
  expect(aws.partial).toEqual([]);
});

test('a denied detail leaves the field unknown and the bucket in place', async () => {
  const aws = cannedAws({
    ...answers,
    GetPublicAccessBlockCommand: ({ Bucket }) => {
      if (Bucket === 'far') throw awsError('AccessDenied', 403);
      return { PublicAccessBlockConfiguration: CLOSED };
    },
  });
  const [near, far] = await aws.collect(s3Buckets);
  expect(near?.facts.PublicAccessBlocked).toBe(true);
  expect(far).toMatchObject({ name: 'far', tags: { team: 'core' }, facts: {} });
  expect(aws.partial).toEqual([expect.stringContaining('s3:GetBucketPublicAccessBlock on far in eu-west-1')]);
});

test('a bucket deleted after the list was made is left out', async () => {
  const aws = cannedAws({
    ...answers,
    GetBucketTaggingCommand: ({ Bucket }) => {
      if (Bucket === 'near') throw awsError('NoSuchBucket', 404);
      return {};
    },
  });
  expect((await aws.collect(s3Buckets)).map(({ name }) => name)).toEqual(['far']);
});

test.each([
  [undefined, 'us-east-1'],
  ['EU', 'eu-west-1'],
  ['ap-south-1', 'ap-south-1'],
])('a list without regions: location %s is %s', async (LocationConstraint, region) => {
  const aws = cannedAws({
    ...answers,
    ListBucketsCommand: () => ({ Buckets: [{ Name: 'old' }] }),
    GetBucketLocationCommand: () => ({ LocationConstraint }),
  });
  expect((await aws.collect(s3Buckets))[0]?.region).toBe(region);
});

test('a bucket whose region AWS does not tell keeps that of its row; without one it is unknown', async () => {
  const refuse = () => {
    throw awsError('AccessDenied', 403);
  };
  const aws = cannedAws({
    ...answers,
    ListBucketsCommand: () => ({ Buckets: [{ Name: 'known' }, { Name: 'new' }] }),
    GetBucketLocationCommand: refuse,
    HeadBucketCommand: refuse,
  });
  aws.context.knownRegion = async ({ nativeId }) => (nativeId === 'known' ? 'eu-west-1' : null);
  expect(await aws.collect(s3Buckets)).toMatchObject([
    { name: 'known', region: 'eu-west-1', tags: { team: 'core' } },
    { name: 'new', region: 'unknown' },
  ]);
});

test('without a network the listing fails instead of making every bucket partial', async () => {
  const aws = cannedAws({
    ...answers,
    GetBucketTaggingCommand: () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    },
  });
  await expect(aws.collect(s3Buckets)).rejects.toThrow('ECONNREFUSED');
});

test('a bucket whose name only begins alike is not the one described', async () => {
  const aws = cannedAws({ ...answers, ListBucketsCommand: () => ({ Buckets: [{ Name: 'near-2' }] }) });
  expect(await aws.describe(s3Buckets, 'near')).toBeNull();
});
