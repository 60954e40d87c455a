import type { AppStatus, BackupInfo, RescueOptions } from '../../../preload/contract/models.ts';
import { exactTime } from '../../state/format.ts';
import { backupCounts, PARTS } from '../backupWords.ts';

type Engine = Pick<AppStatus['engine'], 'kind' | 'url'>;
type Target = RescueOptions['targets'][number];

/** Which engine, and whose: the bundled Qdrant and a server elsewhere are not the same. */
export function engineName({ kind, url }: Engine): string {
  if (kind === 'sqlite') return 'SQLite, inside the app';
  if (kind === 'qdrant') return 'Qdrant, bundled and supervised by the app';
  return `Qdrant server at ${url ?? '?'}`;
}

/** The same in a word, for the status bar. */
export const engineWord = ({ kind }: Engine): string => (kind === 'remote' ? 'qdrant server' : kind);

export function backupLine(backup: BackupInfo): string {
  const { createdAt, place } = backup;
  const where = place === 'local' ? 'this machine' : 'S3';
  return `${exactTime(createdAt)}, ${where}: ${backupCounts(backup)}`;
}

export function rescueLabel(target: Target, filled: boolean, kind: Engine['kind']): string {
  const fresh = filled ? 'Set aside and rebuild' : 'Set aside and begin empty';
  if (target === 'same' || kind === 'sqlite') return fresh;
  return filled ? 'Move to SQLite and rebuild' : 'Move to SQLite, empty';
}

/** What will happen, to what, and what of it cannot be had back. */
export function rescueConsequence(
  target: Target,
  backup: BackupInfo | null,
  all: readonly BackupInfo[],
  engine: Engine,
): string {
  const data =
    engine.kind === 'remote'
      ? `The data on ${engine.url ?? 'the server'} stays there; this workspace no longer uses it.`
      : 'The data that cannot be read is kept in this workspace’s folder under another name, and never deleted by the app.';
  const next = target === 'sqlite' ? 'SQLite is used from now on' : 'A new, empty store is used from now on';
  const filled =
    backup === null
      ? 'and nothing is put into it: conversations stay in the data set aside, and resources come back with the next scan.'
      : `and filled with the conversations and resources of the backup of ${exactTime(backup.createdAt)}. What was written after that stays in the data set aside.${lackWords(backup, all)}`;
  return `${next}, ${filled} ${data} Accounts, settings and the record in Activity are not touched.`;
}

/** A backup may hold conversations or resources alone: the others come from an earlier one, if there is one. */
function lackWords(backup: BackupInfo, all: readonly BackupInfo[]): string {
  const lacking = (['chat_history', 'aws_estate'] as const).filter((part) => !backup.parts.includes(part));
  const sentences = lacking.map((part) => {
    const name = PARTS[part].name;
    const earlier = all.find(
      (one) => one.place === backup.place && one.createdAt <= backup.createdAt && one.parts.includes(part),
    );
    return earlier
      ? ` ${name} come from the backup of ${exactTime(earlier.createdAt)}, since this one holds none.`
      : ` ${name} are in no backup and begin empty.`;
  });
  return sentences.join('');
}
