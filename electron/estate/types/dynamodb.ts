import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { asRead, sorted } from '../reading.ts';
import { type Stored, typeSpec } from '../typeSpec.ts';

/** What DescribeTable says, its name alone where that was refused, and the tags. */
type Answer = Stored<TableDescription> & { Tags?: Record<string, string> };

const FACTS = [
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
];

const INDEXES = ['raw.GlobalSecondaryIndexes[]', 'raw.LocalSecondaryIndexes[]'];

export const dynamodbTable = typeSpec<Answer>({
  id: 'dynamodb_table',
  service: 'dynamodb',
  scope: 'region',
  listed: ['TableName'],
  details: [
    {
      call: 'dynamodb:DescribeTable',
      raw: 'rest',
      fields: [
        'state',
        'createdAt',
        'constraints.deletion_protection',
        ...FACTS.map((fact) => `facts.${fact}`),
      ],
    },
    { call: 'dynamodb:ListTagsOfResource', raw: ['Tags'], fields: ['tags'] },
  ],
  readVersion: 1,
  // Counted by AWS every six hours; the warm throughput grows with the traffic; the decreases start anew each day.
  volatile: [
    'facts.ItemCount',
    'facts.TableSizeBytes',
    'raw.ItemCount',
    'raw.TableSizeBytes',
    'raw.WarmThroughput',
    'raw.ProvisionedThroughput.NumberOfDecreasesToday',
    ...INDEXES.flatMap((index) => [
      `${index}.ItemCount`,
      `${index}.IndexSizeBytes`,
      `${index}.WarmThroughput`,
      `${index}.ProvisionedThroughput.NumberOfDecreasesToday`,
    ]),
    'raw.Replicas[].ReplicaStatusPercentProgress',
    'raw.Replicas[].WarmThroughput',
    'raw.Replicas[].GlobalSecondaryIndexes[].WarmThroughput',
  ],
  ordered: ['raw.KeySchema', ...INDEXES.map((index) => `${index}.KeySchema`)],
  read(table, at) {
    const name = table.TableName;
    if (!name) return null;
    return asRead({
      nativeId: name,
      name,
      arn: table.TableArn ?? `arn:${at.partition}:dynamodb:${at.region}:${at.accountId}:table/${name}`,
      state: table.TableStatus,
      tags: table.Tags,
      createdAt: table.CreationDateTime,
      facts: {
        BillingMode: table.BillingModeSummary?.BillingMode ?? (table.TableStatus && 'PROVISIONED'),
        ItemCount: table.ItemCount,
        TableSizeBytes: table.TableSizeBytes,
        TableClass: table.TableClassSummary?.TableClass,
        ReadCapacityUnits: table.ProvisionedThroughput?.ReadCapacityUnits,
        WriteCapacityUnits: table.ProvisionedThroughput?.WriteCapacityUnits,
        KeySchema: (table.KeySchema ?? []).map((key) => `${key.AttributeName} (${key.KeyType})`),
        GlobalSecondaryIndexes: sorted((table.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName)),
        Replicas: sorted((table.Replicas ?? []).map((replica) => replica.RegionName)),
        StreamEnabled: table.StreamSpecification?.StreamEnabled,
      },
      constraints:
        table.DeletionProtectionEnabled === undefined
          ? {}
          : { deletion_protection: table.DeletionProtectionEnabled },
    });
  },
});
