import { z } from 'zod';
import { ERROR_CODES } from '../../../preload/contract/errors.ts';
import { Plan } from '../../../preload/contract/models.ts';

/**
 * The journal's records: intent log, execution history and audit log in one. A stored format: fields are
 * added, never renamed or removed; `v` rises when a reader must know.
 */
const id = z.string();
/** The carrier's id of the client, another at each start; `by` names who. Absent in older records, where `by` is it. */
const client = z.string().optional();
export const JournalBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plan_proposed'), plan: Plan }),
  z.object({ kind: z.literal('plan_rejected'), planId: id, by: z.string(), client }),
  z.object({
    kind: z.literal('plan_approved'),
    planId: id,
    executionId: id,
    by: z.string(),
    client,
    digest: z.string(),
  }),
  /** Written and synced before the call leaves: after a crash its presence means "may have been sent". */
  z.object({ kind: z.literal('intent'), executionId: id, stateBefore: z.string().nullable() }),
  z.object({ kind: z.literal('sent'), executionId: id, requestId: z.string().nullable() }),
  z.object({
    kind: z.literal('log'),
    executionId: id,
    level: z.enum(['info', 'warn', 'error']),
    text: z.string(),
  }),
  z.object({ kind: z.literal('state'), executionId: id, state: z.string().nullable() }),
  z.object({
    kind: z.literal('result'),
    executionId: id,
    outcome: z.enum(['succeeded', 'failed', 'refused', 'unknown', 'stopped_waiting']),
    stateNow: z.string().nullable(),
    /** The end state was seen in AWS. */
    verified: z.boolean(),
    requestId: z.string().nullable(),
    error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
  }),
  z.object({
    kind: z.literal('profile_unlocked'),
    profile: z.string(),
    accountId: z.string(),
    until: z.string(),
    by: z.string(),
  }),
  z.object({ kind: z.literal('profile_locked'), profile: z.string(), accountId: z.string(), by: z.string() }),
  /** What was done to the stored data itself: forgotten, deleted, moved, restored, its keys changed. */
  z.object({
    kind: z.literal('maintenance'),
    /** One sentence with counts, for Activity. */
    title: z.string(),
    accountId: z.string().nullable(),
    by: z.string(),
  }),
]);
export type JournalBody = z.infer<typeof JournalBody>;

export interface JournalEntry {
  seq: number;
  /** ISO time of the append. */
  at: string;
  body: JournalBody;
}
