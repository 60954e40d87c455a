import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalPlace } from '../../electron/storage/backup/localPlace.ts';
import { parseName } from '../../electron/storage/backup/names.ts';
import { recoveryGroups } from '../../electron/storage/keys/recoveryText.ts';
import { StorageConfig } from '../../electron/storage/storageConfig.ts';
import { StorageService } from '../../electron/storage/storageService.ts';
import { quietWork } from '../../electron/storage/work.ts';
import { type Moment, runUntilKilled } from './process.ts';
import type { Engine, Kind, Order, Restorable, Which } from './protocol.ts';
import { Random } from './random.ts';
import { Record } from './record.ts';
import { nameOf, observe, type World } from './world.ts';

export interface Options {
  kills: number;
  seed: number;
  engine: Engine;
  qdrantBinary: string | null;
  say(text: string): void;
}

export interface Outcome {
  kills: number;
  problems: string[];
  /** Confirmed and cut off, by kind of work; what a killed restore became; kills while a folder was opened. */
  confirmed: Map<string, number>;
  cutOff: Map<string, number>;
  restores: Map<string, number>;
  duringOpen: number;
  backups: number;
}

const MET: Kind[] = [
  ...(['replace', 'replace', 'merge', 'merge', 'backup', 'export'] as const),
  ...(['rotate', 'reencrypt', 'rebuild', 'rebuild', 'append', 'upsert', 'sweep', 'doc', 'journal'] as const),
];
/** Restores choose among the newest so many. */
const RESTORABLE = 6;

/** One workspace through many deaths; after each an oracle looks at all that was ever confirmed. */
export class Torture {
  readonly #options: Options;
  readonly #random: Random;
  readonly #masterKey = randomBytes(32);
  #folder = '';
  #world: World = new Map();
  readonly #titles = new Set<string>();
  /** All confirmed ones; what is in them where that is known. */
  readonly #backups = new Map<string, { which: Which; world: World | null }>();
  #restorable: Restorable[] = [];
  readonly #outcome: Outcome = {
    kills: 0,
    problems: [],
    confirmed: new Map(),
    cutOff: new Map(),
    restores: new Map(),
    duringOpen: 0,
    backups: 0,
  };

  constructor(options: Options) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  /** Ends at the first problem and then leaves the folder for a look. */
  async run(): Promise<Outcome> {
    const parent = await mkdtemp(join(tmpdir(), 'cloudops-torture-'));
    this.#folder = join(parent, 'workspace');
    await mkdir(this.#folder);
    await this.#prepare();
    const { kills, say } = this.#options;
    while (this.#outcome.kills < kills && this.#outcome.problems.length === 0) {
      await this.#die(this.#random.fork());
    }
    if (this.#outcome.problems.length === 0) await this.#proveAll();
    if (this.#outcome.problems.length === 0) await rm(parent, { recursive: true, force: true });
    else say(`The workspace was left in ${this.#folder}`);
    return { ...this.#outcome, backups: this.#backups.size };
  }

  /** An export wants a way in without this machine. */
  async #prepare(): Promise<void> {
    const storage = new StorageService({ emit: () => undefined });
    await this.#open(storage);
    await storage.keys.putSlot({ kind: 'recovery', text: recoveryGroups(randomBytes(32)).join('') });
    await storage.shutdown();
  }

  async #die(random: Random): Promise<void> {
    const { moment, order } = this.#plan(random);
    const record = new Record(this.#world, (which) => this.#worldOf(which));
    const death = await runUntilKilled(order, moment);
    for (const line of death.lines) record.take(line);
    if (death.problem !== null) record.failures.push(death.problem);
    this.#outcome.kills += 1;
    const opening = death.lines.every(({ t }) => t === 'opening');
    const settled = opening ? null : await this.#killOpening(random, order);
    if (opening) this.#outcome.duringOpen += 1;
    await this.#check(record, settled, random);
    for (const kind of record.acknowledged) count(this.#outcome.confirmed, kind);
    for (const kind of record.cutOff) count(this.#outcome.cutOff, kind);
    const cut = record.cutOff.join(', ') || 'nothing';
    const { problems } = this.#outcome;
    this.#options.say(
      `${this.#outcome.kills}. killed at ${JSON.stringify(moment)} in ${opening ? 'opening' : cut}, ${record.acknowledged.length} confirmed: ${problems.length === 0 ? `whole, ${this.#world.size} records` : problems.slice(0, 20).join('\n  ')}`,
    );
  }

  #plan(random: Random): { order: Order; moment: Moment } {
    const { engine, qdrantBinary } = this.#options;
    const kinds = engine === 'qdrant' ? [...MET, 'move' as const, 'move' as const] : MET;
    const first = random.pick(kinds);
    const later = random.next() < 0.5 ? 0 : random.below(40);
    const dice = random.next();
    const moment: Moment =
      dice < 0.6
        ? { at: 'line', kind: first, nth: 1 + random.below(14), later }
        : dice < 0.8
          ? { at: 'ack', nth: 1 + random.below(80), later }
          : dice < 0.95
            ? { at: 'open', later: random.below(1_500) }
            : { at: 'opening', later: random.below(300) };
    const order = {
      folder: this.#folder,
      masterKey: this.#masterKey.toString('hex'),
      engine,
      qdrantBinary,
      seed: random.below(2 ** 31),
      first,
      restorable: this.#restorable,
      openOnly: false,
    };
    return { moment, order };
  }

  /** Some starts after a kill die as well, while they settle what it left. Returns what one of them said. */
  async #killOpening(random: Random, order: Order): Promise<string | null> {
    let settled: string | null = null;
    while (random.next() < 0.2 && this.#outcome.kills < this.#options.kills) {
      const moment: Moment = { at: 'opening', later: random.below(400) };
      const death = await runUntilKilled({ ...order, openOnly: true }, moment);
      if (death.problem !== null) this.#outcome.problems.push(death.problem);
      if (death.killed) this.#outcome.kills += 1;
      if (death.killed) this.#outcome.duringOpen += 1;
      for (const line of death.lines) if (line.t === 'open') settled ??= line.restore;
    }
    return settled;
  }

  async #check(record: Record, settledBefore: string | null, random: Random): Promise<void> {
    const { problems } = this.#outcome;
    const storage = new StorageService({ emit: () => undefined });
    try {
      const report = await this.#open(storage);
      const observed = await observe(storage);
      const { problems: found, ended } = record.check(
        observed,
        settledBefore ?? report.restore?.outcome ?? null,
      );
      problems.push(...found);
      if (ended !== null)
        count(this.#outcome.restores, `${ended}, ${report.restore?.outcome ?? 'nothing said'}`);
      if (existsSync(join(this.#folder, 'restore'))) problems.push('the folder restore was left');
      problems.push(...(await storage.health()).warnings.map((one) => `health warns: ${one}`));
      this.#world = observed.world;
      for (const title of record.titles) this.#titles.add(title);
      problems.push(...(await this.#checkJournal(storage)));
      this.#keepBackups(record);
      problems.push(...(await this.#checkBackups(storage, record, random)));
    } catch (error) {
      problems.push(`the workspace does not answer: ${error instanceof Error ? error.stack : String(error)}`);
    } finally {
      await storage.shutdown();
    }
  }

  #open(storage: StorageService) {
    const { engine, qdrantBinary } = this.#options;
    return storage.open({
      config: StorageConfig.parse(engine === 'sqlite' ? { qdrant: { mode: 'sqlite' } } : {}),
      folder: this.#folder,
      masterKey: Buffer.from(this.#masterKey),
      qdrantBinary,
    });
  }

  async #checkJournal(storage: StorageService): Promise<string[]> {
    const { brokenAt, entries } = await storage.journal.verify();
    const { resultId, total } = await storage.journal.activity({ text: '' });
    const rows = await storage.journal.activityRows(resultId, 0, total);
    const found = new Set(rows.map(({ title }) => title));
    const lost = [...this.#titles].filter((title) => !found.has(title));
    return [
      ...(brokenAt === null ? [] : [`the journal's chain breaks at ${brokenAt} of ${entries}`]),
      ...lost.map((title) => `the journal lost ${title}`),
    ];
  }

  #keepBackups(record: Record): void {
    for (const { which, world } of record.backups) {
      this.#backups.set(nameOf(which), { which, world });
      if (world !== null) this.#restorable.push({ which, source: { kind: 'here' } });
    }
    for (const { file, which } of record.files) {
      if (existsSync(file)) this.#restorable.push({ which, source: { kind: 'file', path: file } });
    }
    this.#restorable = this.#restorable.slice(-RESTORABLE);
  }

  /** All confirmed are listed; the newest, one of the others and what was exported are proved. */
  async #checkBackups(storage: StorageService, record: Record, random: Random): Promise<string[]> {
    const listed = await this.#listed();
    const names = new Set(listed.map(nameOf));
    const problems = [...this.#backups.keys()]
      .filter((name) => !names.has(name))
      .map((name) => `the backup ${name} is gone`);
    const here = { kind: 'here' as const };
    const proofs: Restorable[] = listed.slice(-1).map((which) => ({ which, source: here }));
    if (listed.length > 1) proofs.push({ which: random.pick(listed), source: here });
    for (const { file, which } of record.files) {
      if (existsSync(file)) proofs.push({ which, source: { kind: 'file', path: file } });
    }
    for (const proof of proofs) problems.push(...(await prove(storage, this.#masterKey, proof)));
    return problems;
  }

  async #listed(): Promise<Which[]> {
    const folder = join(this.#folder, 'snapshots');
    if (!existsSync(folder)) return [];
    const parsed = (await new LocalPlace(folder).list()).map(({ name }) => parseName(name));
    return parsed
      .flatMap((one) =>
        one?.part === 'manifest' ? [{ installId: one.installId, backupId: one.backupId }] : [],
      )
      .sort((a, b) => a.backupId.localeCompare(b.backupId));
  }

  async #proveAll(): Promise<void> {
    const storage = new StorageService({ emit: () => undefined });
    await this.#open(storage);
    for (const which of await this.#listed())
      this.#outcome.problems.push(
        ...(await prove(storage, this.#masterKey, { which, source: { kind: 'here' } })),
      );
    await storage.shutdown();
  }

  #worldOf(which: Which): World {
    const world = this.#backups.get(nameOf(which))?.world;
    if (!world) throw new Error(`nothing is known of the backup ${nameOf(which)}`);
    return world;
  }
}

async function prove(
  storage: StorageService,
  masterKey: Uint8Array,
  { which, source }: Restorable,
): Promise<string[]> {
  try {
    await storage.backup.prove(source, which, { secret: { kind: 'own' }, masterKey }, quietWork());
    return [];
  } catch (error) {
    return [`the backup ${nameOf(which)} (${source.kind}) does not prove: ${error}`];
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function summary({
  kills,
  problems,
  confirmed,
  cutOff,
  restores,
  duringOpen,
  backups,
}: Outcome): string {
  const list = (counts: Map<string, number>) =>
    [...counts].map(([key, n]) => `${key} ${n}`).join(', ') || 'none';
  return [
    `${kills} kills, ${duringOpen} of them while the folder was being opened; ${problems.length} problems`,
    `confirmed: ${list(confirmed)}`,
    `cut off by a kill: ${list(cutOff)}`,
    `killed restores became: ${list(restores)}`,
    `${backups} backups confirmed${problems.length === 0 ? ', all listed and proved' : ''}`,
  ].join('\n');
}
