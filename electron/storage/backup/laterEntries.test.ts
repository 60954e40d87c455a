import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppDb } from '../appDb.ts';
import { approval, storedPlan } from '../journal/testing/plans.ts';
import { KeyringStore } from '../keys/keyringStore.ts';
import { recoveryGroups } from '../keys/recoveryText.ts';
import { Sealer } from '../sealing.ts';
import { Machine } from './testing/machine.ts';

const slot = { kind: 'recovery', text: recoveryGroups(randomBytes(32)).join(' ') } as const;
let laptop: Machine;
let other: Machine;

beforeEach(async () => {
  laptop = new Machine();
  other = new Machine();
  await laptop.open();
  await laptop.service.keys.putSlot(slot);
});
afterEach(async () => {
  await laptop.dispose();
  await other.dispose();
});

/** What a later version of the app, with the same keys, appends while this one is closed. */
async function appendedByLater(...bodies: object[]): Promise<void> {
  await laptop.service.shutdown();
  const { keyring } = await KeyringStore.open(laptop.folder, laptop.masterKey, { plain: false });
  const db = new AppDb(path.join(laptop.folder, 'app.db'), keyring, new Sealer(keyring));
  for (const body of bodies)
    db.journal.append(Buffer.from(JSON.stringify({ v: 2, at: new Date().toISOString(), body })));
  db.close();
  await laptop.reopen();
}

async function otherLines({ service: { journal } }: Machine): Promise<string[]> {
  const { resultId, total } = await journal.activity({ text: '' });
  const rows = await journal.activityRows(resultId, 0, total);
  return rows.filter(({ kind }) => kind === 'other').map(({ title }) => title);
}

test('entries of a later version are no damage: the plan stays open, the chain whole, and they travel', async () => {
  const now = Date.now();
  const plan = storedPlan('a', {
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 600_000).toISOString(),
  });
  await laptop.service.journal.append({ kind: 'plan_proposed', plan });
  const strange = { kind: 'credentials_served', profile: 'prod', to: { program: 'terraform' } };
  await appendedByLater(strange, { kind: 'profile_locked', profile: { kind: 'portal_role' } });
  const words = ['credentials_served', 'profile_locked'].map((kind) => expect.stringContaining(kind));
  const { journal } = laptop.service;
  expect(await journal.verify()).toMatchObject({ entries: 3, brokenAt: null });
  expect((await laptop.service.health()).warnings.join()).not.toContain('journal');
  expect((await otherLines(laptop)).toSorted()).toEqual(words);
  await journal.append(approval('a'));
  expect((await journal.plan('a'))?.execution).toMatchObject({ state: 'checking' });

  const which = await laptop.backup();
  await other.open();
  for (let times = 0; times < 2; times += 1)
    await other.restore(which, { secret: { secret: slot }, mode: 'merge' }, laptop);
  await other.reopen();
  expect((await otherLines(other)).toSorted()).toEqual(words);
  // Nobody goes on with it there.
  expect((await other.service.journal.plan('a'))?.execution).toMatchObject({ state: 'unknown' });
  expect(await other.service.journal.unfinished()).toEqual([]);
});
