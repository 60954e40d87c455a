import type { EventName } from '../preload/contract/events.ts';
import type { Account, AppStatus, Job, ScanStatus } from '../preload/contract/models.ts';
import type { AppEvents } from './events.ts';
import type { LiveFacts } from './lifecycle.ts';

export interface LiveStatusPorts {
  accounts: { list(): Promise<Account[]> };
  scanner: { status(): Promise<ScanStatus> };
  estate: { count(): Promise<number> };
  /** Whether AWS answers: how often it did in this run, and each time it does. */
  reach: { answers(): number; onAnswer(listener: () => void): () => void };
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
  /** Since when nothing could be reached: after which scan, and how many answers there had been by then. */
  #lost: { runId: string | null; answers: number } | null = null;
  #offline = false;

  constructor(ports: LiveStatusPorts) {
    this.#ports = ports;
  }

  async read(): Promise<LiveFacts> {
    const { accounts, scanner, estate } = this.#ports;
    const [connected, scan, resources, recoveryMissing, backup] = await Promise.all([
      accounts.list(),
      scanner.status(),
      estate.count(),
      this.#ports.recoveryMissing(),
      this.#ports.backup(),
    ]);
    this.#offline = this.#isOffline(scan);
    return {
      // What was restored without its accounts is not hidden behind the first-start screen.
      onboarded: connected.length > 0 || resources > 0 || (await this.#ports.hasConversations()),
      offline: this.#offline,
      resources,
      dataAsOf: scan.coverage.oldest,
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
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        changed();
      }, AT_MOST_EVERY_MS).unref();
    };
    const unsubscribe = events.subscribe(({ name, payload }) => {
      if (CAUSES.has(name) || (name === 'job.changed' && isTurn(payload as Job))) soon();
    });
    const unfollow = this.#ports.reach.onAnswer(() => {
      if (this.#offline) soon();
    });
    return () => {
      unsubscribe();
      unfollow();
      clearTimeout(timer);
    };
  }

  /**
   * The last scan reached nothing at all, and AWS has not answered anything since. The cells alone would say so
   * until the next scan.
   */
  #isOffline({ run, coverage: { statuses } }: ScanStatus): boolean {
    const { pending = 0, running = 0, network = 0 } = statuses;
    const settled = Object.values(statuses).reduce((sum, cells) => sum + cells, 0) - pending - running;
    if (settled === 0 || settled > network) {
      this.#lost = null;
      return false;
    }
    const answers = this.#ports.reach.answers();
    const runId = run !== null && run.finishedAt !== null ? run.runId : null;
    if (this.#lost === null || (runId !== null && this.#lost.runId !== runId))
      this.#lost = { runId, answers };
    return answers === this.#lost.answers;
  }
}
