import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { nodeErrorCode } from '../errors.ts';

const MAGIC = 'SQLite format 3\0';
/** Offsets in the header of a SQLite file (fileformat2.html). */
const HEADER = { bytes: 100, pageSize: 16, changes: 24, pages: 28, pagesValidFor: 92 };

/**
 * What is wrong with a database file that was made before, in words that follow its name; null for none. SQLite
 * itself takes an empty or nearly empty file for a new one, and reads zeros where the last page is cut.
 */
export function damageOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 'is missing';
  if (!stat.isFile()) return 'is a folder where a file should be';
  if (stat.size === 0) return 'is empty';
  const header = firstBytes(file);
  if (header.length < HEADER.bytes) return 'is cut off';
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'is not a database';
  // A checkpoint that was cut off is finished from the log: until then the file itself may be of any length.
  if (sizeOf(`${file}-wal`) > 0) return null;
  const pageSize = header.readUInt16BE(HEADER.pageSize);
  const bytes = pageSize === 1 ? 65_536 : pageSize;
  const counted = header.readUInt32BE(HEADER.changes) === header.readUInt32BE(HEADER.pagesValidFor);
  const wanted = counted ? header.readUInt32BE(HEADER.pages) * bytes : 0;
  return stat.size % bytes !== 0 || stat.size < wanted ? 'is cut off' : null;
}

function firstBytes(file: string): Buffer {
  const handle = openSync(file, 'r');
  try {
    const header = Buffer.alloc(HEADER.bytes);
    return header.subarray(0, readSync(handle, header, 0, HEADER.bytes, 0));
  } finally {
    closeSync(handle);
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    if (nodeErrorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
