import type { ScanCell } from './models.ts';
import { withoutRegion } from './text.ts';

/**
 * What both sides must say alike about scan cells. Imports nothing that runs but text.
 */

const FINE: ReadonlySet<ScanCell['status']> = new Set([
  'ok',
  'pending',
  'running',
  'region_disabled',
  'unsupported',
]);

/** Something a person should know: rows of it may be missing or old. */
export const isProblem = ({ status }: Pick<ScanCell, 'status'>): boolean => !FINE.has(status);

/** Why it could not be read, the same for the same reason in every region; null where nothing stood in the way. */
export function causeOf(cell: Pick<ScanCell, 'status' | 'message' | 'region'>): string | null {
  return isProblem(cell) && cell.message ? withoutRegion(cell.message, cell.region) : null;
}
