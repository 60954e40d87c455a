import type { Vpc } from '@aws-sdk/client-ec2';
import { untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { orNull, theOne, toResource } from './common.ts';
import { EC2_PAGE, ec2Arn, loadEc2, nameAndTags } from './ec2Common.ts';

export const ec2Vpcs: Collector = {
  service: 'ec2',
  global: false,
  resourceTypes: ['ec2_vpc'],
  listAction: 'ec2:DescribeVpcs',

  async *collect(context) {
    const { sdk, client } = await loadEc2(context);
    const pages = sdk.paginateDescribeVpcs(
      { client, pageSize: EC2_PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ NextToken }) => NextToken)) {
      yield (page.Vpcs ?? []).flatMap((vpc) => toVpc(context, vpc));
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadEc2(context);
    const answer = await orNull(['InvalidVpcID.NotFound', 'InvalidVpcId.Malformed'], () =>
      client.send(new sdk.DescribeVpcsCommand({ VpcIds: [nativeId] }), { abortSignal: context.signal }),
    );
    if (answer === null) return null;
    const vpc = theOne('ec2:DescribeVpcs', nativeId, answer.Vpcs, (one) => one.VpcId);
    return toVpc(context, vpc)[0] ?? null;
  },
};

function toVpc(context: CollectContext, vpc: Vpc): CollectedResource[] {
  const id = vpc.VpcId;
  if (!id) return [];
  return [
    toResource(context, {
      resourceType: 'ec2_vpc',
      service: 'ec2',
      nativeId: id,
      arn: ec2Arn(context, 'vpc', id, vpc.OwnerId),
      ...nameAndTags(vpc.Tags),
      state: vpc.State,
      facts: {
        CidrBlock: vpc.CidrBlock,
        Ipv6CidrBlock: (vpc.Ipv6CidrBlockAssociationSet ?? [])
          .map((block) => block.Ipv6CidrBlock)
          .filter(Boolean),
        IsDefault: vpc.IsDefault,
        InstanceTenancy: vpc.InstanceTenancy,
        DhcpOptionsId: vpc.DhcpOptionsId,
        OwnerId: vpc.OwnerId,
      },
      raw: vpc,
    }),
  ];
}
