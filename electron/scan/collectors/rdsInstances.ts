import { untilEnd } from '../../aws/pages.ts';
import { rdsInstance } from '../../estate/types/rds.ts';
import type { CollectContext, Collector } from '../types.ts';
import { orNull, scopeOf, theOne, toResource, toResources } from './common.ts';

/** RDS answers at most 100 per page. It also lists the instances of Neptune and DocumentDB. */
const PAGE = 100;

export const rdsInstances: Collector = {
  service: 'rds',
  global: false,
  resourceTypes: ['rds_instance'],
  listAction: 'rds:DescribeDBInstances',

  async *collect(context) {
    const { sdk, client } = await load(context);
    const pages = sdk.paginateDescribeDBInstances(
      { client, pageSize: PAGE },
      {},
      { abortSignal: context.signal },
    );
    for await (const page of untilEnd(this.listAction, pages, ({ Marker }) => Marker)) {
      yield toResources(context, rdsInstance, page.DBInstances ?? []);
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await load(context);
    const answer = await orNull(['DBInstanceNotFound', 'DBInstanceNotFoundFault'], () =>
      client.send(new sdk.DescribeDBInstancesCommand({ DBInstanceIdentifier: nativeId }), {
        abortSignal: context.signal,
      }),
    );
    if (answer === null) return null;
    const instance = theOne(
      'rds:DescribeDBInstances',
      nativeId,
      answer.DBInstances,
      (one) => one.DBInstanceIdentifier,
    );
    return toResource(context, rdsInstance, instance);
  },
};

async function load(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-rds');
  return { sdk, client: context.clients.client(sdk.RDSClient, scopeOf(context)) };
}
