import { type Plan, type Resource, ResourceType } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import type { StoredPlan } from '../storage/journal/plan.ts';
import { planView } from '../storage/journal/views.ts';
import type { ActionSpec } from './catalog/spec.ts';
import { requireAllowed, requireState } from './checks.ts';
import { canonicalJson, digestHolds } from './digest.ts';
import { differenceOf } from './identity.ts';
import { principalOf, requireBackupsUntouched, requireCarriedOutHere, requireUnlocked } from './policy.ts';
import type { ExecutionPorts } from './ports.ts';

/**
 * The last look before a call leaves. Resolves to the target as AWS shows it now; rejects when anything a
 * person approved no longer holds, in which case nothing is sent.
 */
export async function requireSendable(
  stored: StoredPlan,
  spec: ActionSpec,
  ports: ExecutionPorts,
): Promise<Resource> {
  if (!digestHolds(stored)) throw changed('The recorded plan does not fit its own digest.');
  requireCarriedOutHere(stored);
  const plan = planView(stored);
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

/**
 * A plan's target as far as the plan knows it: enough to find it in AWS, whether or not the estate still has it. Throws
 * UNSUPPORTED for a type of a later version.
 */
export function targetOf({ target, identity, call }: Plan): Resource {
  const { resourceId: id, identity: _identity, kind: _kind, resourceType, ...address } = target;
  const type = ResourceType.safeParse(resourceType);
  if (!type.success)
    throw new AppError(
      'UNSUPPORTED',
      `This version of CloudOps does not know the type ${cleanText(resourceType, 60)}.`,
    );
  return {
    ...address,
    id,
    resourceType: type.data,
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
