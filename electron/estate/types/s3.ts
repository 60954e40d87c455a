import type { Bucket, PublicAccessBlockConfiguration } from '@aws-sdk/client-s3';
import { asRead } from '../reading.ts';
import { type Stored, typeSpec } from '../typeSpec.ts';

/** What the list says of a bucket, its tags, and what GetPublicAccessBlock says. */
type Answer = Stored<Bucket> & {
  Tags?: Record<string, string>;
  PublicAccessBlock?: Stored<PublicAccessBlockConfiguration>;
};

const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

export const s3Bucket = typeSpec<Answer>({
  id: 's3_bucket',
  service: 's3',
  scope: 'global',
  details: [
    { call: 's3:GetBucketTagging', raw: ['Tags'], fields: ['tags'] },
    {
      call: 's3:GetBucketPublicAccessBlock',
      raw: ['PublicAccessBlock'],
      fields: [...BLOCKS, 'PublicAccessBlocked'].map((fact) => `facts.${fact}`),
    },
  ],
  readVersion: 1,
  volatile: [],
  ordered: [],
  read(bucket, at) {
    const { Name: name, PublicAccessBlock: block } = bucket;
    if (!name) return null;
    return asRead({
      nativeId: name,
      name,
      arn: bucket.BucketArn ?? `arn:${at.partition}:s3:::${name}`,
      tags: bucket.Tags,
      createdAt: bucket.CreationDate,
      facts: { ...block, ...(block && { PublicAccessBlocked: isBlocked(block) }) },
    });
  },
});

const isBlocked = (block: PublicAccessBlockConfiguration) =>
  Boolean(
    block.BlockPublicAcls && block.BlockPublicPolicy && block.IgnorePublicAcls && block.RestrictPublicBuckets,
  );
