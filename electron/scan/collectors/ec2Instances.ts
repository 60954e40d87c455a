import { untilEnd } from '../../aws/pages.ts';
import { ec2Instance } from '../../estate/types/ec2.ts';
import type { Collector } from '../types.ts';
import { orNull, theOne, toResource, toResources } from './common.ts';
import { EC2_PAGE, loadEc2 } from './ec2Common.ts';

export const ec2Instances: Collector = {
  service: 'ec2',
  global: false,
  resourceTypes: ['ec2_instance'],
  listAction: 'ec2:DescribeInstances',

  async *collect(context) {
    const { sdk, client } = await loadEc2(context);
    const pages = sdk.paginateDescribeInstances(
      { client, pageSize: EC2_PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ NextToken }) => NextToken)) {
      const instances = (page.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
      yield toResources(context, ec2Instance, instances);
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadEc2(context);
    const answer = await orNull(['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed'], () =>
      client.send(new sdk.DescribeInstancesCommand({ InstanceIds: [nativeId] }), {
        abortSignal: context.signal,
      }),
    );
    if (answer === null) return null;
    const instance = theOne(
      'ec2:DescribeInstances',
      nativeId,
      answer.Reservations?.flatMap(({ Instances }) => Instances ?? []),
      (one) => one.InstanceId,
    );
    return toResource(context, ec2Instance, instance);
  },
};
