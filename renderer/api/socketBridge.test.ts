import { describe, expect, test } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../../preload/contract/requests.ts';
import { type ConnectionState, SocketBridge, type SocketLike } from './socketBridge.ts';

class FakeSocket implements SocketLike {
  sent: { id: number; route: string }[] = [];
  closedWith: number | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(code?: number): void {
    this.closedWith = code;
    this.onclose?.({ code: 1006 });
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

/** A bridge whose sockets and waits the test drives by hand. */
function setUp(token: 'known' | 'unknown' | 'unreachable' = 'known') {
  const sockets: FakeSocket[] = [];
  const waits: { ms: number; run: () => void }[] = [];
  const bridge = new SocketBridge({
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    checkToken: () => Promise.resolve(token),
    after: (ms, run) => waits.push({ ms, run }),
  });
  const states: ConnectionState[] = [];
  bridge.onState((state) => states.push(state));
  const socket = (index: number): FakeSocket => {
    const found = sockets[index];
    if (!found) throw new Error(`socket ${index} was not opened`);
    return found;
  };
  return { bridge, socket, sockets, waits, states };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('SocketBridge', () => {
  test('a request made before the socket is open is sent when it opens, once', async () => {
    const { bridge, socket } = setUp();
    const answer = bridge.request('app.status', {});
    expect(socket(0).sent).toEqual([]);
    socket(0).onopen?.();
    expect(socket(0).sent).toHaveLength(1);
    socket(0).say({ type: 'response', id: 1, result: { ok: true, data: { x: 1 } } });
    expect(await answer).toEqual({ ok: true, data: { x: 1 } });
  });

  test('answers out of order reach the request they belong to', async () => {
    const { bridge, socket } = setUp();
    socket(0).onopen?.();
    const first = bridge.request('app.status', {});
    const second = bridge.request('settings.get', {});
    socket(0).say({ type: 'response', id: 2, result: { ok: true, data: 'second' } });
    socket(0).say({ type: 'response', id: 1, result: { ok: true, data: 'first' } });
    expect(await first).toEqual({ ok: true, data: 'first' });
    expect(await second).toEqual({ ok: true, data: 'second' });
  });

  test('a cut connection answers what was pending with NETWORK and never re-sends it', async () => {
    const { bridge, socket, waits } = setUp();
    socket(0).onopen?.();
    const answer = bridge.request('plans.reject', { planId: 'p' });
    socket(0).onclose?.({ code: 1006 });
    expect(await answer).toMatchObject({ ok: false, error: { code: 'NETWORK' } });
    await settled();
    waits[0]?.run();
    socket(1).onopen?.();
    expect(socket(1).sent).toEqual([]);
  });

  test('while the connection is lost a request fails at once instead of waiting', async () => {
    const { bridge, socket } = setUp();
    socket(0).onopen?.();
    socket(0).onclose?.({ code: 1006 });
    expect(await bridge.request('app.status', {})).toMatchObject({ ok: false, error: { code: 'NETWORK' } });
  });

  test('waits longer after each failure, up to a limit, and starts over once connected', async () => {
    const { socket, waits } = setUp('unreachable');
    for (let attempt = 0; attempt < 7; attempt++) {
      socket(attempt).onclose?.({ code: 1006 });
      await settled();
      waits[attempt]?.run();
    }
    expect(waits.map((wait) => wait.ms)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    socket(7).onopen?.();
    socket(7).onclose?.({ code: 1006 });
    await settled();
    expect(waits.at(-1)?.ms).toBe(250);
  });

  test('a refused token is said and not tried again', async () => {
    const { socket, waits, states } = setUp('unknown');
    socket(0).onclose?.({ code: 1006 });
    await settled();
    expect(states).toEqual(['lost', 'unauthorized']);
    expect(waits).toEqual([]);
  });

  test('close code 4401 is a refused token though the socket had opened', async () => {
    const { socket, states } = setUp('known');
    socket(0).onopen?.();
    socket(0).onclose?.({ code: 4401 });
    await settled();
    expect(states.at(-1)).toBe('unauthorized');
  });

  test('listeners hear false when cut and true when connected again', async () => {
    const { bridge, socket, waits } = setUp();
    const heard: boolean[] = [];
    bridge.onConnection((connected) => heard.push(connected));
    socket(0).onopen?.();
    socket(0).onclose?.({ code: 1006 });
    await settled();
    waits[0]?.run();
    socket(1).onopen?.();
    expect(heard[0]).toBe(true);
    expect(heard).toContain(false);
    expect(heard.at(-1)).toBe(true);
  });

  test('a message over the limit is refused before it is sent, counted in bytes', async () => {
    const { bridge, socket } = setUp();
    socket(0).onopen?.();
    const text = 'ü'.repeat(MAX_MESSAGE_BYTES / 2);
    const answer = await bridge.request('chat.send', { conversationId: 'c', text });
    expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
    expect(socket(0).sent).toEqual([]);
  });

  test('a message over the limit from outside closes the socket instead of being read', () => {
    const { bridge, socket } = setUp();
    const events: unknown[] = [];
    bridge.onEvent((event) => events.push(event));
    socket(0).onopen?.();
    socket(0).onmessage?.({ data: 'x'.repeat(MAX_MESSAGE_BYTES + 1) });
    expect(socket(0).closedWith).toBe(4009);
    expect(events).toEqual([]);
  });

  test('text that is no JSON breaks nothing', () => {
    const { bridge, socket } = setUp();
    const names: string[] = [];
    bridge.onEvent((event) => names.push(event.name));
    socket(0).onopen?.();
    socket(0).onmessage?.({ data: '{' });
    socket(0).say({ type: 'event', event: { bootId: 'b', seq: 1, name: 'settings.changed', payload: {} } });
    expect(names).toEqual(['settings.changed']);
  });
});
