import type { BackupScheduler } from './backup/scheduler.ts';
import type { ExecutionService } from './execute/executionService.ts';
import type { Scanner } from './scan/scanner.ts';

export interface StillnessOptions {
  execution: Pick<ExecutionService, 'hold'>;
  scanner: Pick<Scanner, 'hold'>;
  scheduler: Pick<BackupScheduler, 'startAutoBackup' | 'stopAutoBackup'>;
  /** Whether the workspace is open to requests: what a lock or the app's end stopped stays so. */
  isOpen(): boolean;
  report(error: unknown): void;
}

/** Runs something. */
export type WhileStill = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Keeps everything that reads and writes by itself away from the stored data while it is exchanged: what is written
 * from before would be in neither, and what follows an execution would look for it in the wrong journal.
 */
export class Stillness {
  readonly #options: StillnessOptions;

  constructor(options: StillnessOptions) {
    this.#options = options;
  }

  /** Changes under way in AWS are paused, and followed further by what the journal then says. */
  readonly pausing: WhileStill = (work) => this.#during('pause', work);

  /** Rejects with INVALID_STATE while a change in AWS is still being followed; nothing was done then. */
  readonly refusing: WhileStill = (work) => this.#during('refuse', work);

  async #during<T>(following: 'pause' | 'refuse', work: () => Promise<T>): Promise<T> {
    const { execution, scanner, scheduler, isOpen, report } = this.#options;
    // In this order: the last look before a call goes through the scanner.
    const followOn = await execution.hold(following);
    let scanOn: (() => void) | undefined;
    try {
      scanOn = await scanner.hold();
      scheduler.stopAutoBackup();
      return await work();
    } finally {
      scanOn?.();
      if (isOpen()) scheduler.startAutoBackup();
      // The work's own outcome counts; the next start takes up what could not be taken up now.
      await followOn().catch(report);
    }
  }
}
