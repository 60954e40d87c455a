import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventMessage, EventPayloads } from '../../preload/contract/events.ts';
import type { ExecutionNews, Plan } from '../../preload/contract/models.ts';
import type { ClientMiddleware } from '../aws/types.ts';
import { SampleAws } from '../sample/sampleAws.ts';
import { ANA } from '../storage/journal/testing/plans.ts';
import type { ActionSpec } from './catalog/spec.ts';
import { ACTIONS } from './catalog.ts';
import { type LiveApp, startLiveApp } from './testing/liveApp.ts';

const folder = mkdtempSync(join(tmpdir(), 'execute-sample-'));
const events: EventMessage[] = [];
const listeners = new Set<() => void>();
let app: LiveApp;
/** How often a database was looked at. */
let looks = 0;
const countLooks: ClientMiddleware = () => ({
  applyToStack: (stack) =>
    stack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName === 'DescribeDBInstancesCommand') looks += 1;
          return next(args);
        },
      { step: 'initialize', priority: 'high', name: 'countLooks', override: true },
    ),
});

beforeAll(async () => {
  const sample = new SampleAws(folder);
  await sample.prepare();
  mkdirSync(join(folder, 'data'));
  app = await startLiveApp(
    {
      folder: join(folder, 'data'),
      masterKey: randomBytes(32).toString('hex'),
      // Nothing listens there: a call that the sample does not answer fails instead of leaving.
      endpoint: 'http://127.0.0.1:9',
      configFile: sample.configFile,
      credentialsFile: sample.credentialsFile,
      middleware: [countLooks, sample.middleware],
    },
    (name, payload) => {
      events.push({ bootId: 'boot', seq: events.length + 1, name, payload });
      for (const listener of listeners) listener();
    },
  );
  const names = (await app.aws.profiles.list()).map((profile) => profile.name);
  await app.accounts.connect(names);
  for (const name of names) await app.accounts.unlock(name, 60, 'window-1');
  await app.scanner.start({ services: ['ec2', 'rds'] });
  await app.scanner.idle();
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

function ended(executionId: string): Promise<ExecutionNews> {
  return new Promise((resolve) => {
    const look = () => {
      const found = events.find(({ name, payload }) => {
        const execution = payload as ExecutionNews;
        return (
          name === 'execution.changed' &&
          execution.executionId === executionId &&
          execution.finishedAt !== null
        );
      });
      if (!found) return;
      listeners.delete(look);
      resolve(found.payload as ExecutionNews);
    };
    listeners.add(look);
    look();
  });
}

/** Resources that a test has taken: two changes of one resource at once are refused. */
const taken = new Set<string>();

/** Plans the action on the first resource of the sample on which it is possible. */
async function proposeAny(spec: ActionSpec): Promise<Plan> {
  for (const row of await app.storage.estate.byType(spec.resourceType)) {
    if (!row.state || !spec.from.includes(row.state) || taken.has(row.id)) continue;
    taken.add(row.id);
    // Some are protected or have replicas: those are refused in words, and the next one is tried.
    const view = await app.execution.propose(spec.id, row.id).catch(() => null);
    if (view) return view.plan;
  }
  throw new Error(`No resource of the sample estate can be used for ${spec.id}.`);
}

test('each action runs to the end that its plan promises, seen in the sample estate', async () => {
  const runs = ACTIONS.map(async (spec) => {
    const plan = await proposeAny(spec);
    const view = await app.execution.approve(
      { planId: plan.planId, digest: plan.digest, typedName: plan.confirmName ?? undefined },
      ANA,
    );
    const execution = await ended(view.execution?.executionId ?? '');
    return [spec.id, execution.state, execution.verifiedAt !== null];
  });
  expect(await Promise.all(runs)).toEqual(
    ACTIONS.map((spec) => [spec.id, 'succeeded', spec.watch.evidence !== 'none']),
  );
});

test('while a change is under way, looks that show nothing new write nothing and are not announced', async () => {
  const spec = ACTIONS.find(({ id }) => id === 'rds.start');
  if (!spec) throw new Error('there is no rds.start');
  const plan = await proposeAny(spec);
  const { resourceId } = plan.target;
  const before = events.length;
  looks = 0;
  const view = await app.execution.approve({ planId: plan.planId, digest: plan.digest }, ANA);
  await ended(view.execution?.executionId ?? '');
  const named = events.slice(before).filter(({ name, payload }) => {
    const { resourceIds } = payload as EventPayloads['estate.changed'];
    return name === 'estate.changed' && (resourceIds === null || resourceIds.includes(resourceId));
  });
  expect(looks).toBeGreaterThan(20);
  expect(named.length).toBeLessThanOrEqual(3);
});
