import { expect, test } from 'vitest';
import { CELL_STATUSES, type ScanCell, ScanStatus } from '../../preload/contract/models.ts';
import { MAX_MESSAGE_BYTES } from '../../preload/contract/requests.ts';
import { coverageOf, orderedCells } from './coverage.ts';
import { allCells } from './fixtures/allCells.ts';
import { cannedAws } from './fixtures/cannedAws.ts';
import { RunProgress } from './runProgress.ts';
import { Scanner } from './scanner.ts';

const ACCOUNTS = Array.from({ length: 50 }, (_, n) => String(100_000_000_000 + n));
const REGIONS = Array.from({ length: 30 }, (_, n) => `me-central-${n}`);
const SERVICES = Array.from({ length: 40 }, (_, n) => `elasticloadbalancing${n}`);
const AWS_SAYS = 'é'.repeat(800);
const EVENT_BYTES = 65_536;

const cell = (part: Partial<ScanCell>): ScanCell => ({
  accountId: '111122223333',
  region: 'us-west-2',
  service: 'ec2',
  status: 'ok',
  count: 1,
  message: null,
  asOf: '2026-11-30T10:00:00.000Z',
  ...part,
});
const denied = (region: string, service: string, accountId = '111122223333') =>
  cell({
    region,
    service,
    accountId,
    status: 'denied',
    message: `The call is denied in ${region} for prod.`,
  });

/** Every cell fails for a reason of its own: as much as there can be to say. */
const worst = () =>
  ACCOUNTS.flatMap((accountId, a) =>
    REGIONS.flatMap((region, r) =>
      SERVICES.map((service, s) =>
        cell({
          accountId,
          region,
          service,
          status: 'denied',
          message: `${service}:Describe in ${region} ${(a + r + s) % 7} ${AWS_SAYS.repeat(3)}`,
        }),
      ),
    ),
  );

function scannerOver(cells: ScanCell[]): Scanner {
  const unused = async () => {
    throw new Error('nothing is scanned here');
  };
  return new Scanner({
    accounts: { list: unused, get: unused, scanned: unused },
    homeRegion: unused,
    sessions: { identity: unused },
    clients: cannedAws({}).context.clients,
    estate: { bulkUpsert: unused, syncFromAws: unused, byType: unused, upsert: unused, delete: unused },
    docs: { list: async () => cells.map((value, n) => ({ key: String(n), value })), putCells: unused },
    emit: () => undefined,
    report: unused,
  });
}

/** Of the answer as the carrier sends it. */
const bytes = (answer: unknown) => Buffer.byteLength(JSON.stringify(answer));

test('of 60,000 cells every answer fits one message with room to spare, whatever AWS said of each', async () => {
  const cells = worst();
  expect(cells).toHaveLength(60_000);
  const scanner = scannerOver(cells);
  const status = await scanner.status();
  expect(bytes(status)).toBeLessThan(MAX_MESSAGE_BYTES / 8);
  expect(ScanStatus.parse(status).coverage).toMatchObject({ cells: 60_000, problems: 60_000 });
  const { resultId, total, ...list } = await scanner.cells({});
  expect(total).toBe(60_000);
  expect(bytes(list)).toBeLessThan(MAX_MESSAGE_BYTES / 2);
  for (const offset of [0, 30_000, 59_800])
    expect(bytes(scanner.cellRows(resultId, offset, 200))).toBeLessThan(MAX_MESSAGE_BYTES / 1.5);
});

test('a run over 60,000 cells announces little, however much there is to say at its end', () => {
  const sizes: number[] = [];
  const progress = new RunProgress((_name, payload) => sizes.push(bytes(payload)), SERVICES);
  progress.planned(ACCOUNTS.flatMap(() => REGIONS.flatMap(() => SERVICES)));
  for (const account of ACCOUNTS) progress.note(`${account} ${AWS_SAYS}`);
  for (const one of worst()) progress.ended(one, 0);
  progress.finish('done', null);
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThan(EVENT_BYTES / 2);
});

test('the filter names what is in a list; with the data it came from a list goes', async () => {
  const cells = [cell({}), denied('eu-west-1', 'rds'), cell({ region: 'global', service: 's3' })];
  const scanner = scannerOver(cells);
  expect((await allCells(scanner)).map(({ service }) => service)).toEqual(['rds', 's3', 'ec2']);
  const { resultId } = await scanner.cells({ regions: ['us-west-2', 'eu-west-1'] });
  scanner.reload();
  expect(() => scanner.cellRows(resultId, 0, 10)).toThrow(/no longer kept/);
  const matching = async (filter: Parameters<Scanner['cells']>[0]) => (await scanner.cells(filter)).total;
  expect(await matching({ services: ['s3'] })).toBe(1);
  expect(await matching({ statuses: ['denied'] })).toBe(1);
  expect(await matching({ statuses: ['denied'], services: ['s3'] })).toBe(0);
  expect(await matching({ accountIds: ['999999999999'] })).toBe(0);
  expect(await matching({ accountIds: [], regions: [] })).toBe(3);
});

test('one reason of 410 cells is said once, with how many have it; what was read stays cell by cell', () => {
  const regions = Array.from({ length: 41 }, (_, n) => `region-${n}`);
  const services = Array.from({ length: 10 }, (_, n) => `service${n}`);
  const failed = regions.flatMap((region) => services.map((service) => denied(region, service)));
  const read = [cell({}), cell({ service: 'rds' })];
  const { rows, groups } = orderedCells([...read, ...failed], {});
  expect(groups).toMatchObject([
    { start: 0, cells: 410, message: 'The call is denied for prod.', regions: { count: 41 }, found: 410 },
  ]);
  expect(rows.slice(410)).toEqual(read);
  expect(coverageOf([...read, ...failed]).causes).toMatchObject([
    { status: 'denied', message: 'The call is denied for prod.', cells: 410, accounts: 1 },
  ]);
});

test('groups are where they say they are; other accounts, statuses and reasons are not thrown together', () => {
  const cells = ['111122223333', '210987654321'].flatMap((accountId) => [
    denied('us-west-2', 'ec2', accountId),
    denied('eu-west-1', 'ec2', accountId),
    cell({
      accountId,
      service: 'sqs',
      status: 'network',
      message: 'The call is denied in us-west-2 for prod.',
    }),
    cell({ accountId, service: 'rds', status: 'denied', message: 'Another call is denied.' }),
    cell({ accountId, service: 'sns', status: 'cancelled' }),
    cell({ accountId, service: 's3', status: 'cancelled' }),
  ]);
  const { rows, groups, problems } = orderedCells(cells, {});
  expect(problems).toBe(12);
  expect(groups.map(({ cells: many }) => many)).toEqual([2, 2]);
  for (const { start, cells: many, accountId, status } of groups)
    for (const row of rows.slice(start, start + many)) expect(row).toMatchObject({ accountId, status });
  expect(rows).toHaveLength(12);
  expect(coverageOf(cells).causes.map((cause) => [cause.cells, cause.accounts])).toContainEqual([4, 2]);
});

test('a closed region and a service that is not offered are no problems', () => {
  const cells = [cell({}), cell({ status: 'region_disabled' }), cell({ status: 'unsupported' })];
  expect(coverageOf(cells)).toMatchObject({ problems: 0, cells: 3, causes: [] });
  expect(orderedCells(cells, {}).problems).toBe(0);
});

test('what is only planned counts as nothing read; ages are the oldest and the newest', () => {
  const planned = CELL_STATUSES.map((status) => cell({ status, asOf: null, count: 0 }));
  expect(coverageOf(planned)).toMatchObject({ cells: planned.length - 1, oldest: null, newest: null });
  const coverage = coverageOf([
    cell({ asOf: '2026-11-20T10:00:00.000Z' }),
    cell({ asOf: '2026-11-22T10:00:00.000Z', service: 's3', region: 'global', count: 5 }),
    cell({ status: 'pending', asOf: '2026-11-21T10:00:00.000Z' }),
  ]);
  expect(coverage).toMatchObject({
    cells: 3,
    found: 7,
    oldest: '2026-11-20T10:00:00.000Z',
    newest: '2026-11-22T10:00:00.000Z',
    statuses: { ok: 2, pending: 1 },
    regions: [{ region: 'us-west-2', found: 2 }],
  });
});
