import type { Account, Plan, Resource, ResourceSummary, Risk } from '../../preload/contract/models.ts';
import { likeness } from '../../preload/contract/spelling.ts';
import { AppError } from '../errors.ts';
import type { StoredPlan } from '../storage/journal/plan.ts';
import { targetCount } from '../storage/journal/views.ts';
import type { ActionSpec } from './catalog/spec.ts';
import { isTypeable } from './catalog/words.ts';
import type { AccountsPort, ExecutionPorts } from './ports.ts';

/**
 * Every gate a change must pass is decided here.
 *
 * Risk: what destroys is destructive; what interrupts (stop, reboot) is high in an account marked production
 * and low elsewhere; what only adds (start, snapshot) is low.
 */
export function riskOf(spec: Pick<ActionSpec, 'effect'>, account: Pick<Account, 'production'>): Risk {
  if (spec.effect === 'destroys') return 'destructive';
  return spec.effect === 'interrupts' && account.production ? 'high' : 'low';
}

/**
 * The text to type before something is destroyed, else null: what only this one has. That is the name; where others
 * of the estate have it too, or one that looks the same, the id, or with the name as the id the name and what tells
 * them apart. The native id also where the name holds what nobody can see or type.
 */
export function confirmNameOf(
  risk: Risk,
  resource: Resource,
  ofItsType: readonly ResourceSummary[] = [],
): string | null {
  if (risk !== 'destructive') return null;
  const { id, name, nativeId, accountId, region } = resource;
  const looks = likeness(name);
  const twins = ofItsType.filter(
    (other) => other.id !== id && (likeness(other.name) === looks || other.nativeId === name),
  );
  if (!isTypeable(name)) return nativeId;
  if (twins.length === 0) return name;
  if (nativeId !== name) return nativeId;
  return twins.some((twin) => twin.accountId === accountId)
    ? `${name} ${region} ${accountId}`
    : `${name} ${accountId}`;
}

/**
 * This version carries out one call on one target, with a profile's whole credentials, after it was asked for. Rejects
 * with INVALID_STATE a plan of a later version that holds anything else.
 */
export function requireCarriedOutHere(plan: StoredPlan): void {
  const { steps, identity, policy } = plan;
  const [step, ...others] = steps;
  const [target] = step?.targets ?? [];
  const isOne =
    others.length === 0 && targetCount(plan) === 1 && target?.address.region === step?.call.region;
  const isWhole = identity.source.kind === 'profile' && identity.narrowed === null;
  if (isOne && isWhole && policy.decision === 'ask') return;
  throw new AppError(
    'INVALID_STATE',
    'This plan was made by a later version of CloudOps, and this one cannot carry it out as it was made. Nothing was sent. Update the app, or ask again here.',
  );
}

/** The typed text must be the name, character by character: no folding of case, space or look-alikes. */
export function requireTypedName(plan: Plan, typedName: string | undefined): void {
  if (plan.confirmName === null && plan.risk !== 'destructive') return;
  if (typedName !== undefined && typedName !== '' && typedName === plan.confirmName) return;
  throw new AppError(
    'NAME_MISMATCH',
    `The typed name is not the name of the target. Type "${plan.confirmName ?? plan.target.nativeId}" exactly as shown.`,
  );
}

/**
 * No command ends what a person would be saved by: rejects with INVALID_STATE whatever may reach the backups. Asked
 * for every plan and again before its call leaves; the place of the backups may have been chosen in between.
 */
export async function requireBackupsUntouched(
  { touchesBackups }: Pick<ExecutionPorts, 'touchesBackups'>,
  call: Pick<Plan['call'], 'service' | 'operation' | 'parameters'>,
): Promise<void> {
  if (!(await touchesBackups(call))) return;
  throw new AppError(
    'INVALID_STATE',
    `${call.service}:${call.operation} could change or delete the backups of this workspace, or the key they are encrypted with. CloudOps never sends such a call. If it is meant, make it outside CloudOps, or choose another place on the Backups screen first.`,
  );
}

export function isReadOnly(account: Account, profile: string, now: number): boolean {
  const known = account.profiles.find((candidate) => candidate.name === profile);
  if (!known) return true;
  const unlocked = known.unlockedUntil !== null && Date.parse(known.unlockedUntil) > now;
  return known.readOnly && !unlocked;
}

/** Rejects with READ_ONLY while the acting profile is locked. Asked at approval and again before the send. */
export async function requireUnlocked(accounts: AccountsPort, plan: Plan): Promise<void> {
  const { profile, accountId, accountName } = plan.identity;
  try {
    await accounts.requireUnlocked(profile, accountId);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'READ_ONLY') throw error;
    throw new AppError(
      'READ_ONLY',
      `Profile ${profile} is read-only in ${accountName} (${accountId}). Unlock it for changes on the plan or under Accounts, then approve again.`,
      { cause: error },
    );
  }
}

/** The role or user behind an ARN: a role's session name changes with each new session, the role does not. */
export function principalOf(arn: string): string {
  return arn.replace(/^(arn:[^:]+:sts::\d{12}:assumed-role\/.+)\/[^/]+$/, '$1');
}
