import type { EventName } from '../preload/contract/events.ts';
import type { Account, AppStatus, Job, ScanStatus } from '../preload/contract/models.ts';
import type { AppEvents } from './events.ts';
import type { LiveFacts } from './lifecycle.ts';

export interface LiveStatusPorts {
  accounts: { list(): Promise<Account[]> };
  scanner: { status(): Promise<ScanStatus> };
  estate: { count(): Promise<number> };
  /** Asked only while there is nothing else. */
  hasConversations(): Promise<boolean>;
  recoveryMissing(): Promise<boolean>;
  backup(): Promise<AppStatus['backup']>;
}

/** Events after which the status bar's facts may differ. */
const CAUSES = new Set<EventName>([
  'accounts.changed',
  'scan.progress',
  'estate.changed',
  'keys.changed',
  'backups.changed',
]);
const AT_MOST_EVERY_MS = 1_000;

/** The facts of the status bar, read together from where they live. */
export class LiveStatus {
  readonly #ports: LiveStatusPorts;

  constructor(ports: LiveStatusPorts) {
    this.#ports = ports;
  }

  async read(): Promise<LiveFacts> {
    const { accounts, scanner, estate } = this.#ports;
    const [connected, { cells }, resources, recoveryMissing, backup] = await Promise.all([
      accounts.list(),
      scanner.status(),
      estate.count(),
      this.#ports.recoveryMissing(),
      this.#ports.backup(),
    ]);
    const times = cells.flatMap(({ asOf }) => asOf ?? []).sort();
    const settled = cells.filter(({ status }) => status !== 'pending' && status !== 'running');
    return {
      // What was restored without its accounts is not hidden behind the first-start screen.
      onboarded: connected.length > 0 || resources > 0 || (await this.#ports.hasConversations()),
      offline: settled.length > 0 && settled.every(({ status }) => status === 'network'),
      resources,
      dataAsOf: times[0] ?? null,
      recoveryMissing,
      backup,
    };
  }

  /** Calls `changed` soon after such an event, at most once a second: a scan announces ten times as often. */
  follow(events: AppEvents, changed: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    let running: string | null = null;
    /** A job began or ended; its progress changes nothing here. */
    const isTurn = ({ jobId, state }: Job) => {
      const before = running;
      running = state === 'running' ? jobId : null;
      return running !== before;
    };
    const unsubscribe = events.subscribe(({ name, payload }) => {
      if (!CAUSES.has(name) && !(name === 'job.changed' && isTurn(payload as Job))) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        changed();
      }, AT_MOST_EVERY_MS).unref();
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }
}
