import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatBench, changeButtons, DEV, made } from '../testing/chatBench.ts';

const bench = new ChatBench();
beforeAll(() =>
  bench.open([
    made('rds_instance', 'ledger', { tags: { env: 'production', team: 'core' } }),
    made('rds_instance', 'orders-db-prod', { region: 'us-east-1', tags: { env: 'production' } }),
    made('rds_instance', 'reports', { state: 'stopped', facts: { Engine: 'mysql' }, accountId: DEV }),
    made('ec2_instance', 'web-1', { nativeId: 'i-0aaaaaaaaaaaaaaa1', tags: { env: 'production' } }),
    made('ec2_instance', 'qa-box', { tags: { env: 'test', team: 'core' }, accountId: DEV }),
    made('ec2_instance', 'stage-box', { tags: { env: 'staging' }, accountId: DEV }),
    made('ec2_volume', 'web-1-root', { state: 'in-use' }),
    made('s3_bucket', 'assets.example.com', {}),
  ]),
);
afterAll(() => bench.close());

interface Forms {
  verb: string;
  gerund: string;
  participle: string;
}
const POWER: Forms[] = [
  { verb: 'stop', gerund: 'stopping', participle: 'stopped' },
  { verb: 'reboot', gerund: 'rebooting', participle: 'rebooted' },
];
const DESTROY: Forms[] = [
  { verb: 'delete', gerund: 'deleting', participle: 'deleted' },
  { verb: 'remove', gerund: 'removing', participle: 'removed' },
];
const DATABASES = ['ledger', 'orders-db-prod'];
const MACHINES = ['web-1', 'qa-box'];
const NAMES = [...DATABASES, ...MACHINES];

/** $V stop, $G stopping, $P stopped, $X the resource, $Y another. */
const NOT_ASKED = {
  negation: [
    "don't $V $X",
    'do not $V $X',
    'never $V $X',
    'please never $V $X',
    'I do not want to $V $X',
    "I don't want $X $P",
    'nobody should $V $X',
    'no one may $V $X',
    'under no circumstances $V $X',
    'make sure nobody $Vs $X',
    'refuse to $V $X',
    'prevent $G $X',
    'avoid $G $X',
    'cancel $G $X',
    'abort the $V of $X',
    'forget about $G $X',
    'I decided against $G $X',
    'hold off on $G $X',
    '$V $X? no, wait',
    '$V $X... actually no',
    '$V $X, just kidding',
    '$V $X not',
    'it would be a mistake to $V $X',
    "I'd rather you did not $V $X",
    'stop $G $X',
    'I never asked to $V $X',
    'without $G $X, tell me its state',
    'anything but $V $X',
    '$V everything except $X',
    '$V all but $X',
    'keep $X from being $P',
    'protect $X, do not $V it',
  ],
  question: [
    '$V $X?',
    'should I $V $X?',
    'should I $V $X',
    'can I $V $X?',
    'can $X be $P?',
    'may I $V $X',
    'what happens if I $V $X?',
    'what would happen if someone $P $X',
    'is it safe to $V $X?',
    'is it ok to $V $X',
    'would it hurt to $V $X?',
    'why would I $V $X?',
    'how do I $V $X?',
    'how to $V $X',
    'how long does it take to $V $X?',
    'who can $V $X?',
    'who $P $X?',
    'when was $X $P?',
    'did anyone $V $X?',
    'has $X been $P?',
    'was it you who $P $X?',
    'do we need to $V $X?',
    'is there a reason to $V $X?',
    'could $G $X help?',
    'does $G $X lose data?',
    'tell me what happens when you $V $X',
    'explain what it means to $V $X',
    'what does it cost to $V $X?',
    'which alarms fire if we $V $X',
    'can you tell me how to $V $X?',
    'could you explain how to $V $X?',
    'would you $V $X or leave it?',
    'what about $G $X?',
    'so, should we $V $X?',
  ],
  reported: [
    'the on-call said $V $X',
    'the on-call said: "$V $X"',
    'my boss wants me to $V $X',
    'he asked to $V $X',
    'the runbook says to $V $X',
    'I was told to $V $X',
    'Bob will $V $X',
    'they $P $X',
    'I have $X $P',
    'I $P $X',
    'we already $P $X',
    'someone $P $X yesterday',
    'I wish I could $V $X',
    'I might $V $X',
    'we may $V $X soon',
    'maybe $V $X',
    'perhaps we should $V $X',
    'I am thinking about $G $X',
    'suppose we $V $X',
    'imagine you $V $X',
    'pretend to $V $X',
    'you said you would $V $X',
    'I want Bob to $V $X',
    'let Bob $V $X',
    'ask Bob to $V $X',
    'remind me to $V $X',
    'write a script to $V $X',
    'show me the command to $V $X',
    'the button to $V $X is broken',
  ],
  condition: [
    '$V $X if it is idle',
    'if it is idle $V $X',
    'if it is idle, $V $X',
    '$V $X unless it is busy',
    '$V $X when the backup is done',
    'when the backup is done, $V $X',
    '$V $X after the backup',
    '$V $X before the release',
    '$V $X once nobody is connected',
    '$V $X as soon as it is free',
    '$V $X in case of trouble',
    '$V $X if possible',
    'should it fail, $V $X',
    '$V $X whenever it fails',
    '$V $X until it works',
    '$V $X provided that $Y runs',
    'only $V $X if it fails',
    '$V $X only if needed',
    'after $G $Y, $V $X',
  ],
  schedule: [
    '$V $X tonight',
    '$V $X tomorrow at 7am',
    '$V $X at 5 pm',
    '$V $X at 22:00',
    'at 22:00 $V $X',
    '$V $X in 5 minutes',
    'in an hour $V $X',
    '$V $X every evening',
    '$V $X on Monday',
    '$V $X for 2 hours',
    '$V $X later',
    'later $V $X',
    '$V $X next week',
    '$V $X over the weekend',
    '$V $X daily',
    'schedule a $V of $X',
    '$V $X within 10 minutes',
    '$V $X on 2026-12-24',
    '$V $X by noon',
    '$V $X then wait',
    '$V $X twice',
  ],
  part: [
    '$V the volume of $X',
    '$V the root volume of $X',
    '$V the snapshots of $X',
    '$V the backups of $X',
    '$V the tags of $X',
    '$V the logs of $X',
    '$V the rules of $X',
    '$V the alarms of $X',
    '$V the replicas of $X',
    '$V the read replica of $X',
    '$V the parameter group of $X',
    '$V the listener of $X',
    '$V the security group of $X',
    '$V the database on $X',
    '$V the service on $X',
    '$V nginx on $X',
    '$V all containers on $X',
    '$V the connections to $X',
    '$V the process 4711 on $X',
    '$V replication from $X',
    '$V traffic to $X',
    "$V $X's volume",
    "$V $X's snapshots",
    '$V $X snapshots',
    '$V $X volume',
    '$V $X backups',
    '$V $X logs',
    '$V $X replication',
    '$V half of $X',
    '$V one of $X',
    '$V part of $X',
    '$V some of $X',
    '$V the data in $X',
    '$V the tag team from $X',
    '$V tag team=core from $X',
    '$V users from $X',
    '$V alerts for $X',
    '$V monitoring of $X',
    '$V monitoring $X',
    '$V backups for $X',
    '$V anything inside $X',
    '$V everything on $X',
    '$V all of $X',
    '$V access to $X',
    '$V writes to $X',
    '$V a copy of $X',
    '$V the twin of $X',
    '$V the queue behind $X',
    '$V the instance next to $X',
    '$V the old $X',
    '$V things like $X',
    '$V $X from crashing',
    '$V $X from the load balancer',
    '$V $X from starting',
  ],
  option: [
    '$V $X with failover',
    '$V $X without a final snapshot',
    '$V $X with force',
    '$V $X --force',
    '$V $X -f',
    '$V $X forcefully',
    'force $V $X',
    'hard $V $X',
    '$V $X and skip the snapshot',
    '$V $X as user admin',
    '$V $X using my admin profile',
    '$V $X to db.t3.large',
    '$V $X into standby',
    '$V $X via ssm',
    '$V $X without approval',
    '$V $X dry run',
    '$V $X partially',
    '$V $X gently',
    '$V $X except its volume',
    '$V $X with all its volumes',
    '$V $X and its snapshots',
    '$V $X including backups',
  ],
  several: [
    '$V $X and start $Y',
    'start $Y and $V $X',
    '$V $X, start $Y',
    '$V $X; start $Y',
    '$V $X\nstart $Y',
    '$V $X then start it',
    'snapshot $X and then $V it',
    '$V $X instead of $Y',
    '$V $X, not $Y',
    'not $Y, $V $X',
    '$V $X but not $Y',
    '$V $X like $Y',
    '$V $X behind $Y',
    '$V $X with $Y',
    '$V $X from $Y',
    'move $Y and $V $X',
    'start and $V $X',
    '$V or start $X',
  ],
  activity: [
    '$V modifying $X',
    '$V testing $X',
    '$V staging $X',
    '$V running $X',
    '$V backing-up $X',
    '$V $X testing',
    '$V $X staging',
    '$V $X production',
    '$V worrying about $X',
    '$V the testing of $X',
    '$V using $X',
    '$V paying for $X',
    '$V production $X',
    '$V test $X',
  ],
  word: [
    'the word $V and $X',
    '$V is what I typed for $X',
    'a resource named $V near $X',
    '$X is the name of the one to $V later',
    'I like $X, $V',
    '$X backup',
    '$X snapshot...',
    'the $X backup',
    '$X and $Y backup',
    'call it "$V $X"',
    '"$V $X"',
    '$V is not for $X',
    '/$V $X',
    '#$V $X',
    'cmd: $V $X',
    'TODO: $V $X',
    '$V: $X',
    '$V $X = true',
    'echo $V $X',
    '"$V it"',
    '$V non-$X',
    '$V the non-$X',
    '$V not-$X',
    '$V un-$X',
    '$V ex-$X',
    '$V $X-like ones',
    '$V $X/data',
    '$V $X:22',
    '$V $X@home',
    '$V $X#1',
    '$V $X=1',
  ],
};

const DESTROYED_INSTEAD = [
  '$V name $X',
  '$V id $X',
  '$V arn $X',
  '$V tag $X',
  '$V the tag $X',
  '$V the name of $X',
  '$V env=test $X',
  '$V team=core $X',
  '$V $X env=test',
  '$V tag team from $X',
  '$V postgres $X',
  '$V the postgres $X',
  '$V production $X',
  '$V the production $X',
  '$V stopped $X',
  '$V running $X',
  '$V us-west-2 $X',
  '$V $X from us-west-2',
  '$V $X from the production account',
  '$V $X immediately',
  '$V $X at once',
  '$V $X again',
  '$V $X 😂',
];

const filled = (frame: string, { verb, gerund, participle }: Forms, name: string) =>
  frame
    .replaceAll('$V', verb)
    .replaceAll('$G', gerund)
    .replaceAll('$P', participle)
    .replaceAll('$X', name)
    .replaceAll('$Y', 'reports');

async function offered(sentence: string): Promise<string[]> {
  const { planned, parts } = await bench.ask(sentence);
  return [...planned.map(({ action }) => `plan ${action}`), ...changeButtons(parts)].map(
    (found) => `${sentence.replaceAll('\n', '⏎')} -> ${found}`,
  );
}

test.each(Object.entries(NOT_ASKED))(
  'nothing is planned or offered for what was not asked: %s',
  async (_kind, frames) => {
    const wrong: string[] = [];
    let turn = 0;
    for (const frame of frames) {
      for (const forms of [...POWER, ...DESTROY]) {
        turn += 1;
        wrong.push(...(await offered(filled(frame, forms, NAMES[turn % NAMES.length] ?? ''))));
      }
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);

test('a line of the CLI with a word that belongs to no flag is not only a command', async () => {
  const wrong: string[] = [];
  for (const tail of [
    '--output json not',
    '--output',
    '--output please',
    '--no-cli-pager do not run this',
    '--no-cli-pager --output json tomorrow',
    '| jq',
    '; echo',
    '--hibernate',
  ]) {
    const line = `aws ec2 stop-instances --instance-ids i-0aaaaaaaaaaaaaaa1 ${tail}`;
    wrong.push(...(await offered(line)));
  }
  expect(wrong).toEqual([]);
  const printed = 'aws ec2 stop-instances --instance-ids i-0aaaaaaaaaaaaaaa1 --output json --no-cli-pager';
  expect((await bench.ask(printed)).planned).toHaveLength(1);
}, 60_000);

test('behind a verb that destroys, what describes a resource may be what is to go', async () => {
  const wrong: string[] = [];
  for (const frame of DESTROYED_INSTEAD)
    for (const forms of DESTROY)
      for (const name of ['ledger', 'qa-box']) wrong.push(...(await offered(filled(frame, forms, name))));
  expect(wrong).toEqual([]);
}, 60_000);

const ASKED = [
  '$V $X',
  'please $V $X',
  '$V $X please',
  'Hello. Please $V $X.',
  'hi, could you $V $X?',
  'can you please $V $X for me?',
  'I need $X $P',
  'I want $X to be $P',
  'we need to $V $X',
  'please get $X $P',
  'I would like to $V $X',
  "let's $V $X",
  'go ahead and $V $X',
  'just $V $X',
  '$V $X now',
  '$V $X in $R',
  '$V the $T $X',
  '$V "$X"',
  '$V $X, thanks',
  'would you mind $G $X?',
];
const SOONER = [
  '$V $X right away please',
  '$V $X again',
  '$X needs to be $P',
  '$X $V',
  '$X is hanging, please $V it',
  'please $V $X, it is stuck',
];

test('an ordinary way of asking is planned, for exactly that resource', async () => {
  const wrong: string[] = [];
  const check = async (frame: string, forms: Forms, name: string) => {
    const region = name === 'orders-db-prod' ? 'us-east-1' : 'us-west-2';
    const type = DATABASES.includes(name) ? 'database' : 'instance';
    const sentence = filled(frame, forms, name).replace('$R', region).replace('$T', type);
    const { planned } = await bench.ask(sentence);
    const id = await bench.idOf(name);
    const right = planned.length === 1 && planned[0]?.resourceId === id;
    const does = { stop: 'stop', reboot: 'reboot', delete: 'delete', remove: 'delete' }[forms.verb] ?? '';
    const action = planned[0]?.action.replace('terminate', 'delete') ?? '';
    if (!right || !action.endsWith(does)) wrong.push(`${sentence} -> ${JSON.stringify(planned)}`);
  };
  for (const name of NAMES) {
    for (const frame of ASKED) for (const forms of [...POWER, ...DESTROY]) await check(frame, forms, name);
    for (const frame of SOONER) for (const forms of POWER) await check(frame, forms, name);
  }
  expect(wrong).toEqual([]);
}, 60_000);
