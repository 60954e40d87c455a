import { untilEnd } from '../../aws/pages.ts';
import { ec2SecurityGroup } from '../../estate/types/ec2.ts';
import type { Collector } from '../types.ts';
import { orNull, theOne, toResource, toResources } from './common.ts';
import { EC2_PAGE, loadEc2 } from './ec2Common.ts';

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
      yield toResources(context, ec2SecurityGroup, page.SecurityGroups ?? []);
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
    return toResource(context, ec2SecurityGroup, group);
  },
};
