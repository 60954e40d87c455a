import type { Account, Execution, Plan, PlanView } from '../../../preload/contract/models.ts';

export type PlanPhase = 'proposed' | 'expired' | 'rejected' | 'running' | 'finished';

const FINAL: ReadonlySet<Execution['state']> = new Set([
  'succeeded',
  'failed',
  'refused',
  'unknown',
  'stopped_waiting',
]);

export function isFinal(state: Execution['state']): boolean {
  return FINAL.has(state);
}

/** What the card is: an execution outranks the plan's own status, and the clock outranks "proposed". */
export function planPhase(view: PlanView, now: number): PlanPhase {
  if (view.execution) return isFinal(view.execution.state) ? 'finished' : 'running';
  if (view.status === 'approved') return 'running';
  if (view.status === 'rejected') return 'rejected';
  if (view.status === 'expired' || now >= Date.parse(view.plan.expiresAt)) return 'expired';
  return 'proposed';
}

/** `unknown` until the accounts have been read: an approval then waits rather than guesses. */
export type Lock = { state: 'locked' | 'unlocked' | 'unknown'; until: string | null };

/**
 * Whether the acting profile may change things now. The plan is immutable and only says how it was when the
 * plan was made, so the accounts decide.
 */
export function profileLock(
  identity: Plan['identity'],
  accounts: readonly Account[] | undefined,
  now: number,
): Lock {
  if (!accounts) return { state: 'unknown', until: null };
  const account = accounts.find((candidate) => candidate.accountId === identity.accountId);
  const profile = account?.profiles.find((candidate) => candidate.name === identity.profile);
  if (!profile) return { state: identity.readOnly ? 'locked' : 'unlocked', until: null };
  if (!profile.readOnly) return { state: 'unlocked', until: profile.unlockedUntil };
  const open = profile.unlockedUntil !== null && Date.parse(profile.unlockedUntil) > now;
  return open ? { state: 'unlocked', until: profile.unlockedUntil } : { state: 'locked', until: null };
}

export interface ApprovalInput {
  phase: PlanPhase;
  lock: Lock['state'];
  confirmName: string | null;
  typedName: string;
  /** An approval or rejection of this plan is on its way. */
  busy: boolean;
}

/** Why "Approve and run" cannot be pressed, in words; null when it can. */
export function approvalBlock(input: ApprovalInput): string | null {
  if (input.phase !== 'proposed') return 'This plan can no longer be approved.';
  if (input.busy) return 'Your decision is being recorded.';
  if (input.lock === 'unknown') return 'Reading whether the profile may change things.';
  if (input.lock === 'locked') return 'Unlock the profile first; it is read-only.';
  if (input.confirmName !== null && input.typedName !== input.confirmName) {
    return 'Type it first, exactly as it is written.';
  }
  return null;
}

/** The answer to an approval may arrive after the first events of its run: the run is not taken back. */
export function afterDecision(known: PlanView | undefined, decided: PlanView): PlanView {
  const run = known?.execution;
  return run && run.executionId === decided.execution?.executionId ? { ...decided, execution: run } : decided;
}
