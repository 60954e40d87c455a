import { expect } from 'vitest';
import type { ScanCell } from '../../../../preload/contract/models.ts';
import { quietWork } from '../../work.ts';
import type { BackupPart } from '../names.ts';
import type { Which } from '../proveBackup.ts';
import { byFirst, check, expectCounted, messagesOf } from './checks.ts';
import { ALL, instance, Machine, says } from './machine.ts';
import { accountOf, copyOf, emptyModel, type Model, mergeParts, replaceParts, visible } from './model.ts';

const ACCOUNTS = ['111111111111', '222222222222'];
const STATES = ['running', 'stopped'];

interface Install {
  machine: Machine;
  masterKey: Buffer;
  model: Model;
}
interface Made {
  from: Install;
  which: Which;
  at: number;
  model: Model;
}

/** mulberry32 */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Plan {
  seed: number;
  installs: number;
  steps: number;
  /** Opens the backups of every install. */
  recovery: string;
  /** Whether accounts are forgotten and everything is deleted: each install's own matter, so not symmetric. */
  removals: boolean;
  qdrantBinary?: string | null;
}

/** Some installs that do what installs do, at random, each beside a model of what it must hold. */
export class RandomInstalls {
  readonly #plan: Plan;
  readonly #random: () => number;
  readonly #installs: Install[] = [];
  readonly #backups: Made[] = [];
  /** What was done, to tell how a failure came about. */
  readonly log: string[] = [];
  #clock = 0;
  #said = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#random = randomFrom(plan.seed);
  }

  async run(): Promise<void> {
    for (let n = 0; n < this.#plan.installs; n += 1) {
      const machine = new Machine({ qdrantBinary: this.#plan.qdrantBinary ?? null });
      this.#installs.push({ machine, masterKey: machine.masterKey, model: emptyModel() });
      await machine.open();
      await machine.service.keys.putSlot({ kind: 'recovery', text: this.#plan.recovery });
    }
    await this.#beginAlike();
    for (let step = 0; step < this.#plan.steps; step += 1) await this.#step();
    await this.#bothWays();
  }

  async dispose(): Promise<void> {
    for (const { machine } of this.#installs) await machine.dispose();
  }

  /** All of them know some conversations and resources of the first: else they would seldom speak of the same. */
  async #beginAlike(): Promise<void> {
    const [first, ...others] = this.#installs;
    if (first === undefined) return;
    for (let n = 0; n < 4; n += 1) await this.talk(first);
    await this.scan(first);
    const made = await this.backUp(first);
    for (const other of others) {
      await this.#restore(other, made, 'merge', ALL);
      mergeParts(other.model, made.model, ALL, made.at);
    }
  }

  async #step(): Promise<void> {
    const install = this.#pick(this.#installs);
    const roll = this.#below(100);
    const doing = this.#doing(roll);
    this.log.push(`${this.#installs.indexOf(install)}: ${doing.name}`);
    await doing.call(this, install);
  }

  #doing(roll: number): (install: Install) => Promise<unknown> {
    if (roll < 16) return this.talk;
    if (roll < 22) return this.observe;
    if (roll < 30) return this.rename;
    if (roll < 38) return this.deleteTalk;
    if (roll < 52) return this.scan;
    if (roll < 57) return this.connect;
    if (roll < 60) return this.set;
    if (roll < 63) return this.rotate;
    if (roll < 66) return this.changeIndexKey;
    if (roll < 68) return this.#plan.removals ? this.deleteAll : this.talk;
    if (roll < 72) return this.#plan.removals ? this.forget : this.talk;
    return roll < 84 ? this.backUp : this.restore;
  }

  async talk({ machine, model }: Install): Promise<void> {
    const { chat } = machine.service;
    const known = visible(model);
    const id =
      known.length === 0 || this.#below(3) === 0
        ? (await chat.createConversation()).conversationId
        : this.#pick(known)[0];
    this.#said += 1;
    const text = `said ${this.#said}`;
    const name = this.#pick([...model.resources.keys(), null]);
    const about = name === null ? undefined : await this.#resource(machine, name);
    const sources = about
      ? [{ resourceId: about.id, name, resourceType: about.resourceType, asOf: about.asOf }]
      : [];
    const { timestamp } = await chat.append(id, { ...says(text), sources: sources as never });
    const before = model.talks.get(id) ?? { revision: 1, messages: [], title: text };
    model.talks.set(id, {
      ...{ title: before.title, deleted: false, at: Date.parse(timestamp) },
      ...{ revision: before.revision + 1, messages: [...before.messages, text] },
    });
  }

  async rename({ machine, model }: Install): Promise<void> {
    const [id, talk] = this.#pick([...visible(model), ['', null] as const]);
    if (talk === null) return;
    this.#said += 1;
    talk.title = `title ${this.#said}`;
    talk.revision += 1;
    await machine.service.chat.updateContext(id, { title: talk.title });
  }

  async deleteTalk({ machine, model }: Install): Promise<void> {
    const [id, talk] = this.#pick([...visible(model), ['', null] as const]);
    if (talk === null) return;
    model.talks.set(id, { ...talk, deleted: true, at: Date.now(), messages: [], title: '' });
    await machine.service.chat.delete(id);
  }

  async scan({ machine, model }: Install): Promise<void> {
    const accountId = this.#pick(ACCOUNTS);
    const at = this.#now();
    const asOf = new Date(at).toISOString();
    const found = Array.from({ length: 4 }, (_, n) => `${accountId}/${n}`).filter(() => this.#below(3) > 0);
    const resources = found.map((name) => ({ ...instance(name, this.#pick(STATES)), accountId }));
    const { estate, docs } = machine.service;
    const { ids: listed } = await estate.bulkUpsert(resources, asOf);
    for (const { name, state } of resources) {
      const known = model.resources.get(name);
      // What is unchanged is not written: it is as old as the listing, once that has come to its end.
      if (known?.state === state) continue;
      const revision = (known?.revision ?? 0) + 1;
      model.resources.set(name, { revision, own: at, asOf: at, state: state ?? '' });
    }
    // One that is cut off knows nothing to be gone.
    if (this.#below(4) === 0) return;
    const scope = {
      accountId,
      region: 'us-west-2',
      resourceTypes: ['ec2_instance' as const],
      startedAt: asOf,
      listed,
    };
    await estate.syncFromAws(scope);
    for (const [name, known] of model.resources) {
      if (accountOf(name) !== accountId) continue;
      if (found.includes(name)) known.asOf = at;
      else model.resources.delete(name);
    }
    await docs.putCells([cellOf(accountId, asOf, found.length)]);
    model.cells.set(accountId, at);
  }

  async observe({ machine, model }: Install): Promise<void> {
    const account = this.#pick(ACCOUNTS);
    const at = this.#now();
    this.#said += 1;
    const name = `${account}/observed ${this.#said}`;
    const { partition, region, resourceType, nativeId } = instance(`${account}/${this.#below(4)}`);
    const address = { partition, accountId: account, region, resourceType, nativeId };
    await machine.service.history.append([{ address, at, kind: 'changed', details: { name } }]);
    model.history.set(name, { account, at });
  }

  async connect({ machine, model }: Install): Promise<void> {
    const account = this.#pick(ACCOUNTS);
    this.#said += 1;
    const note = `note ${this.#said}`;
    await machine.service.docs.put('accounts', account, { accountId: account, note, profiles: [] });
    model.accounts.set(account, { revision: (model.accounts.get(account)?.revision ?? 0) + 1, note });
  }

  async set({ machine, model }: Install): Promise<void> {
    this.#said += 1;
    const theme = `theme ${this.#said}`;
    await machine.service.docs.put('settings', 'app', { theme });
    model.settings = { revision: (model.settings?.revision ?? 0) + 1, theme };
  }

  async rotate({ machine }: Install): Promise<void> {
    await machine.service.keys.rotateRecords();
    if (this.#below(2) === 0) await machine.service.keys.reencrypt(quietWork());
  }

  async changeIndexKey({ machine }: Install): Promise<void> {
    await machine.service.keys.rebuildIndexKey(quietWork());
  }

  async deleteAll({ machine, model }: Install): Promise<void> {
    const at = this.#now();
    await machine.service.maintenance.deleteAll({ by: 'window' }, quietWork());
    for (const [id, talk] of visible(model)) {
      model.talks.set(id, { ...talk, deleted: true, at, messages: [], title: '' });
    }
    const observed = [...model.history.values()].map(({ account }) => account);
    for (const account of new Set([...[...model.resources.keys()].map(accountOf), ...observed])) {
      model.removed.set(account, { at, forgotten: false });
    }
    model.resources.clear();
    model.cells.clear();
    model.history.clear();
  }

  async forget({ machine, model }: Install): Promise<void> {
    const accountId = this.#pick(ACCOUNTS);
    const at = this.#now();
    await machine.service.maintenance.forgetAccount({ accountId, by: 'window' }, quietWork());
    for (const name of model.resources.keys())
      if (accountOf(name) === accountId) model.resources.delete(name);
    model.cells.delete(accountId);
    for (const [entry, { account }] of model.history) if (account === accountId) model.history.delete(entry);
    model.accounts.delete(accountId);
    model.removed.set(accountId, { at, forgotten: true });
    model.journal.set(accountId, at);
  }

  async backUp(install: Install): Promise<Made> {
    const at = this.#now();
    const which = await install.machine.backup();
    const made = { from: install, which, at, model: copyOf(install.model) };
    this.#backups.push(made);
    return made;
  }

  async restore(install: Install): Promise<void> {
    const made = this.#pick([...this.#backups, null]);
    if (made === null) return;
    const kind = this.#pick(['merge', 'merge', 'merge', 'replace', 'takeover'] as const);
    const parts = this.#below(3) === 0 ? ALL.filter(() => this.#below(2) === 0) : ALL;
    const foreign = (await this.#installId(install)) !== made.which.installId;
    this.log.push(
      `   ${kind} ${parts.join(', ')} of ${made.which.backupId}, from ${this.#installs.indexOf(made.from)}`,
    );
    if (parts.length === 0) return;
    if (kind === 'takeover') {
      if (foreign && parts.length === 3) await this.#takeOver(install, made);
      return;
    }
    const report = await this.#restore(install, made, kind, parts);
    if (kind === 'replace') replaceParts(install.model, made.model, parts);
    else {
      mergeParts(install.model, made.model, parts, made.at);
      expectCounted(report, made.model, parts);
    }
    await check(install, ACCOUNTS);
    if (kind === 'replace') return;
    const again = await this.#restore(install, made, 'merge', parts);
    for (const [part, counts] of Object.entries(again.counts)) {
      expect(counts, `${part}, merged again`).toMatchObject({ added: 0, updated: 0, deleted: 0 });
    }
    await check(install, ACCOUNTS);
  }

  #restore(install: Install, { from, which }: Made, mode: 'merge' | 'replace', parts: readonly BackupPart[]) {
    const secret = { secret: { kind: 'recovery' as const, text: this.#plan.recovery } };
    return install.machine.restore(which, { secret, mode, parts }, from.machine);
  }

  async #takeOver(install: Install, { from, which, model }: Made): Promise<void> {
    const slot = { kind: 'recovery' as const, text: this.#plan.recovery };
    const takeover = { masterKey: 'own' as const, slot };
    await install.machine.restore(which, { secret: { secret: slot }, takeover }, from.machine);
    install.model = { ...copyOf(model), journal: new Map() };
    await check(install, ACCOUNTS);
  }

  async #installId({ machine }: Install): Promise<string> {
    return (await machine.backup()).installId;
  }

  /** A merged with B's backup holds what B merged with A's holds. */
  async #bothWays(): Promise<void> {
    const [a, b] = this.#installs;
    if (a === undefined || b === undefined) return;
    const [ofA, ofB] = [await this.backUp(a), await this.backUp(b)];
    await this.#restore(a, ofB, 'merge', ALL);
    await this.#restore(b, ofA, 'merge', ALL);
    mergeParts(a.model, ofB.model, ALL, ofB.at);
    mergeParts(b.model, ofA.model, ALL, ofA.at);
    await check(a, ACCOUNTS);
    await check(b, ACCOUNTS);
    expect(await messagesOf(a.machine)).toEqual(await messagesOf(b.machine));
    if (this.#plan.removals) return;
    const history = ({ model }: Install) => [...model.history.keys()].toSorted();
    expect(history(a)).toEqual(history(b));
    const resources = ({ model }: Install) => [...model.resources].toSorted(byFirst);
    expect(resources(a)).toEqual(resources(b));
  }

  async #resource({ service }: Machine, name: string) {
    await service.find.resolve('anything');
    return (await service.estate.byAccount(accountOf(name))).find((one) => one.name === name);
  }

  /** Later than anything before: what came first is never anyone's guess. */
  #now(): number {
    while (Date.now() <= this.#clock);
    this.#clock = Date.now();
    return this.#clock;
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)] as T;
  }
}

const cellOf = (accountId: string, asOf: string, count: number): ScanCell => ({
  ...{ accountId, region: 'us-west-2', service: 'ec2', status: 'ok', count, asOf, message: null },
});
