import { randomUUID } from 'node:crypto';
import type { Account, Identity, Plan, PlanView, Resource } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import type { ClientScope } from '../aws/types.ts';
import { AppError } from '../errors.ts';
import type { Origin, StoredPlan, StoredStep } from '../storage/journal/plan.ts';
import { planView } from '../storage/journal/views.ts';
import { cliCommand } from './catalog/cli.ts';
import type { ActionSpec, Check, Related } from './catalog/spec.ts';
import type { Catalog } from './catalog.ts';
import { constraintCheck, permissionChecks, requireAllowed, requireState } from './checks.ts';
import { planDigest } from './digest.ts';
import { marksOf } from './identity.ts';
import { confirmNameOf, isReadOnly, requireBackupsUntouched, riskOf } from './policy.ts';
import type { Clock, ExecutionPorts, Timings } from './ports.ts';

export const PLAN_LIFETIME_MS = 10 * 60_000;

export interface ProposeOptions {
  /** Default: a button. */
  origin?: Origin;
  /** The acting profile; without it the account's scanning profile. */
  profile?: string;
}

interface Draft {
  spec: ActionSpec;
  resource: Resource;
  account: Account;
  identity: Identity;
  related: Related[];
  origin: Origin;
}

const BUTTON: Origin = { kind: 'button', conversationId: null, messageId: null };

/** Makes plans: everything is looked up anew, and nothing is changed. */
export class Planner {
  readonly #ports: ExecutionPorts;
  readonly #clock: Clock;
  readonly #timings: Timings;
  readonly #catalog: Catalog;
  /** Plan id → the monotonic time at which it is over, for the plans of this process. */
  readonly #deadlines = new Map<string, number>();

  constructor(ports: ExecutionPorts, catalog: Catalog, clock: Clock, timings: Timings) {
    this.#ports = ports;
    this.#clock = clock;
    this.#timings = timings;
    this.#catalog = catalog;
  }

  /** Rejects with NOT_FOUND, TARGET_GONE, INVALID_STATE, INVALID_INPUT or what AWS answered. */
  async propose(actionId: string, resourceId: string, options: ProposeOptions = {}): Promise<PlanView> {
    const plan = await this.#make(await this.#draft(actionId, resourceId, options));
    this.#deadlines.set(plan.planId, this.#clock.monotonic() + PLAN_LIFETIME_MS);
    await this.#ports.journal.append({ kind: 'plan_proposed', plan });
    this.#ports.emit('plan.changed', { planId: plan.planId });
    return { plan: planView(plan), status: 'proposed', execution: null };
  }

  /** Over by the clock that cannot be set; plans of an earlier process are over by their time alone. */
  isOver(planId: string): boolean {
    const deadline = this.#deadlines.get(planId);
    return deadline !== undefined && this.#clock.monotonic() >= deadline;
  }

  async #draft(actionId: string, resourceId: string, options: ProposeOptions): Promise<Draft> {
    const { estate, accounts, sessions, describe, find } = this.#ports;
    const known = await estate.get(resourceId);
    if (!known)
      throw new AppError(
        'NOT_FOUND',
        'This resource is not in the estate. Scan its account, then ask again.',
      );
    const spec = this.#catalog.actionFor(actionId, known.resourceType);
    const account = await accounts.get(known.accountId);
    if (!account)
      throw new AppError(
        'NOT_FOUND',
        `The account ${known.accountId} is not connected. Connect a profile for it.`,
      );
    const profile = actingProfile(account, options.profile);
    const [identity, resource, related] = await Promise.all([
      sessions.identity(profile, { fresh: true }),
      describe(known),
      find.related(resourceId),
    ]);
    if (identity.accountId !== known.accountId)
      throw new AppError(
        'CREDENTIALS_MISSING',
        `Profile ${profile} now signs in to account ${identity.accountId}, but ${cleanText(known.name, 120)} belongs to ${known.accountId}. Correct the profile, or connect another one.`,
      );
    if (!resource)
      throw new AppError(
        'TARGET_GONE',
        `${cleanText(known.name, 120)} no longer exists in ${known.region}. It has been removed from the list.`,
      );
    return { spec, resource, account, identity, related, origin: options.origin ?? BUTTON };
  }

  async #make(draft: Draft): Promise<StoredPlan> {
    const { spec, resource, account, identity, related, origin } = draft;
    const { region } = resource;
    const profile = identity.profile;
    const scope: ClientScope = { profile, region, purpose: 'execute' };
    const createdAt = this.#clock.now();
    const parameters = spec.parameters(resource, new Date(createdAt));
    const call = { service: spec.service, operation: spec.operation, parameters };
    await requireBackupsUntouched(this.#ports, call);
    requireState(spec, resource);
    const constraint = await constraintCheck(spec, this.#ports.clients, scope, resource);
    requireAllowed(resource, constraint);

    const planId = randomUUID();
    const risk = riskOf(spec, account);
    const plan: Omit<StoredPlan, 'digest'> = {
      planId,
      title: spec.title(resource),
      origin,
      identity: {
        source: { kind: 'profile', profile },
        accountId: identity.accountId,
        accountName: account.name,
        principal: identity.arn,
        narrowed: null,
        expiresAt: identity.expiresAt,
        readOnly: isReadOnly(account, profile, createdAt),
        production: account.production,
      },
      risk,
      policy: { decision: 'ask', rules: [] },
      steps: [stepOf(spec, resource, parameters, profile)],
      checks: await this.#checks(draft, scope, parameters, planId, constraint),
      affects: spec.affects(resource, related),
      undo: undoOf(spec, spec.undo(resource, parameters, { region, profile })),
      confirm: await this.#confirmName(risk, resource),
      createdAt: new Date(createdAt).toISOString(),
      expiresAt: new Date(createdAt + PLAN_LIFETIME_MS).toISOString(),
    };
    return { ...plan, digest: planDigest(plan) };
  }

  async #confirmName(risk: Plan['risk'], resource: Resource): Promise<string | null> {
    if (risk !== 'destructive') return null;
    return confirmNameOf(risk, resource, await this.#ports.estate.byType(resource.resourceType));
  }

  async #checks(
    { spec, resource }: Draft,
    scope: ClientScope,
    parameters: Plan['call']['parameters'],
    planId: string,
    constraint: Check,
  ): Promise<Check[]> {
    const { clients } = this.#ports;
    const timeout = this.#timings.sendTimeoutMs;
    const [permission, dryRun] = await permissionChecks(spec, clients, scope, parameters, planId, timeout);
    const state: Check = { name: 'state', status: 'pass', text: `is ${resource.state}` };
    return [permission, constraint, state, dryRun];
  }
}

function actingProfile(account: Account, asked: string | undefined): string {
  if (asked === undefined) return account.scanningProfile;
  if (account.profiles.some((profile) => profile.name === asked)) return asked;
  throw new AppError(
    'INVALID_INPUT',
    `Profile ${cleanText(asked, 100)} is not connected to ${account.name}.`,
  );
}

function undoOf({ undoNote, undoneBy }: ActionSpec, command: string | null): StoredPlan['undo'] {
  if (command === null && undoneBy === undefined) return null;
  return { command, note: command === null ? null : (undoNote ?? null), action: undoneBy ?? null };
}

function stepOf(
  spec: ActionSpec,
  resource: Resource,
  input: StoredStep['call']['input'],
  profile: string,
): StoredStep {
  const { region } = resource;
  const { service, operation, iamAction, expectedState } = spec;
  const cli = cliCommand(spec.cliService?.(resource) ?? service, operation, input, { region, profile });
  return {
    action: spec.id,
    arguments: {},
    call: { service, operation, region, input, iamAction, cli },
    targets: [plannedTarget(spec, resource)],
    expectedState,
  };
}

function plannedTarget(spec: ActionSpec, resource: Resource): StoredStep['targets'][number] {
  const { id, partition, accountId, region, resourceType, nativeId, arn, name, state, asOf } = resource;
  const kind = spec.kindOf?.(resource);
  return {
    address: { partition, accountId, region, type: resourceType, nativeId },
    resourceId: id,
    ...{ arn, name, state, asOf },
    ...(kind !== undefined && { kind }),
    identity: marksOf(resource),
  };
}
