import { writeSync } from 'node:fs';
import { nodeErrorCode } from '../../electron/errors.ts';
import type { Line } from './protocol.ts';

/** Whole and at once: a line in a buffer of the process would die with it. */
export function say(line: Line): void {
  let bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      // The parent reads more slowly than this writes.
      if (nodeErrorCode(error) !== 'EAGAIN') throw error;
    }
  }
}
