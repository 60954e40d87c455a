import type { Bucket, PublicAccessBlockConfiguration, S3Client } from '@aws-sdk/client-s3';
import { untilEnd } from '../../aws/pages.ts';
import { tagsOf } from '../../estate/reading.ts';
import { s3Bucket } from '../../estate/types/s3.ts';
import { type CollectContext, type CollectedResource, type Collector, UNKNOWN_REGION } from '../types.ts';
import { detail, mapLimited, orNull, scopeOf, theOne, toResource, type Unknown } from './common.ts';

/** The most S3 allows. With a page size it also says each bucket's region. */
const PAGE = 10_000;
/** Buckets whose details are asked before they are handed on, so that memory stays bounded. */
const BATCH = 200;
const GONE = ['NoSuchBucket'];

type Sdk = typeof import('@aws-sdk/client-s3');

/** Listed once per account; each bucket's details are asked in its own region. */
export const s3Buckets: Collector = {
  service: 's3',
  global: true,
  resourceTypes: ['s3_bucket'],
  listAction: 's3:ListAllMyBuckets',

  async *collect(context) {
    const { sdk, client } = await load(context);
    const pages = sdk.paginateListBuckets({ client, pageSize: PAGE }, {}, { abortSignal: context.signal });
    for await (const page of untilEnd(this.listAction, pages, ({ ContinuationToken }) => ContinuationToken)) {
      const buckets = page.Buckets ?? [];
      for (let start = 0; start < buckets.length; start += BATCH) {
        const batch = buckets.slice(start, start + BATCH);
        const found = await mapLimited(context, batch, (bucket) => toBucket(context, sdk, client, bucket));
        yield found.filter((bucket) => bucket !== null);
      }
    }
  },

  /** Through the list: only it shows who owns the bucket and when it was made. */
  async describe(context, { nativeId }) {
    const { sdk, client } = await load(context);
    const pages = sdk.paginateListBuckets(
      { client, pageSize: PAGE },
      { Prefix: nativeId },
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ ContinuationToken }) => ContinuationToken)) {
      const bucket = page.Buckets?.find(({ Name }) => Name === nativeId);
      if (bucket) return toBucket(context, sdk, client, bucket);
      // S3 listed what begins alike, so it would have listed this one.
      if (page.Buckets?.length) return null;
    }
    // An empty list says nothing about it.
    if ((await locate(context, sdk, client, nativeId)) === null) return null;
    return theOne('s3:ListAllMyBuckets', nativeId, [], () => undefined);
  },
};

async function load(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-s3');
  return { sdk, client: context.clients.client(sdk.S3Client, scopeOf(context)) };
}

/** Null when the bucket was deleted after the list was made. */
async function toBucket(
  context: CollectContext,
  sdk: Sdk,
  listing: S3Client,
  bucket: Bucket,
): Promise<CollectedResource | null> {
  const name = bucket.Name;
  if (!name) return null;
  const located = bucket.BucketRegion ?? (await locate(context, sdk, listing, name));
  if (located === null) return null;
  // A bucket never moves: it keeps the row it has.
  const region = located ?? (await context.knownRegion({ resourceType: 's3_bucket', nativeId: name }));
  const details = region ? await askDetails(context, sdk, name, region) : { unknown: {} };
  if (details === null) return null;
  const { tags, block, unknown } = details;
  const answer = { ...bucket, ...(tags && { Tags: tags }), ...(block && { PublicAccessBlock: block }) };
  return toResource(context, s3Bucket, answer, { region: region ?? UNKNOWN_REGION, unknown });
}

/** Undefined when AWS would not say, null when the bucket is gone. */
async function locate(context: CollectContext, sdk: Sdk, client: S3Client, name: string) {
  const answer = await orNull(GONE, () =>
    detail(context, { call: 's3:GetBucketLocation', on: name, gone: GONE }, () =>
      client.send(new sdk.GetBucketLocationCommand({ Bucket: name }), { abortSignal: context.signal }),
    ),
  );
  if (answer === null) return null;
  if (answer === undefined) return locateByHead(context, sdk, client, name);
  // Us-east-1 answers nothing, and the oldest buckets of eu-west-1 answer EU.
  const location: string = answer.LocationConstraint ?? 'us-east-1';
  return location === 'EU' ? 'eu-west-1' : location || 'us-east-1';
}

/** S3 names the region in a header of HEAD, even of a refusal. */
async function locateByHead(context: CollectContext, sdk: Sdk, client: S3Client, name: string) {
  try {
    const options = { abortSignal: context.signal };
    return (await client.send(new sdk.HeadBucketCommand({ Bucket: name }), options)).BucketRegion;
  } catch (error) {
    if (context.signal.aborted) throw error;
    const { $response } = error as { $response?: { headers?: Record<string, string> } };
    return $response?.headers?.['x-amz-bucket-region'];
  }
}

interface Details {
  unknown: Unknown;
  tags?: Record<string, string> | undefined;
  block?: PublicAccessBlockConfiguration | undefined;
}

/** Null when the bucket is gone. Refused details stay undefined. */
async function askDetails(
  context: CollectContext,
  sdk: Sdk,
  name: string,
  region: string,
): Promise<Details | null> {
  const client = context.clients.client(sdk.S3Client, scopeOf(context, region));
  const options = { abortSignal: context.signal };
  const unknown: Unknown = {};
  const ask = <T>(call: string, unset: string, send: () => Promise<T>) =>
    detail(context, { call, on: name, region, gone: GONE, unknown, of: s3Bucket }, () =>
      orNull([unset], send),
    );
  return orNull(GONE, async () => {
    const [tagging, access] = await Promise.all([
      ask('s3:GetBucketTagging', 'NoSuchTagSet', () =>
        client.send(new sdk.GetBucketTaggingCommand({ Bucket: name }), options),
      ),
      ask('s3:GetBucketPublicAccessBlock', 'NoSuchPublicAccessBlockConfiguration', () =>
        client.send(new sdk.GetPublicAccessBlockCommand({ Bucket: name }), options),
      ),
    ]);
    return {
      unknown,
      tags: tagging === undefined ? undefined : tagsOf(tagging?.TagSet),
      // Without a configuration of its own a bucket blocks nothing.
      block: access === undefined ? undefined : (access?.PublicAccessBlockConfiguration ?? UNBLOCKED),
    };
  });
}

const UNBLOCKED: PublicAccessBlockConfiguration = {
  BlockPublicAcls: false,
  IgnorePublicAcls: false,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};
