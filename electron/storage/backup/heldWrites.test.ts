import { afterEach, beforeEach, expect, test } from 'vitest';
import { ALL, fill, Machine, says, wholeRestore } from './testing/machine.ts';

let laptop: Machine;

beforeEach(async () => {
  laptop = new Machine();
  await laptop.open();
  await fill(laptop);
});
afterEach(() => laptop.dispose());

/** Restores, and asks for something at the moment the named step begins. */
async function restoring(step: string, ask: () => Promise<unknown>) {
  const { service } = laptop;
  const which = await laptop.backup();
  const asked: Promise<unknown>[] = [];
  const work = {
    signal: new AbortController().signal,
    progress: () => undefined,
    step: (words: string) => void (words.startsWith(step) && asked.push(ask())),
  };
  const report = await service.backup.restore(
    { kind: 'here' },
    which,
    { ...wholeRestore(), parts: ALL },
    work,
  );
  return { report, answers: await Promise.all(asked) };
}

test('a message confirmed while the backup before a restore is made is in the restored data', async () => {
  const { service } = laptop;
  const [first] = await service.chat.getAllContexts();
  const conversationId = first?.conversationId ?? '';
  let n = 0;
  const say = () => {
    n += 1;
    const message = says(`meanwhile ${n}`);
    return service.admit('write', () => service.chat.append(conversationId, message));
  };
  const { answers, report } = await restoring('Reading back', say);
  expect(report.before).not.toBeNull();
  expect(answers.length).toBeGreaterThan(0);
  const { messages } = await service.chat.getHistory(conversationId, { limit: 1_000 });
  const said = messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'text' ? part.text : [])),
  );
  expect(said).toEqual(expect.arrayContaining(answers.map((_, i) => `meanwhile ${i + 1}`)));
});

test('a question asked while the data is exchanged waits for the answer instead of failing', async () => {
  const { service } = laptop;
  const { answers } = await restoring('Exchanging', () =>
    service.admit('read', () => service.chat.getAllContexts()),
  );
  expect(answers.length).toBeGreaterThan(0);
  expect(answers.every((one) => Array.isArray(one) && one.length === 2)).toBe(true);
});

test('a restore that fails lets writes go on', async () => {
  const { service } = laptop;
  const which = await laptop.backup();
  const abort = new AbortController();
  const work = {
    signal: abort.signal,
    progress: () => undefined,
    step: (words: string) => void (words.startsWith('Reading back') && abort.abort(new Error('no'))),
  };
  await expect(service.backup.restore({ kind: 'here' }, which, wholeRestore(), work)).rejects.toThrow();
  const created = await service.admit('write', () => service.chat.createConversation());
  expect(created.conversationId).toBeTruthy();
});
