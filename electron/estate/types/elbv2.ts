import type {
  LoadBalancer,
  TargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Relation } from '../../../preload/contract/models.ts';
import { arnLinks, asRead, links, placeOfArn, sorted } from '../reading.ts';
import { type Place, type Stored, typeSpec } from '../typeSpec.ts';

const TAGS = { call: 'elasticloadbalancing:DescribeTags', raw: ['Tags'], fields: ['tags'] };

/** What the list says, and the tags. */
type Balancer = Stored<LoadBalancer> & { Tags?: Record<string, string> };

export const elbv2LoadBalancer = typeSpec<Balancer>({
  id: 'elbv2_load_balancer',
  service: 'elbv2',
  scope: 'region',
  details: [TAGS],
  readVersion: 1,
  volatile: [],
  ordered: [],
  read(balancer, at) {
    const arn = balancer.LoadBalancerArn;
    if (!arn) return null;
    const zones = balancer.AvailabilityZones ?? [];
    return asRead({
      nativeId: arn,
      name: balancer.LoadBalancerName,
      arn,
      state: balancer.State?.Code,
      tags: balancer.Tags,
      createdAt: balancer.CreatedTime,
      facts: {
        Type: balancer.Type,
        Scheme: balancer.Scheme,
        DNSName: balancer.DNSName,
        IpAddressType: balancer.IpAddressType,
        AvailabilityZones: sorted(zones.map((zone) => zone.ZoneName)),
        StateReason: balancer.State?.Reason,
      },
      relations: [
        links(at, 'in', 'ec2_vpc', balancer.VpcId),
        links(
          at,
          'in',
          'ec2_subnet',
          zones.map((zone) => zone.SubnetId),
        ),
        links(at, 'uses', 'ec2_security_group', balancer.SecurityGroups),
      ],
    });
  },
});

/** What the list says, the tags, and who gets the traffic. */
type Group = Stored<TargetGroup> & {
  Tags?: Record<string, string>;
  TargetHealthDescriptions?: Stored<TargetHealthDescription>[];
};

export const elbv2TargetGroup = typeSpec<Group>({
  id: 'elbv2_target_group',
  service: 'elbv2',
  scope: 'region',
  details: [
    TAGS,
    {
      call: 'elasticloadbalancing:DescribeTargetHealth',
      raw: ['TargetHealthDescriptions'],
      fields: ['facts.Targets', 'facts.HealthyTargets', 'relations.targets'],
    },
  ],
  readVersion: 1,
  // Who the targets are is a change; how they are is not.
  volatile: [
    'facts.HealthyTargets',
    ...['TargetHealth', 'AnomalyDetection', 'AdministrativeOverride'].map(
      (member) => `raw.TargetHealthDescriptions[].${member}`,
    ),
  ],
  ordered: [],
  read(group, at) {
    const arn = group.TargetGroupArn;
    if (!arn) return null;
    const targets = group.TargetHealthDescriptions;
    return asRead({
      nativeId: arn,
      name: group.TargetGroupName,
      arn,
      tags: group.Tags,
      facts: {
        Protocol: group.Protocol,
        Port: group.Port,
        TargetType: group.TargetType,
        HealthCheckPath: group.HealthCheckPath,
        HealthCheckPort: group.HealthCheckPort,
        Targets: targets?.length,
        HealthyTargets: targets?.filter((target) => target.TargetHealth?.State === 'healthy').length,
      },
      relations: [
        links(at, 'in', 'ec2_vpc', group.VpcId),
        arnLinks(at, 'attached_to', 'elbv2_load_balancer', group.LoadBalancerArns),
        targetLinks(
          group.TargetType,
          (targets ?? []).map(({ Target }) => Target?.Id),
          at,
        ),
      ],
    });
  },
});

function targetLinks(type: string | undefined, ids: (string | undefined)[], at: Place): Relation[] {
  if (type === 'instance') return links(at, 'targets', 'ec2_instance', ids);
  if (type === 'alb') return arnLinks(at, 'targets', 'elbv2_load_balancer', ids);
  if (type !== 'lambda') return [];
  // A function is a target by ARN, perhaps with a version behind its name.
  return sorted(ids).flatMap((id) =>
    links({ ...at, ...placeOfArn(id, at) }, 'targets', 'lambda_function', id.split(':')[6]),
  );
}
