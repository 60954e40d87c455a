import { AppError } from '../../errors.ts';
import type { JournalApi } from '../api.ts';
import type { Work } from '../work.ts';
import { Exchange, type RestoreGround } from './exchange.ts';
import { PART_WORDS, timeInWords } from './info.ts';
import { type RestoreFile, readRestoreFile, removeRestore } from './restoreFile.ts';

export interface SettledRestore {
  outcome: 'finished' | 'rolled_back';
  /** For the person: what became of it. */
  message: string;
  /** Why it was rolled back, when something failed. */
  failure: AppError | null;
  mode: RestoreFile['mode'];
  backup: RestoreFile['backup'];
  /** `, with resources of the one of …`: what came from other backups; empty when nothing did. */
  others: string;
  counts: RestoreFile['counts'];
  /** The master key from now on; the one given unless another install was taken over. */
  masterKey: Uint8Array;
}

/**
 * Carries out, finishes or takes back the restore that `restore/` holds; null when there is none. Called before a
 * workspace is opened, while nobody writes to it. Whatever happens, and killed anywhere, the data is the old or
 * the new, whole. Rejects only when the exchange had begun and cannot be finished now (a full disk): the next
 * call goes on.
 */
export async function settleRestore(ground: RestoreGround, work: Work): Promise<SettledRestore | null> {
  const { folder, masterKey } = ground;
  const restore = await readRestoreFile(folder);
  if (restore === null) {
    await removeRestore(folder);
    return null;
  }
  const { mode, backup } = restore;
  const others = othersInWords(restore);
  const settled = { mode, backup, others, counts: {}, failure: null, masterKey };
  const of = `the backup of ${timeInWords(backup.createdAt)}${others}`;
  if (restore.phase === 'staging') {
    await removeRestore(folder);
    const message = `A restore of ${of} was cut off while it was being checked. Nothing was changed.`;
    return { ...settled, outcome: 'rolled_back', message };
  }
  try {
    const next = await new Exchange(ground, restore).run(work);
    await removeRestore(folder);
    const message = `The restore of ${of} is complete.`;
    return { ...settled, outcome: 'finished', message, counts: restore.counts, masterKey: next };
  } catch (error) {
    if (restore.phase === 'switching') throw error;
    await removeRestore(folder);
    const failure =
      error instanceof AppError ? error : new AppError('INTERNAL', 'An internal error.', { cause: error });
    const message = `The restore of ${of} could not be carried out. Nothing was changed. ${failure.message}`;
    return { ...settled, outcome: 'rolled_back', message, failure };
  }
}

function othersInWords({ staged }: RestoreFile): string {
  return staged
    .flatMap(({ part, createdAt }) =>
      createdAt ? [`, with ${PART_WORDS[part]} of the one of ${timeInWords(createdAt)}`] : [],
    )
    .join('');
}

/** What became of a restore stands in the journal that goes on after it. */
export async function noteRestore(
  journal: Pick<JournalApi, 'append'>,
  settled: SettledRestore | null,
): Promise<void> {
  if (settled === null) return;
  const { outcome, mode, backup, others, message } = settled;
  const of = `backup of ${timeInWords(backup.createdAt)} (install ${backup.installId})${others}`;
  const done = mode === 'merge' ? `Merged the ${of}` : `Restored the ${of}`;
  const title = outcome === 'finished' ? done : message;
  // A disk that is full must not keep the workspace from being opened.
  await journal
    .append({ kind: 'maintenance', title, accountId: null, by: 'restore' })
    .catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
}
