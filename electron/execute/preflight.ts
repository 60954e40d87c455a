import type { Plan, Resource } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import type { ActionSpec } from './catalog/spec.ts';
import { requireAllowed, requireState } from './checks.ts';
import { canonicalJson, planDigest, sameDigest } from './digest.ts';
import { differenceOf } from './identity.ts';
import { principalOf, requireBackupsUntouched, requireUnlocked } from './policy.ts';
import type { ExecutionPorts } from './ports.ts';

/**
 * The last look before a call leaves. Resolves to the target as AWS shows it now; rejects when anything a
 * person approved no longer holds, in which case nothing is sent.
 */
export async function requireSendable(
  plan: Plan,
  spec: ActionSpec,
  ports: ExecutionPorts,
): Promise<Resource> {
  if (!sameDigest(plan.digest, planDigest(plan)))
    throw changed('The recorded plan does not fit its own digest.');
  await requireBackupsUntouched(ports, plan.call);
  const [resource, identity] = await Promise.all([
    currentTarget(plan, ports),
    ports.sessions.identity(plan.identity.profile, { fresh: true }),
  ]);
  if (
    identity.accountId !== plan.identity.accountId ||
    principalOf(identity.arn) !== principalOf(plan.identity.arn)
  )
    throw changed(
      `Profile ${plan.identity.profile} acted as ${plan.identity.arn} when this was planned and now acts as ${cleanText(identity.arn)}.`,
    );
  const difference = differenceOf(plan, resource);
  if (difference !== null) throw changed(difference);
  requireState(spec, resource);
  requireAllowed(resource, spec.constraint(resource));
  const parameters = spec.parameters(resource, new Date(plan.createdAt));
  if (canonicalJson(parameters) !== canonicalJson(plan.call.parameters))
    throw changed(`${cleanText(plan.target.name, 120)} has changed since, and would now need another call.`);
  await requireUnlocked(ports.accounts, plan);
  return resource;
}

/** A plan's target as far as the plan knows it: enough to find it in AWS, whether or not the estate still has it. */
export function targetOf({ target, identity, call }: Plan): Resource {
  const { resourceId: id, identity: _identity, kind: _kind, ...address } = target;
  return {
    ...address,
    id,
    service: call.service,
    accountId: identity.accountId,
    partition: target.arn.split(':')[1] ?? 'aws',
    tags: {},
    createdAt: null,
    facts: {},
    relations: [],
    constraints: {},
    raw: null,
    revision: 0,
  };
}

async function currentTarget(plan: Plan, ports: ExecutionPorts): Promise<Resource> {
  const { nativeId, region, name } = plan.target;
  const resource = await ports.describe(targetOf(plan));
  if (resource?.nativeId === nativeId && resource.region === region) return resource;
  throw new AppError('TARGET_GONE', `${cleanText(name, 120)} no longer exists in ${region}.`);
}

function changed(message: string): AppError {
  return new AppError('PLAN_CHANGED', `${message} Plan again.`);
}
