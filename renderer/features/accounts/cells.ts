import { isProblem } from '../../../preload/contract/coverage.ts';
import {
  CELL_STATUSES,
  type CellGroup,
  type CellsFilter,
  type ScanCell,
} from '../../../preload/contract/models.ts';
import type { Tone } from '../../state/stateTone.ts';

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

/** The cells in scope. A global cell is in every region. */
export function cellsFilter({ problemsOnly, accountIds, regions }: Choice): CellsFilter {
  return {
    accountIds,
    regions: regions.length > 0 ? [...regions, 'global'] : [],
    ...(problemsOnly && { statuses: CELL_STATUSES.filter((status) => isProblem({ status })) }),
  };
}

/** A line of the table: a group, which can be opened, or the row at an offset of the list. */
export type Line =
  | { kind: 'group'; key: string; group: CellGroup }
  | { kind: 'cell'; offset: number; member: CellGroup | null };

/** The same for the same reason while cells come and go. */
export const groupKey = ({ accountId, status, message }: CellGroup): string =>
  `${accountId} ${status} ${message}`;

/** What stands in which line: closed groups take one line, whatever they hold. Groups come first in the list. */
export class Lines {
  readonly #groups: { group: CellGroup; key: string; line: number; opened: boolean }[] = [];
  /** The first line behind the groups, and its offset. */
  readonly #rest: { line: number; offset: number };
  readonly count: number;

  constructor(groups: readonly CellGroup[], total: number, opened: ReadonlySet<string>) {
    let line = 0;
    let offset = 0;
    for (const group of groups) {
      const key = groupKey(group);
      const isOpen = opened.has(key);
      this.#groups.push({ group, key, line, opened: isOpen });
      line += isOpen ? 1 + group.cells : 1;
      offset = group.start + group.cells;
    }
    this.#rest = { line, offset };
    this.count = line + total - offset;
  }

  at(line: number): Line {
    if (line >= this.#rest.line)
      return { kind: 'cell', offset: this.#rest.offset + line - this.#rest.line, member: null };
    const own = this.#groups.findLast((one) => one.line <= line);
    if (!own) throw new Error(`there is no line ${line}`);
    const { group, key } = own;
    if (own.line === line) return { kind: 'group', key, group };
    return { kind: 'cell', offset: group.start + line - own.line - 1, member: group };
  }

  isOpened(key: string): boolean {
    return this.#groups.some((one) => one.key === key && one.opened);
  }
}

/** `12 regions`, or the one it is. */
export function oneOrMany({ count, first }: CellGroup['regions'], noun: string): string {
  return count === 1 ? first : `${count} ${noun}s`;
}
