import type { Execution, Plan, Resource } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import { cleanText } from '../aws/text.ts';
import type { ClientScope, MappedAwsError } from '../aws/types.ts';
import { AppError } from '../errors.ts';
import { classifyFailure } from './catalog/sendOnce.ts';
import type { ActionSpec } from './catalog/spec.ts';
import { actionOf } from './catalog.ts';
import type { Outcome } from './outcome.ts';
import { outcomeOf } from './outcome.ts';
import type { Clock, ExecutionPorts, Timings } from './ports.ts';
import { requireSendable, targetOf } from './preflight.ts';
import { Recorder } from './recorder.ts';
import { abortable, waitForEnd } from './waiter.ts';
import type { Sending } from './watching.ts';

type StopReason = 'person' | 'shutdown';

interface Run {
  resourceId: string;
  /** The call has left, or an earlier process sent it: all that remains is looking. */
  watching: boolean;
  abort: AbortController;
  done: Promise<void>;
}

/** What became of the send. */
type Sent =
  | { kind: 'accepted'; requestId: string | null }
  | { kind: 'refused'; error: MappedAwsError }
  | { kind: 'unclear'; error: MappedAwsError };

/** Carries approved plans out. Each runs once: its intent is durable before its call leaves, and admits no second. */
export class Executor {
  readonly #ports: ExecutionPorts;
  readonly #clock: Clock;
  readonly #timings: Timings;
  readonly #runs = new Map<string, Run>();

  constructor(ports: ExecutionPorts, clock: Clock, timings: Timings) {
    this.#ports = ports;
    this.#clock = clock;
    this.#timings = timings;
  }

  start(execution: Execution): void {
    this.#launch(execution, (recorder, signal) => this.#carryOut(execution, recorder, signal));
  }

  /** Goes on watching what an earlier process sent, or may have sent. Sends nothing. */
  resume(execution: Execution): void {
    const sending: Sending = { accepted: execution.state === 'waiting', fresh: false };
    this.#launch(execution, async (recorder, signal) => {
      await recorder.log(
        sending.accepted
          ? 'CloudOps was closed while this was running. Looking at what has become of it.'
          : 'CloudOps was closed while the call was being sent. It is not sent again; looking at what is there.',
      );
      const spec = actionOf(execution.plan);
      if (spec) await this.#watch(execution, spec, sending, recorder, signal);
      else await this.#notWatchable(execution, recorder);
    });
  }

  isRunning(executionId: string): boolean {
    return this.#runs.has(executionId);
  }

  /** Ends a run's waiting; resolves when its result is recorded, or with false when it is not waiting. */
  async stopWaiting(executionId: string): Promise<boolean> {
    const run = this.#runs.get(executionId);
    if (!run?.watching) return false;
    run.abort.abort('person' satisfies StopReason);
    await run.done;
    return true;
  }

  /** Ends all waiting without a result: the next start takes it up again. */
  async stop(): Promise<void> {
    const runs = [...this.#runs.values()];
    for (const run of runs) run.abort.abort('shutdown' satisfies StopReason);
    await Promise.all(runs.map((run) => run.done));
  }

  #launch(execution: Execution, work: (recorder: Recorder, signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const recorder = new Recorder(execution, this.#ports);
    const { executionId, plan } = execution;
    const done = work(recorder, abort.signal)
      .catch(async (error: unknown) => {
        if (abort.signal.aborted && error === abort.signal.reason) {
          if (error === ('person' satisfies StopReason)) await this.#stopped(execution, recorder);
          return;
        }
        throw error;
      })
      // The journal could not take it. What it says is still true, and the next start looks again.
      .catch((error: unknown) => this.#ports.report(error))
      .finally(() => this.#runs.delete(executionId));
    this.#runs.set(executionId, { resourceId: plan.target.resourceId, watching: false, abort, done });
  }

  async #carryOut(execution: Execution, recorder: Recorder, signal: AbortSignal): Promise<void> {
    const { plan } = execution;
    let spec: ActionSpec;
    let resource: Resource;
    try {
      spec = knownAction(plan);
      this.#requireAlone(execution);
      await recorder.log(`Checking ${plan.target.name} in ${plan.target.region} as ${plan.identity.arn}.`);
      resource = await abortable(requireSendable(plan, spec, this.#ports), signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      await this.#refuse(plan, recorder, error);
      return;
    }
    await recorder.intent(resource.state);
    await recorder.log(`Sending ${plan.call.service}:${plan.call.operation}.`);
    const sent = await this.#send(plan, spec, signal);
    await this.#afterSend({ ...execution, stateBefore: resource.state }, spec, sent, recorder, signal);
  }

  async #send(plan: Plan, spec: ActionSpec, signal: AbortSignal): Promise<Sent> {
    let left = false;
    const scope = scopeOf(plan);
    const options = {
      approvalId: plan.planId,
      signal: AbortSignal.any([AbortSignal.timeout(this.#timings.sendTimeoutMs), signal]),
      onLeave: () => {
        left = true;
      },
    };
    try {
      const requestId = await spec.send(this.#ports.clients, scope, plan.call.parameters, options);
      return { kind: 'accepted', requestId };
    } catch (error) {
      const context = { ...scope, call: spec.iamAction, on: plan.target.name };
      return { kind: classifyFailure(error, left), error: mapAwsError(error, context) };
    }
  }

  async #afterSend(
    execution: Execution,
    spec: ActionSpec,
    sent: Sent,
    recorder: Recorder,
    signal: AbortSignal,
  ): Promise<void> {
    if (sent.kind === 'refused') {
      const { code, message, requestId } = sent.error;
      const outcome: Outcome = {
        outcome: 'failed',
        verified: false,
        error: { code, message },
        text: `${message} Nothing was changed.`,
      };
      await recorder.result(outcome, await this.#stateNow(execution), requestId);
      return;
    }
    if (sent.kind === 'accepted') {
      await recorder.sent(sent.requestId);
      await recorder.log(
        `AWS accepted the call${sent.requestId === null ? '' : ` (request ${sent.requestId})`}.`,
      );
    } else {
      await recorder.log(
        `No answer came back: ${sent.error.message} It may have been carried out and is not sent again; looking at what is there.`,
        'warn',
      );
    }
    await this.#watch(execution, spec, { accepted: sent.kind === 'accepted', fresh: true }, recorder, signal);
  }

  /** Looks until the change has ended, and records how. */
  async #watch(
    execution: Execution,
    spec: ActionSpec,
    sending: Sending,
    recorder: Recorder,
    signal: AbortSignal,
  ): Promise<void> {
    const { plan, executionId } = execution;
    const run = this.#runs.get(executionId);
    if (run) run.watching = true;
    const subject = spec.watch.observed?.(plan.call.parameters);
    let arrived = sending.accepted;
    let stateNow: string | null = execution.stateNow ?? execution.stateBefore;
    const seen = async (status: string, moving: boolean) => {
      if (moving && !arrived) {
        arrived = true;
        await recorder.sent(null);
        await recorder.log(`It is ${status}, so the call has reached AWS.`);
      }
      if (subject === undefined) {
        stateNow = status;
        await recorder.state(status);
      } else if (status !== 'gone') await recorder.log(`${subject} is ${status}.`);
    };
    const failed = (message: string) => recorder.log(`${message} Still waiting.`, 'warn');
    const ports = {
      describe: () => this.#ports.describe(targetOf(plan)),
      clients: this.#ports.clients,
      clock: this.#clock,
      timings: this.#timings,
    };
    const settled = await waitForEnd(spec, plan, sending, ports, { seen, failed }, signal);
    if (subject !== undefined) stateNow = await this.#stateNow(execution);
    await recorder.result(
      outcomeOf(settled, spec, execution, { ...sending, accepted: arrived }),
      stateNow,
      null,
    );
  }

  async #refuse(plan: Plan, recorder: Recorder, error: unknown): Promise<void> {
    const { code, message } = mapAwsError(error, {
      ...scopeOf(plan),
      call: 'checking',
      on: plan.target.name,
    });
    const outcome: Outcome = {
      outcome: 'refused',
      verified: false,
      error: { code, message },
      text: `${message} Nothing was sent.`,
    };
    await recorder.result(outcome, null, null);
  }

  async #notWatchable(execution: Execution, recorder: Recorder): Promise<void> {
    const message = `This version of CloudOps does not know ${execution.plan.call.operation} and cannot tell how it ended.`;
    const error = { code: 'UNSUPPORTED' as const, message };
    const stateNow = await this.#stateNow(execution);
    await recorder.result({ outcome: 'unknown', verified: false, error, text: message }, stateNow, null);
  }

  async #stopped(execution: Execution, recorder: Recorder): Promise<void> {
    const { stateNow, state } = await recorder.current();
    const was = `${cleanText(execution.plan.target.name, 120)} was ${stateNow ?? 'not seen yet'}`;
    const accepted = state === 'waiting';
    const outcome: Outcome = {
      outcome: accepted ? 'stopped_waiting' : 'unknown',
      verified: false,
      error: null,
      text: accepted
        ? `Waiting was stopped. AWS goes on with what it accepted; ${was}.`
        : `Waiting was stopped. The call may or may not have reached AWS; ${was}.`,
    };
    await recorder.result(outcome, stateNow, null);
  }

  /** Two changes of one resource at once would each judge the other's states as its own. */
  #requireAlone({ executionId, plan }: Execution): void {
    for (const [otherId, run] of this.#runs) {
      if (otherId !== executionId && run.resourceId === plan.target.resourceId)
        throw new AppError(
          'INVALID_STATE',
          `Another change of ${cleanText(plan.target.name, 120)} is still running. Wait for it, or stop waiting for it in Activity.`,
        );
    }
  }

  /** The target's state for a record that does not depend on it; null when it cannot be read. */
  async #stateNow({ plan }: Execution): Promise<string | null> {
    try {
      return (await this.#ports.describe(targetOf(plan)))?.state ?? null;
    } catch {
      return null;
    }
  }
}

function knownAction(plan: Plan): ActionSpec {
  const spec = actionOf(plan);
  if (spec) return spec;
  throw new AppError('UNSUPPORTED', `This version of CloudOps does not know ${plan.call.operation}.`);
}

function scopeOf(plan: Plan): ClientScope {
  return { profile: plan.identity.profile, region: plan.target.region, purpose: 'execute' };
}
