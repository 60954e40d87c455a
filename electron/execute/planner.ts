import { randomUUID } from 'node:crypto';
import type { Account, Identity, Plan, PlanView, Resource } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import type { ClientScope } from '../aws/types.ts';
import { AppError } from '../errors.ts';
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
  conversationId?: string | null;
  /** The acting profile; without it the account's scanning profile. */
  profile?: string;
}

interface Draft {
  spec: ActionSpec;
  resource: Resource;
  account: Account;
  identity: Identity;
  related: Related[];
  conversationId: string | null;
}

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
    return { plan, status: 'proposed', execution: null };
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
    const conversationId = options.conversationId ?? null;
    return { spec, resource, account, identity, related, conversationId };
  }

  async #make(draft: Draft): Promise<Plan> {
    const { spec, resource, account, identity, related } = draft;
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
    const place = { region, profile };
    const kind = spec.kindOf?.(resource);
    const undo = spec.undo(resource, parameters, place);
    const risk = riskOf(spec, account);
    const body = {
      identity: {
        profile,
        accountId: identity.accountId,
        accountName: account.name,
        arn: identity.arn,
        expiresAt: identity.expiresAt,
        readOnly: isReadOnly(account, profile, createdAt),
        production: account.production,
      },
      target: { ...target(resource), ...(kind !== undefined && { kind }) },
      call: {
        ...call,
        iamAction: spec.iamAction,
        cli: cliCommand(spec.cliService?.(resource) ?? spec.service, spec.operation, parameters, place),
      },
    };
    return {
      ...body,
      planId,
      conversationId: draft.conversationId,
      title: spec.title(resource),
      risk,
      expectedState: spec.expectedState,
      checks: await this.#checks(draft, scope, parameters, planId, constraint),
      affects: spec.affects(resource, related),
      undo,
      undoNote: (undo !== null && spec.undoNote) || null,
      action: spec.id,
      undoAction: spec.undoneBy ?? null,
      confirmName: await this.#confirmName(risk, resource),
      digest: planDigest(body),
      createdAt: new Date(createdAt).toISOString(),
      expiresAt: new Date(createdAt + PLAN_LIFETIME_MS).toISOString(),
    };
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

function target(resource: Resource): Plan['target'] {
  return {
    resourceId: resource.id,
    resourceType: resource.resourceType,
    name: resource.name,
    nativeId: resource.nativeId,
    arn: resource.arn,
    region: resource.region,
    state: resource.state,
    asOf: resource.asOf,
    identity: marksOf(resource),
  };
}
