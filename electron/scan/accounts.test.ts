import { beforeEach, expect, test, vi } from 'vitest';
import type { Identity, Profile } from '../../preload/contract/models.ts';
import { routes } from '../../preload/contract/requests.ts';
import { AppError } from '../errors.ts';
import type { JournalBody } from '../storage/journal/entries.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';

const HOUR = 3_600_000;
const A = '111122223333';
const B = '444455556666';

let documents: Map<string, unknown>;
let journal: JournalBody[];
let failing: Set<'journal' | 'docs'>;
let owners: Record<string, { account: string; kind: Profile['kind'] }>;
let events: { name: string; payload: unknown }[];
/** Profiles whose endpoint never answers. */
let silent: Set<string>;
let wall: number;
let monotonic: number;

/** Of which accounts the estate was asked to count, question by question. */
let counted: string[][];
beforeEach(() => {
  counted = [];
  documents = new Map();
  journal = [];
  failing = new Set();
  events = [];
  silent = new Set();
  owners = {
    'prod-role': { account: A, kind: 'assume_role' },
    'prod-keys': { account: A, kind: 'static' },
    dev: { account: B, kind: 'static' },
  };
  wall = Date.parse('2026-11-21T10:00:00Z');
  monotonic = 5_000;
});

function profile(name: string, kind: Profile['kind']): Profile {
  const supported = kind === 'static' || kind === 'assume_role';
  const reason = supported ? null : 'Not yet.';
  return { name, kind, region: null, roleArn: null, sourceProfile: null, mfa: false, supported, reason };
}

/** A new one over the same documents is what a restart makes. */
function open(options: AccountsOptions = {}): Accounts {
  const refuse = (what: 'journal' | 'docs') => {
    if (failing.has(what)) throw new AppError('DISK_FULL', 'The disk is full.');
  };
  return new Accounts(
    {
      profiles: { list: async () => Object.entries(owners).map(([name, { kind }]) => profile(name, kind)) },
      sessions: {
        identity: async (name, asked): Promise<Identity> => {
          if (silent.has(name)) {
            await new Promise((_, reject) => asked?.signal?.addEventListener('abort', reject));
          }
          const owner = owners[name];
          if (!owner || owner.account === 'expired') throw new AppError('CREDENTIALS_EXPIRED', 'Renew them.');
          const arn = `arn:aws:iam::${owner.account}:user/${name}`;
          return { profile: name, accountId: owner.account, arn, expiresAt: null };
        },
      },
      docs: {
        list: async () => [...documents].map(([key, value]) => ({ key, value })),
        put: async (_kind, key, value) => {
          refuse('docs');
          documents.set(key, structuredClone(value));
        },
        delete: async (_kind, key) => void documents.delete(key),
      },
      journal: {
        append: async (body) => {
          refuse('journal');
          journal.push(body);
          return { seq: journal.length, at: '', execution: null };
        },
      },
      estate: {
        countByAccount: async (ids) => {
          counted.push(ids);
          return Object.fromEntries(ids.map((id) => [id, 7]));
        },
      },
      emit: (name, payload) => void events.push({ name, payload }),
    },
    { now: () => wall, monotonic: () => monotonic, ...options },
  );
}
const canChange = (accounts: Accounts, name = 'prod-keys', account = A) =>
  accounts.requireUnlocked(name, account).then(
    () => true,
    (error: AppError) => (error.code === 'READ_ONLY' ? false : Promise.reject(error)),
  );

test('one profile scans an account, with keys if there are any, and a later connect does not change it', async () => {
  const accounts = open();
  const { accounts: connected } = await accounts.connect(['prod-role', 'prod-keys', 'dev']);
  expect(connected).toMatchObject([
    {
      accountId: A,
      name: 'prod-keys',
      scanningProfile: 'prod-keys',
      production: true,
      color: 'red',
      resourceCount: 7,
      profiles: [
        { name: 'prod-role', readOnly: true },
        { name: 'prod-keys', readOnly: true },
      ],
    },
    { accountId: B, scanningProfile: 'dev', production: false },
  ]);
  await accounts.update(A, { scanningProfile: 'prod-role', name: 'Production' });
  await accounts.connect(['prod-keys']);
  expect(await open().get(A)).toMatchObject({ scanningProfile: 'prod-role', name: 'Production' });
  await expect(accounts.update(A, { scanningProfile: 'dev' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
});

test('however many accounts there are, the estate is asked once how many resources each has', async () => {
  const accounts = open();
  await accounts.connect(['prod-keys', 'dev']);
  counted = [];
  expect((await accounts.list()).map(({ resourceCount }) => resourceCount)).toEqual([7, 7]);
  expect(counted).toEqual([[A, B]]);
});

test('a profile that fails or cannot be used is a result of its own and costs the others nothing', async () => {
  owners.old = { account: 'expired', kind: 'static' };
  owners.corp = { account: B, kind: 'sso' };
  const { accounts, results } = await open().connect(['old', 'corp', 'unknown', 'dev']);
  expect(results.map(({ error }) => error)).toEqual([
    'Renew them.',
    'Not yet.',
    expect.stringContaining('no profile unknown'),
    null,
  ]);
  expect(accounts).toHaveLength(1);
});

test('an unlock holds for its account and its time, survives a restart, and is recorded first', async () => {
  const accounts = open();
  await accounts.connect(['prod-keys', 'dev']);
  expect(await canChange(accounts)).toBe(false);
  expect(await accounts.unlock('prod-keys', 60, 'client-1')).toMatchObject({
    profiles: [{ readOnly: false, unlockedUntil: '2026-11-21T11:00:00.000Z' }],
  });
  expect(journal).toEqual([
    {
      kind: 'profile_unlocked',
      profile: 'prod-keys',
      accountId: A,
      until: '2026-11-21T11:00:00.000Z',
      by: 'client-1',
    },
  ]);
  expect(await canChange(accounts)).toBe(true);
  expect(await canChange(accounts, 'prod-keys', B)).toBe(false);
  expect(await canChange(accounts, 'dev', B)).toBe(false);
  expect(await canChange(open())).toBe(true);
  wall += HOUR;
  expect(await canChange(open())).toBe(false);
});

test('setting the clock back does not lengthen an unlock, neither in this run nor after a restart', async () => {
  const accounts = open();
  await accounts.connect(['prod-keys']);
  await accounts.unlock('prod-keys', 60, 'me');
  monotonic += HOUR;
  wall += 60_000;
  expect(await canChange(accounts)).toBe(false);
  wall -= 24 * HOUR;
  expect(await canChange(open())).toBe(false);
});

test('an unlock that cannot be recorded does not happen; a lock holds even if it cannot be stored', async () => {
  const accounts = open();
  await accounts.connect(['prod-keys']);
  failing.add('journal');
  await expect(accounts.unlock('prod-keys', 60, 'me')).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect(await canChange(accounts)).toBe(false);
  failing.clear();
  await accounts.unlock('prod-keys', 60, 'me');
  failing.add('docs');
  await expect(accounts.lock('prod-keys', 'me')).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect(await canChange(accounts)).toBe(false);
});

test('a lock ends an unlock at once and for good, and a new unlock works again', async () => {
  const accounts = open();
  await accounts.connect(['prod-keys']);
  await accounts.unlock('prod-keys', 60, 'me');
  await accounts.lock('prod-keys', 'client-2');
  expect(await canChange(accounts)).toBe(false);
  expect(await canChange(open())).toBe(false);
  expect(journal.at(-1)).toMatchObject({ kind: 'profile_locked', by: 'client-2' });
  await accounts.unlock('prod-keys', 5, 'me');
  expect(await canChange(accounts)).toBe(true);
});

test('where profiles start unlocked they stay so without an end, until locked', async () => {
  const accounts = open({ startReadOnly: false });
  await accounts.connect(['dev']);
  expect((await accounts.get(B))?.profiles).toMatchObject([{ readOnly: false, unlockedUntil: null }]);
  wall += 1_000 * HOUR;
  expect(await canChange(accounts, 'dev', B)).toBe(true);
  await accounts.lock('dev', 'me');
  expect(await canChange(accounts, 'dev', B)).toBe(false);
});

test('a profile whose keys are now another account’s leaves the old one and starts read-only', async () => {
  const accounts = open();
  await accounts.connect(['prod-keys', 'prod-role', 'dev']);
  await accounts.unlock('prod-keys', 60, 'me');
  owners['prod-keys'] = { account: B, kind: 'static' };
  const { accounts: now } = await accounts.connect(['prod-keys']);
  expect(now.map(({ accountId, profiles }) => [accountId, profiles.map(({ name }) => name)])).toEqual([
    [A, ['prod-role']],
    [B, ['dev', 'prod-keys']],
  ]);
  expect(now[0]?.scanningProfile).toBe('prod-role');
  expect(await canChange(accounts, 'prod-keys', B)).toBe(false);
});

test('changes that come together all last', async () => {
  const accounts = open();
  await accounts.connect(['prod-keys']);
  await Promise.all([
    accounts.update(A, { name: 'Main' }),
    accounts.unlock('prod-keys', 60, 'me'),
    accounts.scanned(A, '2026-11-21T10:00:01.000Z'),
    accounts.update(A, { color: 'lime' }),
  ]);
  expect(await open().get(A)).toMatchObject({
    name: 'Main',
    color: 'lime',
    lastScanAt: '2026-11-21T10:00:01.000Z',
    profiles: [{ readOnly: false }],
  });
});

test('what is not connected cannot be unlocked', async () => {
  await expect(open().unlock('dev', 60, 'me')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a connect is announced profile by profile, and cancelled it keeps what had answered', async () => {
  const accounts = open();
  silent.add('dev');
  const connecting = accounts.connect(['prod-keys', 'dev']);
  const results = () =>
    events.filter(({ name }) => name === 'accounts.connecting').map(({ payload }) => payload);
  await vi.waitFor(() => expect(results()).toHaveLength(1), 50_000);
  expect(results()[0]).toMatchObject({ results: [{ profile: 'prod-keys', error: null }] });
  accounts.cancelConnect();
  const { accounts: connected, results: all } = await connecting;
  expect(connected.map(({ accountId }) => accountId)).toEqual([A]);
  expect(all[1]).toEqual({ profile: 'dev', identity: null, error: 'Cancelled before AWS answered.' });
  expect(results()).toHaveLength(2);
});

test('a profile that never answers is given up, and the others are connected', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const late = new AbortController();
    setTimeout(() => late.abort(), ms);
    return late.signal;
  });
  try {
    silent.add('dev');
    const connecting = open().connect(['prod-keys', 'dev']);
    await vi.advanceTimersByTimeAsync(10_000);
    const { results } = await connecting;
    expect(results.map(({ error }) => error)).toEqual([null, expect.stringContaining('within 10 seconds')]);
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
});

test('thousands of profiles are connected at once', async () => {
  for (let i = 0; i < 2_000; i += 1) {
    owners[`p${i}`] = { account: String(100_000_000_000 + i), kind: 'static' };
  }
  const names = Object.keys(owners);
  expect(routes['accounts.connect'].input.safeParse({ profiles: names }).success).toBe(true);
  const { accounts, results } = await open().connect(names);
  expect(accounts).toHaveLength(2_002);
  expect(results.every(({ error }) => error === null)).toBe(true);
});

test('one damaged record hides no other account, counts as production, and is whole again once connected', async () => {
  await open().connect(['prod-role', 'dev']);
  const key = [...documents.keys()].find((one) => one.includes(B)) ?? '';
  const stored = documents.get(key) as object;
  for (const damage of [
    null,
    'text',
    [],
    { ...stored, profiles: 'gone' },
    { ...stored, production: undefined },
  ]) {
    documents.set(key, damage);
    const accounts = open();
    const [first, damaged] = await accounts.list();
    expect(first).toMatchObject({ accountId: A, scanningProfile: 'prod-role' });
    expect(damaged).toMatchObject({ accountId: B, production: true, profiles: [] });
    await expect(accounts.requireUnlocked('dev', B)).rejects.toMatchObject({ code: 'READ_ONLY' });
    const { accounts: repaired } = await accounts.connect(['dev']);
    expect(repaired.find(({ accountId }) => accountId === B)).toMatchObject({
      production: true,
      scanningProfile: 'dev',
      profiles: [{ name: 'dev' }],
    });
  }
});
