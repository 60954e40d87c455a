import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { quietWork } from '../work.ts';
import type { StoredPlan } from '../journal/plan.ts';
import { ANA, storedPlan } from '../journal/testing/plans.ts';
import type { RestoreRequest } from './api.ts';
import { AS_OF, instance, Machine, says } from './testing/machine.ts';

vi.setConfig({ testTimeout: 60_000 });
const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join('') } as const;
const secret = { secret: slot };
const takeover: Partial<RestoreRequest> = { secret, takeover: { masterKey: 'backup', slot: null } };
const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.dispose();
});

/** An install with one resource, and a conversation and a rejected plan that link to it. */
async function install(name: string): Promise<Machine> {
  const machine = new Machine();
  machines.push(machine);
  await machine.open();
  await machine.service.keys.putSlot(slot);
  await machine.service.estate.bulkUpsert([instance(name)], AS_OF);
  await mention(machine, name);
  return machine;
}

async function mention({ service }: Machine, name: string): Promise<void> {
  await service.find.resolve(name);
  const resource = (await service.estate.byAccount('123456789012')).find((one) => one.name === name);
  if (resource === undefined) throw new Error(`${name} is not here`);
  const source = { resourceId: resource.id, name, resourceType: resource.resourceType, asOf: AS_OF };
  const { conversationId } = await service.chat.createConversation();
  await service.chat.append(conversationId, {
    ...says(`About ${name}`),
    role: 'assistant',
    sources: [source],
  });
  const plan = planFor(resource.id, name);
  await service.journal.append({ kind: 'plan_proposed', plan });
  await service.journal.append({ kind: 'plan_rejected', planId: plan.planId, actor: ANA });
}

function planFor(resourceId: string, name: string): StoredPlan {
  const plan = storedPlan(`plan-${resourceId}`, { title: `Stop ${name}` });
  const [step] = plan.steps;
  const [target] = step?.targets ?? [];
  if (step === undefined || target === undefined) throw new Error('the plan has one target');
  return { ...plan, steps: [{ ...step, targets: [{ ...target, resourceId, name }] }] };
}

/** What each link in conversations and in Activity leads to, as the routes of the screens ask for it. */
async function links({ service }: Machine): Promise<string[]> {
  const { chat, estate, find, journal } = service;
  const found: string[] = [];
  const follow = async (where: string, id: string, name: string) => {
    const resource = await estate.get(id);
    await find.related(id);
    found.push(`${where} ${name}: ${resource === null ? 'gone' : resource.name}`);
  };
  for (const { conversationId } of await chat.getAllContexts()) {
    const { messages } = await chat.getHistory(conversationId);
    for (const { sources } of messages) {
      for (const { resourceId, name } of sources) await follow('chat', resourceId, name ?? '');
    }
  }
  const { resultId, total } = await journal.activity({ text: '' });
  for (const { planId, resourceId, resourceName } of await journal.activityRows(resultId, 0, total)) {
    if (resourceId) await follow('activity', resourceId, resourceName ?? '');
    if (planId) expect((await journal.plan(planId))?.status).toBe('rejected');
  }
  return found.sort();
}

const leadTo = (...names: string[]) =>
  ['activity', 'chat'].flatMap((where) => names.map((name) => `${where} ${name}: ${name}`)).sort();

test('links of another install lead to its resources after a merge, beside those of this one', async () => {
  const [a, b] = [await install('alpha'), await install('beta')];
  await b.restore(await a.backup(), { secret, mode: 'merge' }, a);
  expect(await links(b)).toEqual(leadTo('alpha', 'beta'));
  await b.reopen();
  expect(await links(b)).toEqual(leadTo('alpha', 'beta'));
});

test('what is here already is found from another install’s conversations alone', async () => {
  const [a, b] = [await install('alpha'), await install('beta')];
  await b.service.estate.bulkUpsert([instance('alpha')], AS_OF);
  await b.restore(await a.backup(), { secret, mode: 'merge', parts: ['chat_history'] }, a);
  expect(await links(b)).toEqual([...leadTo('beta'), 'chat alpha: alpha'].sort());
});

test('a link is dead until the resource comes, and leads to it then', async () => {
  const [a, b] = [await install('alpha'), await install('beta')];
  const which = await a.backup();
  await b.restore(which, { secret, parts: ['chat_history'] }, a);
  expect(await links(b)).toContain('chat alpha: gone');
  await b.restore(which, { secret, mode: 'merge', parts: ['aws_estate'] }, a);
  expect(await links(b)).toContain('chat alpha: alpha');
  await b.restore(which, { secret, mode: 'merge', parts: ['state'] }, a);
  expect(await links(b)).toEqual(['activity alpha: alpha', 'activity beta: beta', 'chat alpha: alpha']);
});

test('an install that takes another over keeps what the links in its own journal meant', async () => {
  const [a, b] = [await install('alpha'), await install('beta')];
  await a.service.estate.bulkUpsert([instance('beta')], AS_OF);
  await b.restore(await a.backup(), takeover, a);
  expect(await links(b)).toEqual(['activity alpha: alpha', 'activity beta: beta', 'chat alpha: alpha']);
  await b.reopen(a.masterKey);
  expect(await links(b)).toEqual(['activity alpha: alpha', 'activity beta: beta', 'chat alpha: alpha']);
});

test('links hold along a chain of merges with changes of the index key in between', async () => {
  const [a, b, c] = [await install('alpha'), await install('beta'), await install('gamma')];
  await a.service.keys.rebuildIndexKey(quietWork());
  await mention(a, 'alpha');
  await b.restore(await a.backup(), { secret, mode: 'merge' }, a);
  await b.service.keys.rebuildIndexKey(quietWork());
  await c.restore(await b.backup(), { secret, mode: 'merge' }, b);
  const all = leadTo('alpha', 'alpha', 'beta', 'gamma');
  expect(await links(c)).toEqual(all);
  // And back to where it began, and to a new machine from a backup made at the end.
  await a.restore(await c.backup(), { secret, mode: 'merge' }, c);
  expect(await links(a)).toEqual(all);
  const fresh = new Machine();
  machines.push(fresh);
  await fresh.open();
  await fresh.restore(await c.backup(), takeover, c);
  expect(await links(fresh)).toEqual(all);
});

test('merged again and again, the keyring takes each foreign index key once and makes ids with its own', async () => {
  const [a, b] = [await install('alpha'), await install('beta')];
  const indexKeys = () => {
    const { keys } = JSON.parse(readFileSync(path.join(b.folder, 'keyring.json'), 'utf8')) as {
      keys: { id: number; purpose: string }[];
    };
    return keys.flatMap(({ id, purpose }) => (purpose === 'index' ? [id] : []));
  };
  const [own] = indexKeys();
  const { id } = (await b.service.estate.byAccount('123456789012'))[0] ?? {};
  for (let n = 0; n < 2; n += 1) {
    await b.restore(await a.backup(), { secret, mode: 'merge' }, a);
    expect(indexKeys()).toHaveLength(2);
    expect(indexKeys().at(-1)).toBe(own);
  }
  await b.service.estate.bulkUpsert([instance('beta', 'stopped')], '2026-11-21T10:00:00.000Z');
  expect(await b.service.estate.get(id ?? '')).toMatchObject({ name: 'beta', state: 'stopped' });
  expect(await b.service.estate.count()).toBe(2);
});
