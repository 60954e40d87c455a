import { mkdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { resource } from '../../electron/storage/fixtures/resource.ts';
import { quietWork } from '../../electron/storage/work.ts';
import {
  conversationDifferences,
  differences,
  documentDifferences,
  journalDifferences,
  resourceDifferences,
  whereOf,
} from './compare.ts';
import { ENGINES, Fixtures, withTemp } from './fixtures.ts';
import { readAll, type Told } from './read.ts';
import {
  backupsIn,
  type EngineName,
  type OpenedFolder,
  openFolder,
  type Restoring,
  restore,
} from './workspace.ts';

const fixtures = new Fixtures('0.1.0');
const ELSEWHERE = { sameInstall: false };
const RECOVERY = 'KG8T-D3JB-HR03-AT33-G32S-2ACH-BRGS-697P-ABWM-5V4Y-A8RX-ZAVA-4D60-DP6N';
/** Nothing of the fixtures is in it. */
const NEW_ACCOUNT = '123456789012';
const NEW_TITLE = 'Only in the new workspace';

const emptyWorkspace = (folder: string, engine: EngineName = 'sqlite') =>
  openFolder({ folder, engine, masterKey: Buffer.alloc(32, 7).toString('base64') });

async function wholeOf(name: string, mode: Restoring['mode']): Promise<Restoring> {
  const source = fixtures.file(name);
  const [backup] = await backupsIn(source);
  if (backup === undefined) throw new Error(`${name} holds no backup`);
  return { ...backup, source, mode, recoveryKey: fixtures.recoveryKey(name) };
}

/** What a person makes with the present version. */
async function fill({ storage }: OpenedFolder): Promise<void> {
  const { conversationId } = await storage.chat.createConversation();
  await storage.chat.append(conversationId, {
    role: 'user',
    parts: [{ kind: 'text', text: NEW_TITLE }],
    sources: [],
    metadata: { resourcesMentioned: [], commandsExecuted: [] },
  });
  await storage.estate.upsert(resource('new-database'), new Date().toISOString());
}

/** Told without what `fill` made; that it is there once is checked. */
function withoutNew(told: Told): Told {
  const isNew = { conversation: ({ title }: { title: string }) => title === NEW_TITLE };
  expect(told.conversations.filter(isNew.conversation)).toMatchObject([{ messageCount: 1 }]);
  expect(told.resources.filter(({ accountId }) => accountId === NEW_ACCOUNT)).toMatchObject([
    { name: 'new-database', tags: { Owner: 'margarethe' }, facts: { Engine: 'aurora-postgresql' } },
  ]);
  return {
    ...told,
    conversations: told.conversations.filter((one) => !isNew.conversation(one)),
    resources: told.resources.filter(({ accountId }) => accountId !== NEW_ACCOUNT),
  };
}

const restorings = fixtures
  .files()
  .flatMap((name) => ENGINES.map((engine) => ({ engine, name })))
  .filter(({ engine, name }) => engine === 'sqlite' || name === 'late');

test.each(restorings)(
  '$engine: an empty workspace takes everything from the backup $name',
  ({ engine, name }) =>
    withTemp(async (temp) => {
      const workspace = await emptyWorkspace(temp, engine);
      try {
        await restore(workspace, await wholeOf(name, 'replace'));
        expect(
          differences(fixtures.said('sqlite', name), await readAll(workspace.storage), ELSEWHERE),
        ).toEqual([]);
      } finally {
        await workspace.close();
      }
    }),
);

test('each part comes back from a backup of it alone, one after the other', () =>
  withTemp(async (temp) => {
    const said = fixtures.said('sqlite', 'late');
    const source = await fixtures.unpackBackups(`${temp}/backups`);
    const recoveryKey = fixtures.recoveryKey('late');
    const backups = await backupsIn(source);
    expect(backups.map(({ parts }) => parts)).toEqual([['chat_history'], ['aws_estate'], ['state']]);
    const workspace = await emptyWorkspace(temp);
    const parts = [conversationDifferences, resourceDifferences, documentDifferences];
    try {
      for (const [at, backup] of backups.entries()) {
        await restore(workspace, { ...backup, source, recoveryKey, mode: 'replace' });
        const now = await readAll(workspace.storage);
        for (const part of parts.slice(0, at + 1)) expect(part(said, now, ELSEWHERE)).toEqual([]);
      }
      expect(journalDifferences(said, await readAll(workspace.storage), ELSEWHERE)).toEqual([]);
    } finally {
      await workspace.close();
    }
  }));

test.each(ENGINES)('%s: a workspace of today takes the backup in beside what it has, once', (engine) =>
  withTemp(async (temp) => {
    const workspace = await emptyWorkspace(temp, engine);
    try {
      await fill(workspace);
      const merge = await wholeOf('late', 'merge');
      await restore(workspace, merge);
      const first = withoutNew(await readAll(workspace.storage));
      expect(differences(fixtures.said('sqlite', 'late'), first, ELSEWHERE)).toEqual([]);
      await restore(workspace, merge);
      const again = withoutNew(await readAll(workspace.storage));
      expect(again.resources).toEqual(first.resources);
      expect(again.conversations).toEqual(first.conversations);
      expect(again.executions).toEqual(first.executions);
    } finally {
      await workspace.close();
    }
  }),
);

test.each(fixtures.folders().filter(({ name }) => name === 'settled' || name === 'killed'))(
  '$engine: the folder $name takes a backup of today in beside what it has',
  ({ engine, name }) =>
    withTemp(async (temp) => {
      const today = await emptyWorkspace(`${temp}`, 'sqlite');
      await fill(today);
      await today.storage.keys.putSlot({ kind: 'recovery', text: RECOVERY });
      await today.storage.backup.create({ reason: 'by hand', appVersion: '0.2.0' }, quietWork());
      await today.close();
      const source = { kind: 'folder', path: `${temp}/snapshots` } as const;
      const [backup] = await backupsIn(source);
      if (backup === undefined) throw new Error('no backup was made');

      const workspace = await openFolder(await fixtures.unpackFolder(engine, name, `${temp}/then`));
      try {
        await restore(workspace, { ...backup, source, recoveryKey: RECOVERY, mode: 'merge' });
        const now = withoutNew(await readAll(workspace.storage));
        expect(differences(fixtures.said(engine, name), now)).toEqual([]);
      } finally {
        await workspace.close();
      }
    }),
);

test('two installs of then that take each other in hold the same', () =>
  withTemp(async (temp) => {
    const told: Told[] = [];
    for (const [own, other] of [
      ['early', 'elsewhere'],
      ['elsewhere', 'early'],
    ] as const) {
      const folder = `${temp}/${own}`;
      await mkdir(folder);
      const workspace = await emptyWorkspace(folder);
      await restore(workspace, await wholeOf(own, 'replace'));
      await restore(workspace, await wholeOf(other, 'merge'));
      told.push(await readAll(workspace.storage));
      await workspace.close();
    }
    const [one, two] = told.map(({ conversations, resources, executions }) => ({
      conversations: conversations.map(({ updatedAt: _, ...rest }) => rest),
      resources: resources.map((resource) => ({
        where: whereOf(resource),
        asOf: resource.asOf,
        state: resource.state,
      })),
      executions: executions.map(({ executionId, state }) => ({ executionId, state })),
    }));
    expect(one).toEqual(two);
    const names = one?.conversations.map(({ title }) => title);
    expect(names).toContain('Only elsewhere');
    // Deleted there, and not changed here since.
    expect(names?.some((title) => title.startsWith('how many instances'))).toBe(false);
  }));
