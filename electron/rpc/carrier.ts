import type { EventMessage } from '../../preload/contract/events.ts';
import type { Client, Response } from './router.ts';

/** What a carrier needs of the app behind it. */
export interface Backend {
  request(raw: unknown, client: Client): Promise<Response>;
  subscribe(listener: (event: EventMessage) => void): () => void;
}
