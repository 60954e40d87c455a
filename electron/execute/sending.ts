import type { Plan } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import type { ClientPool, ClientScope, MappedAwsError } from '../aws/types.ts';
import type { Answer } from '../storage/journal/entries.ts';
import { refusalOf } from './answer.ts';
import { type Accepted, classifyFailure } from './catalog/sendOnce.ts';
import type { ActionSpec } from './catalog/spec.ts';

/** What became of a send. */
export type Sent =
  | ({ kind: 'accepted' } & Accepted)
  /** `answer`: null when it did not reach AWS. */
  | { kind: 'refused'; error: MappedAwsError; answer: Answer | null }
  | { kind: 'unclear'; error: MappedAwsError };

/** Sends an approved call once. Never rejects: whatever happened is the answer. */
export async function sendCall(
  plan: Plan,
  spec: ActionSpec,
  clients: ClientPool,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Sent> {
  let left = false;
  const scope = scopeOf(plan);
  const options = {
    approvalId: plan.planId,
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal]),
    onLeave: () => {
      left = true;
    },
  };
  try {
    return { kind: 'accepted', ...(await spec.send(clients, scope, plan.call.parameters, options)) };
  } catch (error) {
    const context = { ...scope, call: spec.iamAction, on: plan.target.name };
    const mapped = mapAwsError(error, context);
    if (classifyFailure(error, left) === 'unclear') return { kind: 'unclear', error: mapped };
    return { kind: 'refused', error: mapped, answer: refusalOf(error) };
  }
}

export function scopeOf({ identity, target }: Plan): ClientScope {
  return { profile: identity.profile, region: target.region, purpose: 'execute' };
}
