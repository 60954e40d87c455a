import type { ErrorCode } from '../../preload/contract/errors.ts';
import type { Execution, Plan, Resource } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import type { StoredExecution } from '../storage/journal/execution.ts';
import { executionView } from '../storage/journal/views.ts';
import { abortable } from '../waiting.ts';
import type { ActionSpec } from './catalog/spec.ts';
import type { Catalog } from './catalog.ts';
import type { Outcome } from './outcome.ts';
import type { Clock, ExecutionPorts, Timings } from './ports.ts';
import { requireSendable } from './preflight.ts';
import { Recorder } from './recorder.ts';
import { type Run, Runs, type Work } from './runs.ts';
import { type Sent, scopeOf, sendCall } from './sending.ts';
import { Watcher } from './watcher.ts';

/** Carries approved plans out. Each runs once: its intent is durable before its call leaves, and admits no second. */
export class Executor {
  readonly #ports: ExecutionPorts;
  readonly #timings: Timings;
  readonly #catalog: Catalog;
  readonly #watcher: Watcher;
  readonly #runs: Runs;

  constructor(ports: ExecutionPorts, catalog: Catalog, clock: Clock, timings: Timings) {
    this.#ports = ports;
    this.#timings = timings;
    this.#catalog = catalog;
    this.#watcher = new Watcher(ports, clock, timings);
    this.#runs = new Runs(clock, timings.graceMs, (error) => ports.report(error));
  }

  start(execution: StoredExecution): void {
    void this.#runs.launch(
      execution,
      this.#work((run) => this.#carryOut(run)),
    );
  }

  /**
   * Settles what an earlier process left open, and sends nothing. Resolves when that is done for what was never
   * sent; what may have been sent is watched from then on.
   */
  async resume(execution: StoredExecution): Promise<void> {
    if (this.#runs.has(execution.executionId)) return;
    const done = this.#runs.launch(
      execution,
      this.#work((run) => this.#settleLeft(run)),
    );
    if (execution.state === 'checking') await done;
  }

  stopWaiting(executionId: string): Promise<boolean> {
    return this.#runs.stopWaiting(executionId);
  }

  stop(): Promise<void> {
    return this.#runs.stop();
  }

  /** See `Runs.pause`. */
  pause(): Promise<boolean> {
    return this.#runs.pause();
  }

  #work(first: Work['first']): Work {
    return { first, again: (run) => this.#settleLeft(run), stopped: (run) => this.#stopped(run) };
  }

  async #carryOut(run: Run): Promise<void> {
    const { execution, signal } = run;
    const { plan } = execution;
    const recorder = new Recorder(execution.executionId, this.#ports);
    let spec: ActionSpec;
    let resource: Resource;
    try {
      spec = this.#known(plan);
      this.#runs.requireAlone(execution);
      resource = await abortable(requireSendable(run.plan, spec, this.#ports), signal);
    } catch (error) {
      signal.throwIfAborted();
      await this.#refuse(plan, recorder, error);
      return;
    }
    await recorder.log(
      `${plan.target.name} is ${resource.state}. Sending ${plan.call.service}:${plan.call.operation} to ${plan.target.region} as ${plan.identity.arn}.`,
    );
    signal.throwIfAborted();
    await recorder.intent(resource.state);
    const sent = await sendCall(plan, spec, this.#ports.clients, this.#timings.sendTimeoutMs, signal);
    await this.#afterSend(run, { ...execution, stateBefore: resource.state }, spec, sent, recorder);
  }

  #known(plan: Plan): ActionSpec {
    const spec = this.#catalog.actionOf(plan);
    if (spec) return spec;
    throw new AppError('UNSUPPORTED', `This version of CloudOps does not know ${plan.call.operation}.`);
  }

  async #afterSend(
    run: Run,
    execution: Execution,
    spec: ActionSpec,
    sent: Sent,
    recorder: Recorder,
  ): Promise<void> {
    if (sent.kind === 'refused') {
      const { code, message, requestId } = sent.error;
      const outcome = ended('failed', code, message, `${message} Nothing was changed.`);
      if (sent.answer !== null) await recorder.answered(false, requestId, sent.answer);
      await recorder.result(outcome, await this.#watcher.stateNow(execution));
      return;
    }
    const accepted = sent.kind === 'accepted';
    if (accepted) {
      await recorder.answered(true, sent.requestId, sent.answer);
      await recorder.log(
        `AWS accepted the call${sent.requestId === null ? '' : ` (request ${sent.requestId})`}.`,
      );
    } else {
      await recorder.log(
        `No answer came back: ${sent.error.message} It may have been carried out and is not sent again; looking at what is there.`,
        'warn',
      );
    }
    run.watching = true;
    await this.#watcher.watch(execution, spec, { accepted, fresh: true }, recorder, run.signal);
  }

  /** Goes by the journal alone: what it does not know was sent may have been, and is looked at. */
  async #settleLeft(run: Run): Promise<void> {
    const recorder = new Recorder(run.execution.executionId, this.#ports);
    const left = await recorder.current();
    const execution = executionView(left);
    if (execution.finishedAt !== null) return;
    if (execution.state === 'checking') {
      const message = 'CloudOps was interrupted before the call was sent. Nothing was sent; ask again.';
      await recorder.result(ended('refused', 'CANCELLED', message), null);
      return;
    }
    if (left.answers.some((answer) => !answer.accepted)) {
      const message = `AWS refused ${execution.plan.call.operation}; CloudOps was interrupted before it recorded why. Nothing was changed.`;
      await recorder.result(ended('failed', 'AWS_FAILED', message), await this.#watcher.stateNow(execution));
      return;
    }
    const accepted = execution.state === 'waiting';
    await recorder.log(
      accepted
        ? 'CloudOps was interrupted while this was running. Looking at what has become of it.'
        : 'CloudOps was interrupted while the call was being sent. It is not sent again; looking at what is there.',
    );
    const spec = this.#catalog.actionOf(execution.plan);
    if (!spec) {
      const message = `This version of CloudOps does not know ${execution.plan.call.operation} and cannot tell how it ended.`;
      const outcome = ended('unknown', 'UNSUPPORTED', message);
      await recorder.result(outcome, await this.#watcher.stateNow(execution));
      return;
    }
    run.watching = true;
    await this.#watcher.watch(execution, spec, { accepted, fresh: false }, recorder, run.signal);
  }

  async #refuse(plan: Plan, recorder: Recorder, error: unknown): Promise<void> {
    const context = { ...scopeOf(plan), call: 'checking', on: plan.target.name };
    const { code, message } = mapAwsError(error, context);
    const already = error instanceof AppError ? (error.details?.already ?? null) : null;
    await recorder.result(ended('refused', code, message, `${message} Nothing was sent.`), already);
  }

  async #stopped({ execution }: Run): Promise<void> {
    const recorder = new Recorder(execution.executionId, this.#ports);
    const { stateNow, state, finishedAt } = executionView(await recorder.current());
    if (finishedAt !== null) return;
    const was = `${cleanText(execution.plan.target.name, 120)} was ${stateNow ?? 'not seen yet'}`;
    const accepted = state === 'waiting';
    const text = accepted
      ? `Waiting was stopped. AWS goes on with what it accepted; ${was}.`
      : `Waiting was stopped. The call may or may not have reached AWS; ${was}.`;
    const outcome = accepted ? 'stopped_waiting' : 'unknown';
    await recorder.result({ outcome, verified: false, error: null, text }, stateNow);
  }
}

function ended(outcome: Outcome['outcome'], code: ErrorCode, message: string, text = message): Outcome {
  return { outcome, verified: false, error: { code, message }, text };
}
