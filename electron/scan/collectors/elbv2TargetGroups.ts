import type { TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Relation } from '../../../preload/contract/models.ts';
import { untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { detail, mapLimited, orNull, relation, theOne, toResource, type Unknown } from './common.ts';
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
    const { tags: own, unknown } = tagsFrom(tags, arn);
    const targets = await targetsOf(context, arn, unknown);
    return targets === null ? [] : [toTargetGroup(context, group, { arn, tags: own, targets, unknown })];
  });
  return found.flat();
}

/** What only DescribeTargetHealth tells. */
const DESCRIBED = ['facts.Targets', 'facts.HealthyTargets', 'relations.targets'];

/** Null when the group is gone; undefined when AWS would not say. */
async function targetsOf(context: CollectContext, arn: string, unknown: Unknown) {
  const { sdk, client } = await loadElbv2(context);
  const about = { call: 'elasticloadbalancing:DescribeTargetHealth', on: arn, unknown, fields: DESCRIBED };
  const answer = await detail(context, about, () =>
    orNull(NOT_FOUND, () =>
      client.send(new sdk.DescribeTargetHealthCommand({ TargetGroupArn: arn }), {
        abortSignal: context.signal,
      }),
    ),
  );
  return answer && (answer.TargetHealthDescriptions ?? []);
}

interface Told {
  arn: string;
  tags: Record<string, string>;
  targets: TargetHealthDescription[] | undefined;
  unknown: Unknown;
}

function toTargetGroup(
  context: CollectContext,
  group: TargetGroup,
  { arn, tags, targets, unknown }: Told,
): CollectedResource {
  return toResource(context, {
    resourceType: 'elbv2_target_group',
    service: 'elbv2',
    nativeId: arn,
    name: group.TargetGroupName,
    arn,
    tags,
    facts: {
      Protocol: group.Protocol,
      Port: group.Port,
      TargetType: group.TargetType,
      HealthCheckPath: group.HealthCheckPath,
      HealthCheckPort: group.HealthCheckPort,
      Targets: targets?.length,
      HealthyTargets: targets?.filter((target) => target.TargetHealth?.State === 'healthy').length,
    },
    relations: [
      relation('in', 'ec2_vpc', group.VpcId),
      ...(group.LoadBalancerArns ?? []).map((id) => relation('attached_to', 'elbv2_load_balancer', id)),
      ...(targets ?? []).map((target) => targetRelation(group.TargetType, target.Target?.Id)),
    ],
    raw: { ...group, ...(targets && { TargetHealthDescriptions: targets }) },
    unknown,
  });
}

function targetRelation(type: string | undefined, id: string | undefined): Relation | null {
  if (type === 'instance') return relation('targets', 'ec2_instance', id);
  if (type === 'alb') return relation('targets', 'elbv2_load_balancer', id);
  // A function is a target by ARN, perhaps with a version behind its name.
  if (type === 'lambda') return relation('targets', 'lambda_function', id?.split(':')[6]);
  return null;
}
