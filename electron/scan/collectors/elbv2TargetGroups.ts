import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { untilEnd } from '../../aws/pages.ts';
import { elbv2TargetGroup } from '../../estate/types/elbv2.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { detail, mapLimited, orNull, theOne, toResource, type Unknown } from './common.ts';
import { ELBV2_PAGE, elbv2Tags, loadElbv2, tagsFrom } from './elbv2Common.ts';

const NOT_FOUND = ['TargetGroupNotFound', 'TargetGroupNotFoundException'];

/** With the targets of each group, so that an instance shows who sends it traffic. */
export const elbv2TargetGroups: Collector = {
  service: 'elbv2',
  global: false,
  resourceTypes: ['elbv2_target_group'],
  listAction: 'elasticloadbalancing:DescribeTargetGroups',

  async *collect(context) {
    const { sdk, client } = await loadElbv2(context);
    const pages = sdk.paginateDescribeTargetGroups(
      { client, pageSize: ELBV2_PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ NextMarker }) => NextMarker))
      yield await toTargetGroups(context, page.TargetGroups ?? []);
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadElbv2(context);
    const answer = await orNull(NOT_FOUND, () =>
      client.send(new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [nativeId] }), {
        abortSignal: context.signal,
      }),
    );
    if (answer === null) return null;
    const one = theOne(
      'elasticloadbalancing:DescribeTargetGroups',
      nativeId,
      answer.TargetGroups,
      (each) => each.TargetGroupArn,
    );
    return (await toTargetGroups(context, [one]))[0] ?? null;
  },
};

async function toTargetGroups(context: CollectContext, groups: TargetGroup[]): Promise<CollectedResource[]> {
  const arns = groups.flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []);
  const tags = await elbv2Tags(context, arns);
  const found = await mapLimited(context, groups, async (group) => {
    const arn = group.TargetGroupArn;
    if (!arn) return [];
    const { told, unknown } = tagsFrom(tags, arn);
    const targets = await targetsOf(context, arn, unknown);
    if (targets === null) return [];
    const answer = { ...group, ...told, ...(targets && { TargetHealthDescriptions: targets }) };
    return toResource(context, elbv2TargetGroup, answer, { unknown }) ?? [];
  });
  return found.flat();
}

/** Null when the group is gone; undefined when AWS would not say. */
async function targetsOf(context: CollectContext, arn: string, unknown: Unknown) {
  const { sdk, client } = await loadElbv2(context);
  const about = { call: 'elasticloadbalancing:DescribeTargetHealth', on: arn, unknown, of: elbv2TargetGroup };
  const answer = await detail(context, about, () =>
    orNull(NOT_FOUND, () =>
      client.send(new sdk.DescribeTargetHealthCommand({ TargetGroupArn: arn }), {
        abortSignal: context.signal,
      }),
    ),
  );
  return answer && (answer.TargetHealthDescriptions ?? []);
}
