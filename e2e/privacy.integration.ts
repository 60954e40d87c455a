import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, removeHome, startApp } from './support/app.ts';
import { connect } from './support/appClient.ts';
import { DATABASE, type MotoEstate, PRODUCTION, startEstate, TOOLING } from './support/motoEstate.ts';

let estate: MotoEstate;
beforeAll(async () => {
  estate = await startEstate();
});
afterAll(() => estate.close());

const qdrant = process.env.CLOUDOPS_QDRANT_BIN;
if (!qdrant)
  process.stderr.write('The privacy test ran on SQLite only: CLOUDOPS_QDRANT_BIN names no Qdrant.\n');

test.each(qdrant ? ['sqlite', 'qdrant'] : ['sqlite'])(
  'nothing of the estate or the chat can be read on disk (%s)',
  async (engine) => {
    const home = await newHome();
    const env = {
      ...(await estate.env(join(home, '.aws'))),
      CLOUDOPS_ENGINE: engine,
      ...(qdrant && { CLOUDOPS_QDRANT_BIN: qdrant }),
    };
    // As careless as can be: what the app and its engine write must be private by their own doing.
    const umask = process.umask(0);
    const app = await startApp({ home, env }).finally(() => process.umask(umask));
    const client = await connect(app.address);
    await client.ask('accounts.connect', { profiles: ['prod', 'tooling'] });
    const { runId } = await client.ask('scan.start', { regions: ['us-west-2', 'eu-west-1'] });
    await client.scanDone(runId);
    const { conversationId } = await client.ask('chat.create', {});
    await client.ask('chat.send', { conversationId, text: `describe ${DATABASE} for the Thursday review` });
    await client.ask('settings.set', { patch: { scope: { accountIds: [PRODUCTION], regions: [] } } });

    const { resultId, total } = await client.ask('resources.query', { text: '', filter: {}, sort: [] });
    const { rows } = await client.ask('resources.rows', { resultId, offset: 0, limit: 200 });
    expect(total).toBeGreaterThan(5);
    const secrets = new Set([
      'Thursday review',
      PRODUCTION,
      TOOLING,
      'ReadTooling',
      'quarterly-ledgers',
      'prod',
      'tooling',
    ]);
    for (const { name, arn, nativeId } of rows) for (const text of [name, arn, nativeId]) secrets.add(text);
    // Three letters occur by chance in random bytes; `default` AWS calls a group of every network itself, and so may
    // an engine's settings.
    const looked = [...secrets].filter((text) => text.length > 5 && text !== 'default');

    client.close();
    await app.stop();
    const files = await readTree(join(app.data, 'default'));
    expect(files.length).toBeGreaterThan(3);
    const readable = files.flatMap(({ path, bytes }) =>
      looked
        .filter((text) => bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')))
        .map((text) => `${path}: ${text}`),
    );
    expect(readable).toEqual([]);
    expect(await open(join(app.data, 'default'))).toEqual([]);
    await removeHome(home);
  },
);

/** What others of the machine may enter or read. */
async function open(folder: string): Promise<string[]> {
  const paths = (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
  const modes = await Promise.all(
    paths.map(async (path) => ({ path, mode: (await stat(path)).mode & 0o777 })),
  );
  return modes
    .filter(({ mode }) => (mode & 0o077) !== 0)
    .map(({ path, mode }) => `${path}: ${mode.toString(8)}`);
}

async function readTree(folder: string): Promise<{ path: string; bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(path) })));
}
