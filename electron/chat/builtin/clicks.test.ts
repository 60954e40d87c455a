import { afterAll, beforeAll, expect, test } from 'vitest';
import { suggestionsFor } from '../suggestions.ts';
import { ChatBench, DEV, made } from '../testing/chatBench.ts';

const bench = new ChatBench();
beforeAll(() =>
  bench.open([
    made('rds_instance', 'ledger', { tags: { env: 'production' } }),
    made('rds_instance', 'reports', { state: 'stopped', accountId: DEV }),
    made('ec2_instance', 'web-1', { nativeId: 'i-0aaaaaaaaaaaaaaa1' }),
    made('ec2_volume', 'web-1', { state: 'in-use' }),
    made('ec2_instance', 'web-1 tonight', {}),
    made('ec2_instance', 'twin', { region: 'us-west-2' }),
    made('ec2_instance', 'twin', { region: 'eu-west-1' }),
    made('ec2_instance', 'stop', {}),
    made('ec2_instance', 'all', {}),
    made('ec2_instance', 'say "hi"', {}),
    made('ec2_instance', 'led\u0261er', {}),
    made('ec2_instance', 'ghost\u200bhost', {}),
    made('ec2_instance', '', { nativeId: 'i-0bbbbbbbbbbbbbbb2' }),
    made('s3_bucket', 'assets.example.com', {}),
    made('lambda_function', 'resize', { region: 'eu-central-1' }),
  ]),
);
afterAll(() => bench.close());

const SENTENCES = [
  'stop twin',
  'describe twin',
  'twin',
  'stop web-1 tonight',
  'delete web-1',
  'stop all',
  'stop',
  'stop stop',
  'describe stop',
  'stop ghosthost',
  'describe ghosthost',
  'stop led\u0261er',
  'stop "say "hi""',
  'stop ledgr',
  'describe ledgr',
  'show me the logs of twin',
  'why is twin slow',
  'is it safe to delete twin?',
  "don't stop twin",
  'delete the volume of twin',
  'stop ledger and reports',
  'stop twin in us-east-1',
  'stop the staging twin',
  'delete ledger in eu-west-1',
  'describe ledger and reports',
  'describe it',
  'list',
  'hibernate twin',
  'stop i-0bbbbbbbbbbbbbbb2',
  'stop the lambda ledger',
  'stop assets.example.com',
  'stop every ec2 instance',
  'xyzzy',
  'aws ec2 stop-instances --instance-ids i-0aaaaaaaaaaaaaaa1 --force',
];

test('whatever is offered answers when it is clicked: about exactly that resource, with no further question', async () => {
  const dead: string[] = [];
  for (const sentence of SENTENCES) {
    const { parts } = await bench.ask(sentence);
    for (const part of parts) {
      if (part.kind === 'suggestions')
        for (const text of part.texts) {
          const answer = await bench.ask(text);
          if (answer.kind === 'candidates' || answer.text.startsWith('I did not understand'))
            dead.push(`${sentence} -> ${text}: ${answer.text}`);
        }
      if (part.kind !== 'candidates') continue;
      for (const row of part.rows) {
        const answer = await bench.ask(part.prompt, row.id);
        const mentioned = answer.parts.flatMap((p) => (p.kind === 'facts' ? [p.title] : []));
        const isPlan = answer.planned.length === 1 && answer.planned[0]?.resourceId === row.id;
        // What cannot be done to this type of resource is an answer too.
        const isNo = /^The app cannot/.test(answer.text);
        const isDescribed =
          /^describe/i.test(part.prompt) && answer.kind === 'answer' && mentioned.length === 1;
        if (!isPlan && !isNo && !isDescribed)
          dead.push(
            `${sentence} -> ${part.prompt} (${row.name} ${row.region}): ${answer.kind} ${answer.text}`,
          );
      }
    }
  }
  expect(dead).toEqual([]);
}, 60_000);

test('what the empty chat suggests is answered or planned', async () => {
  for (const text of await suggestionsFor(bench.storage.find, {})) {
    const { kind } = await bench.ask(text);
    expect([text, ['answer', 'plan', 'text'].includes(kind)]).toEqual([text, true]);
  }
});
