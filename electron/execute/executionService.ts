import type {
  ActivityQuery,
  ActivityRow,
  Execution,
  LogLine,
  PlanView,
  ResourceType,
} from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { StoredExecution } from '../storage/journal/execution.ts';
import type { Person } from '../storage/journal/plan.ts';
import { executionView, planStateView } from '../storage/journal/views.ts';
import { endsWithin } from '../waiting.ts';
import { type Approval, Approvals } from './approvals.ts';
import type { ActionSpec } from './catalog/spec.ts';
import { CATALOG, type Catalog } from './catalog.ts';
import { Executor } from './executor.ts';
import { Planner, type ProposeOptions } from './planner.ts';
import { type Clock, DEFAULT_TIMINGS, type ExecutionPorts, systemClock, type Timings } from './ports.ts';

/** A plan asks AWS several things; one that takes longer finds the journal as it is then. */
const DECIDES_MS = 5_000;

/** From an intended action to one verified AWS call: plans, decisions, executions, and their record. */
export class ExecutionService {
  readonly #ports: ExecutionPorts;
  readonly #planner: Planner;
  readonly #approvals: Approvals;
  readonly #executor: Executor;
  readonly #catalog: Catalog;
  /** Plans and approvals on their way to the journal. */
  readonly #deciding = new Set<Promise<unknown>>();
  /** How many want the journal to stay as it is. */
  #held = 0;

  constructor(
    ports: ExecutionPorts,
    options: { catalog?: Catalog; clock?: Clock; timings?: Partial<Timings> } = {},
  ) {
    const clock = options.clock ?? systemClock;
    const timings = { ...DEFAULT_TIMINGS, ...options.timings };
    this.#ports = ports;
    this.#catalog = options.catalog ?? CATALOG;
    this.#planner = new Planner(ports, this.#catalog, clock, timings);
    this.#approvals = new Approvals(ports, this.#planner);
    this.#executor = new Executor(ports, this.#catalog, clock, timings);
  }

  /** The changes that apply to a type, for assistants and buttons. */
  actionsFor(resourceType: ResourceType): readonly ActionSpec[] {
    return this.#catalog.actionsFor(resourceType);
  }

  /** Makes a plan for one catalogued action on one resource, looked up anew. Changes nothing. */
  propose(actionId: string, resourceId: string, options?: ProposeOptions): Promise<PlanView> {
    return this.#decide(() => this.#planner.propose(actionId, resourceId, options));
  }

  async plan(planId: string): Promise<PlanView> {
    return planStateView(await this.#approvals.view(planId));
  }

  /** Resolves once the approval is durable; the execution then runs by itself and announces its steps. */
  approve(approval: Approval, actor: Person): Promise<PlanView> {
    return this.#decide(async () => {
      const { executionId } = await this.#approvals.approve(approval, actor);
      this.#executor.start(await this.#stored(executionId));
      return this.plan(approval.planId);
    });
  }

  async reject(planId: string, actor: Person): Promise<PlanView> {
    await this.#approvals.reject(planId, actor);
    return this.plan(planId);
  }

  async execution(executionId: string): Promise<Execution> {
    return executionView(await this.#stored(executionId));
  }

  async #stored(executionId: string): Promise<StoredExecution> {
    const execution = await this.#ports.journal.execution(executionId);
    if (!execution) throw new AppError('NOT_FOUND', 'This execution is not in the journal.');
    return execution;
  }

  async log(
    executionId: string,
    offset: number,
    limit: number,
  ): Promise<{ lines: LogLine[]; total: number }> {
    await this.execution(executionId);
    return this.#ports.journal.log(executionId, offset, limit);
  }

  activity(query: ActivityQuery): Promise<{ resultId: string; total: number }> {
    return this.#ports.journal.activity(query);
  }

  activityRows(resultId: string, offset: number, limit: number): Promise<ActivityRow[]> {
    return this.#ports.journal.activityRows(resultId, offset, limit);
  }

  /** Ends the waiting, not the change. Rejects with INVALID_STATE while the call is being sent. */
  async stopWaiting(executionId: string): Promise<Execution> {
    const { finishedAt } = await this.execution(executionId);
    if (finishedAt !== null)
      throw new AppError('INVALID_STATE', 'This execution has ended. There is nothing to wait for.');
    if (!(await this.#executor.stopWaiting(executionId)))
      throw new AppError(
        'INVALID_STATE',
        'The call is on its way and cannot be taken back. Waiting can be stopped once AWS has answered.',
      );
    return this.execution(executionId);
  }

  /**
   * Called once at start: settles what an earlier process left. Nothing is ever sent here. What was approved
   * and not sent is recorded as refused; what was or may have been sent is looked at again.
   */
  async reconcile(): Promise<void> {
    for (const execution of await this.#ports.journal.unfinished()) await this.#executor.resume(execution);
  }

  /**
   * Until what it resolves with is called no change is planned, approved or followed, so that the journal can be
   * exchanged; then what the journal of that time has open is taken up again. `refuse`: rejects with INVALID_STATE
   * while a change is being followed. Rejects likewise when one does not let go.
   */
  async hold(following: 'pause' | 'refuse'): Promise<() => Promise<void>> {
    this.#held += 1;
    let held = true;
    const release = async () => {
      if (!held) return;
      held = false;
      this.#held -= 1;
      await this.reconcile();
    };
    try {
      await endsWithin(DECIDES_MS, Promise.allSettled(this.#deciding));
      if (following === 'refuse' && (await this.#ports.journal.unfinished()).length > 0) throw followed();
      if (await this.#executor.pause()) return release;
      throw new AppError(
        'INVALID_STATE',
        'A change in AWS does not let go of the journal. Try again in a moment.',
      );
    } catch (error) {
      await release().catch((unrecorded: unknown) => this.#ports.report(unrecorded));
      throw error;
    }
  }

  /** Ends all waiting; the next start takes it up again. */
  stop(): Promise<void> {
    return this.#executor.stop();
  }

  async #decide<T>(decision: () => Promise<T>): Promise<T> {
    if (this.#held > 0) {
      throw new AppError(
        'NOT_READY',
        'The stored data is being exchanged. Nothing was sent; ask again when that has ended.',
      );
    }
    const deciding = decision();
    this.#deciding.add(deciding);
    try {
      return await deciding;
    } finally {
      this.#deciding.delete(deciding);
    }
  }
}

function followed(): AppError {
  return new AppError(
    'INVALID_STATE',
    'A change in AWS is still being followed. Wait for its end, or stop waiting in Activity.',
  );
}
