import type { ClientMiddleware } from './types.ts';

interface Answered {
  $metadata?: { requestId?: string | undefined };
}

/** Whether AWS answers, seen where every call passes. A refusal is an answer too. */
export class AwsReach {
  readonly #listeners = new Set<() => void>();
  #answers = 0;

  /** How many answers there were in this run of the app. */
  answers(): number {
    return this.#answers;
  }

  /** Called at each answer; returns the way to stop. */
  onAnswer(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly middleware: ClientMiddleware = () => ({
    applyToStack: (stack) => {
      stack.add(
        (next) => async (args) => {
          try {
            const result = await next(args);
            this.#saw(result.output as Answered);
            return result;
          } catch (error) {
            this.#saw(error as Answered);
            throw error;
          }
        },
        // Around the reading of the answer: by then its request id is known.
        { step: 'deserialize', priority: 'high', name: 'cloudopsReach' },
      );
    },
  });

  /** Only AWS numbers its answers: what a portal or a proxy says of itself is none of them. */
  #saw(answer: Answered): void {
    if (!answer.$metadata?.requestId) return;
    this.#answers += 1;
    for (const listener of this.#listeners) listener();
  }
}
