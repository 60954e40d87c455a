/**
 * A process of its own that plans and approves, and kills itself with SIGKILL at one journal entry.
 * Argument: JSON of CrashOrder.
 */
import type { JournalApi } from '../../storage/api.ts';
import type { JournalBody } from '../../storage/journal/entries.ts';
import { ANA } from '../../storage/journal/testing/plans.ts';
import { appendingBy } from './harness.ts';
import { type LiveOptions, startLiveApp } from './liveApp.ts';

export interface CrashOrder extends LiveOptions {
  action: string;
  resourceId: string;
  kind: JournalBody['kind'];
  when: 'before' | 'after';
}

const order = JSON.parse(process.argv[2] ?? '') as CrashOrder;

const dying = (journal: JournalApi): JournalApi =>
  appendingBy(journal, async (body) => {
    if (body.kind === order.kind && order.when === 'before') process.kill(process.pid, 'SIGKILL');
    const entry = await journal.append(body);
    if (body.kind === order.kind) process.kill(process.pid, 'SIGKILL');
    return entry;
  });

const app = await startLiveApp(order, undefined, dying);
const { plan } = await app.execution.propose(order.action, order.resourceId);
await app.execution.approve(
  { planId: plan.planId, digest: plan.digest, typedName: plan.confirmName ?? undefined },
  ANA,
);
