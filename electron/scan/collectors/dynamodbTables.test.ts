import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { dynamodbTables } from './dynamodbTables.ts';

const table = {
  TableName: 'orders',
  TableArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/orders',
  TableStatus: 'ACTIVE',
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ItemCount: 0,
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  DeletionProtectionEnabled: true,
  CreationDateTime: new Date('2025-03-03T00:00:00Z'),
};
const answers = {
  ListTablesCommand: () => ({ TableNames: ['orders'] }),
  DescribeTableCommand: () => ({ Table: table }),
  ListTagsOfResourceCommand: ({ NextToken }: Record<string, unknown>) =>
    NextToken
      ? { Tags: [{ Key: 'b', Value: '2' }] }
      : { Tags: [{ Key: 'a', Value: '1' }], NextToken: 'more' },
};

test('a table has its state, all pages of its tags and its protection', async () => {
  const aws = cannedAws(answers);
  expect(await aws.collect(dynamodbTables)).toMatchObject([
    {
      nativeId: 'orders',
      state: 'active',
      tags: { a: '1', b: '2' },
      createdAt: '2025-03-03T00:00:00.000Z',
      facts: { BillingMode: 'PAY_PER_REQUEST', ItemCount: 0, KeySchema: 'id (HASH)' },
      constraints: { deletion_protection: true },
    },
  ]);
  expect(aws.sent('ListTablesCommand')[0]?.input.Limit).toBe(100);
});

test('a table that may not be described is listed by name; one deleted meanwhile is left out', async () => {
  const aws = cannedAws({
    ...answers,
    ListTablesCommand: () => ({ TableNames: ['gone', 'secret'] }),
    DescribeTableCommand: ({ TableName }) => {
      throw TableName === 'gone'
        ? awsError('ResourceNotFoundException')
        : awsError('AccessDeniedException', 400);
    },
  });
  expect(await aws.collect(dynamodbTables)).toMatchObject([
    { nativeId: 'secret', state: null, constraints: {} },
  ]);
  expect(aws.partial).toEqual([expect.stringContaining('dynamodb:DescribeTable on secret')]);
  expect(await aws.describe(dynamodbTables, 'gone')).toBeNull();
});
