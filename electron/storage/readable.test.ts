import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { fill, Machine } from './backup/testing/machine.ts';

let machine: Machine;
afterEach(() => machine.dispose());

/** What the README says can be read beside the sealed records: a new column or field is a change of that promise. */
const READABLE = {
  conversation: ['kind', 'context_id', 'timestamp', 'schema', 'revision'],
  deleted: ['kind', 'context_id', 'timestamp', 'schema', 'revision'],
  message: ['kind', 'context_id', 'message_index', 'role', 'timestamp', 'schema'],
  resource: [
    ...['service', 'resource_type', 'region', 'state', 'last_synced', 'schema', 'revision'],
    // Keyed hashes.
    ...['account_token', 'tag_tokens'],
  ],
};
const TABLES = {
  docs: ['kind', 'token', 'revision', 'sealed'],
  // `account` is a keyed hash.
  history: ['id', 'resource', 'account', 'type', 'at', 'kind', 'sealed'],
  journal: ['seq', 'key_id', 'sealed', 'mac'],
  journal_head: ['one', 'seq', 'key_id', 'mac', 'tag'],
  journal_segment: ['segment', 'install_id', 'about'],
  journal_earlier: ['segment', 'seq', 'key_id', 'sealed', 'mac'],
  // Of SQLite itself: the highest number of a history entry so far.
  sqlite_sequence: ['name', 'seq'],
};

test('of what is stored nothing can be read but what the README lists', async () => {
  machine = new Machine();
  await machine.open();
  await fill(machine);
  const [gone] = await machine.service.chat.getAllContexts();
  const which = await machine.backup();
  await machine.service.chat.delete(gone?.conversationId ?? '');
  await machine.restore(which, { mode: 'merge' });
  await machine.service.shutdown();
  expect(fieldsOfPoints(`${machine.folder}/data/points.db`)).toEqual(READABLE);
  expect(columnsOf(`${machine.folder}/app.db`)).toEqual(TABLES);
});

function fieldsOfPoints(file: string): Record<string, string[]> {
  const fields = new Map<string, Set<string>>();
  read(file, (db) => {
    for (const { physical } of db.prepare('SELECT physical FROM alias').all()) {
      for (const { payload } of db.prepare(`SELECT payload FROM "${physical}"`).all()) {
        const point = JSON.parse(String(payload)) as Record<string, unknown>;
        const kind = String(point.kind ?? 'resource');
        const known = fields.get(kind) ?? new Set();
        for (const field of Object.keys(point)) if (field !== 'sealed') known.add(field);
        fields.set(kind, known);
      }
    }
  });
  return Object.fromEntries([...fields].map(([kind, known]) => [kind, sorted(kind, [...known])]));
}

/** In the order of the list above, so that what is new stands out. */
function sorted(kind: string, found: string[]): string[] {
  const order = (READABLE as Record<string, string[]>)[kind] ?? [];
  const at = (field: string) => (order.includes(field) ? order.indexOf(field) : order.length);
  return found.sort((a, b) => at(a) - at(b));
}

function columnsOf(file: string): Record<string, string[]> {
  return read(file, (db) => {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return Object.fromEntries(
      tables.map(({ name }) => [
        String(name),
        db
          .prepare(`PRAGMA table_info("${name}")`)
          .all()
          .map((column) => String(column.name)),
      ]),
    );
  });
}

function read<T>(file: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}
