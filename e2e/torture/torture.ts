import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recoveryGroups } from '../../electron/storage/keys/recoveryText.ts';
import { TortureBucket } from './bucket.ts';
import { bundle } from './bundle.ts';
import { type Ground, Life, type Round } from './life.ts';
import { chooseMoment } from './moment.ts';
import { Mortals } from './process.ts';
import type { Engine, Kind, Restorable } from './protocol.ts';
import { Random } from './random.ts';
import { nameOf } from './record.ts';
import { RemoteQdrant } from './remoteQdrant.ts';
import { Tally } from './tally.ts';
import { Trace } from './trace.ts';

export interface Options {
  kills: number;
  seed: number;
  engine: Engine;
  qdrantBinary: string | null;
  say(text: string): void;
  /** Does again what this run did, as far as it goes, in its order. */
  replay?: Trace;
  /** Where what this run does is written, for a replay. */
  traceFile?: string;
}

export interface Outcome {
  kills: number;
  problems: string[];
  tally: Tally;
}

/** A workspace lives through so many kills; then another one, on a new machine. */
const KILLS_OF_A_LIFE = 50;
/** As often as their kills are worth. */
const MET: Kind[] = [
  ...(['replace', 'replace', 'merge', 'merge', 'merge', 'takeover', 'takeover'] as const),
  ...(['backup', 'backup', 'export', 'send', 'send', 'settle', 'forget', 'forget', 'everything'] as const),
  ...(['rebuild', 'rebuild', 'rebuild', 'reencrypt', 'reencrypt', 'rotate'] as const),
  ...(['append', 'conversation', 'upsert', 'sweep', 'doc', 'journal'] as const),
];
const MOVES: Kind[] = ['move', 'move', 'move', 'move'];

/** Workspaces through many deaths. Ends at the first problem and then leaves everything for a look. */
export class Torture {
  readonly #options: Options;
  readonly #random: Random;
  readonly #recovery: string;
  readonly #tally = new Tally();
  #rounds = 0;
  #processes = 0;
  readonly #trace: Trace;
  #kills = 0;
  #format = 1;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    this.#random = new Random(options.seed);
    const { seed, kills, engine, traceFile } = options;
    this.#trace = new Trace({ seed, kills, engine }, []);
    if (traceFile !== undefined) this.#trace.begin(traceFile);
    const key = Buffer.from(Array.from({ length: 32 }, () => this.#random.below(256)));
    this.#recovery = recoveryGroups(key).join('');
  }

  /** Ends after the process that works now, as if all kills were done. */
  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<Outcome> {
    const { kills, say, engine, qdrantBinary } = this.#options;
    const scratch = await scratchFolder();
    const [code, folder] = [await bundle(scratch), await mkdtemp(join(scratch, 'cloudops-torture-'))];
    const ground: Ground = {
      folder,
      mortals: new Mortals(code.child),
      tally: this.#tally,
      bucket: await TortureBucket.start(),
      remote: null,
      contents: new Map(),
      sent: new Map(),
      foreign: [],
      say: (text) => say(`${this.#rounds}. ${text}`),
    };
    let problems: string[] = [];
    try {
      for (let number = 1; this.#goesOn(kills, problems); number += 1) {
        const remoteFolder = join(folder, `remote-${number}`);
        if (engine === 'qdrant' && qdrantBinary !== null)
          ground.remote = await RemoteQdrant.start(qdrantBinary, remoteFolder);
        problems = await this.#live(ground, number);
        await ground.remote?.stop();
        if (problems.length === 0) await rm(remoteFolder, { recursive: true, force: true });
      }
    } finally {
      await ground.mortals.end();
      await ground.remote?.stop();
      await ground.bucket?.stop();
      await rm(code.folder, { recursive: true, force: true });
    }
    if (problems.length === 0) await rm(folder, { recursive: true, force: true });
    else say(`Everything was left in ${folder}`);
    return { kills: this.#kills, problems, tally: this.#tally };
  }

  #goesOn(goal: number, problems: string[]): boolean {
    return this.#kills < goal && problems.length === 0 && !this.#stopped;
  }

  /** One workspace. What it exported or sent is what the next one may begin with. */
  async #live(ground: Ground, number: number): Promise<string[]> {
    const random = this.#random.fork();
    const life = new Life(ground, `life-${number}`, random.next() < 0.5 ? 'keychain' : 'file:master.key');
    const goal = Math.min(this.#kills + KILLS_OF_A_LIFE, this.#options.kills);
    const before = this.#kills;
    const restores = ground.foreign.length > 0 && random.next() < 0.7;
    while (this.#goesOn(goal, life.problems)) {
      this.#rounds += 1;
      await life.round(this.#round(random.fork(), life, restores));
      this.#kills = before + life.kills;
    }
    if (life.problems.length === 0) await life.round(this.#last());
    if (life.problems.length === 0) life.problems.push(...(await this.#bucketLost(ground)));
    if (life.problems.length > 0) return life.problems;
    await rm(life.folder, { recursive: true, force: true });
    const away = life.restorable.filter(({ source }) => source.kind !== 'here');
    ground.foreign = away.map((one): Restorable => ({ ...one, own: false }));
    return [];
  }

  #round(random: Random, life: Life, restores: boolean): Round {
    const { engine, qdrantBinary } = this.#options;
    const kinds = engine === 'qdrant' ? [...MET, ...MOVES] : MET;
    const chosen = random.pick(kinds);
    // A new machine begins with a restore, or with its own recovery key.
    const first = life.hasRecoveryKey ? chosen : restores ? ('takeover' as const) : ('setup' as const);
    const migrates = random.next() < 0.04;
    if (migrates) this.#format += 1;
    const moment = chooseMoment(random, first, migrates);
    const dice = random.next();
    const alone = { afterLines: random.below(40), appAfterMs: 50 + random.below(1_500) };
    const dies = dice < 0.45 ? ('with the app' as const) : dice < 0.6 ? alone : ('lives' as const);
    return {
      order: { ...this.#order(), first, others: kinds, seed: random.below(2 ** 31), qdrantBinary },
      moment,
      engine: engine === 'qdrant' ? dies : 'lives',
      trouble: random.next() < 0.2,
      prove: random.next(),
      wholeJournal: random.next() < 0.1,
      ...this.#traced(),
    };
  }

  /** Nobody is killed: everything is looked at and proved. */
  #last(): Round {
    const order = { ...this.#order(), first: null, others: [], seed: 0 };
    return {
      order,
      moment: null,
      engine: 'lives',
      trouble: false,
      prove: 0,
      wholeJournal: true,
      ...this.#traced(),
    };
  }

  /** The next process of the run that is replayed, and where this one is written. */
  #traced(): Pick<Round, 'recorded' | 'ended'> {
    const { replay, traceFile } = this.#options;
    const recorded = replay?.processes[this.#processes] ?? null;
    this.#processes += 1;
    return {
      recorded,
      ended: (heard) => {
        if (traceFile !== undefined) this.#trace.add(traceFile, heard);
      },
    };
  }

  #order() {
    const { engine, qdrantBinary } = this.#options;
    return { engine, qdrantBinary, format: this.#format, recovery: this.#recovery };
  }

  /** What was confirmed in the bucket is there. */
  async #bucketLost({ bucket, sent }: Ground): Promise<string[]> {
    if (bucket === null) return [];
    const visible = new Set((await bucket.visible()).map(nameOf));
    return [...sent.keys()]
      .filter((name) => !visible.has(name))
      .map((name) => `${name} is not in the bucket`);
  }
}

/**
 * In memory where there is room: a killed process leaves what it wrote in the page cache, so a disk would only make
 * every flush slower. That files are flushed before they are named is looked at by itself.
 */
async function scratchFolder(): Promise<string> {
  const memory = '/dev/shm';
  const stat = await statfs(memory).catch(() => null);
  return stat !== null && stat.bavail * stat.bsize > 4e9 ? memory : tmpdir();
}

export function summary({ kills, problems, tally }: Outcome): string {
  return `${kills} kills; ${problems.length} problems\n${tally}`;
}
