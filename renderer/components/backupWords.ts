import type { BackupInfo } from '../../preload/contract/models.ts';
import { count, plural } from '../state/format.ts';

export const PARTS: Record<keyof BackupInfo['counts'], { name: string; what: string; one: string }> = {
  chat_history: { name: 'Conversations', what: 'Conversations and their messages', one: 'chat record' },
  aws_estate: { name: 'Resources', what: 'The inventory of your accounts', one: 'resource' },
  state: {
    name: 'State',
    what: 'Settings, accounts without secrets, policies, and the record of what was done',
    one: 'state record',
  },
};

/** `1,204 resources · 310 chat records · 42 state records`: the biggest matter first. */
export function backupCounts({ aws_estate, chat_history, state }: BackupInfo['counts']): string {
  return [
    plural(aws_estate, PARTS.aws_estate.one),
    plural(chat_history, PARTS.chat_history.one),
    plural(state, PARTS.state.one),
  ].join(' · ');
}

export const backupTotal = (counts: BackupInfo['counts']): string =>
  count(Object.values(counts).reduce((sum, value) => sum + value, 0));
