import type { ScanCell } from '../../../preload/contract/models.ts';
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
