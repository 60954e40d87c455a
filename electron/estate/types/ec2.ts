import type { Instance, SecurityGroup, Subnet, Tag, Volume, Vpc } from '@aws-sdk/client-ec2';
import type { Relation } from '../../../preload/contract/models.ts';
import { accountOr, asRead, earliest, links, sorted, tagsOf } from '../reading.ts';
import { type Place, type Stored, typeSpec } from '../typeSpec.ts';

const ec2 = { service: 'ec2', scope: 'region', details: [], readVersion: 1, ordered: [] } as const;

export const ec2Instance = typeSpec<Stored<Instance>>({
  ...ec2,
  id: 'ec2_instance',
  volatile: [],
  read(instance, at) {
    const id = instance.InstanceId;
    if (!id) return null;
    const disks = instance.BlockDeviceMappings ?? [];
    const cards = instance.NetworkInterfaces ?? [];
    return asRead({
      nativeId: id,
      arn: ec2Arn(at, 'instance', id),
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
        links(at, 'in', 'ec2_vpc', instance.VpcId),
        links(at, 'in', 'ec2_subnet', instance.SubnetId),
        links(
          at,
          'uses',
          'ec2_security_group',
          (instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId),
        ),
      ],
      constraints: canStop(instance),
    });
  },
});

/** What has its root disk in the host loses it when stopped. Of a spot instance only its request tells: unknown. */
function canStop({ RootDeviceType, InstanceLifecycle }: Stored<Instance>): Record<string, boolean> {
  if (RootDeviceType === 'instance-store') return { can_stop: false };
  return InstanceLifecycle === 'spot' ? {} : { can_stop: true };
}

export const ec2Volume = typeSpec<Stored<Volume>>({
  ...ec2,
  id: 'ec2_volume',
  volatile: [],
  read(volume, at) {
    const id = volume.VolumeId;
    if (!id) return null;
    const attachments = volume.Attachments ?? [];
    return asRead({
      nativeId: id,
      arn: ec2Arn(at, 'volume', id),
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
        Device: sorted(attachments.map(({ Device }) => Device)),
      },
      relations: [
        links(
          at,
          'attached_to',
          'ec2_instance',
          attachments.map(({ InstanceId }) => InstanceId),
        ),
      ],
    });
  },
});

export const ec2Vpc = typeSpec<Stored<Vpc>>({
  ...ec2,
  id: 'ec2_vpc',
  volatile: [],
  read(vpc, at) {
    const id = vpc.VpcId;
    if (!id) return null;
    return asRead({
      nativeId: id,
      arn: ec2Arn(at, 'vpc', id, vpc.OwnerId),
      ...nameAndTags(vpc.Tags),
      state: vpc.State,
      facts: {
        CidrBlock: vpc.CidrBlock,
        Ipv6CidrBlock: sorted((vpc.Ipv6CidrBlockAssociationSet ?? []).map((block) => block.Ipv6CidrBlock)),
        IsDefault: vpc.IsDefault,
        InstanceTenancy: vpc.InstanceTenancy,
        DhcpOptionsId: vpc.DhcpOptionsId,
        OwnerId: vpc.OwnerId,
      },
    });
  },
});

export const ec2Subnet = typeSpec<Stored<Subnet>>({
  ...ec2,
  id: 'ec2_subnet',
  // Counted by AWS with every network card that comes and goes.
  volatile: ['facts.AvailableIpAddressCount', 'raw.AvailableIpAddressCount'],
  read(subnet, at) {
    const id = subnet.SubnetId;
    if (!id) return null;
    return asRead({
      nativeId: id,
      arn: subnet.SubnetArn ?? ec2Arn(at, 'subnet', id, subnet.OwnerId),
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
      // Whoever may see a shared subnet lists its VPC too: it is where the subnet is, in the account that lists.
      relations: [links(at, 'in', 'ec2_vpc', subnet.VpcId)],
    });
  },
});

export const ec2SecurityGroup = typeSpec<Stored<SecurityGroup>>({
  ...ec2,
  id: 'ec2_security_group',
  volatile: [],
  read(group, at) {
    const id = group.GroupId;
    if (!id) return null;
    const { name, tags } = nameAndTags(group.Tags);
    const inbound = group.IpPermissions ?? [];
    return asRead({
      nativeId: id,
      arn: group.SecurityGroupArn ?? ec2Arn(at, 'security-group', id, group.OwnerId),
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
      relations: [links(at, 'in', 'ec2_vpc', group.VpcId), otherGroups(inbound, id, at)],
    });
  },
});

type Rule = NonNullable<Stored<SecurityGroup>['IpPermissions']>[number];

function isOpenToInternet(rule: Rule): boolean {
  return (
    (rule.IpRanges ?? []).some((range) => range.CidrIp === '0.0.0.0/0') ||
    (rule.Ipv6Ranges ?? []).some((range) => range.CidrIpv6 === '::/0')
  );
}

/** Groups whose members the inbound rules let in: those of a peered VPC may be another account's. */
function otherGroups(rules: Rule[], own: string, at: Place): Relation[] {
  const owners = new Map<string, string>();
  for (const { GroupId, UserId } of rules.flatMap((rule) => rule.UserIdGroupPairs ?? [])) {
    if (GroupId && GroupId !== own)
      owners.set(GroupId, accountOr(UserId, owners.get(GroupId) ?? at.accountId));
  }
  return sorted([...owners.keys()]).flatMap((id) =>
    links({ ...at, accountId: owners.get(id) ?? at.accountId }, 'uses', 'ec2_security_group', id),
  );
}

/** EC2 gives no ARN for most of what it lists. `owner` differs from the account for what is shared. */
function ec2Arn(at: Place, kind: string, id: string, owner?: string): string {
  return `arn:${at.partition}:ec2:${at.region}:${owner ?? at.accountId}:${kind}/${id}`;
}

function nameAndTags(tags: Stored<Tag>[] | undefined) {
  const all = tagsOf(tags);
  return { name: Object.hasOwn(all, 'Name') ? all.Name : undefined, tags: all };
}
