import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from '../../electron/process/processTable.ts';
import { parseName } from '../../electron/storage/backup/names.ts';
import type { TortureBucket } from './bucket.ts';
import type { Content } from './expected.ts';
import { type Moment, momentWatcher, nameOfMoment } from './moment.ts';
import type { Mortals } from './process.ts';
import type { Kind, Line, Order, Restorable, Which } from './protocol.ts';
import { nameOf, Record } from './record.ts';
import type { RemoteQdrant } from './remoteQdrant.ts';
import { Stopwatch, type Tally } from './tally.ts';
import { Listener, type ProcessTrace } from './trace.ts';

/** A kill comes at the latest after so many confirmations, and so long after the folder was opened. */
const LIMIT = 70;
const LIMIT_MS = 8_000;
/** In a replay: nothing is heard for so long, so it has left the trace. */
const FOLLOWS_MS = 10_000;
/** Of the confirmed titles so many newest ones must be among the newest rows, each time. */
const NEWEST_TITLES = 60;
/** Restores choose among the newest so many. */
const RESTORABLE = 8;
const WHILE_ENGINE_DIES = new Set(['ENGINE_FAILED', 'NOT_READY', 'STORAGE_FAILED', 'INVALID_STATE']);
const THROUGH_BUCKET = new Set(['NETWORK', 'BACKUP_PLACE', 'THROTTLED', 'BACKUP_NOT_FOUND']);

const NEW: Content = { world: new Map(), removed: new Set(), titles: [], wipedAt: 0 };

/** What outlives one workspace. */
export interface Ground {
  folder: string;
  mortals: Mortals;
  tally: Tally;
  bucket: TortureBucket | null;
  remote: RemoteQdrant | null;
  /** Of every backup whose content is known, by name. */
  contents: Map<string, Content>;
  /** Confirmed in the bucket. */
  sent: Map<string, Which>;
  /** Exported files and backups in the bucket, of earlier workspaces. */
  foreign: Restorable[];
  say(text: string): void;
}

export interface Round {
  order: Pick<Order, 'seed' | 'first' | 'others' | 'format' | 'engine' | 'qdrantBinary' | 'recovery'>;
  moment: Moment | null;
  /** The bundled Qdrant dies with the app; or alone, after so many lines, and the app so many ms later. */
  engine: 'lives' | 'with the app' | { afterLines: number; appAfterMs: number };
  /** The bucket has trouble meanwhile. */
  trouble: boolean;
  /** A number from 0 to below 1: which of the backups is proved. */
  prove: number;
  wholeJournal: boolean;
  /** What the process did in the run that is replayed. */
  recorded: ProcessTrace | null;
  /** What it did. */
  ended(heard: ProcessTrace): void;
}

/** One workspace through many deaths; after each an oracle looks at all that was ever confirmed. */
export class Life {
  readonly problems: string[] = [];
  readonly folder: string;
  /** Processes of the app that were killed. */
  kills = 0;
  /** An export needs the recovery key. */
  hasRecoveryKey = false;
  readonly #ground: Ground;
  readonly #keySource: string;
  #record: Record;
  /** What the first start after a kill said of a restore. */
  #settled: string | null = null;
  /** Confirmed in the workspace's own folder. */
  readonly #kept = new Map<string, Which>();
  #restorable: Restorable[] = [];
  #size = 0;
  #effect: string | null = null;

  constructor(ground: Ground, name: string, keySource: string) {
    this.#ground = ground;
    this.folder = join(ground.folder, name);
    this.#keySource = keySource;
    this.#record = this.#recordOf(NEW, () => false);
  }

  get restorable(): Restorable[] {
    return [...this.#ground.foreign.slice(-RESTORABLE / 2), ...this.#restorable.slice(-RESTORABLE)];
  }

  /** One process from its start to its end. */
  async round(round: Round): Promise<void> {
    const { tally, mortals, say } = this.#ground;
    await mkdir(this.folder, { recursive: true });
    const listed = this.#listed();
    const mortal = mortals.next();
    const before = this.#record;
    const timers: NodeJS.Timeout[] = [];
    const after = (ms: number, work: () => void) => {
      const timer = setTimeout(work, ms);
      timers.push(timer);
      return timer;
    };
    let silence: NodeJS.Timeout | undefined;
    const kill = () => mortal.kill();
    const { moment, engine, recorded } = round;
    const listener = new Listener(recorded);
    const reached = moment === null || recorded ? () => false : momentWatcher(moment);
    if (moment?.at === 'bucket') this.#ground.bucket?.atCall(moment.nth, moment.carriedOut, kill);
    const watch = new Stopwatch(tally);
    let engineDies: Promise<unknown> = Promise.resolve();
    let lines = 0;
    const death = await mortal.run(this.#order(round, listed), (line) => {
      watch.heard(line.t);
      listener.hear(line);
      this.#take(line, round);
      if (this.problems.length > 0 || line.t === 'stuck') return kill();
      if (listener.isOver) return kill();
      if (line.t === 'does') return;
      if (recorded !== null) {
        silence?.refresh();
        silence ??= after(FOLLOWS_MS, kill);
      } else if (line.t === 'open' && round.order.first !== null) after(LIMIT_MS, kill);
      if (reached(line)) {
        const later = moment !== null && 'later' in moment ? moment.later : 0;
        if (later === 0) kill();
        else after(later, kill);
      }
      if (this.#record !== before) lines += 1;
      const enough = recorded === null && this.#record.acknowledged.length >= LIMIT;
      if (this.#record !== before && enough) kill();
      if (typeof engine === 'object' && lines === engine.afterLines + 1) {
        lines += 1;
        engineDies = this.#killEngine();
        if (recorded === null) after(engine.appAfterMs, kill);
      }
    });
    watch.heard('dead');
    for (const timer of timers) clearTimeout(timer);
    await engineDies;
    this.#ground.bucket?.calm();
    if (engine === 'with the app' && death.killed) await this.#killEngine();
    if (death.problem !== null) this.problems.push(death.problem);
    if (listener.differs !== null) say(`this process left the trace ${listener.differs}`);
    round.ended({ ...listener.heard, byItself: listener.heard.byItself || !death.killed });
    if (!death.killed) return;
    this.kills += 1;
    this.#tellDeath(round, before);
    if (moment !== null) tally.count('killed at', nameOfMoment(moment));
  }

  #order({ order, moment, prove, wholeJournal, recorded }: Round, listed: Which[]): Order {
    const { remote, bucket } = this.#ground;
    return {
      ...order,
      folder: this.folder,
      keychain: `${this.folder}.keychain.json`,
      keySource: this.#keySource,
      remote: remote?.remote ?? null,
      bucket: bucket?.access ?? null,
      die: moment?.at === 'effect' ? moment.die : null,
      restorable: this.restorable,
      prove: this.#toProve(listed, order.first === null, prove),
      wholeJournal,
      follow: recorded && {
        turns: recorded.turns,
        effects: recorded.byItself || order.first === null ? null : recorded.effects.length,
      },
    };
  }

  /** In the end everything; else now and then the newest, or any. */
  #toProve(listed: Which[], all: boolean, choice: number): Restorable[] {
    const here = listed.map((which) => ({ which, source: { kind: 'here' as const }, own: true }));
    if (all) return [...here, ...this.#restorable.filter(({ source }) => source.kind !== 'here')];
    if (choice < 0.25) return here.slice(-1);
    return choice < 0.35 ? here.slice(Math.floor(((choice - 0.25) / 0.1) * here.length)).slice(0, 1) : [];
  }

  #take(line: Line, round: Round): void {
    switch (line.t) {
      case 'open':
        this.#settled ??= line.restore;
        this.#ground.tally.count('engines opened', line.engine);
        break;
      case 'proved':
        if (line.problem !== null)
          this.problems.push(`${nameOf(line.which)} (${line.source}) does not prove: ${line.problem}`);
        this.#ground.tally.count('proved', line.source);
        break;
      case 'observed':
        this.#judge(line, round);
        break;
      case 'unflushed':
        this.problems.push(`${line.name} was named before it was flushed`);
        break;
      case 'effect':
        this.#effect = line.name;
        this.#ground.tally.count('died at the effect', line.name);
        break;
      default:
        this.#record.take(line);
    }
  }

  /** What was left is held against what was confirmed; then a new record begins. */
  #judge(line: Extract<Line, { t: 'observed' }>, round: Round): void {
    const record = this.#record;
    const { problems, ended } = record.check(line, this.#settled);
    this.problems.push(...problems);
    if (line.brokenAt !== null) this.problems.push(`the journal's chain breaks at ${line.brokenAt}`);
    const titles = new Set(line.titles);
    const wanted = round.wholeJournal ? record.titles : record.titles.slice(-NEWEST_TITLES);
    const lost = wanted.filter((title) => !titles.has(title));
    this.problems.push(...lost.map((title) => `the journal lost ${title}`));
    this.#keep(record);
    this.#missing();
    if (ended !== null)
      this.#ground.tally.count('cut restores became', `${ended}, ${this.#settled ?? 'nothing said'}`);
    if (ended === 'new data' && record.cutOff.includes('takeover')) this.hasRecoveryKey = true;
    const world = new Map(line.world);
    this.#size = world.size;
    const forgives = (kind: Kind, code: string) =>
      (code === 'NOT_FOUND' && (kind === 'append' || kind === 'conversation')) ||
      (typeof round.engine === 'object' && WHILE_ENGINE_DIES.has(code)) ||
      ((round.trouble || round.moment?.at === 'bucket') && THROUGH_BUCKET.has(code)) ||
      // An install that went on under another machine's key has backups under two: the keychain keeps the first.
      (code === 'KEY_ABSENT' && (kind === 'takeover' || kind === 'replace')) ||
      // The simulated S3 itself; a backup that was confirmed is looked for all the same.
      code === 'AWS_FAILED';
    this.#record = this.#recordOf(record.contentOf(world), forgives);
    this.#settled = null;
  }

  #recordOf(start: Content, forgives: (kind: Kind, code: string) => boolean): Record {
    const content = (which: Which) => {
      const known = this.#ground.contents.get(nameOf(which));
      if (known === undefined) throw new Error(`nothing is known of the backup ${nameOf(which)}`);
      return known;
    };
    return new Record(start, { content, forgives });
  }

  #keep(record: Record): void {
    const { contents, sent, tally, bucket } = this.#ground;
    for (const kind of record.acknowledged) tally.count('confirmed', kind);
    for (const why of record.forgiven) tally.count('failed, as was asked for', why);
    if (record.acknowledged.some((kind) => kind === 'setup' || kind === 'takeover'))
      this.hasRecoveryKey = true;
    for (const { which, place, content } of record.backups) {
      const name = nameOf(which);
      if (place === 'here') this.#kept.set(name, which);
      else sent.set(name, which);
      if (content === null) continue;
      contents.set(name, content);
      const source = place === 's3' && bucket !== null ? bucket.source : { kind: 'here' as const };
      this.#restorable.push({ which, source, own: true });
    }
    for (const { file, which } of record.files) {
      if (existsSync(file)) this.#restorable.push({ which, source: { kind: 'file', path: file }, own: true });
    }
  }

  #missing(): void {
    const there = new Set(this.#listed().map(nameOf));
    for (const name of this.#kept.keys())
      if (!there.has(name)) this.problems.push(`the backup ${name} is gone`);
  }

  #tellDeath(round: Round, before: Record): void {
    const { tally, say } = this.#ground;
    const record = this.#record;
    const opening = record === before;
    const cut = opening ? ['opening'] : record.cutOff.length > 0 ? record.cutOff : ['nothing'];
    for (const kind of cut) tally.count('cut off by a kill', kind);
    const at = this.#effect ?? (round.moment === null ? '' : JSON.stringify(round.moment));
    this.#effect = null;
    const engine = typeof round.engine === 'object' ? 'dies alone before' : round.engine;
    say(
      `${round.order.first} ${at}; the engine ${engine}; in ${cut.join(', ')}; ${record.acknowledged.length} confirmed, ${this.#size} records before`,
    );
  }

  #listed(): Which[] {
    const folder = join(this.folder, 'snapshots');
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .flatMap((name) => {
        const parsed = parseName(name);
        return parsed?.part === 'manifest'
          ? [{ installId: parsed.installId, backupId: parsed.backupId }]
          : [];
      })
      .sort((a, b) => a.backupId.localeCompare(b.backupId));
  }

  /** With -9, as the app is. */
  async #killEngine(): Promise<void> {
    const { remote, tally } = this.#ground;
    const read = (name: string) => {
      try {
        return JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as { engine?: string; pid?: number };
      } catch {
        return {};
      }
    };
    const { pid } = read('data/qdrant/qdrant.pid');
    const running = pid === undefined ? null : await findProcess(pid);
    if (pid !== undefined && running?.commandLine.some((part) => part.includes(this.folder))) {
      process.kill(pid, 'SIGKILL');
      tally.count('Qdrant killed', 'the bundled one');
    } else if (remote !== null && read('engine.json').engine === 'remote') {
      await remote.killAndRestart();
      tally.count('Qdrant killed', 'the remote one');
    }
  }
}
