import { readdir, readFile } from 'node:fs/promises';
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
    const app = await startApp({ home, env });
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
    // Three letters occur by chance in random bytes.
    const looked = [...secrets].filter((text) => text.length > 5);

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
    await removeHome(home);
  },
);

async function readTree(folder: string): Promise<{ path: string; bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(path) })));
}
