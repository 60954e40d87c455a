import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { Paging, untilEnd } from '../../aws/pages.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import {
  detail,
  mapLimited,
  named,
  orNull,
  scopeOf,
  tagsOf,
  theOne,
  toResource,
  type Unknown,
} from './common.ts';

/** DynamoDB lists at most 100 names per page. */
const PAGE = 100;
const NOT_FOUND = ['ResourceNotFoundException', 'TableNotFoundException'];

/** What only DescribeTable tells. */
const DESCRIBED = [
  'state',
  'createdAt',
  'constraints.deletion_protection',
  ...[
    'BillingMode',
    'ItemCount',
    'TableSizeBytes',
    'TableClass',
    'ReadCapacityUnits',
    'WriteCapacityUnits',
    'KeySchema',
    'GlobalSecondaryIndexes',
    'Replicas',
    'StreamEnabled',
  ].map((fact) => `facts.${fact}`),
];

type Sdk = typeof import('@aws-sdk/client-dynamodb');

/** The list has names only: each table is described and its tags are asked. */
export const dynamodbTables: Collector = {
  service: 'dynamodb',
  global: false,
  resourceTypes: ['dynamodb_table'],
  listAction: 'dynamodb:ListTables',

  async *collect(context) {
    const { sdk, client } = await load(context);
    const pages = sdk.paginateListTables({ client, pageSize: PAGE }, {}, { abortSignal: context.signal });
    for await (const page of untilEnd(
      this.listAction,
      pages,
      ({ LastEvaluatedTableName }) => LastEvaluatedTableName,
    )) {
      const found = await mapLimited(context, page.TableNames ?? [], async (name) => {
        const unknown: Unknown = {};
        const about = { call: 'dynamodb:DescribeTable', on: name, unknown, fields: DESCRIBED };
        const table = await detail(context, about, () => describeTable(context, sdk, client, name));
        if (table === null) return [];
        const seen = { TableName: name, ...table };
        return toTable(context, seen, await tagsFor(context, sdk, client, seen, unknown), unknown);
      });
      yield found.flat();
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await load(context);
    const found = await named(context, { call: 'dynamodb:DescribeTable', on: nativeId }, () =>
      describeTable(context, sdk, client, nativeId),
    );
    if (found === null) return null;
    const table = theOne('dynamodb:DescribeTable', nativeId, [found], ({ TableName }) => TableName);
    const unknown: Unknown = {};
    return toTable(context, table, await tagsFor(context, sdk, client, table, unknown), unknown)[0] ?? null;
  },
};

async function load(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-dynamodb');
  return { sdk, client: context.clients.client(sdk.DynamoDBClient, scopeOf(context)) };
}

async function describeTable(context: CollectContext, sdk: Sdk, client: DynamoDBClient, name: string) {
  const answer = await orNull(NOT_FOUND, () =>
    client.send(new sdk.DescribeTableCommand({ TableName: name }), { abortSignal: context.signal }),
  );
  return answer && (answer.Table ?? {});
}

async function tagsFor(
  context: CollectContext,
  sdk: Sdk,
  client: DynamoDBClient,
  table: TableDescription,
  unknown: Unknown,
): Promise<Record<string, string>> {
  const arn = arnOf(context, table);
  const call = 'dynamodb:ListTagsOfResource';
  const tags = await detail(
    context,
    { call, on: table.TableName ?? arn, unknown, fields: ['tags'] },
    async () => {
      const paging = new Paging(call);
      const all: Record<string, string> = {};
      let NextToken: string | undefined;
      // Ten tags per page, and the SDK has no paginator for them.
      do {
        const page = await client.send(
          new sdk.ListTagsOfResourceCommand({ ResourceArn: arn, ...(NextToken && { NextToken }) }),
          { abortSignal: context.signal },
        );
        Object.assign(all, tagsOf(page.Tags));
        NextToken = paging.next(page.NextToken);
      } while (NextToken);
      return all;
    },
  );
  return tags ?? {};
}

function arnOf(context: CollectContext, { TableArn, TableName }: TableDescription): string {
  const { partition, region, accountId } = context;
  return TableArn ?? `arn:${partition}:dynamodb:${region}:${accountId}:table/${TableName}`;
}

function toTable(
  context: CollectContext,
  table: TableDescription,
  tags: Record<string, string>,
  unknown: Unknown,
): CollectedResource[] {
  const name = table.TableName;
  if (!name) return [];
  return [
    toResource(context, {
      resourceType: 'dynamodb_table',
      service: 'dynamodb',
      nativeId: name,
      name,
      arn: arnOf(context, table),
      state: table.TableStatus,
      tags,
      createdAt: table.CreationDateTime,
      facts: {
        BillingMode: table.BillingModeSummary?.BillingMode ?? (table.TableStatus && 'PROVISIONED'),
        ItemCount: table.ItemCount,
        TableSizeBytes: table.TableSizeBytes,
        TableClass: table.TableClassSummary?.TableClass,
        ReadCapacityUnits: table.ProvisionedThroughput?.ReadCapacityUnits,
        WriteCapacityUnits: table.ProvisionedThroughput?.WriteCapacityUnits,
        KeySchema: (table.KeySchema ?? []).map((key) => `${key.AttributeName} (${key.KeyType})`),
        GlobalSecondaryIndexes: (table.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName),
        Replicas: (table.Replicas ?? []).map((replica) => replica.RegionName),
        StreamEnabled: table.StreamSpecification?.StreamEnabled,
      },
      constraints:
        table.DeletionProtectionEnabled === undefined
          ? {}
          : { deletion_protection: table.DeletionProtectionEnabled },
      raw: table,
      unknown,
    }),
  ];
}
