import type { BackupInfo } from '../../preload/contract/models.ts';
import { count, plural } from '../state/format.ts';

export const PARTS: Record<keyof BackupInfo['counts'], { name: string; what: string }> = {
  chat_history: { name: 'Conversations', what: 'Conversations and their messages' },
  aws_estate: { name: 'Resources', what: 'The inventory of your accounts' },
  state: {
    name: 'State',
    what: 'Settings, accounts without secrets, policies, and the record of what was done',
  },
};

/** `12,480 resources, 1,204 chat, 88 state`: the biggest matter first, short enough for a row. */
export const backupCounts = ({ aws_estate, chat_history, state }: BackupInfo['counts']): string =>
  `${plural(aws_estate, 'resource')}, ${count(chat_history)} chat, ${count(state)} state`;
