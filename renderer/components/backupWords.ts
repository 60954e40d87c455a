import { BACKUP_PARTS, type BackupInfo, type BackupPart } from '../../preload/contract/models.ts';
import { count, plural } from '../state/format.ts';

export const PARTS: Record<BackupPart, { name: string; what: string }> = {
  chat_history: { name: 'Conversations', what: 'Conversations and their messages' },
  aws_estate: { name: 'Resources', what: 'The inventory of your accounts' },
  state: {
    name: 'State',
    what: 'Settings, accounts without secrets, policies, and the record of what was done',
  },
};

type Holding = Pick<BackupInfo, 'parts' | 'counts' | 'conversations'>;

/** `2 conversations`; of a backup that does not tell them from their messages, both. */
export const chatWords = ({ counts, conversations = null }: Omit<Holding, 'parts'>): string =>
  conversations === null && counts.chat_history > 0
    ? plural(counts.chat_history, 'conversation or message', 'conversations and messages')
    : plural(conversations ?? 0, 'conversation');

/** `conversations`, `resources and state`. */
export function partNames(parts: readonly BackupPart[]): string {
  const names = BACKUP_PARTS.filter((part) => parts.includes(part)).map((part) =>
    PARTS[part].name.toLowerCase(),
  );
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What a backup holds, in a word or two: `Everything`, `Conversations only`, `Conversations and state`. */
export function holds(parts: readonly BackupPart[]): string {
  if (parts.length === BACKUP_PARTS.length) return 'Everything';
  if (parts.length === 0) return 'Not known';
  const names = partNames(parts);
  return `${names.charAt(0).toUpperCase()}${names.slice(1)}${parts.length === 1 ? ' only' : ''}`;
}

/** `12,480 resources, 104 conversations, 88 state`: the biggest matter first, short enough for a row; what it lacks is not told as 0. */
export function backupCounts(backup: Holding): string {
  const { parts, counts } = backup;
  const words: Record<BackupPart, string> = {
    aws_estate: plural(counts.aws_estate, 'resource'),
    chat_history: chatWords(backup),
    state: `${count(counts.state)} state`,
  };
  const order = ['aws_estate', 'chat_history', 'state'] as const;
  return order.flatMap((part) => (parts.includes(part) ? [words[part]] : [])).join(', ');
}

/** The same in a sentence: `12,480 resources, 1 conversation and 88 records of settings and the journal`. */
export function holdsInWords(backup: Holding): string {
  const { parts, counts } = backup;
  const words: Record<BackupPart, string> = {
    chat_history: chatWords(backup),
    aws_estate: plural(counts.aws_estate, 'resource'),
    state: `${plural(counts.state, 'record')} of settings and the journal`,
  };
  const held = BACKUP_PARTS.flatMap((part) => (parts.includes(part) ? [words[part]] : []));
  return held.length < 2
    ? (held[0] ?? 'what could not be read')
    : `${held.slice(0, -1).join(', ')} and ${held.at(-1)}`;
}
