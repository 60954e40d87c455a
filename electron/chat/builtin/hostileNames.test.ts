import { afterAll, beforeAll, expect, test } from 'vitest';
import { spelled } from '../../../preload/contract/spelling.ts';
import { ChatBench, made } from '../testing/chatBench.ts';

/**
 * Who may tag chooses names. For each pattern there is a server `web-N` and a second one whose name is made of
 * the first's: a sentence for one must never become a plan, or an answer, for the other.
 */
const MARKS = [
  '.',
  ',',
  '!',
  '?',
  ';',
  ':',
  '…',
  '...',
  '。',
  '"',
  "'",
  '”',
  ')',
  ']',
  '}',
  '>',
  '`',
  '*',
  '-',
];
const WRAPS = ['""', "''", '“”', '‘’', '«»', '()', '[]', '{}', '<>', '``', '**', '  ', '..'];
const PATTERNS: ((name: string, id: string, arn: string) => string)[] = [
  ...MARKS.map((mark) => (name: string) => `${name}${mark}`),
  ...WRAPS.map((wrap) => (name: string) => `${wrap[0]}${name}${wrap[1]}`),
  ...['.', '-', '--', '#', '@', '"', ' '].map((mark) => (name: string) => `${mark}${name}`),
  (name) => name.toUpperCase(),
  (name) => name.replace('e', 'е'),
  (name) => name.replace('w', 'ｗ'),
  (name) => name.replace('-', '\u2011'),
  (name) => name.replace('-', '\u200b-'),
  (name) => `${name}\u200b`,
  (name) => `\u202e${name}`,
  (name) => `${name} `,
  (name) => `${name}\u00a0`,
  (name) => `${name}\t`,
  (_name, id) => id,
  (_name, id) => id.toUpperCase(),
  (_name, id) => `${id}.`,
  (_name, _id, arn) => arn,
  (_name, _id, arn) => `${arn},`,
  (name) => `${name} and all others`,
  (name) => `${name} in prod`,
  (name) => `${name} in us-west-2`,
  (name) => `${name} please`,
  (name) => `${name}, please`,
  (name) => `${name} now`,
  (name) => `stop ${name}`,
  (name) => `the ${name}`,
  (name) => `instance ${name}`,
  (name) => `server ${name}`,
  (name) => `"${name}".`,
  (name) => `${name} (old)`,
  (name) => `${name} `.repeat(2),
];
const GRAMMAR = ['please', 'production', 'the', 'instance', 'us-west-2', 'in', 'account', 'it', 'not', 'all'];

const GONE = [
  'gone-1 in prod',
  'gone-1 in us-west-2',
  'gone-1 from us-west-2',
  'gone-1 right away',
  'gone-1 please',
  'gone-1 again',
  'gone-1 stop',
  'gone-1 stopped',
  'restart gone-1',
];
const MANY_WORDS = ['Jenkins server', 'node one', 'web blue'];
const AWAY = 'i-0fa0fa0fa0fa0fa0f';

const idOf = (n: number) => `i-0${String(n).padStart(16, 'a')}`;
const arnOf = (n: number) => `arn:aws:ec2:us-west-2:123456789012:instance/${idOf(n)}`;
const pairs = PATTERNS.map((pattern, i) => {
  const name = `web-${i}x`;
  const [own, other] = [2 * i + 1000, 2 * i + 1001];
  const good = made('ec2_instance', name, {
    nativeId: idOf(own),
    arn: arnOf(own),
    tags: { env: 'production' },
  });
  const bad = made('ec2_instance', pattern(name, idOf(own), arnOf(own)), {
    nativeId: idOf(other),
    arn: arnOf(other),
  });
  return { good, bad };
});

const bench = new ChatBench();
beforeAll(() =>
  bench.open([
    ...pairs.flatMap(({ good, bad }) => [good, bad]),
    ...GRAMMAR.map((name) => made('ec2_instance', name)),
    ...GONE.map((name) => made('ec2_instance', name)),
    ...MANY_WORDS.map((name) => made('ec2_instance', name)),
    made('ec2_instance', 'far', { nativeId: AWAY, region: 'eu-west-1' }),
    made('ec2_instance', AWAY),
  ]),
);
afterAll(() => bench.close());

/** Native ids of what is planned, or answered by itself. */
async function meant(sentence: string): Promise<string[]> {
  const answer = await bench.ask(sentence);
  const facts = answer.parts.flatMap((part) => (part.kind === 'facts' ? part.rows : []));
  const planned = await Promise.all(
    answer.planned.map(
      async ({ resourceId }) => (await bench.storage.estate.get(resourceId))?.nativeId ?? '',
    ),
  );
  return [...planned, ...facts.filter(({ label }) => label === 'Id').map(({ value }) => value)];
}

const FORMS = [
  (name: string) => `stop ${name}`,
  (name: string) => `Terminate ${name}.`,
  (name: string) => `please delete the server "${name}"`,
  (name: string) => `reboot ${name}, please`,
  (name: string) => `describe ${name}`,
  (name: string) => `what is the state of ${name}?`,
];

test.each(pairs.map(({ good, bad }) => [spelled(bad.name), good, bad] as const))(
  'a sentence reaches only the one it names: %s',
  async (_shown, good, bad) => {
    for (const form of FORMS) {
      for (const [one, other] of [
        [good, bad],
        [bad, good],
      ] as const) {
        for (const name of [one.name, one.nativeId]) {
          const reached = await meant(form(name));
          expect([form(name), reached]).toEqual([form(name), reached.filter((id) => id === one.nativeId)]);
          expect([form(name), reached]).not.toContain(other.nativeId);
        }
      }
    }
  },
);

test.each(MARKS.slice(0, -2))(
  'a name that ends like a sentence is a question with both readings: %s',
  async (mark) => {
    const { good, bad } = pairs[MARKS.indexOf(mark)] ?? pairs[0] ?? expect.fail();
    for (const sentence of [
      `stop ${bad.name}`,
      `Terminate ${bad.name}`,
      `stop "${bad.name}"`,
      `describe ${bad.name}`,
    ]) {
      const answer = await bench.ask(sentence);
      expect([sentence, answer.kind, answer.planned]).toEqual([sentence, 'candidates', []]);
      const rows = answer.candidates?.rows.map(({ nativeId }) => nativeId);
      expect([sentence, rows]).toEqual([sentence, expect.arrayContaining([good.nativeId, bad.nativeId])]);
    }
  },
);

test('two that a sentence cannot tell apart are both asked about', async () => {
  const indistinct = pairs.filter(
    ({ good, bad }) =>
      bad.name !== good.name &&
      bad.name.trim() !== '' &&
      /^\s|\s$|\u200b|^WEB|^\u202e/.test(bad.name) &&
      !bad.name.includes(' web'),
  );
  expect(indistinct.length).toBeGreaterThan(6);
  for (const { good, bad } of indistinct) {
    for (const sentence of [`stop ${good.name}`, `terminate "${good.name}"`, `stop ${bad.name}`]) {
      const rows = (await bench.ask(sentence)).candidates?.rows.map(({ nativeId }) => nativeId);
      expect([sentence, rows]).toEqual([sentence, expect.arrayContaining([good.nativeId, bad.nativeId])]);
    }
  }
});

test('a name that reads as a shorter one and words about it is asked about, where nothing has the shorter one', async () => {
  for (const name of GONE) expect([name, (await bench.ask(`stop ${name}`)).planned]).toEqual([name, []]);
  for (const name of MANY_WORDS)
    expect([name, (await bench.ask(`stop ${name}`)).planned.length]).toEqual([name, 1]);
});

test('an id that is also a name stays a question, whatever is said of the place', async () => {
  for (const sentence of [`stop ${AWAY} in us-west-2`, `terminate ${AWAY} in us-west-2`, `reboot ${AWAY}`])
    expect([sentence, (await bench.ask(sentence)).planned]).toEqual([sentence, []]);
});

test('names of the grammar’s own words change no sentence', async () => {
  for (const sentence of [
    'please stop web-0x',
    'stop the instance web-0x in us-west-2',
    'stop web-0x in production',
  ])
    expect([sentence, await meant(sentence)]).toEqual([sentence, [idOf(1000)]]);
  for (const word of GRAMMAR) expect([word, (await bench.ask(`stop ${word}`)).planned]).toEqual([word, []]);
});
