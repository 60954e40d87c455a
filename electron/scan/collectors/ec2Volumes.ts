import { untilEnd } from '../../aws/pages.ts';
import { ec2Volume } from '../../estate/types/ec2.ts';
import type { Collector } from '../types.ts';
import { orNull, theOne, toResource, toResources } from './common.ts';
import { EC2_PAGE, loadEc2 } from './ec2Common.ts';

export const ec2Volumes: Collector = {
  service: 'ec2',
  global: false,
  resourceTypes: ['ec2_volume'],
  listAction: 'ec2:DescribeVolumes',

  async *collect(context) {
    const { sdk, client } = await loadEc2(context);
    const pages = sdk.paginateDescribeVolumes(
      { client, pageSize: EC2_PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ NextToken }) => NextToken)) {
      yield toResources(context, ec2Volume, page.Volumes ?? []);
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadEc2(context);
    const answer = await orNull(['InvalidVolume.NotFound'], () =>
      client.send(new sdk.DescribeVolumesCommand({ VolumeIds: [nativeId] }), { abortSignal: context.signal }),
    );
    if (answer === null) return null;
    const volume = theOne('ec2:DescribeVolumes', nativeId, answer.Volumes, (one) => one.VolumeId);
    return toResource(context, ec2Volume, volume);
  },
};
