import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatBench, changeButtons, made } from '../testing/chatBench.ts';

const bench = new ChatBench();
beforeAll(() =>
  bench.open([
    made('rds_instance', 'ledger', { tags: { env: 'production' } }),
    made('ec2_instance', 'twin', { region: 'us-west-2', tags: { env: 'production' } }),
    made('ec2_instance', 'twin', { region: 'eu-west-1', tags: { env: 'staging' } }),
    made('ec2_instance', 'lone', { region: 'eu-west-1' }),
  ]),
);
afterAll(() => bench.close());

/** What the last of the sentences of one conversation leads to: plans, and what a click would change. */
async function talk(...sentences: string[]) {
  const chat = bench.chat();
  const { conversationId } = await chat.create();
  let planned: typeof bench.proposed = [];
  let buttons: string[] = [];
  for (const text of sentences) {
    const before = bench.proposed.length;
    const { assistant } = await chat.send({ conversationId, text });
    planned = bench.proposed.slice(before);
    buttons = changeButtons(assistant.parts);
  }
  return { planned, buttons };
}

test('"it" is the one resource that the last answer was about', async () => {
  const resourceId = await bench.idOf('ledger');
  const stop = [{ action: 'rds.stop', resourceId }];
  expect((await talk('describe ledger', 'stop it')).planned).toEqual(stop);
  expect((await talk('describe ledger', 'could you please stop it?')).planned).toEqual(stop);
  expect((await talk('is it safe to delete ledger?', 'stop it')).planned).toEqual(stop);
});

test('"it" after an answer about several, about none, or with more words, is asked about', async () => {
  for (const sentences of [
    ['list instances', 'stop it'],
    ['describe twin', 'stop it'],
    ['help', 'stop it'],
    ['describe ledger', "don't stop it"],
    ['describe ledger', 'stop it tonight'],
    ['describe ledger', 'stop its backups'],
    ['describe ledger', 'stop them all'],
    ['describe ledger', 'stop it in eu-west-1'],
  ])
    expect([sentences, (await talk(...sentences)).planned]).toEqual([sentences, []]);
});

test('"the one in …" chooses among those the app asked about', async () => {
  const ireland = await bench.idOf('twin', 'eu-west-1');
  const stop = [{ action: 'ec2.stop', resourceId: ireland }];
  for (const choice of [
    'the one in eu-west-1',
    'the eu-west-1 one, please',
    'the staging one',
    'stop the one in Ireland',
  ])
    expect([choice, (await talk('stop twin', choice)).planned]).toEqual([choice, stop]);
});

test('a choice after anything but that question plans nothing, and offers nothing but those of the question', async () => {
  for (const sentences of [
    ["don't stop twin", 'the one in eu-west-1'],
    ['describe twin', 'the one in eu-west-1'],
    ['stop twin?', 'the one in eu-west-1'],
    ['stop twin', 'not the one in eu-west-1'],
    ['stop twin', 'the one in eu-west-1 tomorrow'],
    ['stop lone', 'the one in us-west-2'],
    ['stop twin', 'the one in eu-central-1'],
  ])
    expect([sentences, (await talk(...sentences)).planned]).toEqual([sentences, []]);
});
