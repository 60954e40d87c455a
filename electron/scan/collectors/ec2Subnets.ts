import { untilEnd } from '../../aws/pages.ts';
import { ec2Subnet } from '../../estate/types/ec2.ts';
import type { Collector } from '../types.ts';
import { orNull, theOne, toResource, toResources } from './common.ts';
import { EC2_PAGE, loadEc2 } from './ec2Common.ts';

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
      yield toResources(context, ec2Subnet, page.Subnets ?? []);
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadEc2(context);
    const answer = await orNull(['InvalidSubnetID.NotFound', 'InvalidSubnetId.Malformed'], () =>
      client.send(new sdk.DescribeSubnetsCommand({ SubnetIds: [nativeId] }), { abortSignal: context.signal }),
    );
    if (answer === null) return null;
    const subnet = theOne('ec2:DescribeSubnets', nativeId, answer.Subnets, (one) => one.SubnetId);
    return toResource(context, ec2Subnet, subnet);
  },
};
