import type { Plan } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import type { ClientPool, ClientScope, MappedAwsError } from '../aws/types.ts';
import { classifyFailure } from './catalog/sendOnce.ts';
import type { ActionSpec } from './catalog/spec.ts';

/** What became of a send. */
export type Sent =
  | { kind: 'accepted'; requestId: string | null }
  | { kind: 'refused'; error: MappedAwsError }
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
    const requestId = await spec.send(clients, scope, plan.call.parameters, options);
    return { kind: 'accepted', requestId };
  } catch (error) {
    const context = { ...scope, call: spec.iamAction, on: plan.target.name };
    return { kind: classifyFailure(error, left), error: mapAwsError(error, context) };
  }
}

export function scopeOf({ identity, target }: Plan): ClientScope {
  return { profile: identity.profile, region: target.region, purpose: 'execute' };
}
