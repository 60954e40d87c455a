import type { ScanRun, ScanStatus } from '../../preload/contract/models.ts';
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

/**
 * A running scan is told by its run. After it the coverage says what was read, also when the app was started anew
 * meanwhile and knows of no run.
 */
export function scanStanding({ run, coverage }: ScanStatus): ScanStanding {
  if (run && (run.state === 'running' || run.state === 'cancelling')) return running(run, run.state);
  const { cells, problems, found, services, causes } = coverage;
  const how = ended(run, cells, problems);
  return {
    how,
    ...LOOKS[how],
    read: cells - problems,
    total: cells,
    problems,
    found,
    services: inOrder(services),
    reasons: causes.flatMap(({ status, message, cells: parts }) =>
      status !== 'cancelled' && message !== null ? { text: message, parts } : [],
    ),
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

/** Always the same, so that nothing moves while counts rise. */
const inOrder = (services: ServiceStanding[]): ServiceStanding[] =>
  services.toSorted((a, b) => a.service.localeCompare(b.service));
