import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RESOURCE_TYPES } from '../../preload/contract/models.ts';
import { collectors } from '../scan/collectors/index.ts';
import { answers } from '../scan/fixtures/answers.ts';
import { cannedAws } from '../scan/fixtures/cannedAws.ts';
import type { CollectedResource } from '../scan/types.ts';
import { resourceIdOf } from './estateRecords.ts';
import { createKeyring, unlockKeyring } from './keys/keyring.ts';
import { Sealer } from './sealing.ts';

/**
 * Ids under the index key of 32 bytes 7, as version 0.1.0 (commit 04dab09) made them. Plans, messages, journals and
 * backups know resources by them: none ever changes. A type that is split off another declares `idType` in its
 * `TypeSpec` and keeps the ids of the type it came from: DocumentDB (docs-1) and Neptune (graph-1) were RDS's.
 */
const KNOWN: [type: string, region: string, nativeId: string, id: string][] = [
  ['ec2_instance', 'us-east-1', 'i-0a1b2c3d4e5f60718', 'c1b9c8d1-f734-8f99-bd0a-bcb22ebcd1ac'],
  ['ec2_volume', 'us-east-1', 'vol-1', '1ce35ceb-471d-851c-bdca-3e86a0636a94'],
  ['ec2_vpc', 'us-east-1', 'vpc-1', '42143b10-7b7a-813c-9c51-fa7271cf632d'],
  ['ec2_subnet', 'us-east-1', 'subnet-1', 'b66c6eed-af7d-8deb-82bb-65b37e44802e'],
  ['ec2_security_group', 'us-east-1', 'sg-1', '2ce2b882-a853-8029-8dd0-5bf4b77542bd'],
  ['rds_instance', 'us-east-1', 'pg-1', '4c530d09-32ef-8214-90f8-722859418f8b'],
  ['rds_instance', 'us-east-1', 'docs-1', '4584d04c-8e15-85d0-af2d-749d95df97ef'],
  ['rds_instance', 'us-east-1', 'graph-1', '2a9780d0-7d45-82eb-8333-249057e693b2'],
  ['s3_bucket', 'us-east-1', 'near', 'd102c167-cfb9-85e6-b4c8-f844cb5b2187'],
  ['lambda_function', 'us-east-1', 'resize', '83d241d0-fe55-831c-88d0-c0e5ed4c5d33'],
  [
    'elbv2_load_balancer',
    'us-east-1',
    'arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/web/1',
    '5f995993-45c9-8b95-b9bc-95dd19844f92',
  ],
  [
    'elbv2_target_group',
    'us-east-1',
    'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1',
    '7c002aaa-553f-8e0e-9d58-27e942a4f80b',
  ],
  ['dynamodb_table', 'us-east-1', 'orders', 'a21a6472-8ad6-882e-afd4-9d9663015161'],
  [
    'sqs_queue',
    'us-east-1',
    'https://sqs.us-east-1.amazonaws.com/111122223333/jobs.fifo',
    'ef632b77-7a78-8aad-974f-afc8e46a15f9',
  ],
];

const key = createSecretKey(Buffer.alloc(32, 7));
const masterKey = new Uint8Array(32);
const keyring = unlockKeyring(createKeyring(masterKey, 'install'), masterKey);
const sealer = new Sealer(keyring, { indexKey: { id: 1, purpose: 'index', key } });

const place = ({
  resourceType,
  region,
  nativeId,
}: {
  resourceType: string;
  region: string;
  nativeId: string;
}) => `${resourceType} ${region} ${nativeId}`;

test('every type has known ids, DocumentDB and Neptune too', async () => {
  const all = (
    await Promise.all(collectors.map((collector) => cannedAws(answers).collect(collector)))
  ).flat();
  const ids = new Map(all.map((resource) => [place(resource), resourceIdOf(sealer, resource)]));
  for (const [resourceType, region, nativeId, id] of KNOWN) {
    expect(ids.get(place({ resourceType, region, nativeId })), nativeId).toBe(id);
  }
  expect(new Set(KNOWN.map(([type]) => type))).toEqual(new Set(RESOURCE_TYPES));
});

test('all that version 0.1.0 collected keeps its id', () => {
  const url = new URL('../scan/fixtures/first.json', import.meta.url);
  const first: { id: string; resource: CollectedResource }[] = JSON.parse(readFileSync(url, 'utf8'));
  for (const { id, resource } of first) expect(resourceIdOf(sealer, resource)).toBe(id);
});

test('a type that was split off keeps the ids of the type it came from', () => {
  const [resourceType, region, nativeId, id] = KNOWN.find(([, , name]) => name === 'docs-1') ?? [
    '',
    '',
    '',
    '',
  ];
  const split = { partition: 'aws', accountId: '111122223333', region, nativeId } as CollectedResource;
  expect(resourceIdOf(sealer, { ...split, resourceType: 'docdb_instance', idType: resourceType })).toBe(id);
  expect(resourceIdOf(sealer, { ...split, resourceType: 'docdb_instance' })).not.toBe(id);
});
