import type { Volume } from '@aws-sdk/client-ec2';
import { untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { orNull, relation, theOne, toResource } from './common.ts';
import { EC2_PAGE, ec2Arn, loadEc2, nameAndTags } from './ec2Common.ts';

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
      yield (page.Volumes ?? []).flatMap((volume) => toVolume(context, volume));
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadEc2(context);
    const answer = await orNull(['InvalidVolume.NotFound'], () =>
      client.send(new sdk.DescribeVolumesCommand({ VolumeIds: [nativeId] }), { abortSignal: context.signal }),
    );
    if (answer === null) return null;
    const volume = theOne('ec2:DescribeVolumes', nativeId, answer.Volumes, (one) => one.VolumeId);
    return toVolume(context, volume)[0] ?? null;
  },
};

function toVolume(context: CollectContext, volume: Volume): CollectedResource[] {
  const id = volume.VolumeId;
  if (!id) return [];
  const attachments = volume.Attachments ?? [];
  return [
    toResource(context, {
      resourceType: 'ec2_volume',
      service: 'ec2',
      nativeId: id,
      arn: ec2Arn(context, 'volume', id),
      ...nameAndTags(volume.Tags),
      state: volume.State,
      createdAt: volume.CreateTime,
      facts: {
        Size: volume.Size,
        VolumeType: volume.VolumeType,
        Iops: volume.Iops,
        Throughput: volume.Throughput,
        Encrypted: volume.Encrypted,
        KmsKeyId: volume.KmsKeyId,
        SnapshotId: volume.SnapshotId,
        AvailabilityZone: volume.AvailabilityZone,
        MultiAttachEnabled: volume.MultiAttachEnabled,
        Device: attachments.map((attachment) => attachment.Device).filter(Boolean),
      },
      relations: attachments.map(({ InstanceId }) => relation('attached_to', 'ec2_instance', InstanceId)),
      raw: volume,
    }),
  ];
}
