import type { ScanCell } from '../../../preload/contract/models.ts';
import { withoutRegion } from '../../../preload/contract/text.ts';
import { isProblem } from '../../state/scan.ts';
import type { Tone } from '../../state/stateTone.ts';

export { isProblem };

type Status = ScanCell['status'];

/** How a cell's status is seen, and its word. */
export const CELL_WORDS: Record<Status, { tone: Tone; word: string }> = {
  pending: { tone: 'pending', word: 'waiting' },
  running: { tone: 'pending', word: 'reading' },
  ok: { tone: 'running', word: 'ok' },
  partial: { tone: 'pending', word: 'partial' },
  denied: { tone: 'failed', word: 'denied' },
  denied_by_scp: { tone: 'failed', word: 'denied by SCP' },
  region_disabled: { tone: 'stopped', word: 'region disabled' },
  unsupported: { tone: 'stopped', word: 'not offered' },
  throttled: { tone: 'pending', word: 'throttled' },
  expired: { tone: 'failed', word: 'credentials expired' },
  network: { tone: 'failed', word: 'not reachable' },
  failed: { tone: 'failed', word: 'failed' },
  cancelled: { tone: 'stopped', word: 'cancelled' },
};

interface Choice {
  problemsOnly: boolean;
  accountIds: string[];
  regions: string[];
}

/** The cells in scope, problems first, then by account, region and service. A global cell is in every region. */
export function chosenCells(cells: ScanCell[], { problemsOnly, accountIds, regions }: Choice): ScanCell[] {
  const inScope = (cell: ScanCell) =>
    (accountIds.length === 0 || accountIds.includes(cell.accountId)) &&
    (regions.length === 0 || cell.region === 'global' || regions.includes(cell.region));
  return cells
    .filter((cell) => inScope(cell) && (!problemsOnly || isProblem(cell)))
    .toSorted(
      (a, b) =>
        Number(isProblem(b)) - Number(isProblem(a)) ||
        a.accountId.localeCompare(b.accountId) ||
        a.region.localeCompare(b.region) ||
        a.service.localeCompare(b.service),
    );
}

/** Cells of one account that could not be read for one and the same reason, or a single cell. */
export interface CellGroup {
  /** The same for the same reason while cells come and go. */
  key: string;
  cells: [ScanCell, ...ScanCell[]];
  /** Where the reason names the region of each cell, without it; null = there is none. */
  message: string | null;
}

/** One reason is said once, with how many cells have it. What was read stays cell by cell, as does what is alone. */
export function groupedCells(cells: readonly ScanCell[]): CellGroup[] {
  const groups = new Map<string, CellGroup>();
  for (const cell of cells) {
    const own = `${cell.accountId} ${cell.region} ${cell.service}`;
    const message = isProblem(cell) && cell.message ? withoutRegion(cell.message, cell.region) : cell.message;
    const key = isProblem(cell) && message ? `${cell.accountId} ${cell.status} ${message}` : own;
    const group = groups.get(key);
    if (group) group.cells.push(cell);
    else groups.set(key, { key, cells: [cell], message });
  }
  return [...groups.values()].map((group) =>
    group.cells.length > 1 ? group : { ...group, message: group.cells[0].message },
  );
}

/** `12 regions`, or the one it is. */
export function oneOrMany(values: readonly string[], noun: string): string {
  const different = new Set(values);
  const [first = ''] = different;
  return different.size === 1 ? first : `${different.size} ${noun}s`;
}
