import type { Job } from '../../../preload/contract/models.ts';
import { bytes, count, plural } from '../../state/format.ts';

const NAMES: Record<Job['kind'], string> = {
  backup: 'Backup',
  prove: 'Proof of a backup',
  restore: 'Restore',
  export: 'Export to a file',
  import: 'Import',
  reencrypt: 'Re-encryption',
  rebuild_index_key: 'Rebuild of the index key',
  move_engine: 'Move to another engine',
  rescue: 'Rebuild of the storage engine',
  forget_account: 'Forgetting an account',
  delete_all: 'Deleting everything',
  cleanup: 'Cleaning up old backups',
};

export const jobName = (kind: Job['kind']): string => NAMES[kind];

/** How far it is, in the job's own unit: `1,204 of 10,000 records`, `3.1 MB`; empty where nothing is counted. */
export function jobCounts({ done, total, unit }: Pick<Job, 'done' | 'total' | 'unit'>): string {
  if (unit === 'bytes') return total === null ? bytes(done) : `${bytes(done)} of ${bytes(total)}`;
  const one = unit === 'steps' ? 'step' : 'record';
  if (total === null) return done === 0 ? '' : plural(done, one);
  return `${count(done)} of ${plural(total, one)}`;
}

/** 0 to 100, or null while the whole is not known. Never 100 before it is done: the last step is still a step. */
export function jobPercent({ state, done, total }: Pick<Job, 'state' | 'done' | 'total'>): number | null {
  if (state === 'done') return 100;
  if (total === null || total <= 0) return null;
  return Math.min(99, Math.max(0, Math.floor((100 * done) / total)));
}

/** The job a screen shows among all, newest first: one of these kinds that runs, else the last that ended. */
export function jobToShow(
  jobs: readonly Job[],
  kinds: readonly Job['kind'][],
  dismissed: readonly string[],
): Job | null {
  const mine = jobs.filter(({ kind }) => kinds.includes(kind));
  const shown = mine.find(({ state }) => state === 'running') ?? mine[0];
  return shown && (shown.state === 'running' || !dismissed.includes(shown.jobId)) ? shown : null;
}
