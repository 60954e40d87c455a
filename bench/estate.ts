import type { CollectedResource } from '../electron/scan/types.ts';
import type { ResourceType } from '../preload/contract/models.ts';

const TYPES = [
  'ec2_instance',
  'rds_instance',
  'lambda_function',
  's3_bucket',
  'sqs_queue',
] as const satisfies ResourceType[];
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-south-1'];
const APPS = ['billing', 'ledger', 'parcel', 'routing', 'quotes', 'claims', 'roster', 'telemetry'];
const ENVS = ['prod', 'staging', 'dev'];
const STATES = ['running', 'stopped', 'available', 'active'];

/** The nth resource of a generated estate: real-shaped, some 1.5 KB, the same in every run. */
export function resourceAt(n: number): CollectedResource {
  const pick = <T>(list: readonly T[], salt: number): T => list[(n * salt + (n >> 3)) % list.length] as T;
  const resourceType = pick(TYPES, 7);
  const app = pick(APPS, 5);
  const env = pick(ENVS, 3);
  const region = pick(REGIONS, 11);
  const name = `${app}-${env}-${String(n).padStart(6, '0')}`;
  const accountId = `1000000000${String(10 + (n % 20))}`;
  return {
    resourceType,
    service: resourceType.split('_')[0] ?? '',
    partition: 'aws',
    accountId,
    region,
    nativeId: `id-${n}`,
    name,
    arn: `arn:aws:bench:${region}:${accountId}:${resourceType}/id-${n}`,
    state: pick(STATES, 13),
    tags: { env, app, team: `team-${n % 12}`, 'cost-centre': String(4_000 + (n % 30)) },
    createdAt: '2026-01-15T08:00:00.000Z',
    facts: { InstanceType: 'm7g.large', Engine: n % 2 ? 'postgres' : 'mysql', AllocatedStorage: 100 },
    relations: [],
    constraints: { can_stop: true },
    raw: { Id: `id-${n}`, Description: 'x'.repeat(600), Placement: { AvailabilityZone: `${region}a` } },
  };
}
