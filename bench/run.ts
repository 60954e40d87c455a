import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { backupRows } from './backup.ts';
import { chatSearchRows } from './chatSearch.ts';
import { type Row, table } from './measure.ts';
import { reopenRows } from './reopen.ts';
import { rescanRows } from './rescan.ts';
import { scanRows } from './scan.ts';
import { measureSearch } from './search/measureSearch.ts';
import { storageRows } from './storage.ts';
import { uploadRows } from './upload.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    /** Parts by name, parted by commas. */
    only: { type: 'string' },
  },
});
const sizes = values.quick ? [1_000] : [1_000, 10_000, 100_000];
const most = sizes.at(-1) ?? 1_000;
const qdrant = process.env.CLOUDOPS_QDRANT_BIN ?? null;

const parts: Record<string, () => Promise<Row[]>> = {
  storage: () => storageRows('sqlite', null, sizes),
  ...(qdrant && { 'storage-qdrant': () => storageRows('qdrant', qdrant, sizes) }),
  reopen: () => reopenRows(most),
  backup: () => backupRows(most, null),
  ...(qdrant && { 'backup-qdrant': () => backupRows(most, qdrant) }),
  upload: () => uploadRows(most),
  'chat-search': () => chatSearchRows(most),
  scan: scanRows,
  rescan: () => rescanRows(values.quick ? [1_000] : [10_000, 100_000]),
};
const asked = values.only?.split(',') ?? Object.keys(parts);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no part "${unknown.join(', ')}". Parts: ${Object.keys(parts).join(', ')}.\n`,
  );
  process.exit(2);
}

const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
process.stdout.write(`${machine}\n`);
if (!qdrant) process.stdout.write('Qdrant is not measured: CLOUDOPS_QDRANT_BIN names no binary.\n');
const rows: Row[] = [];
for (const name of asked) {
  const measured = (await parts[name]?.()) ?? [];
  rows.push(...measured);
  // Each part as it comes: one that fails must not take the others' figures with it.
  process.stdout.write(`\n${name}\n${table(measured)}\n`);
}
const quality = measureSearch();
process.stdout.write(`\n${quality.text}\n`);
if (values.json)
  await writeFile(values.json, JSON.stringify({ machine, rows, search: quality.figures }, null, 2));
