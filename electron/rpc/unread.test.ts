import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { EventMessage } from '../../preload/contract/events.ts';
import { Downloads } from '../platform/browserShell.ts';
import { WsTransport } from './wsTransport.ts';

const ANSWER = 'x'.repeat(120_000);
let transport: WsTransport;
let address: URL;
let announce: (event: EventMessage) => void;
let running: number;
let most: number;
let sent: number;
let answered: () => Promise<void>;

beforeEach(async () => {
  [running, most, sent] = [0, 0, 0];
  answered = () => Promise.resolve();
  const backend = {
    request: async (raw: unknown) => {
      running += 1;
      most = Math.max(most, running);
      await answered();
      running -= 1;
      sent += ANSWER.length;
      return { id: (raw as { id: number }).id, result: { ok: true as const, data: ANSWER } };
    },
    subscribe: (listener: (event: EventMessage) => void) => {
      announce = listener;
      return () => undefined;
    },
  };
  transport = new WsTransport({ backend, files: new Map(), downloads: new Downloads(), port: 0 });
  address = new URL(await transport.listen());
});
afterEach(() => {
  vi.useRealTimers();
  return transport.close();
});

async function client(): Promise<WebSocket> {
  const token = address.hash.replace('#token=', '');
  const socket = new WebSocket(`ws://${address.host}/rpc`, ['cloudops.v1', `token.${token}`], {
    origin: address.origin,
  });
  await once(socket, 'open');
  return socket;
}
const ask = (socket: WebSocket, id: number) => socket.send(JSON.stringify({ id, route: 'x', input: {} }));

it('a client that does not read its answers costs a few of them, others are served on, and it gets the rest when it reads', async () => {
  const deaf = await client();
  const other = await client();
  let heard = 0;
  const all = new Promise<void>((resolve) => {
    deaf.on('message', () => {
      heard += 1;
      if (heard === 500) resolve();
    });
  });
  deaf.pause();
  for (let id = 1; id <= 500; id += 1) ask(deaf, id);
  for (let id = 1; id <= 20; id += 1) {
    ask(other, id);
    await once(other, 'message');
  }
  expect(sent).toBeLessThan(25_000_000);
  deaf.resume();
  await all;
});

it('a client that reads nothing for long is dropped with a code', async () => {
  const deaf = await client();
  deaf.pause();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  for (let id = 1; id <= 500; id += 1) ask(deaf, id);
  const other = await client();
  ask(other, 1);
  await once(other, 'message');
  vi.advanceTimersByTime(30_000);
  vi.useRealTimers();
  const closed = once(deaf, 'close');
  deaf.resume();
  expect((await closed)[0]).toBe(1013);
});

it('a client that does not read the events is dropped as well', async () => {
  const deaf = await client();
  deaf.pause();
  // However long this machine takes to read what lies before the close, that is not cut short.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const event = { bootId: 'b', seq: 1, name: 'app.changed', payload: { text: ANSWER } };
  for (let seq = 1; seq <= 1_500; seq += 1) announce(event as unknown as EventMessage);
  const closed = once(deaf, 'close');
  deaf.resume();
  expect((await closed)[0]).toBe(1013);
});

it('requests of one client are answered side by side up to a limit, and all of them in the end', async () => {
  const open = Promise.withResolvers<void>();
  answered = () => open.promise;
  const eager = await client();
  let heard = 0;
  const all = new Promise<void>((resolve) => {
    eager.on('message', () => {
      heard += 1;
      if (heard === 300) resolve();
    });
  });
  for (let id = 1; id <= 300; id += 1) ask(eager, id);
  const other = await client();
  ask(other, 1);
  const served = once(other, 'message');
  open.resolve();
  await served;
  await all;
  expect(most).toBeLessThan(100);
});
