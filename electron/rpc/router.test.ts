import { expect, test } from 'vitest';
import { routes } from '../../preload/contract/requests.ts';
import { AppError } from '../errors.ts';
import { createLog } from '../log.ts';
import { type Handlers, Router } from './router.ts';

const client = { id: 'test:1' };

function routerWith(handlers: Partial<Handlers>, lines: string[] = []): Router {
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  return new Router(handlers as Handlers, log);
}

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'app.nothing'])(
  'an inherited or unknown key %s never reaches a handler',
  async (route) => {
    const { result } = await routerWith({}).handle({ id: 1, route, input: {} }, client);
    expect(result).toMatchObject({ ok: false, error: { code: 'UNKNOWN_ROUTE' } });
  },
);

test.each([
  null,
  7,
  'x',
  [],
  {},
  { id: '1', route: 'app.status', input: {} },
  { id: 1, route: 'app.status', input: {}, more: 1 },
])('a message that is not {id, route, input} is refused by value: %j', async (raw) => {
  const { result } = await routerWith({}).handle(raw, client);
  expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
});

test('a misspelt input key is refused instead of ignored', async () => {
  const { id, result } = await routerWith({}).handle(
    { id: 4, route: 'scan.start', input: { account: ['1'] } },
    client,
  );
  expect(id).toBe(4);
  expect(result).toMatchObject({
    ok: false,
    error: { code: 'INVALID_INPUT', message: expect.stringContaining('scan.start') },
  });
});

test.each([
  ['a key', 'scan.start', { [`x\u0000\u202e${'y'.repeat(300_000)}`]: 1 }],
  ['a value of a list', 'workspace.open', { name: `\u0007${'z'.repeat(300_000)}` }],
  ['a path', 'restore.discover', { source: { kind: 'folder', path: `/tmp/\u0000${'p'.repeat(300_000)}` } }],
])('what was asked for is echoed short and without control characters: %s', async (_what, route, input) => {
  const { result } = await routerWith({}).handle({ id: 1, route, input }, client);
  const { message } = result.ok ? { message: '' } : result.error;
  expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
  expect(message.length).toBeLessThanOrEqual(1_000);
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('an AppError echoes and explains within bounds, on lines of their own', async () => {
  const router = routerWith({
    'resources.get': async () => {
      const echoed = `\u001b[31m${'n'.repeat(300_000)}`;
      throw new AppError('NOT_FOUND', `No ${echoed}.`, { details: { id: echoed } });
    },
  });
  const { result } = await router.handle({ id: 1, route: 'resources.get', input: { id: 'x' } }, client);
  const words = result.ok ? [] : [result.error.message, ...Object.values(result.error.details ?? {})];
  expect(words).toHaveLength(2);
  for (const text of words) {
    expect(text.length).toBeLessThanOrEqual(1_000);
    expect(text).toMatch(/^\P{Cc}+$/u);
  }
  expect(new AppError('NOT_FOUND', 'one\ntwo').message).toBe('one\ntwo');
});

test('an AppError its route lists crosses with its words', async () => {
  const router = routerWith({
    'resources.get': async () => {
      throw new AppError('NOT_FOUND', 'This resource is no longer in the estate.', { details: { id: 'x' } });
    },
  });
  const { result } = await router.handle({ id: 1, route: 'resources.get', input: { id: 'x' } }, client);
  expect(result).toEqual({
    ok: false,
    error: { code: 'NOT_FOUND', message: 'This resource is no longer in the estate.', details: { id: 'x' } },
  });
});

test('an unexpected error crosses without its text, which may hold a secret', async () => {
  const lines: string[] = [];
  const router = routerWith(
    {
      'resources.get': async () => {
        throw new Error('signing with AKIAIOSFODNN7EXAMPLE failed');
      },
    },
    lines,
  );
  const { result } = await router.handle({ id: 1, route: 'resources.get', input: { id: 'x' } }, client);
  expect(JSON.stringify(result)).not.toContain('AKIA');
  expect(lines.join('')).toContain('resources.get');
  expect(lines.join('')).not.toContain('AKIA');
});

test('a code its route does not list becomes INTERNAL, so that a screen can be exhaustive', async () => {
  const router = routerWith({
    'app.status': async () => {
      throw new AppError('NAME_MISMATCH', 'words');
    },
  });
  const { result } = await router.handle({ id: 1, route: 'app.status', input: {} }, client);
  expect(result).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
});

test('every route refuses a misspelt key, in a filter or a patch too: ignored, it would answer another question', () => {
  const codes = (input: unknown, name: keyof typeof routes) =>
    routes[name].input.safeParse(input).error?.issues.map(({ code }) => code) ?? [];
  for (const name of Object.keys(routes) as (keyof typeof routes)[])
    expect(codes({ __unexpected: true }, name), name).toContain('unrecognized_keys');
  expect(codes({ text: '', filter: { region: ['x'] }, sort: [] }, 'resources.query')).toEqual([
    'unrecognized_keys',
  ]);
  expect(codes({ patch: { thema: 'dark' } }, 'settings.set')).toEqual(['unrecognized_keys']);
});
