import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundle } from '../torture/bundle.ts';
import { Random } from '../torture/random.ts';
import { differences, type Said } from './compare.ts';
import { type Fixtures, withTemp } from './fixtures.ts';
import { readAll, type Told } from './read.ts';
import { CHANGED_TAG, CHANGED_TYPE, type TakeoverLine, type TakeoverOrder } from './takeover.ts';
import { type EngineName, openFolder } from './workspace.ts';

export interface TakeoverKills {
  engine: EngineName;
  kills: number;
  seed: number;
  qdrantBinary: string | null;
  say(text: string): void;
}

/** As many kills in a row as a takeover can meet before it is left alone. */
const AT_MOST = 4;
const NAMES = ['settled', 'killed'] as const;
/** What becomes of what a killed app left, when AWS shows that every database was stopped. */
const ENDS: Record<string, string> = { checking: 'refused', sending: 'succeeded', waiting: 'succeeded' };

/** Kills processes with -9 while they take a folder over; then it must all be there, once, and nothing was sent. */
export class Takeovers {
  readonly #fixtures: Fixtures;
  readonly #run: TakeoverKills;
  readonly #random: Random;
  #program = '';
  /** Effects of a takeover that nobody kills. */
  readonly #effects = new Map<string, number>();
  #kills = 0;

  constructor(fixtures: Fixtures, run: TakeoverKills) {
    this.#fixtures = fixtures;
    this.#run = run;
    this.#random = new Random(run.seed);
  }

  async run(): Promise<{ kills: number; problems: string[] }> {
    const here = (name: string) => join(import.meta.dirname, name);
    const code = await bundle(tmpdir(), { child: here('killedChild.ts'), worker: here('killedWorker.ts') });
    this.#program = code.child;
    const problems: string[] = [];
    try {
      for (const name of NAMES) problems.push(...(await this.#takeOver(name, null)));
      while (this.#kills < this.#run.kills && problems.length === 0) {
        const random = this.#random.fork();
        problems.push(...(await this.#takeOver(random.pick(NAMES), random)));
      }
    } finally {
      await rm(code.folder, { recursive: true, force: true });
    }
    return { kills: this.#kills, problems };
  }

  /** One folder, from the first kill to the end. Without `random` nobody is killed. */
  #takeOver(name: string, random: Random | null): Promise<string[]> {
    const { engine, qdrantBinary, say } = this.#run;
    return withTemp(async (temp) => {
      const at = await this.#fixtures.unpackFolder(engine, name, join(temp, 'workspace'));
      const order = { ...at, qdrantBinary, die: null };
      const how: string[] = [];
      const sent: string[] = [];
      for (let kill = random === null ? AT_MOST : random.below(AT_MOST); kill < AT_MOST; kill += 1) {
        if (random === null) break;
        const moment = this.#moment(name, random);
        const death = await this.#one({ ...order, die: moment.die }, moment.afterMs);
        sent.push(...death.sent);
        if (death.problem !== null) return [`${name}: ${death.problem}`];
        if (!death.killed) break;
        this.#kills += 1;
        how.push(moment.die === null ? `${moment.afterMs} ms` : `${moment.die.when} ${moment.die.nth}`);
        if (random.next() < 0.5) await endEngine(at.folder);
      }
      const last = await this.#one(order, null);
      sent.push(...last.sent);
      if (random === null) this.#effects.set(name, last.effects);
      const problems = last.problem === null ? sent.map((call) => `sent again: ${call}`) : [last.problem];
      if (last.problem === null) problems.push(...(await this.#lost(name, at)));
      say(
        `${this.#kills}. ${engine} ${name}: killed at ${how.join(', ') || 'no time'}; ${problems.length} problems`,
      );
      return problems.map((problem) => `${name}, killed at ${how.join(', ')}: ${problem}`);
    });
  }

  #moment(name: string, random: Random): { die: TakeoverOrder['die']; afterMs: number | null } {
    if (random.next() < 0.3) return { die: null, afterMs: random.below(600) };
    const nth = 1 + random.below((this.#effects.get(name) ?? 1) + 2);
    const when = random.next() < 0.5 ? 'before' : 'after';
    return { die: { since: 'opening', nth, when }, afterMs: null };
  }

  async #one(order: TakeoverOrder, afterMs: number | null) {
    const child = spawn(process.execPath, [this.#program, JSON.stringify(order)], { detached: true });
    const seen = { killed: false, effects: 0, sent: [] as string[], problem: null as string | null };
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    let timer: NodeJS.Timeout | undefined;
    let done = false;
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = parsed(text);
      if (line?.t === 'does') seen.effects += 1;
      if (line?.t === 'sent') seen.sent.push(line.call);
      if (line?.t === 'done') done = true;
      if (line?.t === 'opening' && afterMs !== null) timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    clearTimeout(timer);
    seen.killed = signal === 'SIGKILL';
    if (!seen.killed && !(code === 0 && done)) seen.problem = `the process ended with ${code}: ${errors}`;
    return seen;
  }

  async #lost(
    name: string,
    at: { folder: string; masterKey: string; engine: EngineName },
  ): Promise<string[]> {
    const { storage, close } = await openFolder(at);
    try {
      const now = await readAll(storage);
      const said = this.#fixtures.said(at.engine, name);
      return [...differences(settledOf(said), now), ...openedEnds(said, now)];
    } finally {
      await close();
    }
  }
}

/** What must be as it was: all but the changes that were open, and with the rows that were written anew, once. */
function settledOf(said: Said): Said {
  const open = new Set(said.unfinished);
  return {
    ...said,
    unfinished: [],
    resources: said.resources.map((resource) =>
      resource.resourceType === CHANGED_TYPE
        ? {
            ...resource,
            tags: { ...(resource.tags as object), ...CHANGED_TAG },
            revision: resource.revision + 1,
          }
        : resource,
    ),
    executions: said.executions.filter(({ executionId }) => !open.has(executionId)),
    activity: said.activity.filter(({ id }) => !open.has(id)),
  };
}

function openedEnds(said: Said, now: Told): string[] {
  return said.unfinished.flatMap((id) => {
    const before = said.executions.find(({ executionId }) => executionId === id);
    const after = now.executions.find(({ executionId }) => executionId === id);
    const wanted = ENDS[before?.state ?? ''];
    if (after?.state === wanted) return [];
    return [`what was ${before?.state} ended as ${after?.state}, not ${wanted}: ${after?.error?.message}`];
  });
}

/** As when a machine loses its power: else the next start ends it. */
async function endEngine(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'data/qdrant/qdrant.pid'), 'utf8').catch(() => null);
  if (text === null) return;
  try {
    process.kill((JSON.parse(text) as { pid: number }).pid, 'SIGKILL');
  } catch {
    // It has ended, or its record was torn.
  }
}

type Heard = TakeoverLine | { t: 'does' };

/** Null for a line that was cut off: it was not said. */
function parsed(text: string): Heard | null {
  try {
    return JSON.parse(text) as Heard;
  } catch {
    return null;
  }
}
