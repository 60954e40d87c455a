import type { EngineName } from './workspace.ts';

/** What the process that is to be killed is told, and what it prints. */
export interface TakeoverOrder {
  folder: string;
  masterKey: string;
  engine: EngineName;
  qdrantBinary: string | null;
  /** At which of the data worker's effects on disk or engine it dies by itself. */
  die: { since: 'opening'; nth: number; when: 'before' | 'after' } | null;
}

export type TakeoverLine = { t: 'opening' | 'open' | 'done' } | { t: 'sent'; call: string };

/** Resources whose tags have changed when the folder is taken over. */
export const CHANGED_TYPE = 'ec2_volume';
export const CHANGED_TAG = { seen: 'after the update' };
