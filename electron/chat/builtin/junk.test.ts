import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatBench, made } from '../testing/chatBench.ts';
import {
  DETERMINERS,
  ENVIRONMENTS,
  OPENERS,
  POLITE,
  POLITE_QUESTIONS,
  RESERVED,
  STATES,
  TYPE_NOUNS,
} from './phrases.ts';

const bench = new ChatBench();
beforeAll(() => bench.open([made('rds_instance', 'pg-main', { tags: { env: 'production', team: 'core' } })]));
afterAll(() => bench.close());

/** Words that may stand in a request because they are politeness or true of pg-main. */
const USABLE = new Set(
  [
    ...POLITE,
    ...OPENERS,
    ...POLITE_QUESTIONS,
    ...DETERMINERS,
    ...STATES,
    ...ENVIRONMENTS.flat(),
    ...Object.keys(TYPE_NOUNS),
    'postgres',
    'postgresql',
    'name',
    'id',
    'arn',
    'named',
    'called',
  ].flatMap((phrase) => phrase.split(' ')),
);
const placed = (junk: string) => [`${junk} stop pg-main`, `stop ${junk} pg-main`, `stop pg-main ${junk}`];

test('no word of number, time, condition, connection or negation leaves a plan standing, wherever it is', async () => {
  for (const word of RESERVED) {
    for (const sentence of placed(word))
      expect([sentence, (await bench.ask(sentence)).planned]).toEqual([sentence, []]);
  }
}, 60_000);

test('a word that is neither politeness nor true of the target leaves no plan standing', async () => {
  const junk = fc.oneof(
    fc.stringMatching(/^[a-z]{1,9}$/),
    fc.stringMatching(/^[!-~]{1,6}$/),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
    fc.constantFrom(
      'stop',
      'starts',
      'core',
      'team=web',
      'tonight',
      '--force',
      '&&',
      ';',
      '🙂',
      '\u202e',
      '*',
    ),
  );
  await fc.assert(
    fc.asyncProperty(junk, fc.nat(2), async (word, place) => {
      const sentence = placed(word)[place] ?? '';
      const answer = await bench.ask(sentence);
      const isHarmless = word.trim() === '' || USABLE.has(word.toLowerCase()) || /^[.!]$/.test(word);
      return answer.planned.length === 0 || isHarmless;
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('whatever a resource is called, only the one whose whole name stands in the sentence is planned', async () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc
      .array(
        fc.constantFrom('stop', 'all', 'pg-main', 'web', 'not', 'the', '"', "'", '.', 'db', 'us-west-2'),
        {
          minLength: 1,
          maxLength: 4,
        },
      )
      .map((words) => words.join(' ')),
  );
  await fc.assert(
    fc.asyncProperty(nasty, fc.boolean(), async (name, quoted) => {
      const { resource: other } = await bench.storage.estate.upsert(
        made('rds_instance', name, {
          nativeId: 'db-other',
          arn: 'arn:aws:rds:us-west-2:123456789012:db:db-other',
        }),
        new Date().toISOString(),
      );
      const main = await bench.idOf('pg-main');
      const plain = (await bench.ask('stop pg-main')).planned.map(({ resourceId }) => resourceId);
      const named = (await bench.ask(quoted ? `stop "${name}"` : `stop ${name}`)).planned;
      const sure = plain.every((id) => id === main) && (plain.length === 1 || /pg-main/i.test(name));
      const right = named.every(
        ({ resourceId }) =>
          resourceId === other.id ||
          name.toLowerCase() === 'pg-main' ||
          (resourceId === main && /pg-main/i.test(name)),
      );
      return sure && right && named.length <= 1;
    }),
    { numRuns: 150 },
  );
}, 60_000);
