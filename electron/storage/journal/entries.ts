import { z } from 'zod';
import { Person, StoredPlan, Word } from './plan.ts';

/**
 * The journal's records, version 2: intent log, execution history and audit log in one. A stored format, described in
 * docs/backup-format.md: kinds and members are added, never renamed or removed; the version rises when a reader must
 * know. Whatever decides a plan is `plan_rejected` or `plan_approved`; whatever belongs to an execution names it.
 */
const id = z.string();
/** Position of a step in the plan, of a target in its step. */
const at = z.number().int().min(0);
const state = z.string().nullable();
const Failure = z.object({ code: Word, message: z.string() });

/** What AWS answered, as JSON: cut after `ANSWER_LIMIT` characters; what its model calls sensitive is not in it. */
const Answer = z.object({ text: z.string(), whole: z.boolean() });
export type Answer = z.infer<typeof Answer>;

export const JournalBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plan_proposed'), plan: StoredPlan }),
  z.object({ kind: z.literal('plan_rejected'), planId: id, actor: Person }),
  z.object({
    kind: z.literal('plan_approved'),
    planId: id,
    executionId: id,
    /** Of the plan as it was shown. */
    digest: z.string(),
    approvalRequired: z.boolean(),
    /** Who had it carried out, and who approved it; null = nobody had to. */
    actor: Person,
    approver: Person.nullable(),
  }),
  /** Written and synced before a step's call leaves: after a crash its presence means "may have been sent". */
  z.object({
    kind: z.literal('intent'),
    executionId: id,
    step: at,
    /** The state of each target of the step. */
    before: z.array(state),
  }),
  /** AWS took the call (without an answer: its effect was seen), or refused it and changed nothing. */
  z.object({
    kind: z.literal('answered'),
    executionId: id,
    step: at,
    accepted: z.boolean(),
    requestId: z.string().nullable(),
    answer: Answer.nullable(),
  }),
  /** Levels: `info`, `warn`, `error`. */
  z.object({ kind: z.literal('log'), executionId: id, level: Word, text: z.string() }),
  z.object({ kind: z.literal('state'), executionId: id, step: at, target: at, state }),
  /** Outcomes: `succeeded`, `failed`, `refused`, `unknown`, `stopped_waiting`. */
  z.object({
    kind: z.literal('result'),
    executionId: id,
    outcome: Word,
    error: Failure.nullable(),
    /** `verified`: the end state was seen in AWS. */
    targets: z.array(
      z.object({
        step: at,
        target: at,
        outcome: Word,
        stateNow: state,
        verified: z.boolean(),
        error: Failure.nullable(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('profile_unlocked'),
    profile: z.string(),
    accountId: z.string(),
    until: z.string(),
    by: z.string(),
  }),
  z.object({
    kind: z.literal('profile_locked'),
    profile: z.string(),
    accountId: z.string(),
    by: z.string(),
  }),
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
export type BodyOf<K extends JournalBody['kind']> = Extract<JournalBody, { kind: K }>;
/** What happens to an execution after its approval. */
export type StepBody = BodyOf<'intent' | 'answered' | 'log' | 'state' | 'result'>;

/** An entry of a kind, or in a form, that this version does not know: it stands in the chain and is shown as such. */
export interface OpaqueBody {
  kind: 'opaque';
  /** Its own kind. */
  of: string;
  planId: string | null;
  executionId: string | null;
}

export interface JournalEntry {
  seq: number;
  /** ISO time of the append. */
  at: string;
  body: JournalBody | OpaqueBody;
}
