import {
  BACKUP_PARTS,
  type BackupInfo,
  type BackupPart,
  type BackupSettings,
  type PartStanding,
} from '../../preload/contract/models.ts';
import { PART_WORDS } from '../storage/backup/info.ts';
import { overdueMs } from './standing.ts';

const HOUR_MS = 3_600_000;

const RECORDS: Record<BackupPart, [one: string, many: string]> = {
  chat_history: ['conversation or message', 'conversations and messages'],
  aws_estate: ['resource', 'resources'],
  state: ['record of settings and the journal', 'records of settings and the journal'],
};
const CONVERSATIONS: [one: string, many: string] = ['conversation', 'conversations'];

/** `a`, `a and b`, `a, b and c`. */
export function listInWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** What a backup holds: `2 conversations, 1 resource and 8 records of settings and the journal`. */
export function countsInWords(backup: Pick<BackupInfo, 'parts' | 'counts' | 'conversations'>): string {
  const { parts, counts, conversations } = backup;
  const held = BACKUP_PARTS.filter((part) => parts.includes(part));
  return listInWords(
    held.map((part) => {
      const told = part === 'chat_history' ? (conversations ?? null) : null;
      const count = told ?? counts[part];
      const [one, many] = told === null ? RECORDS[part] : CONVERSATIONS;
      return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
    }),
  );
}

/** For the notification that these parts have had no good backup for too long. */
export function overdueWords(
  late: readonly BackupPart[],
  standing: Record<BackupPart, Pick<PartStanding, 'lastGoodAt'>>,
  settings: Pick<BackupSettings, 'intervalHours'>,
): { title: string; since: string } {
  const hours = Math.min(...late.map((part) => overdueMs(settings, part))) / HOUR_MS;
  const span = hours % 24 === 0 && hours > 72 ? `${hours / 24} days` : `${hours} hours`;
  const all = late.length === BACKUP_PARTS.length;
  const of = all ? '' : ` of ${listInWords(late.map((part) => PART_WORDS[part]))}`;
  const times = late.map((part) => standing[part].lastGoodAt);
  const oldest = times.includes(null) ? undefined : times.flatMap((at) => at ?? []).sort()[0];
  const since = oldest ? `The last good one is of ${oldest.slice(0, 10)}.` : 'There is none yet.';
  return { title: `No good backup${of} for ${span}`, since };
}
