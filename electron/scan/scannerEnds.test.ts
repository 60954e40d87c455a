import { describe, expect, it } from 'vitest';
import type { Account } from '../../preload/contract/models.ts';
import { Scanner } from './scanner.ts';
import type { ScannerPorts } from './scannerPorts.ts';
import type { CollectedResource, Collector } from './types.ts';

const A = '111122223333';
const account: Account = {
  accountId: A,
  name: 'ops',
  partition: 'aws',
  scanningProfile: 'ops',
  profiles: [],
  production: false,
  color: 'blue',
  resourceCount: 0,
  lastScanAt: null,
};
const identity = { profile: 'ops', accountId: A, arn: `arn:aws:iam::${A}:user/x`, expiresAt: null };
const never = () => new Promise<never>(() => undefined);
const target = {
  id: 'id-1',
  resourceType: 'ec2_instance' as const,
  accountId: A,
  region: 'us-east-1',
  nativeId: 'i-1',
  name: 'web',
};

/** A scanner in which one step never answers and hears no abort. */
function hanging(where: Partial<ScannerPorts> & { collect?: Collector['collect'] }) {
  const begun = Promise.withResolvers<void>();
  const written: CollectedResource[][] = [];
  const { collect, ...ports } = where;
  const collector: Collector = {
    service: 'ec2',
    global: true,
    resourceTypes: ['ec2_instance'],
    listAction: 'ec2:DescribeInstances',
    collect:
      collect ??
      async function* () {
        begun.resolve();
        yield [];
      },
    describe: () => {
      begun.resolve();
      return never();
    },
  };
  const scanner = new Scanner({
    accounts: { list: async () => [account], get: async () => account, scanned: async () => undefined },
    homeRegion: async () => 'us-east-1',
    sessions: { identity: async () => identity },
    clients: { client: never, destroy: () => undefined } as unknown as ScannerPorts['clients'],
    estate: {
      byType: async () => [],
      bulkUpsert: async (page) => {
        written.push(page as CollectedResource[]);
        return { ids: [], changed: [] };
      },
      syncFromAws: async () => ({ removed: [] }),
      upsert: async (resource, asOf) => ({
        resource: { ...resource, id: 'id-1', asOf, revision: 1 },
        changed: true,
      }),
      delete: async () => undefined,
    },
    docs: { list: async () => [], putCells: async () => undefined },
    emit: () => undefined,
    report: () => undefined,
    collectors: [collector],
    ...ports,
  });
  return { scanner, written, begun };
}

describe('a scan that is told to stop', () => {
  it('ends while its accounts are still being read', async () => {
    const { scanner } = hanging({
      accounts: { list: never, get: async () => account, scanned: async () => undefined },
    });
    const started = scanner.start();
    started.catch(() => undefined);
    await scanner.stop();
    await expect(started).rejects.toMatchObject({ code: 'NOT_READY' });
  });

  it('ends while its stored cells are still being read', async () => {
    const { scanner } = hanging({ docs: { list: never, putCells: async () => undefined } });
    const started = scanner.start();
    started.catch(() => undefined);
    await scanner.stop();
    await expect(started).rejects.toMatchObject({ code: 'NOT_READY' });
  });

  it.each([
    ['its identity', { sessions: { identity: never } }],
    ['the files that name its region', { homeRegion: never }],
  ])('ends while %s does not answer', async (_what, ports) => {
    const { scanner } = hanging(ports);
    await scanner.start();
    await scanner.stop();
    expect((await scanner.status()).run).toMatchObject({ state: 'cancelled' });
  });

  it('asks for no page any more, whatever the one under way does', async () => {
    const asked = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    let pages = 0;
    const { scanner, written } = hanging({
      collect: async function* () {
        for (;;) {
          pages += 1;
          if (pages === 2) {
            asked.resolve();
            await late.promise;
          }
          yield [{} as CollectedResource];
        }
      },
    });
    await scanner.start();
    await asked.promise;
    await scanner.stop();
    late.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(pages).toBe(2);
    expect(written).toHaveLength(1);
    expect((await scanner.status()).run).toMatchObject({ state: 'cancelled' });
  });
});

describe('an estate that must stay as it is', () => {
  it('takes neither a new scan nor a refresh, and ends those under way', async () => {
    const { scanner, begun } = hanging({});
    const refreshing = scanner.refresh(target);
    refreshing.catch(() => undefined);
    await begun.promise;
    const release = await scanner.hold();
    await expect(refreshing).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(scanner.start()).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(scanner.refresh(target)).rejects.toMatchObject({ code: 'NOT_READY' });
    const second = await scanner.hold();
    release();
    release();
    await expect(scanner.start()).rejects.toMatchObject({ code: 'NOT_READY' });
    second();
    await scanner.start();
    await scanner.idle();
  });
});
