import { expect, test } from 'vitest';
import { MemoryRecords } from '../../execute/testing/harness.ts';
import { Journal } from './journal.ts';
import { StoredPlan } from './plan.ts';
import { decodeEntry } from './reader.ts';
import { ANA, approval, intent, START, storedPlan } from './testing/plans.ts';
import { entry1, LIFE1, PLAN1, RUN1 } from './testing/version1.ts';
import { planFromVersion1 } from './version1.ts';
import { executionView, planView } from './views.ts';

const NOW = START + 60_000;
const everything = { text: '' };

/** A journal that finds these records, oldest first. */
function found(...bytes: Uint8Array[]) {
  const records = new MemoryRecords();
  for (const one of bytes) records.append(one);
  return { records, journal: new Journal(records, () => NOW) };
}

const later = (body: object, v = 2) =>
  Buffer.from(JSON.stringify({ v, at: '2026-11-21T09:30:30.000Z', body }));
const proposed = (planId: string) => later({ kind: 'plan_proposed', plan: storedPlan(planId) });

async function titles(journal: Journal): Promise<string[]> {
  const { resultId, total } = await journal.activity(everything);
  return (await journal.activityRows(resultId, 0, total)).map(({ kind, title }) => `${kind}: ${title}`);
}

test.each([
  [1, 'proposed', null],
  [2, 'approved', 'checking'],
  [3, 'approved', 'checking'],
  [4, 'approved', 'sending'],
  [5, 'approved', 'waiting'],
  [6, 'approved', 'waiting'],
  [7, 'approved', 'succeeded'],
])('the first %i entries of a life under 0.1.0 open as %s, %s', async (count, status, state) => {
  const { journal } = found(...LIFE1.slice(0, count).map((body) => entry1(body)));
  expect((await journal.plan(PLAN1.planId))?.status).toBe(status);
  expect((await journal.execution(RUN1))?.state ?? null).toBe(state);
  expect((await journal.unfinished()).length).toBe(count > 1 && count < 7 ? 1 : 0);
});

test('a plan of version 1 shows what it showed: nothing is lost and nothing made up', () => {
  const { conversationId } = PLAN1;
  expect(planView(planFromVersion1(PLAN1))).toEqual({
    ...PLAN1,
    conversationId,
    origin: { kind: 'sentence', messageId: null },
  });
  expect(planFromVersion1(PLAN1).steps[0]?.targets[0]?.address).toEqual({
    partition: 'aws-us-gov',
    accountId: '111122223333',
    region: 'us-gov-west-1',
    type: 'rds_instance',
    nativeId: 'orders-db',
  });
  const byButton = planFromVersion1({ ...PLAN1, conversationId: null });
  expect(byButton.origin).toEqual({ kind: 'button', conversationId: null, messageId: null });
  expect(StoredPlan.parse(byButton)).toEqual(byButton);
});

test('the oldest plans have no marks, no action, and one text for undo and its note', () => {
  const { undoNote: _note, action: _action, undoAction: _undo, ...oldest } = PLAN1;
  const { identity: _marks, ...target } = PLAN1.target;
  const plan = planFromVersion1({ ...oldest, target, undo: 'aws rds start-db-instance; after 7 days' });
  expect(planView(plan)).toMatchObject({
    ...{ action: null, undoAction: null },
    ...{ undo: 'aws rds start-db-instance', undoNote: 'after 7 days' },
  });
  expect(plan.steps[0]?.targets[0]).not.toHaveProperty('identity');
  const quoted = planFromVersion1({ ...PLAN1, undo: "aws x --profile 'a; b'", undoNote: null });
  expect(planView(quoted).undo).toBe("aws x --profile 'a; b'");
});

test('who decided under 0.1.0 is a person at a host and a window; before that, a window', async () => {
  const { journal } = found(...LIFE1.map((body) => entry1(body)));
  const execution = await journal.execution(RUN1);
  expect(execution).toMatchObject({ actor: ANA, approver: ANA, approvalRequired: true });
  const old = { kind: 'plan_approved', planId: PLAN1.planId, executionId: RUN1, digest: PLAN1.digest };
  const oldest = found(entry1({ kind: 'plan_proposed', plan: PLAN1 }), entry1({ ...old, by: 'window-1' }));
  const before = await oldest.journal.execution(RUN1);
  expect(before?.approver).toEqual({ user: null, host: null, client: 'window-1' });
  expect(before && executionView(before).approvedBy).toBe('window-1');
  const nowhere = entry1({ ...old, by: 'ana', client: 'window-1' });
  const hostless = await found(entry1({ kind: 'plan_proposed', plan: PLAN1 }), nowhere).journal.execution(
    RUN1,
  );
  expect(hostless?.approver).toEqual({ user: 'ana', host: null, client: 'window-1' });
});

test('a refusal recorded by 0.1.0 keeps its request id', async () => {
  const error = { code: 'ACCESS_DENIED', message: 'denied' };
  const { journal } = found(
    ...LIFE1.slice(0, 4).map((body) => entry1(body)),
    entry1({ ...LIFE1[6], outcome: 'failed', verified: false, requestId: 'req-9', error }),
  );
  const execution = await journal.execution(RUN1);
  expect(execution && executionView(execution)).toMatchObject({
    ...{ state: 'failed', requestId: 'req-9', error },
    steps: [{ state: 'checking' }, { state: 'sending' }, { state: 'failed' }],
  });
});

test('a plan that 0.1.0 left open is approved, carried on and read again', async () => {
  const { records, journal } = found(entry1({ kind: 'plan_proposed', plan: PLAN1 }));
  const { planId, digest } = PLAN1;
  await journal.append({ ...approval('x'), planId, executionId: RUN1, digest });
  await journal.append({ ...intent('x'), executionId: RUN1 });
  const again = new Journal(records, () => NOW);
  expect(await again.execution(RUN1)).toMatchObject({ state: 'sending', actor: ANA });
  await expect(again.append({ ...approval('x'), planId, digest })).rejects.toMatchObject({
    code: 'PLAN_USED',
  });
});

test.each([1, 2])(
  'an entry of a kind nobody here knows, in version %i, is no gap and stands in Activity',
  async (v) => {
    const { records, journal } = found(
      proposed('a'),
      later({ kind: 'plan_commented', planId: 'a', text: 'why' }, v),
      later({ kind: 'narrowed_session', profile: 'prod' }, v),
    );
    expect((await journal.plan('a'))?.status).toBe('proposed');
    await journal.append(approval('a'));
    expect(await titles(journal)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^other: .*plan_commented$/),
        expect.stringMatching(/^other: .*narrowed_session$/),
      ]),
    );
    expect((await new Journal(records, () => NOW).execution('run-a'))?.state).toBe('checking');
  },
);

test('of an execution it may be the call that left: it stands in its log, and nothing is said to be unsent', async () => {
  const { journal } = found(
    proposed('a'),
    later(approval('a')),
    later({ kind: 'batch_intent', executionId: 'run-a', size: 3 }),
  );
  expect((await journal.execution('run-a'))?.state).toBe('sending');
  const { lines } = await journal.log('run-a', 0, 10);
  expect(lines.map(({ text }) => text).join()).toContain('batch_intent');
});

test('a decision in a form nobody here can read closes its own plan and no other', async () => {
  const { journal } = found(
    proposed('a'),
    proposed('b'),
    later({ kind: 'plan_approved', planId: 'a', by: { team: 'ops' } }),
  );
  expect((await journal.plan('a'))?.status).toBe('expired');
  expect((await journal.plan('b'))?.status).toBe('proposed');
});

test.each<[string, object, object]>([
  ['outcome', { outcome: 'partial' }, { state: 'unknown' }],
  [
    'error code',
    { error: { code: 'QUOTA_EXCEEDED', message: 'no more' } },
    { error: { code: 'QUOTA_EXCEEDED' } },
  ],
])('an %s of a later version ends the execution all the same', async (_what, change, seen) => {
  for (const [v, body] of [
    [1, { ...LIFE1[6], ...change }],
    [2, { kind: 'result', executionId: RUN1, outcome: 'failed', error: null, targets: [], ...change }],
  ] as const) {
    const { journal } = found(...LIFE1.slice(0, 6).map((one) => entry1(one)), later(body, v));
    expect(await journal.unfinished()).toEqual([]);
    const execution = await journal.execution(RUN1);
    expect(execution && executionView(execution)).toMatchObject(seen);
  }
});

test('words of a later version in a plan are kept, and never read as less than they are', async () => {
  const plan = storedPlan('a', {
    origin: { kind: 'voice', conversationId: null, messageId: null },
    risk: 'catastrophic',
    checks: [{ name: 'quota', status: 'probably', text: 'perhaps' }],
  });
  plan.identity.source = { kind: 'hardware_key' };
  const { journal } = found(later({ kind: 'plan_proposed', plan }));
  const state = await journal.plan('a');
  expect(state?.plan).toEqual(plan);
  expect(state && planView(state.plan)).toMatchObject({
    origin: { kind: 'voice' },
    risk: 'destructive',
    identity: { profile: 'hardware_key' },
    checks: [{ name: 'quota', status: 'unknown' }],
  });
});

test('each source of an identity is known by its members, a role on top of another too', () => {
  const of = (source: unknown) => StoredPlan.safeParse({ ...storedPlan('a'), identity: identityOf(source) });
  const identityOf = (source: unknown) => ({ ...storedPlan('a').identity, source });
  const portal = { kind: 'portal_role', portal: 'https://acme.awsapps.com', accountId: '1', roleName: 'Ops' };
  const role = { kind: 'role', roleArn: 'arn:aws:iam::1:role/Deep', on: portal };
  const twice = { ...role, on: { ...role, on: { kind: 'key', accessKeyId: 'AKIA' } } };
  for (const source of [portal, role, twice]) expect(of(source).data?.identity.source).toEqual(source);
  expect(of({ kind: 'role', roleArn: 'x' }).success).toBe(false);
});

test('several steps and targets are counted, not hidden', () => {
  const [step] = storedPlan('a').steps;
  if (!step) throw new Error('a plan has a step');
  const many = { ...step, targets: [...step.targets, ...step.targets] };
  expect(planView(storedPlan('a', { steps: [many, step] })).more).toEqual({ steps: 1, targets: 2 });
  expect(planView(storedPlan('a', { steps: [{ ...step, targets: [] }] })).target.name).toBe(
    'rds:StopDBInstance',
  );
});

test('what is no entry at all is a gap', () => {
  for (const text of ['', '{', '[]', '{"v":2}', '{"v":2,"at":"yesterday","body":{"kind":"log"}}'])
    expect(decodeEntry(1, Buffer.from(text))).toBeNull();
});

test('a later version of the journal is not opened, and as an earlier journal of another install it is shown', async () => {
  const newer = later({ kind: 'plan_proposed', plan: {} }, 3);
  expect(() => found(newer)).toThrow(expect.objectContaining({ code: 'FORMAT_NEWER' }));
  const earlier = [{ records: [{ seq: 1, bytes: newer }] }];
  const journal = new Journal(new MemoryRecords(), () => NOW, earlier);
  expect(await titles(journal)).toEqual([expect.stringMatching(/^other: /)]);
});

test('what an append changed comes with it, as large as the change', async () => {
  const { journal } = found(proposed('a'));
  await journal.append(approval('a'));
  const { execution: afterIntent } = await journal.append(intent('a'));
  expect(afterIntent).toMatchObject({ planId: 'a', executionId: 'run-a', state: 'sending' });
  const answer = { text: '{}', whole: true };
  const of = { executionId: 'run-a', step: 0, accepted: true, requestId: 'req-1', answer };
  const answered = await journal.append({ kind: 'answered', ...of });
  expect(answered.execution).toMatchObject({ requestId: 'req-1', answer });
  const logged = await journal.append({ kind: 'log', executionId: 'run-a', level: 'info', text: 'so' });
  expect(logged.execution).toMatchObject({ requestId: 'req-1', line: { text: 'so' } });
  expect(logged.execution).not.toHaveProperty('answer');
  expect(logged.execution).not.toHaveProperty('plan');
  const other = { kind: 'maintenance', title: 'x', accountId: null, by: 'ana' } as const;
  expect((await journal.append(other)).execution).toBeNull();
});
