import { untilEnd } from '../../aws/pages.ts';
import { ec2Vpc } from '../../estate/types/ec2.ts';
import type { Collector } from '../types.ts';
import { orNull, theOne, toResource, toResources } from './common.ts';
import { EC2_PAGE, loadEc2 } from './ec2Common.ts';

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
      yield toResources(context, ec2Vpc, page.Vpcs ?? []);
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadEc2(context);
    const answer = await orNull(['InvalidVpcID.NotFound', 'InvalidVpcId.Malformed'], () =>
      client.send(new sdk.DescribeVpcsCommand({ VpcIds: [nativeId] }), { abortSignal: context.signal }),
    );
    if (answer === null) return null;
    const vpc = theOne('ec2:DescribeVpcs', nativeId, answer.Vpcs, (one) => one.VpcId);
    return toResource(context, ec2Vpc, vpc);
  },
};
