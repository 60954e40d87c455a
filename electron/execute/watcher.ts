import type { Execution, Plan, Resource } from '../../preload/contract/models.ts';
import { type ActionSpec, GONE } from './catalog/spec.ts';
import { isReplaced } from './identity.ts';
import { outcomeOf } from './outcome.ts';
import type { Clock, ExecutionPorts, Timings } from './ports.ts';
import { targetOf } from './preflight.ts';
import type { Recorder } from './recorder.ts';
import { waitForEnd } from './waiter.ts';
import type { Sending } from './watching.ts';

/** Looks until a change has ended, and records how. Sends nothing. */
export class Watcher {
  readonly #ports: ExecutionPorts;
  readonly #clock: Clock;
  readonly #timings: Timings;

  constructor(ports: ExecutionPorts, clock: Clock, timings: Timings) {
    this.#ports = ports;
    this.#clock = clock;
    this.#timings = timings;
  }

  async watch(
    execution: Execution,
    spec: ActionSpec,
    sending: Sending,
    recorder: Recorder,
    signal: AbortSignal,
  ): Promise<void> {
    const { plan } = execution;
    const subject = spec.watch.observed?.(plan.call.parameters);
    let arrived = sending.accepted;
    let stateNow: string | null = execution.stateNow ?? execution.stateBefore;
    const seen = async (status: string, moving: boolean) => {
      if (moving && !arrived) {
        arrived = true;
        await recorder.answered(true, null, null);
        await recorder.log(`It is ${status}, so the call has reached AWS.`);
      }
      if (subject === undefined) {
        stateNow = status;
        await recorder.state(status);
      } else if (status !== GONE) await recorder.log(`${subject} is ${status}.`);
    };
    const failed = (message: string) => recorder.log(`${message} Still waiting.`, 'warn');
    const ports = {
      describe: () => this.#look(plan),
      clients: this.#ports.clients,
      clock: this.#clock,
      timings: this.#timings,
    };
    const settled = await waitForEnd(spec, plan, sending, ports, { seen, failed }, signal);
    if (subject !== undefined) stateNow = await this.stateNow(execution);
    const outcome = outcomeOf(settled, spec, execution, { ...sending, accepted: arrived });
    await recorder.result(outcome, stateNow);
  }

  /** The target's state for a record that does not depend on it; null when it cannot be read. */
  async stateNow({ plan }: Execution): Promise<string | null> {
    try {
      return (await this.#look(plan))?.state ?? null;
    } catch {
      return null;
    }
  }

  /** Null when AWS says that it is gone: by its code, or because another thing has its name. */
  async #look(plan: Plan): Promise<Resource | null> {
    const found = await this.#ports.describe(targetOf(plan));
    return found && isReplaced(plan, found) ? null : found;
  }
}
