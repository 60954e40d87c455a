import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { Paging, untilEnd } from '../../aws/pages.ts';
import { tagsOf } from '../../estate/reading.ts';
import { dynamodbTable } from '../../estate/types/dynamodb.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { detail, mapLimited, named, orNull, scopeOf, theOne, toResource, type Unknown } from './common.ts';

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
    for await (const page of untilEnd(
      this.listAction,
      pages,
      ({ LastEvaluatedTableName }) => LastEvaluatedTableName,
    )) {
      const found = await mapLimited(context, page.TableNames ?? [], async (name) => {
        const unknown: Unknown = {};
        const about = { call: 'dynamodb:DescribeTable', on: name, unknown, of: dynamodbTable };
        const table = await detail(context, about, () => describeTable(context, sdk, client, name));
        if (table === null) return [];
        const seen = { TableName: name, ...table };
        return (await withTags(context, sdk, client, seen, unknown)) ?? [];
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
    return withTags(context, sdk, client, table, {});
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

async function withTags(
  context: CollectContext,
  sdk: Sdk,
  client: DynamoDBClient,
  table: TableDescription,
  unknown: Unknown,
): Promise<CollectedResource | null> {
  const tags = await tagsFor(context, sdk, client, table, unknown);
  return toResource(context, dynamodbTable, { ...table, ...(tags && { Tags: tags }) }, { unknown });
}

/** Undefined when AWS would not say. */
async function tagsFor(
  context: CollectContext,
  sdk: Sdk,
  client: DynamoDBClient,
  table: TableDescription,
  unknown: Unknown,
): Promise<Record<string, string> | undefined> {
  const arn = arnOf(context, table);
  const call = 'dynamodb:ListTagsOfResource';
  return detail(context, { call, on: table.TableName ?? arn, unknown, of: dynamodbTable }, async () => {
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
  });
}

function arnOf(context: CollectContext, { TableArn, TableName }: TableDescription): string {
  const { partition, region, accountId } = context;
  return TableArn ?? `arn:${partition}:dynamodb:${region}:${accountId}:table/${TableName}`;
}
