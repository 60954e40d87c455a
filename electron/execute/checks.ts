import type { Resource } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import { cleanText } from '../aws/text.ts';
import type { ClientPool, ClientScope, MappedAwsError } from '../aws/types.ts';
import { AppError } from '../errors.ts';
import type { ActionSpec, Check, Parameters } from './catalog/spec.ts';

/** Rejects with INVALID_STATE, in words, when the call would not do what its title says. */
export function requireState(spec: ActionSpec, resource: Resource): void {
  const state = resource.state ?? 'in an unknown state';
  if (spec.from.includes(state)) return;
  const name = cleanText(resource.name, 120);
  const { watch } = spec;
  if (!watch.observe && watch.evidence === 'state' && watch.end.includes(state))
    throw new AppError('INVALID_STATE', `${name} is already ${state}. There is nothing to do.`, {
      details: { already: state },
    });
  if (!watch.observe && watch.passing.includes(state))
    throw new AppError('INVALID_STATE', `${name} is ${state} now. Wait until that has ended.`);
  throw new AppError(
    'INVALID_STATE',
    `${name} is ${state}. "${spec.verbs[0]}" is possible only when it is ${spec.from.join(' or ')}.`,
  );
}

/** Rejects with INVALID_STATE when the facts say that AWS will not allow it. */
export function requireAllowed(resource: Resource, verdict: Omit<Check, 'name'>): void {
  if (verdict.status === 'fail')
    throw new AppError('INVALID_STATE', `${cleanText(resource.name, 120)}: ${verdict.text}`);
}

const SEVERITY = ['none', 'pass', 'unknown', 'fail'] as const;

/** The constraint as the facts have it, joined with AWS's own answer where only asking tells. */
export async function constraintCheck(
  spec: ActionSpec,
  clients: ClientPool,
  scope: ClientScope,
  resource: Resource,
): Promise<Check> {
  const facts = spec.constraint(resource);
  if (facts.status === 'fail' || !spec.liveConstraint) return { name: 'constraint', ...facts };
  const live = await spec.liveConstraint(clients, scope, resource).catch((error: unknown) => {
    const { message } = mapAwsError(error, { ...scope, call: 'ec2:DescribeInstanceAttribute' });
    return { status: 'unknown' as const, text: `protection could not be read: ${message}` };
  });
  if (facts.status === 'pass' && live.status === 'pass')
    return { name: 'constraint', status: 'pass', text: `${facts.text}; ${live.text}` };
  const worse = SEVERITY.indexOf(live.status) >= SEVERITY.indexOf(facts.status) ? live : facts;
  return { name: 'constraint', ...worse };
}

/** Permission and dry run: one question where the API can be asked, else honestly unknown. */
export async function permissionChecks(
  spec: ActionSpec,
  clients: ClientPool,
  scope: ClientScope,
  parameters: Parameters,
  approvalId: string,
  timeoutMs: number,
): Promise<[permission: Check, dryRun: Check]> {
  if (!spec.dryRun)
    return [
      {
        name: 'permission',
        status: 'unknown',
        text: `${spec.iamAction}: not known before AWS answers the call`,
      },
      { name: 'dry_run', status: 'none', text: 'this API has no dry run' },
    ];
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await spec.dryRun(clients, scope, parameters, { approvalId, signal });
  } catch (error) {
    return dryRunVerdict(spec, mapAwsError(error, { ...scope, call: spec.iamAction }));
  }
  return unknownDryRun(spec, 'AWS answered the dry run as no dry run is answered');
}

function dryRunVerdict(spec: ActionSpec, error: MappedAwsError): [Check, Check] {
  if (error.awsCode === 'DryRunOperation')
    return [
      { name: 'permission', status: 'pass', text: `${spec.iamAction} allowed` },
      { name: 'dry_run', status: 'pass', text: 'dry run passed' },
    ];
  if (error.code === 'ACCESS_DENIED' || error.code === 'DENIED_BY_SCP')
    return [
      { name: 'permission', status: 'fail', text: `${spec.iamAction} denied: ${cleanText(error.message)}` },
      { name: 'dry_run', status: 'fail', text: 'dry run denied' },
    ];
  if (error.outcomeUnknown || error.code === 'NETWORK' || error.code === 'THROTTLED')
    return unknownDryRun(spec, cleanText(error.message));
  return [
    { name: 'permission', status: 'unknown', text: `${spec.iamAction}: the dry run did not tell` },
    { name: 'dry_run', status: 'fail', text: cleanText(error.message) },
  ];
}

function unknownDryRun(spec: ActionSpec, text: string): [Check, Check] {
  return [
    { name: 'permission', status: 'unknown', text: `${spec.iamAction}: the dry run did not tell` },
    { name: 'dry_run', status: 'unknown', text },
  ];
}
