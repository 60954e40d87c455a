import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { orNull, relation, theOne, toResource } from './common.ts';
import { ELBV2_PAGE, elbv2Tags, loadElbv2, tagsFrom } from './elbv2Common.ts';

export const elbv2LoadBalancers: Collector = {
  service: 'elbv2',
  global: false,
  resourceTypes: ['elbv2_load_balancer'],
  listAction: 'elasticloadbalancing:DescribeLoadBalancers',

  async *collect(context) {
    const { sdk, client } = await loadElbv2(context);
    const pages = sdk.paginateDescribeLoadBalancers(
      { client, pageSize: ELBV2_PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ NextMarker }) => NextMarker))
      yield await toLoadBalancers(context, page.LoadBalancers ?? []);
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await loadElbv2(context);
    const answer = await orNull(['LoadBalancerNotFound', 'LoadBalancerNotFoundException'], () =>
      client.send(new sdk.DescribeLoadBalancersCommand({ LoadBalancerArns: [nativeId] }), {
        abortSignal: context.signal,
      }),
    );
    if (answer === null) return null;
    const one = theOne(
      'elasticloadbalancing:DescribeLoadBalancers',
      nativeId,
      answer.LoadBalancers,
      (each) => each.LoadBalancerArn,
    );
    return (await toLoadBalancers(context, [one]))[0] ?? null;
  },
};

async function toLoadBalancers(
  context: CollectContext,
  balancers: LoadBalancer[],
): Promise<CollectedResource[]> {
  const arns = balancers.flatMap(({ LoadBalancerArn }) => LoadBalancerArn ?? []);
  const tags = await elbv2Tags(context, arns);
  return balancers.flatMap((balancer) => {
    const arn = balancer.LoadBalancerArn;
    if (!arn) return [];
    const zones = balancer.AvailabilityZones ?? [];
    return toResource(context, {
      resourceType: 'elbv2_load_balancer',
      service: 'elbv2',
      nativeId: arn,
      name: balancer.LoadBalancerName,
      arn,
      state: balancer.State?.Code,
      ...tagsFrom(tags, arn),
      createdAt: balancer.CreatedTime,
      facts: {
        Type: balancer.Type,
        Scheme: balancer.Scheme,
        DNSName: balancer.DNSName,
        IpAddressType: balancer.IpAddressType,
        AvailabilityZones: zones.map((zone) => zone.ZoneName).filter(Boolean),
        StateReason: balancer.State?.Reason,
      },
      relations: [
        relation('in', 'ec2_vpc', balancer.VpcId),
        ...zones.map((zone) => relation('in', 'ec2_subnet', zone.SubnetId)),
        ...(balancer.SecurityGroups ?? []).map((id) => relation('uses', 'ec2_security_group', id)),
      ],
      raw: balancer,
    });
  });
}
