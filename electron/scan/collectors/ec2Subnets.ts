import type { Subnet } from '@aws-sdk/client-ec2';
import { untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { orNull, relation, theOne, toResource } from './common.ts';
import { EC2_PAGE, ec2Arn, loadEc2, nameAndTags } from './ec2Common.ts';

export const ec2Subnets: Collector = {
  service: 'ec2',
  global: false,
  resourceTypes: ['ec2_subnet'],
  listAction: 'ec2:DescribeSubnets',

  async *collect(context) {
    const { sdk, client } = await loadEc2(context);
    const pages = sdk.paginateDescribeSubnets(
      { client, pageSize: EC2_PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ NextToken }) => NextToken)) {
      yield (page.Subnets ?? []).flatMap((subnet) => toSubnet(context, subnet));
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadEc2(context);
    const answer = await orNull(['InvalidSubnetID.NotFound', 'InvalidSubnetId.Malformed'], () =>
      client.send(new sdk.DescribeSubnetsCommand({ SubnetIds: [nativeId] }), { abortSignal: context.signal }),
    );
    if (answer === null) return null;
    const subnet = theOne('ec2:DescribeSubnets', nativeId, answer.Subnets, (one) => one.SubnetId);
    return toSubnet(context, subnet)[0] ?? null;
  },
};

function toSubnet(context: CollectContext, subnet: Subnet): CollectedResource[] {
  const id = subnet.SubnetId;
  if (!id) return [];
  return [
    toResource(context, {
      resourceType: 'ec2_subnet',
      service: 'ec2',
      nativeId: id,
      arn: subnet.SubnetArn ?? ec2Arn(context, 'subnet', id, subnet.OwnerId),
      ...nameAndTags(subnet.Tags),
      state: subnet.State,
      facts: {
        CidrBlock: subnet.CidrBlock,
        AvailabilityZone: subnet.AvailabilityZone,
        AvailableIpAddressCount: subnet.AvailableIpAddressCount,
        MapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch,
        DefaultForAz: subnet.DefaultForAz,
        OwnerId: subnet.OwnerId,
      },
      relations: [relation('in', 'ec2_vpc', subnet.VpcId)],
      raw: subnet,
    }),
  ];
}
