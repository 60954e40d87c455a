import type { ScanCell, ScanRun, ScanStatus } from '../../preload/contract/models.ts';
import { withoutRegion } from '../../preload/contract/text.ts';
import type { Tone } from './stateTone.ts';

/** How the scan stands: one reading of it for the status bar, the Accounts screen and the tables. */
export interface ScanStanding {
  /**
   * `never`: nothing was ever read. `read`: all that can be. `partly`: some parts could not. `nothing`: none could.
   * `cancelled` and `failed`: the last run did not come to its end.
   */
  how: 'never' | 'running' | 'cancelling' | 'read' | 'partly' | 'nothing' | 'cancelled' | 'failed';
  tone: Tone;
  word: string;
  /** Parts (account × region × service) that are read, of all. */
  read: number;
  total: number;
  problems: number;
  /** Resources: of the running scan so far, else of all parts. */
  found: number;
  services: ServiceStanding[];
  /** Why parts could not be read, the most frequent first. */
  reasons: { text: string; parts: number }[];
}

interface ServiceStanding {
  service: string;
  found: number;
  read: number;
  total: number;
}

const FINE = new Set<ScanCell['status']>(['ok', 'pending', 'running', 'region_disabled', 'unsupported']);

/** Something a person should know: rows of it may be missing or old. */
export const isProblem = ({ status }: Pick<ScanCell, 'status'>): boolean => !FINE.has(status);

/**
 * A running scan is told by its run. After it the parts themselves say what was read, also when the app was started
 * anew meanwhile and knows of no run.
 */
export function scanStanding({ run, cells }: ScanStatus): ScanStanding {
  if (run && (run.state === 'running' || run.state === 'cancelling')) return running(run, run.state);
  const known = cells.filter(({ status, asOf }) => status !== 'pending' || asOf !== null);
  const problems = known.filter(isProblem).length;
  const how = ended(run, known.length, problems);
  return {
    how,
    ...LOOKS[how],
    read: known.length - problems,
    total: known.length,
    problems,
    found: known.reduce((sum, cell) => sum + cell.count, 0),
    services: servicesOf(known),
    reasons: reasonsOf(known),
  };
}

const LOOKS: Record<ScanStanding['how'], { tone: Tone; word: string }> = {
  never: { tone: 'unknown', word: 'not scanned' },
  running: { tone: 'pending', word: 'running' },
  cancelling: { tone: 'pending', word: 'cancelling' },
  read: { tone: 'running', word: 'done' },
  partly: { tone: 'pending', word: 'done' },
  nothing: { tone: 'failed', word: 'nothing was read' },
  cancelled: { tone: 'stopped', word: 'cancelled' },
  failed: { tone: 'failed', word: 'failed' },
};

function running(run: ScanRun, how: 'running' | 'cancelling'): ScanStanding {
  const services = run.services.map(({ service, found, done, total }) => ({
    service,
    found,
    read: done,
    total,
  }));
  return {
    how,
    ...LOOKS[how],
    read: run.cellsDone,
    total: run.cellsTotal,
    problems: run.cellsFailed,
    found: run.found,
    services: inOrder(services),
    reasons: [],
  };
}

function ended(run: ScanRun | null, total: number, problems: number): ScanStanding['how'] {
  if (total > 0 && problems === total) return run?.state === 'cancelled' ? 'cancelled' : 'nothing';
  if (run?.state === 'cancelled' || run?.state === 'failed') return run.state;
  if (total === 0) return run === null ? 'never' : 'nothing';
  return problems === 0 ? 'read' : 'partly';
}

function servicesOf(cells: readonly ScanCell[]): ServiceStanding[] {
  const services = new Map<string, ServiceStanding>();
  for (const cell of cells) {
    const own = services.get(cell.service) ?? { service: cell.service, found: 0, read: 0, total: 0 };
    services.set(cell.service, own);
    own.found += cell.count;
    own.total += 1;
    if (!isProblem(cell)) own.read += 1;
  }
  return inOrder([...services.values()]);
}

/** Always the same, so that nothing moves while counts rise. */
const inOrder = (services: ServiceStanding[]): ServiceStanding[] =>
  services.toSorted((a, b) => a.service.localeCompare(b.service));

function reasonsOf(cells: readonly ScanCell[]): ScanStanding['reasons'] {
  const counts = new Map<string, number>();
  for (const cell of cells) {
    if (!isProblem(cell) || cell.status === 'cancelled' || !cell.message) continue;
    const reason = withoutRegion(cell.message, cell.region);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([text, parts]) => ({ text, parts })).sort((a, b) => b.parts - a.parts);
}
