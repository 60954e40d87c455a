import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { backupRows } from './backup.ts';
import { chatSearchRows } from './chatSearch.ts';
import { type Row, table } from './measure.ts';
import { reopenRows } from './reopen.ts';
import { scanRows } from './scan.ts';
import { measureSearch } from './search/measureSearch.ts';
import { storageRows } from './storage.ts';

const { values } = parseArgs({
  options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const sizes = values.quick ? [1_000] : [1_000, 10_000, 100_000];
const qdrant = process.env.CLOUDOPS_QDRANT_BIN ?? null;

const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
process.stdout.write(`${machine}\n`);
const rows: Row[] = [
  ...(await storageRows('sqlite', null, sizes)),
  ...(qdrant ? await storageRows('qdrant', qdrant, sizes) : []),
  ...(await reopenRows(sizes.at(-1) ?? 1_000)),
  ...(await backupRows(sizes.at(-1) ?? 1_000)),
  ...(await chatSearchRows(sizes.at(-1) ?? 1_000)),
  ...(await scanRows()),
];
if (!qdrant) process.stdout.write('Qdrant was not measured: CLOUDOPS_QDRANT_BIN names no binary.\n');
const quality = measureSearch();
process.stdout.write(`\n${table(rows)}\n\n${quality.text}\n`);
if (values.json)
  await writeFile(values.json, JSON.stringify({ machine, rows, search: quality.figures }, null, 2));
