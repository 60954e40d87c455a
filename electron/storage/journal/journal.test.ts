import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { JournalBody } from './entries.ts';
import { Journal, type JournalRecords } from './journal.ts';
import type { StoredPlan } from './plan.ts';
import { ANA, approval, intent, result, START, storedPlan } from './testing/plans.ts';

/** Records kept in a real SQLite table, unsealed: sealing and the chain are JournalTable's own tests. */
class PlainRecords implements JournalRecords {
  readonly db = new DatabaseSync(':memory:');
  lastSeq = 0;
  constructor() {
    this.db.exec('CREATE TABLE journal (seq INTEGER PRIMARY KEY, bytes BLOB)');
  }
  append(bytes: Uint8Array): number {
    this.lastSeq += 1;
    this.db.prepare('INSERT INTO journal VALUES (?, ?)').run(this.lastSeq, bytes);
    return this.lastSeq;
  }
  read(from: number, limit: number) {
    return this.db
      .prepare('SELECT seq, bytes FROM journal WHERE seq >= ? ORDER BY seq LIMIT ?')
      .all(from, limit)
      .map(({ seq, bytes }) => ({
        seq: Number(seq),
        bytes: bytes instanceof Uint8Array ? bytes : null,
      }));
  }
  verify() {
    return { entries: this.lastSeq, head: '', brokenAt: null };
  }
}

function setup() {
  const table = new PlainRecords();
  const clock = { now: START };
  const open = () => new Journal(table, () => clock.now);
  const journal = open();
  const propose = (planId: string, patch?: Partial<StoredPlan>) =>
    journal.append({ kind: 'plan_proposed', plan: storedPlan(planId, patch) });
  const approve = (planId: string) => journal.append(approval(planId));
  return { table, clock, open, journal, propose, approve };
}

test('an approved plan cannot be approved again, not even by a later process', async () => {
  const { propose, approve, open } = setup();
  await propose('a');
  await approve('a');
  await expect(approve('a')).rejects.toMatchObject({ code: 'PLAN_USED' });
  await expect(open().append(approval('a'))).rejects.toMatchObject({ code: 'PLAN_USED' });
});

test('of two approvals at once exactly one is written', async () => {
  const { propose, journal, table } = setup();
  await propose('a');
  const outcomes = await Promise.allSettled([
    journal.append(approval('a')),
    journal.append({ ...approval('a'), executionId: 'other' } as JournalBody),
  ]);
  expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'rejected']);
  expect(table.lastSeq).toBe(2);
});

test('approval and rejection exclude each other', async () => {
  const { propose, approve, journal } = setup();
  await propose('a');
  await journal.append({ kind: 'plan_rejected', planId: 'a', actor: ANA });
  await expect(approve('a')).rejects.toMatchObject({ code: 'PLAN_USED' });
});

test('an approval of another digest, of an unknown plan or after the expiry is never written', async () => {
  const { propose, approve, journal, table, clock } = setup();
  await propose('a');
  await expect(journal.append({ ...approval('a'), digest: 'forged' } as JournalBody)).rejects.toMatchObject({
    code: 'PLAN_CHANGED',
  });
  await expect(approve('__proto__')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  clock.now = START + 600_000;
  await expect(approve('a')).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
  expect(table.lastSeq).toBe(1);
});

test('a second intent of one execution is refused, so a second send cannot be recorded as the first', async () => {
  const { propose, approve, journal, open } = setup();
  await propose('a');
  await approve('a');
  await journal.append(intent('a'));
  await expect(journal.append(intent('a'))).rejects.toMatchObject({ code: 'INVALID_STATE' });
  await expect(open().append(intent('a'))).rejects.toMatchObject({ code: 'INVALID_STATE' });
});

test('a closed record takes no second result', async () => {
  const { propose, approve, journal } = setup();
  await propose('a');
  await approve('a');
  await journal.append(result('a'));
  await expect(journal.append(result('a', 'failed'))).rejects.toMatchObject({ code: 'INVALID_STATE' });
  expect(await journal.execution('run-a')).toMatchObject({ state: 'succeeded' });
});

test('a later process reads back the same execution, its steps with times and its log', async () => {
  const { propose, approve, journal, open, clock } = setup();
  await propose('a');
  await approve('a');
  clock.now += 1_000;
  await journal.append(intent('a'));
  await journal.append({ kind: 'log', executionId: 'run-a', level: 'info', text: 'Sending' });
  await journal.append({
    kind: 'answered',
    executionId: 'run-a',
    step: 0,
    accepted: true,
    requestId: 'req-1',
    answer: { text: '{"DBInstance":{}}', whole: true },
  });
  await journal.append({ kind: 'state', executionId: 'run-a', step: 0, target: 0, state: 'stopping' });
  expect((await open().unfinished()).map((e) => e.executionId)).toEqual(['run-a']);
  await journal.append(result('a'));
  const again = open();
  expect(await again.execution('run-a')).toEqual(await journal.execution('run-a'));
  expect(await again.execution('run-a')).toMatchObject({
    state: 'succeeded',
    actor: ANA,
    approver: ANA,
    approvalRequired: true,
    targets: [
      { stateBefore: 'available', stateNow: 'stopped', outcome: 'succeeded', verifiedAt: expect.any(String) },
    ],
    answers: [{ requestId: 'req-1', answer: { text: '{"DBInstance":{}}', whole: true } }],
    logLines: 1,
    timeline: [
      { state: 'checking', at: '2026-11-21T09:30:00.000Z' },
      { state: 'sending', at: '2026-11-21T09:30:01.000Z' },
      { state: 'waiting' },
      { state: 'succeeded' },
    ],
  });
  expect(await again.log('run-a', 0, 10)).toMatchObject({ total: 1, lines: [{ text: 'Sending' }] });
  expect(await again.unfinished()).toEqual([]);
});

test('what is handed out cannot change the record', async () => {
  const { propose, approve, journal } = setup();
  await propose('a');
  await approve('a');
  const execution = await journal.execution('run-a');
  if (execution) execution.state = 'succeeded';
  execution?.timeline.push({ state: 'succeeded', at: '' });
  expect(await journal.execution('run-a')).toMatchObject({ state: 'checking', timeline: { length: 1 } });
});

test('a damaged record closes the plans that were open, since it may have been their approval', async () => {
  const { propose, table, open } = setup();
  await propose('a');
  table.append(new Uint8Array([1, 2, 3]));
  table.db.exec('UPDATE journal SET bytes = NULL WHERE seq = 2');
  const journal = open();
  await expect(journal.append(approval('a'))).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
  expect((await journal.plan('a'))?.status).toBe('expired');
});

test('records cut off at the end close the open plans too', async () => {
  const { propose, approve, table, open } = setup();
  await propose('a');
  await approve('a');
  table.db.exec('DELETE FROM journal WHERE seq = 2');
  await expect(open().append(approval('a'))).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
});

test('a damaged record may have been an intent: the execution counts as possibly sent', async () => {
  const { propose, approve, table, open } = setup();
  await propose('a');
  await approve('a');
  table.append(new Uint8Array([1]));
  expect(await open().execution('run-a')).toMatchObject({ state: 'sending' });
});

test('an entry of a newer version is refused, not skipped', async () => {
  const { table, open } = setup();
  table.append(Buffer.from(JSON.stringify({ v: 3, at: '', body: {} })));
  expect(open).toThrow(expect.objectContaining({ code: 'FORMAT_NEWER' }));
});

test('a clock set back before the plan was made does not revive it', async () => {
  const { propose, approve, clock } = setup();
  await propose('a');
  clock.now = START - 3_600_000;
  await expect(approve('a')).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
});

const everything = { text: '' };

test('Activity shows each kind of line newest first, and open plans not at all', async () => {
  const { propose, approve, journal, clock } = setup();
  await propose('open', { expiresAt: new Date(START + 9_000_000).toISOString() });
  await propose('late');
  await propose('no');
  clock.now += 1_000;
  await journal.append({ kind: 'plan_rejected', planId: 'no', actor: ANA });
  await journal.append({
    kind: 'profile_unlocked',
    profile: 'prod',
    accountId: '111122223333',
    until: '2026-11-21T10:30:00.000Z',
    by: 'window',
  });
  clock.now += 1_000;
  await propose('go');
  await approve('go');
  await journal.append({ kind: 'profile_locked', profile: 'prod', accountId: '111122223333', by: 'window' });
  clock.now = START + 700_000;
  const { resultId, total } = await journal.activity(everything);
  const rows = await journal.activityRows(resultId, 0, 10);
  expect(total).toBe(5);
  expect(rows.map((r) => r.kind)).toEqual(['expired', 'lock', 'execution', 'unlock', 'rejected']);
  expect(new Set(rows.map((r) => r.id)).size).toBe(5);
  expect(rows.map((r) => r.planId)).toEqual(['late', null, 'go', null, 'no']);
});

test('Activity finds by every word, in any case, over name, call, account and error', async () => {
  const { propose, approve, journal } = setup();
  await propose('alpha');
  await propose('beta');
  await approve('alpha');
  await approve('beta');
  const count = async (text: string) => (await journal.activity({ text })).total;
  expect(await count('ALPHA-DB stop-db-instance')).toBe(1);
  expect(await count('payments us-west-2')).toBe(2);
  expect(await count('alpha beta')).toBe(0);
});

test('Activity filters by state, account and risk', async () => {
  const { propose, approve, journal } = setup();
  await propose('a');
  await propose('b', { risk: 'destructive' });
  await approve('a');
  await approve('b');
  await journal.append(result('a', 'failed'));
  const ids = async (query: object) => {
    const { resultId } = await journal.activity({ text: '', ...query });
    return (await journal.activityRows(resultId, 0, 10)).map((r) => r.planId);
  };
  expect(await ids({ states: ['failed'] })).toEqual(['a']);
  expect(await ids({ risks: ['destructive'] })).toEqual(['b']);
  expect(await ids({ accountIds: ['999999999999'] })).toEqual([]);
  expect(await ids({ states: [], risks: [], accountIds: [] })).toEqual(['b', 'a']);
});

test('a window keeps its order and length while entries arrive, and shows executions as they stand', async () => {
  const { propose, approve, journal } = setup();
  await propose('a');
  await approve('a');
  const { resultId, total } = await journal.activity(everything);
  await propose('b');
  await approve('b');
  await journal.append(result('a'));
  const rows = await journal.activityRows(resultId, 0, 10);
  expect(rows).toHaveLength(total);
  expect(rows[0]).toMatchObject({ id: 'run-a', state: 'succeeded', stateNow: 'stopped' });
});

test('a window that is no longer kept says so', async () => {
  const { journal } = setup();
  const { resultId } = await journal.activity(everything);
  for (let i = 0; i < 20; i += 1) await journal.activity(everything);
  await expect(journal.activityRows(resultId, 0, 1)).rejects.toMatchObject({ code: 'RESULT_GONE' });
});

test('what was done to the stored data stays in Activity after a reopen, and closes no open plan', async () => {
  const { propose, approve, journal, open } = setup();
  await propose('a');
  await journal.append({
    kind: 'maintenance',
    title: 'Account 111122223333 forgotten: 12 resources removed',
    accountId: '111122223333',
    by: 'window',
  });
  await approve('a');
  const later = open();
  const { resultId } = await later.activity({ text: 'forgotten', accountIds: ['111122223333'] });
  expect(await later.activityRows(resultId, 0, 10)).toMatchObject([
    { kind: 'maintenance', state: 'recorded', planId: null, title: expect.stringContaining('12 resources') },
  ]);
});
