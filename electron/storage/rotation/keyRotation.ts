import type { Job, KeyInfo } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import type { JobHandle, JobOutcome, JobRunner } from '../../jobs/jobs.ts';
import type { DocsApi, JournalApi, KeysApi } from '../api.ts';
import type { Work } from '../work.ts';

const KIND = 'keys';
const REENCRYPTING = 'reencrypting';

interface Options {
  keys: KeysApi;
  docs: Pick<DocsApi, 'get' | 'put' | 'delete'>;
  journal: Pick<JournalApi, 'append' | 'unfinished'>;
  jobs: Pick<JobRunner, 'start' | 'requireIdle'>;
  /** As the screens see the keys. */
  info(): Promise<KeyInfo>;
  /** Makes a backup within the same job; rejects when there must be none of what follows. */
  safetyBackup(reason: string, work: Work): Promise<void>;
  /** Rejects while executions run: their records name resources by the ids that a new index key changes. */
  whileStill<T>(work: () => Promise<T>): Promise<T>;
  emit: Emit;
}

/** New keys for what is stored, as jobs. Every one that rewrites records makes a backup first. */
export class KeyRotation {
  readonly #options: Options;
  #stopping = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * A new data key for records; old ones are sealed anew when they are written, or all of them now. While records
   * of an earlier key are left, sealing all of them now finishes that and adds no further key.
   */
  async rotate(reencryptNow: boolean, by: string): Promise<KeyInfo & { job: Job | null }> {
    const { keys, jobs, docs } = this.#options;
    jobs.requireIdle();
    if (!reencryptNow || (await keys.info()).toReencrypt === 0) {
      await keys.rotateRecords();
      await this.#record('The data key for records was changed.', by);
    }
    if (reencryptNow) await docs.put(KIND, REENCRYPTING, { by });
    const job = reencryptNow ? this.#reencrypt(by) : null;
    return { ...(await this.#options.info()), job };
  }

  /** INVALID_INPUT while executions run: their records name resources by the ids that this changes. */
  async rebuildIndexKey(by: string): Promise<Job> {
    const { jobs, journal } = this.#options;
    jobs.requireIdle();
    const running = (await journal.unfinished()).length;
    if (running > 0) {
      throw new AppError(
        'INVALID_INPUT',
        `${running === 1 ? 'A change' : `${running} changes`} in AWS ${running === 1 ? 'is' : 'are'} still being followed. Wait for the end, or stop waiting in Activity; then change the index key.`,
      );
    }
    return jobs.start('rebuild_index_key', (handle) =>
      this.#options.whileStill(() => this.#rebuild(handle, by)),
    );
  }

  /** After the workspace was opened: goes on sealing records anew where a process ended over it. */
  async resume(): Promise<void> {
    const wanted = await this.#options.docs.get(KIND, REENCRYPTING);
    if (wanted === null) return;
    if ((await this.#options.keys.info()).toReencrypt === 0) return this.#finished();
    try {
      this.#reencrypt(byOf(wanted));
    } catch (error) {
      // Other work came first; the next opening goes on.
      if (!(error instanceof AppError) || error.code !== 'JOB_RUNNING') throw error;
    }
  }

  /** The app ends: what is cancelled from now on goes on at the next start. */
  stop(): void {
    this.#stopping = true;
  }

  #reencrypt(by: string): Job {
    return this.#options.jobs.start('reencrypt', async (handle): Promise<JobOutcome> => {
      try {
        return await this.#sealAnew(handle, by);
      } catch (error) {
        // The person does not want it any more; what is left is sealed anew when it is written.
        if (handle.signal.aborted && !this.#stopping) await this.#finished().catch(() => undefined);
        throw error;
      }
    });
  }

  async #sealAnew(handle: JobHandle, by: string): Promise<JobOutcome> {
    const { keys, safetyBackup } = this.#options;
    await safetyBackup('before sealing all records anew', handle);
    const { resealed, damaged } = await keys.reencrypt(handle);
    // Counted again from what is stored, not from what was meant.
    const left = (await keys.info()).toReencrypt;
    await this.#finished();
    const rest = left === 0 ? 'None is left under an earlier key' : `${left} are left under an earlier key`;
    const why = damaged === 0 ? '' : ` (${damaged} are damaged and cannot be opened)`;
    const result = `${resealed} records were sealed under the new key. ${rest}${why}.`;
    await this.#record(result, by);
    return { result };
  }

  async #rebuild(handle: JobHandle, by: string): Promise<JobOutcome> {
    const { keys, safetyBackup, emit } = this.#options;
    await safetyBackup('before the change of the index key', handle);
    const { resources, damaged } = await keys.rebuildIndexKey(handle);
    emit('keys.changed', {});
    emit('estate.changed', { resourceIds: null });
    const lost =
      damaged === 0 ? '' : ` ${damaged} damaged records were left out; a full scan writes them anew.`;
    const result = `The index key was changed: ${resources} resources have new ids and tokens.${lost}`;
    await this.#record(result, by);
    return { result };
  }

  async #finished(): Promise<void> {
    await this.#options.docs.delete(KIND, REENCRYPTING);
  }

  async #record(title: string, by: string): Promise<void> {
    await this.#options.journal.append({ kind: 'maintenance', title, accountId: null, by });
    this.#options.emit('keys.changed', {});
  }
}

function byOf(wanted: unknown): string {
  const by = typeof wanted === 'object' && wanted !== null && 'by' in wanted ? wanted.by : null;
  return typeof by === 'string' ? by : 'app';
}
