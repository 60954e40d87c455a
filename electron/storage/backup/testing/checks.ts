import { expect } from 'vitest';
import type { ScanCell } from '../../../../preload/contract/models.ts';
import type { RestoreReport } from '../api.ts';
import type { BackupPart } from '../names.ts';
import type { Machine } from './machine.ts';
import { type Model, visible } from './model.ts';

/** Everything that the install shows is what its model says, and so is what its links lead to. */
export async function check(
  { machine, model }: { machine: Machine; model: Model },
  accountIds: readonly string[],
): Promise<void> {
  const { chat, estate, docs, find, history, journal } = machine.service;
  await find.resolve('anything');
  const conversations = await chat.getAllContexts();
  expect(conversations.map(({ conversationId }) => conversationId).toSorted()).toEqual(
    visible(model)
      .map(([id]) => id)
      .toSorted(),
  );
  for (const { conversationId, title } of conversations) {
    const talk = model.talks.get(conversationId);
    const { messages } = await chat.getHistory(conversationId, { limit: 1_000 });
    expect(messages.map(({ messageIndex }) => messageIndex)).toEqual([...messages.keys()]);
    expect(messages.map(textOf).toSorted()).toEqual(talk?.messages.toSorted());
    expect(title).toBe(talk?.title);
    for (const { sources } of messages) {
      for (const { resourceId, name } of sources) {
        const found = await estate.get(resourceId);
        expect(found?.name ?? null, `link to ${name}`).toBe(model.resources.has(String(name)) ? name : null);
      }
    }
  }
  const rows = (await Promise.all(accountIds.map((id) => estate.byAccount(id)))).flat();
  const stored = await Promise.all(rows.map(({ id }) => estate.get(id)));
  expect(
    stored
      .map((one) => [
        one?.name,
        { revision: one?.revision, asOf: Date.parse(one?.asOf ?? ''), state: one?.state },
      ])
      .toSorted(byFirst),
  ).toEqual(
    [...model.resources]
      .map(([name, { revision, asOf, state }]) => [name, { revision, asOf, state }])
      .toSorted(byFirst),
  );
  const cells = (await docs.list('scan_cell')).map(({ value }) => value as ScanCell);
  expect(cells.map(({ accountId, asOf }) => [accountId, Date.parse(asOf ?? '')]).toSorted(byFirst)).toEqual(
    [...model.cells].toSorted(byFirst),
  );
  const accounts = (await docs.list('accounts')).map(({ key, value }) => [
    key,
    (value as { note: string }).note,
  ]);
  expect(accounts.toSorted(byFirst)).toEqual(
    [...model.accounts].map(([key, { note }]) => [key, note]).toSorted(byFirst),
  );
  expect(await docs.get('settings', 'app')).toEqual(model.settings && { theme: model.settings.theme });
  const { entries } = await history.since(0, Date.now() * 2, {}, { limit: 1_000 });
  expect(entries.map(({ details }) => details.name).toSorted()).toEqual([...model.history.keys()].toSorted());
  for (const { resourceId, details } of entries.slice(0, 3)) {
    const found = await history.of(resourceId, { limit: 1_000 });
    expect(found.entries.map((one) => one.details.name)).toContain(details.name);
  }
  expect((await journal.verify()).brokenAt).toBeNull();
}

/** Of everything in the backup the counts say once what became of it. */
export function expectCounted({ counts }: RestoreReport, backup: Model, parts: readonly BackupPart[]): void {
  const sum = (part: BackupPart) => {
    const { added = 0, updated = 0, kept = 0, skipped = 0 } = counts[part] ?? {};
    return added + updated + kept + skipped;
  };
  const talks = visible(backup);
  const messages = talks.reduce((all, [, talk]) => all + talk.messages.length, 0);
  if (parts.includes('chat_history')) expect(sum('chat_history')).toBe(talks.length + messages);
  if (parts.includes('aws_estate')) expect(sum('aws_estate')).toBe(backup.resources.size);
}

/** The texts of each conversation in their order. */
export async function messagesOf({ service }: Machine): Promise<[string, string[]][]> {
  const found: [string, string[]][] = [];
  for (const { conversationId } of await service.chat.getAllContexts()) {
    const { messages } = await service.chat.getHistory(conversationId, { limit: 1_000 });
    found.push([conversationId, messages.map(textOf)]);
  }
  return found.toSorted(byFirst);
}

const textOf = ({ parts }: { parts: { kind: string }[] }) =>
  parts.flatMap((part) => ('text' in part ? [String(part.text)] : [])).join();

export const byFirst = (a: readonly unknown[], b: readonly unknown[]) =>
  String(a[0]) < String(b[0]) ? -1 : 1;
