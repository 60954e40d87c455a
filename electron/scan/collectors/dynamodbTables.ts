import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { detail, mapLimited, orNull, scopeOf, tagsOf, theOne, toResource } from './common.ts';

/** DynamoDB lists at most 100 names per page. */
const PAGE = 100;
const NOT_FOUND = ['ResourceNotFoundException', 'TableNotFoundException'];

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
    for await (const page of pages) {
      const found = await mapLimited(context, page.TableNames ?? [], async (name) => {
        const table = await detail(context, { call: 'dynamodb:DescribeTable', on: name }, () =>
          describeTable(context, sdk, client, name),
        );
        if (table === null) return [];
        return toTable(context, { TableName: name, ...table }, await tagsFor(context, sdk, client, table));
      });
      yield found.flat();
    }
  },

  async describe(context, { nativeId }) {
    const { sdk, client } = await load(context);
    const found = await describeTable(context, sdk, client, nativeId);
    if (found === null) return null;
    const table = theOne('dynamodb:DescribeTable', nativeId, [found], ({ TableName }) => TableName);
    return toTable(context, table, await tagsFor(context, sdk, client, table))[0] ?? null;
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
  table: TableDescription | undefined,
): Promise<Record<string, string>> {
  const arn = table?.TableArn;
  if (!arn) return {};
  const tags = await detail(
    context,
    { call: 'dynamodb:ListTagsOfResource', on: table.TableName ?? arn },
    async () => {
      const all: Record<string, string> = {};
      let NextToken: string | undefined;
      // Ten tags per page, and the SDK has no paginator for them.
      do {
        const page = await client.send(
          new sdk.ListTagsOfResourceCommand({ ResourceArn: arn, ...(NextToken && { NextToken }) }),
          { abortSignal: context.signal },
        );
        Object.assign(all, tagsOf(page.Tags));
        NextToken = page.NextToken;
      } while (NextToken);
      return all;
    },
  );
  return tags ?? {};
}

function toTable(
  context: CollectContext,
  table: TableDescription,
  tags: Record<string, string>,
): CollectedResource[] {
  const name = table.TableName;
  if (!name) return [];
  return [
    toResource(context, {
      resourceType: 'dynamodb_table',
      service: 'dynamodb',
      nativeId: name,
      name,
      arn:
        table.TableArn ??
        `arn:${context.partition}:dynamodb:${context.region}:${context.accountId}:table/${name}`,
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
    }),
  ];
}
