import type { Resource, ResourceType } from '../../preload/contract/models.ts';
import { Random } from './random.ts';

/** A resource with the facts by which queries are judged, also where neither tag nor name says them. */
export interface JudgedResource extends Resource {
  truth: { app: string; team: string; env: string };
}

const APPS: [app: string, team: string][] = [
  ['berth planner', 'harbour operations'],
  ['crane telemetry', 'harbour operations'],
  ['tide forecast', 'harbour operations'],
  ['pilot roster', 'harbour operations'],
  ['customs clearance', 'border desk'],
  ['manifest parser', 'border desk'],
  ['sanction screening', 'border desk'],
  ['fare engine', 'passenger experience'],
  ['seat map', 'passenger experience'],
  ['boarding gate', 'passenger experience'],
  ['ticket scanner', 'passenger experience'],
  ['loyalty ledger', 'passenger experience'],
  ['payment capture', 'treasury'],
  ['refund desk', 'treasury'],
  ['invoice archive', 'treasury'],
  ['fraud watch', 'treasury'],
  ['image resizer', 'studio'],
  ['deck plans', 'studio'],
  ['menu board', 'studio'],
  ['identity', 'platform core'],
  ['edge proxy', 'platform core'],
  ['build farm', 'platform core'],
  ['secrets broker', 'platform core'],
  ['log shipper', 'platform core'],
  ['warehouse loader', 'data foundry'],
  ['clickstream', 'data foundry'],
  ['demand model', 'data foundry'],
  ['feature store', 'data foundry'],
  ['crew portal', 'people'],
  ['shift swap', 'people'],
  ['payroll export', 'people'],
  ['notification hub', 'engagement'],
  ['campaign mailer', 'engagement'],
  ['survey', 'engagement'],
];
const ENVIRONMENTS: [env: string, share: number, spellings: string[], tagged: string[]][] = [
  ['prod', 0.45, ['prod', 'prd', 'production', 'live'], ['production', 'prod', 'PROD', 'Production']],
  ['staging', 0.2, ['stg', 'staging', 'stage'], ['staging', 'stage', 'Staging']],
  ['dev', 0.25, ['dev', 'development', 'dv'], ['dev', 'development', 'Development']],
  ['test', 0.1, ['qa', 'test', 'uat'], ['qa', 'test', 'QA']],
];
const REGIONS = ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-west-2', 'ap-southeast-2', 'sa-east-1'];
const ACCOUNTS = ['204817735561', '560912384417', '917730264458', '338105526690'];
const TYPES: [type: ResourceType, share: number, parts: string[]][] = [
  ['ec2_instance', 0.2, ['web', 'worker', 'node', 'api', 'runner', 'bastion']],
  ['ec2_volume', 0.16, ['data', 'root', 'scratch', 'vol']],
  ['ec2_vpc', 0.02, ['vpc', 'network', 'core']],
  ['ec2_subnet', 0.08, ['private', 'public', 'subnet', 'db-subnet']],
  ['ec2_security_group', 0.12, ['sg', 'db-access', 'web-in', 'lb-sg', 'internal']],
  ['rds_instance', 0.07, ['db', 'pg', 'mysql', 'reporting', 'main']],
  ['s3_bucket', 0.08, ['uploads', 'backups', 'assets', 'raw', 'artifacts', 'logs']],
  ['lambda_function', 0.1, ['handler', 'thumbnail', 'sync', 'notify', 'cleanup', 'importer']],
  ['elbv2_load_balancer', 0.04, ['alb', 'lb', 'public-lb', 'nlb']],
  ['elbv2_target_group', 0.05, ['tg', 'targets', 'blue', 'green']],
  ['dynamodb_table', 0.04, ['sessions', 'events', 'table', 'locks', 'index']],
  ['sqs_queue', 0.04, ['queue', 'jobs', 'dlq', 'inbox']],
];
const UNTAGGED = 0.23;
const NOW = Date.UTC(2026, 10, 1);

function weighted<T extends [unknown, number, ...unknown[]]>(random: Random, items: readonly T[]): T {
  let rest = random.next();
  for (const item of items) {
    rest -= item[1];
    if (rest <= 0) return item;
  }
  return random.pick(items);
}

export function generateEstate(count: number, seed: number): JudgedResource[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => generateResource(random, i));
}

function generateResource(random: Random, index: number): JudgedResource {
  const [resourceType, , parts] = weighted(random, TYPES);
  const [app, team] = random.pick(APPS);
  const [env, , spellings, tagged] = weighted(random, ENVIRONMENTS);
  const region = random.pick(REGIONS);
  const accountId = random.pick(ACCOUNTS);
  const name = nameOf(random, app, random.pick(spellings), random.pick(parts));
  const { state, facts, constraints } = factsOf(random, resourceType);
  const nativeId = nativeIdOf(random, resourceType, name, accountId, region);
  const hasTags = !random.chance(UNTAGGED);
  const tags = hasTags ? tagsOf(random, app, team, random.pick(tagged)) : {};
  if (/^ec2_/.test(resourceType) && name !== '') tags.Name = name;
  return {
    id: `${String(index).padStart(8, '0')}-0000-8000-8000-000000000000`,
    resourceType,
    service: resourceType.split('_')[0] ?? '',
    accountId,
    region,
    nativeId,
    name: name === '' ? nativeId : name,
    arn: `arn:aws:${resourceType.split('_')[0]}:${region}:${accountId}:${resourceType}/${nativeId}`,
    state,
    tags,
    asOf: new Date(NOW).toISOString(),
    partition: 'aws',
    createdAt: new Date(NOW - random.below(1_400) * 86_400_000).toISOString(),
    facts,
    relations: [],
    constraints,
    raw: null,
    revision: 1,
    truth: { app, team, env },
  };
}

/** People name things in many ways, often in one account. */
function nameOf(random: Random, app: string, env: string, part: string): string {
  const words = app.split(' ');
  const pascal = (list: string[]) =>
    list.map((word) => (word[0] ?? '').toUpperCase() + word.slice(1)).join('');
  const number = random.chance(0.5) ? [String(1 + random.below(12)).padStart(random.pick([1, 2]), '0')] : [];
  switch (random.below(7)) {
    case 0:
      return [...words, part, env, ...number].join('-');
    case 1:
      return [env, ...words, part, ...number].join('-');
    case 2:
      return pascal([...words, ...part.split('-'), env, ...number]);
    case 3:
      return [...words, part, env, ...number].join('_').replaceAll('-', '_');
    case 4:
      return [[...words].join(''), part, env, ...number].join('-');
    case 5:
      return [env, words.join('-'), part, ...number].join('.');
    default:
      return [words.join('-'), `${part}${number[0] ?? ''}`, env].join('-');
  }
}

function tagsOf(random: Random, app: string, team: string, env: string): Record<string, string> {
  const kebab = (text: string) => text.replaceAll(' ', '-');
  switch (random.below(3)) {
    case 0:
      return { Environment: env, Team: kebab(team), Application: kebab(app) };
    case 1:
      return { env, owner: team, service: kebab(app), 'cost-center': String(4100 + team.length) };
    default:
      return { Stage: env, Project: app, Department: team };
  }
}

function nativeIdOf(
  random: Random,
  type: ResourceType,
  name: string,
  account: string,
  region: string,
): string {
  const prefix: Partial<Record<ResourceType, string>> = {
    ec2_instance: 'i',
    ec2_volume: 'vol',
    ec2_vpc: 'vpc',
    ec2_subnet: 'subnet',
    ec2_security_group: 'sg',
  };
  if (prefix[type]) return `${prefix[type]}-${random.hex(17)}`;
  if (type === 'elbv2_load_balancer')
    return `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${name}/${random.hex(16)}`;
  if (type === 'elbv2_target_group')
    return `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${name}/${random.hex(16)}`;
  if (type === 'sqs_queue') return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
  return name;
}

type Facts = Pick<Resource, 'state' | 'facts' | 'constraints'>;

function factsOf(random: Random, type: ResourceType): Facts {
  switch (type) {
    case 'ec2_instance':
      return {
        state: random.chance(0.7) ? 'running' : 'stopped',
        facts: {
          InstanceType: random.pick(['t3.micro', 'm6i.large', 'c7g.xlarge', 'r5.2xlarge']),
          PlatformDetails: random.chance(0.2) ? 'Windows' : 'Linux/UNIX',
          PrivateIpAddress: `10.0.${random.below(250)}.${random.below(250)}`,
        },
        constraints: { can_stop: true },
      };
    case 'ec2_volume':
      return {
        state: random.chance(0.75) ? 'in-use' : 'available',
        facts: {
          Size: random.pick([8, 20, 100, 250, 500, 1_000, 2_000]),
          VolumeType: random.pick(['gp2', 'gp3', 'io2', 'st1']),
          Encrypted: random.chance(0.6),
        },
        constraints: {},
      };
    case 'rds_instance': {
      const multiAz = random.chance(0.4);
      const protection = random.chance(0.5);
      return {
        state: random.chance(0.8) ? 'available' : 'stopped',
        facts: {
          Engine: random.pick(['postgres', 'mysql', 'mariadb', 'aurora-postgresql', 'sqlserver-ex']),
          DBInstanceClass: random.pick(['db.t4g.medium', 'db.r6g.large']),
          AllocatedStorage: random.pick([20, 100, 500, 2_000]),
          MultiAZ: multiAz,
          StorageEncrypted: random.chance(0.7),
          PubliclyAccessible: random.chance(0.2),
        },
        constraints: {
          can_stop: true,
          multi_az: multiAz,
          deletion_protection: protection,
          has_read_replicas: false,
        },
      };
    }
    case 'lambda_function':
      return {
        state: 'active',
        facts: {
          Runtime: random.pick(['python3.12', 'nodejs22.x', 'java21', 'dotnet8', 'provided.al2023']),
          MemorySize: random.pick([128, 512, 1_024, 3_008]),
          Timeout: random.pick([3, 30, 120, 900]),
        },
        constraints: {},
      };
    case 'elbv2_load_balancer':
      return {
        state: 'active',
        facts: {
          Type: random.pick(['application', 'network']),
          Scheme: random.pick(['internet-facing', 'internal']),
        },
        constraints: {},
      };
    case 'dynamodb_table':
      return {
        state: 'active',
        facts: { BillingMode: random.pick(['PAY_PER_REQUEST', 'PROVISIONED']) },
        constraints: {},
      };
    case 'ec2_vpc':
    case 'ec2_subnet':
      return { state: 'available', facts: { CidrBlock: `10.${random.below(250)}.0.0/16` }, constraints: {} };
    case 'elbv2_target_group':
      return {
        state: null,
        facts: { Protocol: random.pick(['HTTP', 'TCP']), Port: random.pick([80, 443, 8080]) },
        constraints: {},
      };
    default:
      return { state: null, facts: {}, constraints: {} };
  }
}
