import type { Execution, LogLine } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import { AppError } from '../errors.ts';
import type { Outcome } from './outcome.ts';
import type { ExecutionPorts } from './ports.ts';

/** Writes one execution's entries, durable before each promise resolves, and announces them. */
export class Recorder {
  readonly executionId: string;
  readonly #planId: string;
  readonly #ports: Pick<ExecutionPorts, 'journal' | 'emit'>;

  constructor(execution: Execution, ports: Pick<ExecutionPorts, 'journal' | 'emit'>) {
    this.executionId = execution.executionId;
    this.#planId = execution.plan.planId;
    this.#ports = ports;
  }

  async log(text: string, level: LogLine['level'] = 'info'): Promise<void> {
    const line = { level, text: cleanText(text, 1_000) };
    await this.#ports.journal.append({ kind: 'log', executionId: this.executionId, ...line });
    await this.announce();
  }

  async intent(stateBefore: string | null): Promise<void> {
    await this.#ports.journal.append({ kind: 'intent', executionId: this.executionId, stateBefore });
    await this.announce();
  }

  async sent(requestId: string | null): Promise<void> {
    await this.#ports.journal.append({ kind: 'sent', executionId: this.executionId, requestId });
    await this.announce();
  }

  async state(state: string | null): Promise<void> {
    await this.#ports.journal.append({ kind: 'state', executionId: this.executionId, state });
    await this.announce();
  }

  async result(
    { outcome, verified, error, text }: Outcome,
    stateNow: string | null,
    requestId: string | null,
  ): Promise<void> {
    const level = outcome === 'succeeded' ? 'info' : outcome === 'failed' ? 'error' : 'warn';
    await this.log(text, level);
    const { executionId } = this;
    await this.#ports.journal.append({
      kind: 'result',
      executionId,
      outcome,
      stateNow,
      verified,
      requestId,
      error,
    });
    await this.announce();
    this.#ports.emit('plan.changed', { planId: this.#planId });
  }

  async current(): Promise<Execution> {
    const execution = await this.#ports.journal.execution(this.executionId);
    if (!execution) throw new AppError('INTERNAL', 'An execution has left the journal.');
    return execution;
  }

  async announce(): Promise<void> {
    this.#ports.emit('execution.changed', await this.current());
  }
}
