import type { AppEvents } from '../../events.ts';
import type { JournalApi } from '../api.ts';

interface Ports {
  journal: Pick<JournalApi, 'unfinished'>;
  events: Pick<AppEvents, 'subscribe'>;
  /** Long work such as a backup. */
  jobs?: { current(): { jobId: string } | null; settled(jobId: string): Promise<unknown> };
}

/**
 * Resolves once nothing runs whose end must still be written down: every execution has its result in the journal,
 * and no job is under way. A change of AWS may take half an hour.
 */
export async function whenQuiet({ journal, events, jobs }: Ports): Promise<void> {
  for (;;) {
    const job = jobs?.current() ?? null;
    if (job !== null) {
      await jobs?.settled(job.jobId);
      continue;
    }
    // Listening begins before looking, so that an end in between is not missed.
    const next = nextExecutionChange(events);
    if ((await journal.unfinished()).length === 0) {
      next.stop();
      return;
    }
    await next.seen;
  }
}

function nextExecutionChange(events: Ports['events']): { seen: Promise<void>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = events.subscribe(({ name }) => {
    if (name !== 'execution.changed') return;
    stop();
    resolve();
  });
  return { seen: promise, stop };
}
