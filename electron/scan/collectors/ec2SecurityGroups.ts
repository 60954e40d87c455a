import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import { untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { orNull, relation, theOne, toResource } from './common.ts';
import { EC2_PAGE, ec2Arn, loadEc2, nameAndTags } from './ec2Common.ts';

export const ec2SecurityGroups: Collector = {
  service: 'ec2',
  global: false,
  resourceTypes: ['ec2_security_group'],
  listAction: 'ec2:DescribeSecurityGroups',

  async *collect(context) {
    const { sdk, client } = await loadEc2(context);
    const pages = sdk.paginateDescribeSecurityGroups(
      { client, pageSize: EC2_PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ NextToken }) => NextToken)) {
      yield (page.SecurityGroups ?? []).flatMap((group) => toSecurityGroup(context, group));
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadEc2(context);
    const answer = await orNull(['InvalidGroup.NotFound', 'InvalidGroupId.Malformed'], () =>
      client.send(new sdk.DescribeSecurityGroupsCommand({ GroupIds: [nativeId] }), {
        abortSignal: context.signal,
      }),
    );
    if (answer === null) return null;
    const group = theOne('ec2:DescribeSecurityGroups', nativeId, answer.SecurityGroups, (one) => one.GroupId);
    return toSecurityGroup(context, group)[0] ?? null;
  },
};

function toSecurityGroup(context: CollectContext, group: SecurityGroup): CollectedResource[] {
  const id = group.GroupId;
  if (!id) return [];
  const { name, tags } = nameAndTags(group.Tags);
  const inbound = group.IpPermissions ?? [];
  return [
    toResource(context, {
      resourceType: 'ec2_security_group',
      service: 'ec2',
      nativeId: id,
      arn: group.SecurityGroupArn ?? ec2Arn(context, 'security-group', id, group.OwnerId),
      name: name || group.GroupName,
      tags,
      facts: {
        GroupName: group.GroupName,
        Description: group.Description,
        InboundRules: inbound.length,
        OutboundRules: group.IpPermissionsEgress?.length ?? 0,
        OpenToInternet: inbound.some(isOpenToInternet),
        OwnerId: group.OwnerId,
      },
      relations: [
        relation('in', 'ec2_vpc', group.VpcId),
        ...otherGroups(inbound, id).map((other) => relation('uses', 'ec2_security_group', other)),
      ],
      raw: group,
    }),
  ];
}

function isOpenToInternet(rule: IpPermission): boolean {
  return (
    (rule.IpRanges ?? []).some((range) => range.CidrIp === '0.0.0.0/0') ||
    (rule.Ipv6Ranges ?? []).some((range) => range.CidrIpv6 === '::/0')
  );
}

/** Groups whose members the inbound rules let in. */
function otherGroups(rules: IpPermission[], own: string): string[] {
  const ids = rules.flatMap((rule) => (rule.UserIdGroupPairs ?? []).map((pair) => pair.GroupId));
  return [...new Set(ids)].filter((id) => id !== undefined && id !== own) as string[];
}
