import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { untilEnd } from '../../aws/pages.ts';
import { elbv2LoadBalancer } from '../../estate/types/elbv2.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { orNull, theOne, toResource } from './common.ts';
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
    const { told, unknown } = tagsFrom(tags, balancer.LoadBalancerArn ?? '');
    return toResource(context, elbv2LoadBalancer, { ...balancer, ...told }, { unknown }) ?? [];
  });
}
