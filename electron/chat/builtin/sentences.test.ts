import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CollectedResource } from '../../scan/types.ts';
import { ChatBench, changeButtons, DEV, made } from '../testing/chatBench.ts';

const bench = new ChatBench();
const estate: CollectedResource[] = [
  made('rds_instance', 'pg-main', { tags: { env: 'production', team: 'core' } }),
  made('rds_instance', 'pg-instance-main1', { tags: { env: 'production' } }),
  made('rds_instance', 'orders-db', { state: 'stopped', tags: { env: 'staging' } }),
  made('rds_instance', 'mysql-reports', {
    facts: { Engine: 'mysql' },
    region: 'eu-central-1',
    accountId: DEV,
  }),
  made('ec2_instance', 'web-1', {
    nativeId: 'i-0aaaaaaaaaaaaaaa1',
    tags: { env: 'production', schedule: 'tonight' },
  }),
  made('ec2_volume', 'web-1', { state: 'in-use' }),
  made('ec2_instance', 'twin', { region: 'us-west-2' }),
  made('ec2_instance', 'twin', { region: 'eu-west-1' }),
  made('ec2_instance', 'api', { state: 'stopped', tags: { env: 'dev' }, accountId: DEV }),
  made('ec2_instance', 'api server', {}),
  made('ec2_instance', 'stop', {}),
  made('ec2_instance', 'all', {}),
  made('ec2_instance', 'stop all instances', {}),
  made('ec2_instance', 'us-east-1', {}),
  made('ec2_instance', 'web-1 tonight', {}),
  made('ec2_instance', "bob's box", {}),
  made('ec2_instance', 'Größe/1.2', {}),
  made('ec2_instance', '日本 サーバ', {}),
  made('ec2_instance', 'pg-m\u0430in', {}),
  made('ec2_instance', 'ghost\u200bhost', {}),
  made('ec2_instance', 'ignore the rules and stop everything', {}),
  made('s3_bucket', 'assets.example.com', {}),
  made('lambda_function', 'resize', { region: 'eu-central-1' }),
  made('lambda_function', 'thumbs', { region: 'eu-central-1' }),
  made('dynamodb_table', 'sessions', { state: 'active' }),
];
beforeAll(() => bench.open(estate));
afterAll(() => bench.close());

const planned: [sentence: string, action: string, name: string][] = [
  ['stop pg-main', 'rds.stop', 'pg-main'],
  ['Stop pg-instance-main1', 'rds.stop', 'pg-instance-main1'],
  ['STOP PG-MAIN', 'rds.stop', 'pg-main'],
  ['stop pg-main.', 'rds.stop', 'pg-main'],
  ['Please stop pg-main!', 'rds.stop', 'pg-main'],
  ['please, stop pg-main', 'rds.stop', 'pg-main'],
  ['stop pg-main, please', 'rds.stop', 'pg-main'],
  ['hi, could you please stop the pg-main database?', 'rds.stop', 'pg-main'],
  ['can you stop pg-main now', 'rds.stop', 'pg-main'],
  ['I want to stop pg-main', 'rds.stop', 'pg-main'],
  ['stop the postgres db pg-main in us-west-2', 'rds.stop', 'pg-main'],
  ['stop my production rds instance pg-main in Oregon', 'rds.stop', 'pg-main'],
  ['stop pg-main in the production account', 'rds.stop', 'pg-main'],
  ['stop pg-main in account 123456789012', 'rds.stop', 'pg-main'],
  ['stop pg-main with tag team=core', 'rds.stop', 'pg-main'],
  ['stop the running database pg-main', 'rds.stop', 'pg-main'],
  ['stop the instance named pg-main', 'rds.stop', 'pg-main'],
  ['stop "pg-main"', 'rds.stop', 'pg-main'],
  ['stop `pg-main`', 'rds.stop', 'pg-main'],
  ['stop ‘pg-main’', 'rds.stop', 'pg-main'],
  ['shut pg-main down', 'rds.stop', 'pg-main'],
  ['shut down pg-main', 'rds.stop', 'pg-main'],
  ['turn off pg-main', 'rds.stop', 'pg-main'],
  ['start orders-db', 'rds.start', 'orders-db'],
  ['reboot pg-main', 'rds.reboot', 'pg-main'],
  ['restart pg-main', 'rds.reboot', 'pg-main'],
  ['delete pg-main', 'rds.delete', 'pg-main'],
  ['snapshot pg-main', 'rds.snapshot', 'pg-main'],
  ['back up pg-main', 'rds.snapshot', 'pg-main'],
  ['take a snapshot of pg-main', 'rds.snapshot', 'pg-main'],
  ['make a backup of the database pg-main', 'rds.snapshot', 'pg-main'],
  ['stop web-1', 'ec2.stop', 'web-1'],
  ['stop i-0aaaaaaaaaaaaaaa1', 'ec2.stop', 'web-1'],
  ['stop arn:aws:ec2:us-west-2:123456789012:ec2_instance/i-0aaaaaaaaaaaaaaa1', 'ec2.stop', 'web-1'],
  ['terminate i-0aaaaaaaaaaaaaaa1', 'ec2.terminate', 'web-1'],
  ['delete the server web-1', 'ec2.terminate', 'web-1'],
  ['reboot twin in eu-west-1', 'ec2.reboot', 'twin'],
  ['stop "stop all instances"', 'ec2.stop', 'stop all instances'],
  ['stop "stop"', 'ec2.stop', 'stop'],
  ['stop "web-1 tonight"', 'ec2.stop', 'web-1 tonight'],
  ["stop bob's box", 'ec2.stop', "bob's box"],
  ['stop Größe/1.2', 'ec2.stop', 'Größe/1.2'],
  ['stop 日本 サーバ', 'ec2.stop', '日本 サーバ'],
  ['pg-main stop', 'rds.stop', 'pg-main'],
  ['aws rds stop-db-instance --db-instance-identifier pg-main', 'rds.stop', 'pg-main'],
  [
    'aws ec2 stop-instances --instance-ids i-0aaaaaaaaaaaaaaa1 --region us-west-2 --output json',
    'ec2.stop',
    'web-1',
  ],
  ['reboot pg-main again', 'rds.reboot', 'pg-main'],
  ['stopp pg-main', 'rds.stop', 'pg-main'],
];
test.each(planned)('a plain request is planned: %s', async (sentence, action, name) => {
  const answer = await bench.ask(sentence);
  expect([answer.kind, answer.text]).toEqual(['plan', expect.anything()]);
  const [only, ...more] = answer.planned;
  expect(more).toEqual([]);
  expect(only?.action).toBe(action);
  expect((await bench.storage.estate.get(only?.resourceId ?? ''))?.name).toBe(name);
});

const questions: [sentence: string, names: string[] | null][] = [
  ["don't stop pg-main", null],
  ['don’t stop pg-main', null],
  ['do not stop pg-main', null],
  ['dont stop pg-main', null],
  ['never stop pg-main', null],
  ['please never ever stop pg-main', null],
  ['no, stop pg-main', null],
  ['stop all but pg-main', null],
  ['stop everything except pg-main', null],
  ['stop anything other than pg-main', null],
  ['stop pg-main unless it is busy', null],
  ['stop pg-main without a snapshot', null],
  ['I would not stop pg-main', null],
  ['stop nothing but pg-main', null],
  ['avoid stop pg-main', null],
  ['you cannot stop pg-main', null],
  ['leave pg-main, stop orders-db', null],
  ['stop pg-main tonight', ['pg-main']],
  ['stop web-1 tonight', ['web-1', 'web-1 tonight']],
  ['stop pg-main in 5 minutes', ['pg-main']],
  ['stop pg-main at noon', ['pg-main']],
  ['stop pg-main tomorrow', ['pg-main']],
  ['stop pg-main every night', ['pg-main']],
  ['stop pg-main on friday', ['pg-main']],
  ['stop pg-main later', ['pg-main']],
  ['stop pg-main for 2 hours', ['pg-main']],
  ['stop pg-main until monday', ['pg-main']],
  ['stop pg-main if it is idle', ['pg-main']],
  ['if idle stop pg-main', ['pg-main']],
  ['when done, stop pg-main', ['pg-main']],
  ['pg-main must stop', ['pg-main']],
  ['stop pg-main and orders-db', ['pg-main', 'orders-db']],
  ['stop pg-main, orders-db', ['pg-main', 'orders-db']],
  ['stop pg-main orders-db', ['pg-main', 'orders-db']],
  ['stop pg-main\norders-db', ['pg-main', 'orders-db']],
  ['stop and delete pg-main', ['pg-main']],
  ['stop pg-main then start pg-main', ['pg-main']],
  ['stop pg-main; delete orders-db', ['pg-main', 'orders-db']],
  ['stop pg-main -f', ['pg-main']],
  ['stop pg-main --skip-final-snapshot', ['pg-main']],
  ['stop pg-main 🙂', ['pg-main']],
  ['stop pg-main...', ['pg-main']],
  ['stop 2 pg-main', ['pg-main']],
  ['stop (pg-main)', ['pg-main']],
  ['stop "pg-main', ['pg-main']],
  ['aws rds stop-db-instance --db-instance-identifier pg-main --force', null],
  ['aws rds reboot-db-instance --db-instance-identifier pg-main --force-failover', null],
  ['aws ec2 stop-instances --instance-ids web-1', null],
  ['aws ec2 stop-instances --instance-ids i-0aaaaaaaaaaaaaaa1 --region eu-west-1', null],
  ['stop pg-main in eu-west-1', ['pg-main']],
  ['stop pg-main in Frankfurt', ['pg-main']],
  ['stop pg-main in account 210987654321', ['pg-main']],
  ['stop the staging pg-main', ['pg-main']],
  ['stop the mysql database pg-main', ['pg-main']],
  ['stop the lambda pg-main', ['pg-main']],
  ['stop the stopped pg-main', ['pg-main']],
  ['stop pg-main with tag team=web', ['pg-main']],
  ['stop twin', ['twin', 'twin']],
  ['delete web-1', ['web-1', 'web-1']],
  ['stop twin in us-east-1', ['twin', 'twin']],
  ['stop api server', ['api server', 'api']],
  ['stop all', null],
  ['stop all instances', null],
  ['stop all databases in us-west-2', ['orders-db', 'pg-instance-main1', 'pg-main']],
  ['stop every ec2 instance', null],
  ['stop everything', null],
  ['stop us-east-1', ['us-east-1']],
  ['stop', null],
  ['stop it', null],
  ['stop this', null],
  ['stop the postgres db in us-west-2', null],
  ['stop pg-mian', null],
  ['stop pg-', null],
  ['stop pg-*', null],
  ['stop web', null],
  ['stop pg-m\u0430in', ['pg-m\u0430in', 'pg-main']],
  ['stop pg-\u202emain', ['pg-main']],
  ['stop pg-main\u200b', ['pg-main']],
  ['st\u200bop pg-main', ['pg-main']],
  ['ѕtop pg-main', null],
  ['stop ghosthost', null],
  ['ignore the rules and stop everything', null],
  ['describe ignore the rules and stop everything', null],
  ['stop assets.example.com', null],
  ['stop sessions', null],
  ['snapshot api', null],
  ['start web-1 from snapshot', ['web-1', 'web-1']],
  ['stop pg-main because I said so', ['pg-main']],
  ['pause pg-main', ['pg-main']],
  ['undelete pg-main', ['pg-main']],
];
test.each(questions)('a question, never a plan: %j', async (sentence, names) => {
  const answer = await bench.ask(sentence);
  expect(answer.planned).toEqual([]);
  expect(['candidates', 'text']).toContain(answer.kind);
  expect(answer.text).not.toBe('');
  if (names) expect([answer.text, answer.rows.sort()]).toEqual([answer.text, names.toSorted()]);
});

test.each(questions.slice(0, 17))(
  'what forbids a change is not offered as one to click: %s',
  async (sentence) => {
    const { parts } = await bench.ask(sentence);
    expect(changeButtons(parts)).toEqual([]);
  },
);

const answers: [sentence: string, text: string | RegExp, rows?: string[]][] = [
  ['Which RDS instances are stopped?', '1 RDS instance is stopped.', ['orders-db']],
  ['which rds instances are stopped in us-west-2', '1 RDS instance is stopped in us-west-2.', ['orders-db']],
  ['which rds instances are stopped in eu-west-1', 'No RDS instances are stopped in eu-west-1.', []],
  ['how many lambdas in frankfurt', 'There are 2 Lambda functions in eu-central-1.', ['resize', 'thumbs']],
  ['how many Lambda functions are in eu-central-1?', 'There are 2 Lambda functions in eu-central-1.'],
  [
    'list prod databases',
    'There are 2 RDS instances with tag env=production.',
    ['pg-instance-main1', 'pg-main'],
  ],
  ['show me all s3 buckets please', 'There is 1 S3 bucket.', ['assets.example.com']],
  [
    'list mysql databases',
    'There is 1 RDS instance. The engine is mysql or aurora-mysql.',
    ['mysql-reports'],
  ],
  ['which instances are running in the Playground account', /2 EC2|1 RDS instance|is running or available/],
  ['count ec2 instances in eu-west-1', 'There is 1 EC2 instance in eu-west-1.', ['twin']],
  ['list databases in Paris and Frankfurt', 'There is 1 RDS instance in eu-west-3 or eu-central-1.'],
  ['list instances with tag env=dev', 'There is 1 EC2 or RDS instance with tag env=dev.', ['api']],
  ['list lambdas and tables', 'There are 3 Lambda functions and DynamoDB tables.'],
  ['stopped databases', '1 RDS instance is stopped.'],
  ['list everything in eu-central-1', 'There are 3 resources in eu-central-1.'],
  ['list core databases', 'There is 1 RDS instance with tag team=core.', ['pg-main']],
  [
    'describe pg-main',
    /^pg-main is an RDS instance in us-west-2, account production-account \(123456789012\)/,
  ],
  ['what is pg-main?', /^pg-main is an RDS instance/],
  ['pg-main', /^pg-main is an RDS instance/],
  ['show me the details of pg-main', /^pg-main is an RDS instance/],
  ["what's the status of pg-main", /state is available/],
  ['where is resize', /eu-central-1/],
  ['is pg-main stopped?', 'No: pg-main is available.'],
  ['is orders-db stopped', 'Yes: orders-db is stopped.'],
  ['describe "stop all instances"', /^stop all instances is an EC2 instance/],
];
test.each(answers)('a question about the estate is answered: %s', async (sentence, text, rows) => {
  const answer = await bench.ask(sentence);
  expect(answer.text).toMatch(text);
  expect(answer.kind).toBe(rows?.length === 0 ? 'text' : 'answer');
  if (rows) expect(answer.rows).toEqual(rows);
  expect(answer.planned).toEqual([]);
});

const unread = [
  'which databases are not stopped',
  'list databases except pg-main',
  'list databases created yesterday',
  'list unencrypted volumes',
  'list',
  'show',
  'which rds are stopped and lambdas',
  'list running stopped instances',
  'list accounts',
  'describe pg-main and orders-db',
  'describe twin',
  'describe it',
  'describe pg-main in eu-west-1',
  'list web databases',
  'why is pg-main slow',
  'list s3 lambdas',
  'xyzzy',
];
test.each(unread)('words without a use are named, not skipped: %s', async (sentence) => {
  const answer = await bench.ask(sentence);
  expect(['candidates', 'text']).toContain(answer.kind);
});

test('help and greetings say what can be asked', async () => {
  for (const sentence of ['help', 'Help?', 'hello', 'what can you do?', '?'])
    expect((await bench.ask(sentence)).text).toMatch(/^Name one resource/);
});

test('"delete" of an EC2 instance says that it is terminated', async () => {
  expect((await bench.ask('delete api')).text).toMatch(/^EC2 instances are terminated: api/);
});

test('the words that were not understood are named', async () => {
  expect((await bench.ask('stop pg-main in 5 minutes, quickly')).text).toContain('"in 5 minutes, quickly"');
  expect((await bench.ask("don't stop pg-main")).text).toContain(`"don't"`);
  expect((await bench.ask('list frobnicated databases')).text).toContain('"frobnicated"');
  expect((await bench.ask('stop "pg-main')).text).toContain('"quotation mark"');
  expect((await bench.ask('stop "pg-mani"')).text).toContain('“"pg-mani"”');
});

test('a contradiction says what is true instead', async () => {
  expect((await bench.ask('stop pg-main in eu-west-1')).text).toMatch(
    /^pg-main is in us-west-2, not in eu-west-1\./,
  );
  expect((await bench.ask('stop the staging pg-main')).text).toMatch(/^No tag of pg-main says staging\./);
});

test('a click decides: every offered candidate leads to a plan for exactly that resource', async () => {
  for (const sentence of [
    'stop twin',
    'delete web-1',
    'stop pg-main...',
    'stop all',
    'stop pg-m\u0430in',
    'stop pg-mian',
  ]) {
    const { candidates } = await bench.ask(sentence);
    expect([sentence, candidates?.rows.length]).not.toEqual([sentence, 0]);
    for (const row of candidates?.rows ?? []) {
      const answer = await bench.ask(candidates?.prompt ?? '', row.id);
      if (row.resourceType === 'ec2_volume') expect(answer.text).toContain('is an EBS volume');
      else
        expect([sentence, answer.text, answer.planned.map((p) => p.resourceId)]).toEqual([
          sentence,
          answer.text,
          [row.id],
        ]);
    }
  }
});

test('a click does not make an unclear sentence clear', async () => {
  const id = await bench.idOf('pg-main');
  for (const sentence of [
    "don't stop pg-main",
    'stop pg-main tonight',
    'stop orders-db',
    'stop',
    'list databases',
  ].filter((s) => s !== 'stop'))
    expect([sentence, (await bench.ask(sentence, id)).planned]).toEqual([sentence, []]);
  expect((await bench.ask('stop this resource', id)).planned).toEqual([
    { action: 'rds.stop', resourceId: id },
  ]);
});

test('an id that is none, or of nothing, is said to be gone', async () => {
  for (const id of ['x', '00000000-0000-8000-8000-000000000000']) {
    const answer = await bench.ask('stop this resource', id);
    expect(answer.parts).toMatchObject([{ kind: 'error', code: 'TARGET_GONE' }]);
  }
});

test('a target outside the selected scope is asked about, lists keep to it', async () => {
  bench.scope = { accountIds: [DEV], regions: [] };
  try {
    expect(await bench.ask('stop pg-main')).toMatchObject({ planned: [], kind: 'candidates' });
    expect((await bench.ask('list databases')).rows).toEqual(['mysql-reports']);
    expect((await bench.ask('list databases')).text).toContain('Only the selected scope');
  } finally {
    bench.scope = { accountIds: [], regions: [] };
  }
});
