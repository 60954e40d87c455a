import { causeOf, isProblem } from '../../preload/contract/coverage.ts';
import type { CellGroup, CellRow, CellsFilter, Coverage, ScanCell } from '../../preload/contract/models.ts';
import { cut } from '../../preload/contract/text.ts';

/** So many that a summary stays a summary, whatever went wrong in however many accounts. */
const CAUSES_LISTED = 20;
const EXAMPLES = 3;
const GROUPS_LISTED = 200;
/** AWS's words are capped where they come in; three of them may stand in one cell. 200 rows must fit one message. */
const LONGEST_MESSAGE = 1_000;
const LONGEST_CAUSE = 500;

/** `global` stands for what is scanned once per account. */
const GLOBAL = 'global';

/** All cells in one answer whose size does not grow with how many they are. */
export function coverageOf(cells: readonly ScanCell[]): Coverage {
  forgetReasons();
  // A cell that was only planned so far says nothing yet.
  const known = cells.filter(({ status, asOf }) => status !== 'pending' || asOf !== null);
  const times = known.flatMap(({ asOf }) => asOf ?? []);
  return {
    cells: known.length,
    problems: known.filter(isProblem).length,
    found: sum(known),
    statuses: statusesOf(cells),
    oldest: times.reduce<string | null>((a, b) => (a === null || b < a ? b : a), null),
    newest: times.reduce<string | null>((a, b) => (a === null || b > a ? b : a), null),
    services: [...Map.groupBy(known, ({ service }) => service)].map(([service, own]) => ({
      service,
      found: sum(own),
      read: own.filter((cell) => !isProblem(cell)).length,
      total: own.length,
    })),
    regions: [...Map.groupBy(cells, ({ region }) => region)]
      .filter(([region]) => region !== GLOBAL)
      .map(([region, own]) => ({ region, found: sum(own) })),
    causes: causesOf(known),
  };
}

function statusesOf(cells: readonly ScanCell[]): Coverage['statuses'] {
  const counts: Coverage['statuses'] = {};
  for (const { status } of cells) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function causesOf(cells: readonly ScanCell[]): Coverage['causes'] {
  return [...Map.groupBy(cells.filter(isProblem), reasonOf)]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, CAUSES_LISTED)
    .map(([{ status, message }, own]) => ({
      status,
      message: message && cut(message, LONGEST_CAUSE),
      cells: own.length,
      accounts: new Set(own.map(({ accountId }) => accountId)).size,
      examples: own
        .slice(0, EXAMPLES)
        .map(({ accountId, region, service }) => ({ accountId, region, service })),
    }));
}

export interface OrderedCells {
  rows: ScanCell[];
  groups: CellGroup[];
  problems: number;
}

/**
 * The cells a filter leaves, problems first. Those of one account with one reason stand side by side, as a group;
 * all else by account, region and service.
 */
export function orderedCells(cells: readonly ScanCell[], filter: CellsFilter): OrderedCells {
  forgetReasons();
  const chosen = cells.filter(matcher(filter)).sort(byPlace);
  const [problems, fine] = [chosen.filter(isProblem), chosen.filter((cell) => !isProblem(cell))];
  const several = [...Map.groupBy(problems, ({ accountId }) => accountId).values()]
    .flatMap((ofAccount) => [...Map.groupBy(ofAccount, reasonOf)])
    // What has no reason beside its status is alone.
    .flatMap(([{ message }, own]) => (message !== null && own.length > 1 ? [own] : []));
  const listed = new Set(several.toSorted((a, b) => b.length - a.length).slice(0, GROUPS_LISTED));
  const rows: ScanCell[] = [];
  const groups: CellGroup[] = [];
  for (const own of several) {
    if (!listed.has(own)) continue;
    groups.push(groupOf(own, rows.length));
    rows.push(...own);
  }
  const grouped = new Set(rows);
  rows.push(...problems.filter((cell) => !grouped.has(cell)), ...fine);
  return { rows, groups, problems: problems.length };
}

/** As a list shows it. */
export function cellRow({ accountId, region, service, status, count, asOf, message }: ScanCell): CellRow {
  return {
    accountId,
    region,
    service,
    status,
    count,
    asOf,
    message: message && cut(message, LONGEST_MESSAGE),
  };
}

function groupOf(own: ScanCell[], start: number): CellGroup {
  const [first] = own as [ScanCell];
  const { message } = reasonOf(first);
  const times = own.map(({ asOf }) => asOf);
  return {
    start,
    cells: own.length,
    accountId: first.accountId,
    status: first.status,
    message: message && cut(message, LONGEST_CAUSE),
    regions: manyOrOne(own.map(({ region }) => region)),
    services: manyOrOne(own.map(({ service }) => service)),
    found: sum(own),
    oldest: times.reduce((a, b) => (a !== null && b !== null && a < b ? a : b)),
  };
}

function manyOrOne(values: string[]): { count: number; first: string } {
  return { count: new Set(values).size, first: values[0] ?? '' };
}

function matcher({ accountIds, regions, services, statuses }: CellsFilter): (cell: ScanCell) => boolean {
  const tests: ((cell: ScanCell) => boolean)[] = [];
  const require = (values: readonly string[] | undefined, of: (cell: ScanCell) => string) => {
    if (!values || values.length === 0) return;
    const wanted = new Set(values);
    tests.push((cell) => wanted.has(of(cell)));
  };
  require(accountIds, ({ accountId }) => accountId);
  require(regions, ({ region }) => region);
  require(services, ({ service }) => service);
  require(statuses, ({ status }) => status);
  return (cell) => tests.every((test) => test(cell));
}

const sum = (cells: readonly ScanCell[]): number => cells.reduce((total, { count }) => total + count, 0);

function byPlace(a: ScanCell, b: ScanCell): number {
  return compare(a.accountId, b.accountId) || compare(a.region, b.region) || compare(a.service, b.service);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The same object for the same reason, so that tens of thousands of cells are told apart without reading words. */
interface Reason {
  status: ScanCell['status'];
  message: string | null;
}

/** Reasons that nobody has any more are forgotten with all others once they are so many. */
const REASONS_KEPT = 20_000;
const reasons = new Map<string, Reason>();
/** A cell is replaced, never changed: what was read out of its words once holds. */
let reasonByCell = new WeakMap<ScanCell, Reason>();

function forgetReasons(): void {
  if (reasons.size < REASONS_KEPT) return;
  reasons.clear();
  reasonByCell = new WeakMap();
}

function reasonOf(cell: ScanCell): Reason {
  const known = reasonByCell.get(cell);
  if (known) return known;
  const message = causeOf(cell);
  const key = `${cell.status} ${message ?? ''}`;
  const reason = reasons.get(key) ?? { status: cell.status, message };
  reasons.set(key, reason);
  reasonByCell.set(cell, reason);
  return reason;
}
