import { randomUUID } from 'node:crypto';
import type { EventMessage, EventName, EventPayloads } from '../preload/contract/events.ts';

type Listener = (event: EventMessage) => void;

/** Numbers the contract's events of one boot and hands them to every carrier. */
export class AppEvents {
  readonly bootId = randomUUID();
  #seq = 0;
  readonly #listeners = new Set<Listener>();

  emit<N extends EventName>(name: N, payload: EventPayloads[N]): void {
    this.#seq += 1;
    const event: EventMessage<N> = { bootId: this.bootId, seq: this.#seq, name, payload };
    for (const listener of this.#listeners) listener(event as EventMessage);
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What a service needs in order to announce something. */
export type Emit = <N extends EventName>(name: N, payload: EventPayloads[N]) => void;
