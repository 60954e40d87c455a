import type { CollectContext } from '../types.ts';
import { chunks, detail, scopeOf, tagsOf } from './common.ts';

/** The most ELBv2 allows per page and, for tags, per call. */
export const ELBV2_PAGE = 400;
const TAGS_PER_CALL = 20;

export async function loadElbv2(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2');
  return { sdk, client: context.clients.client(sdk.ElasticLoadBalancingV2Client, scopeOf(context)) };
}

/** Tags by ARN; what AWS refuses to tell is reported and missing. */
export async function elbv2Tags(context: CollectContext, arns: string[]) {
  const { sdk, client } = await loadElbv2(context);
  const tags = new Map<string, Record<string, string>>();
  for (const some of chunks(arns, TAGS_PER_CALL)) {
    const on = some.length === 1 ? (some[0] ?? '') : `${some.length} resources`;
    const answer = await detail(context, { call: 'elasticloadbalancing:DescribeTags', on }, () =>
      client.send(new sdk.DescribeTagsCommand({ ResourceArns: some }), { abortSignal: context.signal }),
    );
    for (const { ResourceArn, Tags } of answer?.TagDescriptions ?? []) {
      if (ResourceArn) tags.set(ResourceArn, tagsOf(Tags));
    }
  }
  return tags;
}
