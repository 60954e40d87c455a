import type { TagDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { toAppError } from '../../aws/errors.ts';
import { tagsOf } from '../../estate/reading.ts';
import { elbv2LoadBalancer } from '../../estate/types/elbv2.ts';
import type { CollectContext } from '../types.ts';
import { chunks, detail, isHopeless, mapLimited, orNull, scopeOf, type Unknown } from './common.ts';

/** The most ELBv2 allows per page and, for tags, per call. */
export const ELBV2_PAGE = 400;
const TAGS_PER_CALL = 20;

export async function loadElbv2(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2');
  return { sdk, client: context.clients.client(sdk.ElasticLoadBalancingV2Client, scopeOf(context)) };
}

/** What is known of each ARN's tags: them, or why not. */
export type TagAnswers = Map<string, { tags: Record<string, string> } | { unknown: string }>;
const GONE = [
  'LoadBalancerNotFound',
  'LoadBalancerNotFoundException',
  'TargetGroupNotFound',
  'TargetGroupNotFoundException',
];

/**
 * Tags by ARN. AWS answers twenty at once or refuses all twenty: where it refuses, they are asked one by one,
 * so that one that is gone or denied costs no other its tags. What went meanwhile is missing.
 */
export async function elbv2Tags(context: CollectContext, arns: string[]): Promise<TagAnswers> {
  const answers: TagAnswers = new Map();
  for (const some of chunks(arns, TAGS_PER_CALL)) {
    const together = await askTags(context, some).catch((error: unknown) => {
      if (isHopeless(context, error)) throw toAppError(error, aboutTags(context, some));
      return null;
    });
    if (together) for (const arn of some) answers.set(arn, told(together, arn));
    else await askSingly(context, some, answers);
  }
  return answers;
}

async function askSingly(context: CollectContext, arns: string[], answers: TagAnswers): Promise<void> {
  await mapLimited(context, arns, async (arn) => {
    const unknown: Unknown = {};
    const about = { call: CALL, on: arn, unknown, of: elbv2LoadBalancer };
    const answer = await detail(context, about, () => orNull(GONE, () => askTags(context, [arn])));
    if (answer === undefined) answers.set(arn, { unknown: unknown.tags ?? 'AWS did not say.' });
    else if (answer !== null) answers.set(arn, told(answer, arn));
  });
}

const CALL = 'elasticloadbalancing:DescribeTags';

async function askTags(context: CollectContext, arns: string[]): Promise<TagDescription[]> {
  const { sdk, client } = await loadElbv2(context);
  const ask = new sdk.DescribeTagsCommand({ ResourceArns: arns });
  return (await client.send(ask, { abortSignal: context.signal })).TagDescriptions ?? [];
}

/** AWS names each ARN that was asked for, those without tags too. */
function told(answer: TagDescription[], arn: string): { tags: Record<string, string> } | { unknown: string } {
  const own = answer.find(({ ResourceArn }) => ResourceArn === arn);
  return own ? { tags: tagsOf(own.Tags) } : { unknown: `${CALL} did not name it in its answer.` };
}

function aboutTags(context: CollectContext, arns: string[]) {
  const on = arns.length === 1 ? (arns[0] ?? '') : `${arns.length} resources`;
  return { call: CALL, on, region: context.region, profile: context.profile };
}

/** The tags of one of them as a member of its stored answer, or why AWS would not say. */
export function tagsFrom(
  answers: TagAnswers,
  arn: string,
): { told: { Tags?: Record<string, string> }; unknown: Unknown } {
  const answer = answers.get(arn) ?? { tags: {} };
  return 'tags' in answer
    ? { told: { Tags: answer.tags }, unknown: {} }
    : { told: {}, unknown: { tags: answer.unknown } };
}
