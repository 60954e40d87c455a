import { WebSocket } from 'ws';
import type { Result } from '../../preload/contract/errors.ts';
import type { EventMessage } from '../../preload/contract/events.ts';
import type { RouteInput, RouteName, RouteOutput } from '../../preload/contract/requests.ts';

/** The contract over the app's own WebSocket, for tests that need no screen. */
export interface AppClient {
  /** Rejects with the refusal's code and words. */
  ask<R extends RouteName>(route: R, input: RouteInput<R>): Promise<RouteOutput<R>>;
  try<R extends RouteName>(route: R, input: RouteInput<R>): Promise<Result<RouteOutput<R>>>;
  /** Resolves with the first event, past or future, that satisfies the test. */
  event(test: (event: EventMessage) => boolean): Promise<EventMessage>;
  /** Resolves once the app is ready for data. */
  ready(): Promise<void>;
  scanDone(runId: string): Promise<void>;
  close(): void;
}

/** `address` is the one of the ready line. */
export async function connect(address: string): Promise<AppClient> {
  const { host, hash } = new URL(address);
  const token = hash.replace('#token=', '');
  const socket = new WebSocket(`ws://${host}/rpc`, ['cloudops.v1', `token.${token}`], {
    origin: `http://${host}`,
  });
  const pending = new Map<number, (result: Result<unknown>) => void>();
  const seen: EventMessage[] = [];
  const waiting = new Set<(event: EventMessage) => void>();
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    if (message.type === 'response') pending.get(message.id)?.(message.result);
    else {
      seen.push(message.event);
      for (const listener of waiting) listener(message.event);
    }
  });
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });

  let lastId = 0;
  const client: AppClient = {
    try(route, input) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve) => {
        pending.set(id, resolve as (result: Result<unknown>) => void);
        socket.send(JSON.stringify({ id, route, input }));
      });
    },
    async ask(route, input) {
      const result = await client.try(route, input);
      if (!result.ok)
        throw Object.assign(new Error(`${route}: ${result.error.code}: ${result.error.message}`), {
          code: result.error.code,
        });
      return result.data;
    },
    event(test) {
      const past = seen.find(test);
      if (past) return Promise.resolve(past);
      return new Promise((resolve) => {
        const listener = (event: EventMessage) => {
          if (!test(event)) return;
          waiting.delete(listener);
          resolve(event);
        };
        waiting.add(listener);
      });
    },
    async ready() {
      const change = client.event(
        (event) =>
          event.name === 'app.changed' && 'phase' in event.payload && event.payload.phase === 'ready',
      );
      if ((await client.ask('app.status', {})).phase !== 'ready') await change;
    },
    async scanDone(runId) {
      await client.event(
        ({ name, payload }) =>
          name === 'scan.progress' &&
          'runId' in payload &&
          payload.runId === runId &&
          !['running', 'cancelling'].includes(payload.state),
      );
    },
    close: () => socket.close(),
  };
  await client.ready();
  return client;
}
