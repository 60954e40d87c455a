import type { AppStatus, ConnectResult, ExecutionNews, Job, ScanRun } from './models.ts';

/** Events are hints: after a gap in `seq` or a new `bootId` the client refetches. */
export interface EventPayloads {
  'app.changed': AppStatus;
  'scan.progress': ScanRun;
  /** The resources that are not as they were, removed ones included; null = more than one event may name, or all. */
  'estate.changed': { resourceIds: string[] | null };
  'accounts.changed': Record<never, never>;
  /** What became of the next profiles of a connect under way. */
  'accounts.connecting': { results: ConnectResult[] };
  'chat.changed': { conversationId: string };
  'plan.changed': { planId: string };
  'execution.changed': ExecutionNews;
  'settings.changed': Record<never, never>;
  'job.changed': Job;
  'backups.changed': Record<never, never>;
  'keys.changed': Record<never, never>;
  /** All stored data was exchanged, by a restore or a removal: whatever was read before is out of date. */
  'data.replaced': Record<never, never>;
}
export type EventName = keyof EventPayloads;

export const EVENT_NAMES = [
  'app.changed',
  'scan.progress',
  'estate.changed',
  'accounts.changed',
  'accounts.connecting',
  'chat.changed',
  'plan.changed',
  'execution.changed',
  'settings.changed',
  'job.changed',
  'backups.changed',
  'keys.changed',
  'data.replaced',
] as const satisfies readonly EventName[];

export interface EventMessage<N extends EventName = EventName> {
  bootId: string;
  /** 1, 2, 3 … per boot. */
  seq: number;
  name: N;
  payload: EventPayloads[N];
}
