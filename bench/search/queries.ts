import { splitWords } from '../../electron/storage/find/text.ts';
import type { JudgedResource } from './estate.ts';
import { Random } from './random.ts';

export const KINDS = [
  'exact',
  'partial',
  'id',
  'typo',
  'abbr',
  'synonym',
  'multi',
  'sentence',
  'constraint',
] as const;
export type Kind = (typeof KINDS)[number];

export interface JudgedQuery {
  kind: Kind;
  text: string;
  /** Ids of all resources that the facts make right answers. */
  relevant: ReadonlySet<string>;
}

type Fits = (resource: JudgedResource) => boolean;

const TYPE_SAID: [said: string[], fits: Fits][] = [
  [
    ['servers', 'virtual machines', 'boxes', 'VMs', 'hosts', 'ec2 instances'],
    (r) => r.resourceType === 'ec2_instance',
  ],
  [['disks', 'ebs volumes', 'drives', 'block storage'], (r) => r.resourceType === 'ec2_volume'],
  [['firewalls', 'security groups', 'firewall rules'], (r) => r.resourceType === 'ec2_security_group'],
  [['relational databases', 'rds instances', 'sql databases'], (r) => r.resourceType === 'rds_instance'],
  [['buckets', 'object storage', 's3 buckets'], (r) => r.resourceType === 's3_bucket'],
  [['lambdas', 'serverless functions', 'functions'], (r) => r.resourceType === 'lambda_function'],
  [['load balancers', 'LBs', 'balancers'], (r) => r.resourceType === 'elbv2_load_balancer'],
  [['target groups', 'backend pools'], (r) => r.resourceType === 'elbv2_target_group'],
  [['nosql tables', 'dynamo tables', 'key value stores'], (r) => r.resourceType === 'dynamodb_table'],
  [['queues', 'message queues', 'sqs'], (r) => r.resourceType === 'sqs_queue'],
  [['subnets', 'network segments'], (r) => r.resourceType === 'ec2_subnet'],
];
const REGION_SAID: Record<string, string[]> = {
  'eu-west-1': ['ireland', 'dublin', 'eu-west-1'],
  'eu-central-1': ['frankfurt', 'germany', 'eu-central-1'],
  'us-east-1': ['virginia', 'us-east-1', 'us east 1'],
  'us-west-2': ['oregon', 'us-west-2', 'portland'],
  'ap-southeast-2': ['sydney', 'ap-southeast-2', 'australia'],
  'sa-east-1': ['sao paulo', 'brazil', 'sa-east-1'],
};
const ENV_SAID: Record<string, string[]> = {
  prod: ['production', 'prod', 'live'],
  staging: ['staging', 'stage', 'pre-production'],
  dev: ['development', 'dev'],
  test: ['test', 'qa'],
};
const STATE_SAID: [said: string[], fits: Fits][] = [
  [
    ['stopped servers', 'powered off machines', 'vms that are down', 'instances that are switched off'],
    (r) => r.resourceType === 'ec2_instance' && r.state === 'stopped',
  ],
  [
    ['running machines', 'servers that are up', 'live instances'],
    (r) => r.resourceType === 'ec2_instance' && r.state === 'running',
  ],
  [
    ['unattached disks', 'orphaned volumes', 'detached drives', 'unused ebs'],
    (r) => r.resourceType === 'ec2_volume' && r.state === 'available',
  ],
  [
    ['stopped databases', 'databases that are off'],
    (r) => r.resourceType === 'rds_instance' && r.state === 'stopped',
  ],
];
const CONSTRAINTS: [said: string, fits: Fits][] = [
  ['unencrypted volumes', (r) => r.resourceType === 'ec2_volume' && r.facts.Encrypted === false],
  [
    'databases without encryption',
    (r) => r.resourceType === 'rds_instance' && r.facts.StorageEncrypted === false,
  ],
  ['databases that are not multi-az', (r) => r.resourceType === 'rds_instance' && r.facts.MultiAZ === false],
  ['highly available databases', (r) => r.resourceType === 'rds_instance' && r.facts.MultiAZ === true],
  [
    'rds without deletion protection',
    (r) => r.resourceType === 'rds_instance' && r.constraints.deletion_protection === false,
  ],
  [
    'publicly accessible databases',
    (r) => r.resourceType === 'rds_instance' && r.facts.PubliclyAccessible === true,
  ],
  [
    'internet facing load balancers',
    (r) => r.resourceType === 'elbv2_load_balancer' && r.facts.Scheme === 'internet-facing',
  ],
  [
    'internal load balancers',
    (r) => r.resourceType === 'elbv2_load_balancer' && r.facts.Scheme === 'internal',
  ],
  [
    'functions without any tags',
    (r) => r.resourceType === 'lambda_function' && Object.keys(r.tags).length === 0,
  ],
  ['untagged buckets', (r) => r.resourceType === 's3_bucket' && Object.keys(r.tags).length === 0],
  ['queues with no tags', (r) => r.resourceType === 'sqs_queue' && Object.keys(r.tags).length === 0],
  ['volumes larger than 500 gb', (r) => r.resourceType === 'ec2_volume' && Number(r.facts.Size) > 500],
  ['disks under 50 GiB', (r) => r.resourceType === 'ec2_volume' && Number(r.facts.Size) < 50],
  [
    'databases with more than 1 TB',
    (r) => r.resourceType === 'rds_instance' && Number(r.facts.AllocatedStorage) > 1_024,
  ],
  [
    'lambdas with at least 1024 MB',
    (r) => r.resourceType === 'lambda_function' && Number(r.facts.MemorySize) >= 1_024,
  ],
  ['servers not in production', (r) => r.resourceType === 'ec2_instance' && r.truth.env !== 'prod'],
  ['buckets except dev', (r) => r.resourceType === 's3_bucket' && r.truth.env !== 'dev'],
  ['non-prod databases', (r) => r.resourceType === 'rds_instance' && r.truth.env !== 'prod'],
  ['python functions', (r) => r.resourceType === 'lambda_function' && /python/.test(String(r.facts.Runtime))],
  ['java lambdas', (r) => r.resourceType === 'lambda_function' && /java/.test(String(r.facts.Runtime))],
  ['postgres databases', (r) => r.resourceType === 'rds_instance' && /postgres/.test(String(r.facts.Engine))],
  ['windows servers', (r) => r.resourceType === 'ec2_instance' && r.facts.PlatformDetails === 'Windows'],
  ['instances created before 2024', (r) => r.resourceType === 'ec2_instance' && (r.createdAt ?? '') < '2024'],
  ['network load balancers', (r) => r.resourceType === 'elbv2_load_balancer' && r.facts.Type === 'network'],
  [
    'pay per request tables',
    (r) => r.resourceType === 'dynamodb_table' && r.facts.BillingMode === 'PAY_PER_REQUEST',
  ],
  ['gp3 volumes', (r) => r.resourceType === 'ec2_volume' && r.facts.VolumeType === 'gp3'],
  ['t3.micro instances', (r) => r.resourceType === 'ec2_instance' && r.facts.InstanceType === 't3.micro'],
  ['mysql outside europe', (r) => r.facts.Engine === 'mysql' && !r.region.startsWith('eu-')],
  [
    'stopped instances that are not in ireland',
    (r) => r.resourceType === 'ec2_instance' && r.state === 'stopped' && r.region !== 'eu-west-1',
  ],
  ['dead letter queues', (r) => r.resourceType === 'sqs_queue' && /dlq/i.test(r.name)],
];

/** Judged queries over an estate: wordings by hand, relevance from the facts the estate was made of. */
export function judgedQueries(estate: readonly JudgedResource[], seed: number): JudgedQuery[] {
  const random = new Random(seed);
  const queries: JudgedQuery[] = [];
  const add = (kind: Kind, text: string, fits: Fits) => {
    const relevant = new Set(estate.filter(fits).map((resource) => resource.id));
    if (relevant.size > 0) queries.push({ kind, text, relevant });
  };
  const some = () => random.pick(estate);
  for (let i = 0; i < 40; i++) addExact(random, some(), add);
  for (let i = 0; i < 40; i++) addPartial(random, some(), add);
  for (let i = 0; i < 20; i++) addId(random, some(), add);
  for (let i = 0; i < 40; i++) addByFacts(random, some(), 'typo', add);
  for (let i = 0; i < 40; i++) addByFacts(random, some(), 'abbr', add);
  for (let i = 0; i < 50; i++) addSynonym(random, some(), add);
  for (let i = 0; i < 50; i++) addMulti(random, some(), add);
  for (let i = 0; i < 50; i++) addSentence(random, some(), add);
  for (const [said, fits] of CONSTRAINTS) add('constraint', said, fits);
  return queries;
}

type Add = (kind: Kind, text: string, fits: Fits) => void;

function addExact(random: Random, target: JudgedResource, add: Add): void {
  const field = random.pick(['name', 'name', 'nativeId', 'arn'] as const);
  const value = target[field];
  const text = random.pick([value, value, value.toUpperCase(), `"${value}"`, `where is ${value}?`]);
  add('exact', text, (r) => r[field].toLowerCase() === value.toLowerCase());
}

function addPartial(random: Random, target: JudgedResource, add: Add): void {
  const words = splitWords(target.name);
  const length = Math.max(2, words.length - 1 - random.below(2));
  const start = random.below(Math.max(1, words.length - length));
  const part = words.slice(start, start + length);
  const text = part.join(random.pick([' ', '-', '_']));
  add('partial', text, (r) => ` ${splitWords(r.name).join(' ')} `.includes(` ${part.join(' ')} `));
}

function addId(random: Random, target: JudgedResource, add: Add): void {
  const id = target.nativeId;
  if (!/-[0-9a-f]{17}$/.test(id)) return;
  const text = random.pick([id.slice(0, 12), id.slice(id.indexOf('-') + 1, -6), id]);
  add('id', text, (r) => r.nativeId.includes(text));
}

const saidType = (random: Random, type: JudgedResource['resourceType']) => {
  const entry = TYPE_SAID.find(([, fits]) => fits({ resourceType: type } as JudgedResource));
  return entry ? random.pick(entry[0]) : '';
};

function addByFacts(random: Random, target: JudgedResource, kind: 'typo' | 'abbr', add: Add): void {
  const { app, env } = target.truth;
  const type = saidType(random, target.resourceType);
  if (kind === 'abbr' && (!app.includes(' ') || type === '')) return;
  const said = kind === 'typo' ? misspelt(random, app) : abbreviated(random, app);
  if (random.chance(0.5) && type !== '') {
    add(kind, `${said} ${type}`, (r) => r.truth.app === app && r.resourceType === target.resourceType);
  } else {
    const word = random.pick(ENV_SAID[env] ?? [env]);
    add(kind, `${said} ${word}`, (r) => r.truth.app === app && r.truth.env === env);
  }
}

/** One slip in the longest word: a letter left out, doubled, replaced or two swapped. */
function misspelt(random: Random, app: string): string {
  const longest = app.split(' ').reduce((a, b) => (b.length > a.length ? b : a));
  const at = 1 + random.below(longest.length - 2);
  const slips = [
    longest.slice(0, at) + longest.slice(at + 1),
    longest.slice(0, at) + longest[at] + longest.slice(at),
    `${longest.slice(0, at)}e${longest.slice(at + 1)}`,
    longest.slice(0, at) + longest[at + 1] + longest[at] + longest.slice(at + 2),
  ];
  return app.replace(longest, random.pick(slips));
}

function abbreviated(random: Random, app: string): string {
  const words = app.split(' ');
  const initials = words.map((word) => word[0]).join('');
  const clipped = words.map((word) => word.slice(0, 4)).join(' ');
  const bare = words.map((word) => (word[0] ?? '') + word.slice(1).replace(/[aeiou]/g, '')).join(' ');
  return random.pick([initials, clipped, bare]);
}

function addSynonym(random: Random, target: JudgedResource, add: Add): void {
  if (random.chance(0.4)) {
    const [said, fits] = random.pick(STATE_SAID);
    const region = target.region;
    const place = random.pick(REGION_SAID[region] ?? [region]);
    add('synonym', `${random.pick(said)} in ${place}`, (r) => fits(r) && r.region === region);
    return;
  }
  const [said, fits] = random.pick(TYPE_SAID);
  const { env } = target.truth;
  const word = random.pick(ENV_SAID[env] ?? [env]);
  add('synonym', `${word} ${random.pick(said)}`, (r) => fits(r) && r.truth.env === env);
}

function addMulti(random: Random, target: JudgedResource, add: Add): void {
  const { app, env } = target.truth;
  const type = saidType(random, target.resourceType);
  const word = random.pick(ENV_SAID[env] ?? [env]);
  const fits: Fits = (r) =>
    r.truth.app === app && r.truth.env === env && r.resourceType === target.resourceType;
  add(
    'multi',
    random.pick([`${app} ${word} ${type}`, `${word} ${app} ${type}`, `${type} ${app} ${word}`]).trim(),
    fits,
  );
}

function addSentence(random: Random, target: JudgedResource, add: Add): void {
  const { app, env, team } = target.truth;
  const [types, isType] = random.pick(TYPE_SAID);
  const type = random.pick(types);
  const word = random.pick(ENV_SAID[env] ?? [env]);
  const place = random.pick(REGION_SAID[target.region] ?? [target.region]);
  const sameRegion: Fits = (r) => r.region === target.region;
  const sentences: [text: string, fits: Fits][] = [
    [
      `which ${type} does the ${team} team have in ${place}?`,
      (r) => isType(r) && r.truth.team === team && sameRegion(r),
    ],
    [`show me all ${type} for ${app} please`, (r) => isType(r) && r.truth.app === app],
    [
      `I'm looking for the ${word} ${type} located in ${place}`,
      (r) => isType(r) && r.truth.env === env && sameRegion(r),
    ],
    [`what do we run for ${app} in ${word}`, (r) => r.truth.app === app && r.truth.env === env],
    [
      `list every one of our ${type} that belong to ${team} and are in ${word}`,
      (r) => isType(r) && r.truth.team === team && r.truth.env === env,
    ],
  ];
  const [text, fits] = random.pick(sentences);
  add('sentence', text, fits);
}
