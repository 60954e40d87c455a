import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatBench, DEV, made, PROD } from '../testing/chatBench.ts';

const bench = new ChatBench();
beforeAll(() =>
  bench.open([
    made('ec2_subnet', 'subnet-a', { tags: { tier: 'public' }, facts: { MapPublicIpOnLaunch: false } }),
    made('s3_bucket', 'assets', { facts: { PublicAccessBlocked: false } }),
    made('s3_bucket', 'shut', { facts: { PublicAccessBlocked: true } }),
    made('s3_bucket', 'unread', { facts: {} }),
    made('elbv2_load_balancer', 'alb', { facts: { Scheme: 'internet-facing' }, tags: { tier: 'private' } }),
    made('rds_instance', 'db-1', {
      facts: {
        Engine: 'mysql',
        PubliclyAccessible: false,
        StorageEncrypted: true,
        AllocatedStorage: 500,
        Port: 3306,
      },
      tags: { team: 'payments' },
    }),
    made('rds_instance', 'db-2', {
      facts: { Engine: 'mysql', StorageEncrypted: false, AllocatedStorage: 20 },
    }),
    made('sqs_queue', 'q-1', { tags: { env: 'production' }, accountId: DEV }),
    made('sqs_queue', 'q-2'),
    made('sqs_queue', 'q-3', { accountId: DEV }),
  ]),
);
afterAll(() => bench.close());

const answers: [sentence: string, text: RegExp, rows: string[]][] = [
  [
    'which buckets are public?',
    /^There is 1 S3 bucket that does not block all public access\..*Of 1 more it is not known/,
    ['assets'],
  ],
  ['private buckets', /^There is 1 S3 bucket that blocks all public access/, ['shut']],
  ['which load balancers are public', /^There is 1 load balancer that is internet-facing/, ['alb']],
  ['are our databases public?', /^There are no RDS instances that are publicly accessible/, []],
  ['public queues', /^CloudOps does not read of SQS queues whether they are public/, []],
  ['which subnets are public', /^There are no subnets that give/, []],
  ['databases that are not encrypted', /^There is 1 RDS instance that is not encrypted/, ['db-2']],
  ['databases larger than 100 GB', /^There is 1 RDS instance/, ['db-1']],
  ['what is our biggest database?', /^db-1 .* is the largest of 2 RDS instances: 500 GiB/, ['db-1', 'db-2']],
  ['databases without a team tag', /that has no tag team/, ['db-2']],
  ['which databases have the team tag', /1 RDS instance that has the tag team/, ['db-1']],
  ['how many databases are tagged with team?', /1 RDS instance that has the tag team/, ['db-1']],
  ['ok, thanks', /^Say which resources/, []],
  ['databases of team payments', /with tag team=payments/, ['db-1']],
  ['show me all tags', /^10 resources by tag: .*team=payments: 1/, []],
  ['how many queues are in each account?', /production-account \(123456789012\): 1/, []],
  ['what port does db-1 listen on', /^The port of db-1 is 3306/, []],
  ['what is the cpu usage of db-1?', /^CloudOps reads no metrics/, []],
  ['list databases as csv', /in Explorer/, []],
  ['is db-2 encrypted?', /^No: db-2 is not encrypted/, []],
  ['is assets public?', /^assets does not block all public access\. Whether/, []],
];
test.each(answers)(
  'facts that are known answer, and what is not is said: %s',
  async (sentence, text, rows) => {
    const answer = await bench.ask(sentence);
    expect(answer.text).toMatch(text);
    expect([answer.rows, answer.planned]).toEqual([rows, []]);
  },
);

test('production is what a tag says or an account that is marked so', async () => {
  const accounts = async () => [
    { accountId: PROD, name: 'main', production: true },
    { accountId: DEV, name: 'other', production: false },
  ];
  const chat = bench.chat({ assistant: bench.builtin({ accounts }) });
  const { conversationId } = await chat.create();
  const { assistant } = await chat.send({ conversationId, text: 'how many queues are in production?' });
  expect(assistant.parts[0]).toMatchObject({
    text: 'There are 2 SQS queues in production, by tag or account.',
  });
});

test('those of one name are asked about in one order, whichever was scanned first', async () => {
  const places = ['us-west-2', 'ap-south-1', 'eu-west-1'];
  for (const region of places)
    await bench.storage.estate.upsert(made('ec2_instance', 'twin', { region }), new Date().toISOString());
  const rows = (await bench.ask('stop twin')).candidates?.rows.map(({ region }) => region);
  expect(rows).toEqual(places.toSorted());
});

test.each([
  'how many databases with a tag',
  'how many queues have an owner tag',
  'how many databases by environment',
])('a word about tags that says nothing of them is said, never dropped: %s', async (sentence) => {
  expect((await bench.ask(sentence)).text).toMatch(/^I did not understand/);
});
