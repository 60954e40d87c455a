import type { LogLine } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import type { Answer, JournalBody } from '../storage/journal/entries.ts';
import type { StoredExecution } from '../storage/journal/execution.ts';
import type { Outcome } from './outcome.ts';
import type { ExecutionPorts } from './ports.ts';

/** The one step and the one target of the plans of this version. */
const ONE = { step: 0, target: 0 };

/**
 * Writes one execution's entries, durable before each promise resolves, and announces with each what it changed:
 * nothing is read again for that.
 */
export class Recorder {
  readonly executionId: string;
  readonly #ports: Pick<ExecutionPorts, 'journal' | 'emit'>;

  constructor(executionId: string, ports: Pick<ExecutionPorts, 'journal' | 'emit'>) {
    this.executionId = executionId;
    this.#ports = ports;
  }

  log(text: string, level: LogLine['level'] = 'info'): Promise<void> {
    const { executionId } = this;
    return this.#append({ kind: 'log', executionId, level, text: cleanText(text, 1_000) });
  }

  intent(stateBefore: string | null): Promise<void> {
    return this.#append({ kind: 'intent', executionId: this.executionId, step: 0, before: [stateBefore] });
  }

  /** AWS took the call, or refused it; without an answer when its effect was seen. */
  answered(accepted: boolean, requestId: string | null, answer: Answer | null): Promise<void> {
    const { executionId } = this;
    return this.#append({ kind: 'answered', executionId, step: 0, accepted, requestId, answer });
  }

  state(state: string | null): Promise<void> {
    return this.#append({ kind: 'state', executionId: this.executionId, ...ONE, state });
  }

  async result({ outcome, verified, error, text }: Outcome, stateNow: string | null): Promise<void> {
    const level = outcome === 'succeeded' ? 'info' : outcome === 'failed' ? 'error' : 'warn';
    await this.log(text, level);
    const { executionId } = this;
    const targets = [{ ...ONE, outcome, stateNow, verified, error }];
    await this.#append({ kind: 'result', executionId, outcome, error, targets });
  }

  async current(): Promise<StoredExecution> {
    const execution = await this.#ports.journal.execution(this.executionId);
    if (!execution) throw new AppError('INTERNAL', 'An execution has left the journal.');
    return execution;
  }

  async #append(body: JournalBody): Promise<void> {
    const { execution } = await this.#ports.journal.append(body);
    if (!execution) throw new AppError('INTERNAL', 'An execution has left the journal.');
    this.#ports.emit('execution.changed', execution);
    // Only its end changes what a plan is in a list.
    if (body.kind === 'result') this.#ports.emit('plan.changed', { planId: execution.planId });
  }
}
