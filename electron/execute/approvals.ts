import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Person } from '../storage/journal/plan.ts';
import type { PlanState } from '../storage/journal/projection.ts';
import { planView } from '../storage/journal/views.ts';
import { digestHolds, sameDigest } from './digest.ts';
import type { Planner } from './planner.ts';
import { requireCarriedOutHere, requireTypedName, requireUnlocked } from './policy.ts';
import type { ExecutionPorts } from './ports.ts';

export interface Approval {
  planId: string;
  /** The digest of the plan that the person was shown. */
  digest: string;
  typedName?: string | undefined;
}

/** A person's decision on a plan. The journal admits one per plan, whichever comes first. */
export class Approvals {
  readonly #ports: ExecutionPorts;
  readonly #planner: Planner;

  constructor(ports: ExecutionPorts, planner: Planner) {
    this.#ports = ports;
    this.#planner = planner;
  }

  /** Resolves once the approval is durable. */
  async approve({ planId, digest, typedName }: Approval, actor: Person): Promise<{ executionId: string }> {
    const { plan: stored } = await this.#open(planId);
    if (!sameDigest(stored.digest.sha256, digest) || !digestHolds(stored))
      throw new AppError(
        'PLAN_CHANGED',
        'The approval is for another call than the one recorded. Load the plan again and read it anew.',
      );
    requireCarriedOutHere(stored);
    const plan = planView(stored);
    requireTypedName(plan, typedName);
    await requireUnlocked(this.#ports.accounts, plan);
    // The unlock check may have taken its time.
    if (this.#planner.isOver(planId)) throw expired();
    const executionId = randomUUID();
    await this.#ports.journal.append({
      kind: 'plan_approved',
      planId,
      executionId,
      digest: plan.digest,
      approvalRequired: stored.policy.decision === 'ask',
      actor,
      approver: actor,
    });
    this.#ports.emit('plan.changed', { planId });
    return { executionId };
  }

  async reject(planId: string, actor: Person): Promise<void> {
    await this.#ports.journal.append({ kind: 'plan_rejected', planId, actor });
    this.#ports.emit('plan.changed', { planId });
  }

  /** The plan with its status by both clocks. */
  async view(planId: string): Promise<PlanState> {
    const view = await this.#ports.journal.plan(planId);
    if (!view) throw new AppError('NOT_FOUND', 'This plan is not in the journal. Ask for it again.');
    if (view.status === 'proposed' && this.#planner.isOver(planId)) return { ...view, status: 'expired' };
    return view;
  }

  async #open(planId: string): Promise<PlanState> {
    const view = await this.view(planId);
    if (view.status === 'expired') throw expired();
    if (view.status === 'proposed') return view;
    throw new AppError('PLAN_USED', `This plan has been ${view.status} already. Ask for a new one.`);
  }
}

function expired(): AppError {
  return new AppError(
    'PLAN_EXPIRED',
    'This plan is more than 10 minutes old. Ask again: the target is then checked anew.',
  );
}
