import type { Instance } from '@aws-sdk/client-ec2';
import { untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { earliest, orNull, relation, theOne, toResource } from './common.ts';
import { EC2_PAGE, ec2Arn, loadEc2, nameAndTags } from './ec2Common.ts';

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
      yield (page.Reservations ?? []).flatMap((reservation) =>
        (reservation.Instances ?? []).flatMap((instance) => toInstance(context, instance)),
      );
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
    return toInstance(context, instance)[0] ?? null;
  },
};

function toInstance(context: CollectContext, instance: Instance): CollectedResource[] {
  const id = instance.InstanceId;
  if (!id) return [];
  const disks = instance.BlockDeviceMappings ?? [];
  const cards = instance.NetworkInterfaces ?? [];
  return [
    toResource(context, {
      resourceType: 'ec2_instance',
      service: 'ec2',
      nativeId: id,
      arn: ec2Arn(context, 'instance', id),
      ...nameAndTags(instance.Tags),
      state: instance.State?.Name,
      // LaunchTime is the last start; the attachments of disks and network cards keep the first.
      createdAt: earliest([
        instance.LaunchTime,
        ...disks.map((disk) => disk.Ebs?.AttachTime),
        ...cards.map((card) => card.Attachment?.AttachTime),
      ]),
      facts: {
        InstanceType: instance.InstanceType,
        AvailabilityZone: instance.Placement?.AvailabilityZone,
        PrivateIpAddress: instance.PrivateIpAddress,
        PublicIpAddress: instance.PublicIpAddress,
        PrivateDnsName: instance.PrivateDnsName,
        PublicDnsName: instance.PublicDnsName,
        ImageId: instance.ImageId,
        PlatformDetails: instance.PlatformDetails,
        Architecture: instance.Architecture,
        LaunchTime: instance.LaunchTime,
        InstanceLifecycle: instance.InstanceLifecycle,
        RootDeviceType: instance.RootDeviceType,
        IamInstanceProfile: instance.IamInstanceProfile?.Arn,
        KeyName: instance.KeyName,
        StateTransitionReason: instance.StateTransitionReason,
      },
      relations: [
        relation('in', 'ec2_vpc', instance.VpcId),
        relation('in', 'ec2_subnet', instance.SubnetId),
        ...(instance.SecurityGroups ?? []).map((group) =>
          relation('uses', 'ec2_security_group', group.GroupId),
        ),
      ],
      constraints: canStop(instance),
      raw: instance,
    }),
  ];
}

/** What has its root disk in the host loses it when stopped. Of a spot instance only its request tells: unknown. */
function canStop({ RootDeviceType, InstanceLifecycle }: Instance): Record<string, boolean> {
  if (RootDeviceType === 'instance-store') return { can_stop: false };
  return InstanceLifecycle === 'spot' ? {} : { can_stop: true };
}
