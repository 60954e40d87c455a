import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Line, Turn } from './protocol.ts';

/** What a run did, so that another can do it again: one JSON line for the run, then one for each process. */
const Run = z.object({ seed: z.number(), kills: z.number(), engine: z.enum(['sqlite', 'qdrant']) });
const ProcessTrace = z.object({
  /** Effects on disk and engine, in their order. */
  effects: z.array(z.string()),
  /** Beginnings and ends of calls, in their order. */
  turns: z.array(z.tuple([z.number(), z.enum(['begin', 'end'])])),
  /** Lines it has said beside those of effects and steps. */
  said: z.number(),
  /** It died at an ordered effect, or ended as it should: nobody killed it. */
  byItself: z.boolean(),
});
export type ProcessTrace = z.infer<typeof ProcessTrace>;

export class Trace {
  readonly run: z.infer<typeof Run>;
  readonly processes: ProcessTrace[];

  static read(file: string): Trace {
    const [run, ...processes] = readFileSync(file, 'utf8').trimEnd().split('\n');
    return new Trace(
      Run.parse(JSON.parse(run ?? '')),
      processes.map((text) => ProcessTrace.parse(JSON.parse(text))),
    );
  }

  constructor(run: z.infer<typeof Run>, processes: ProcessTrace[]) {
    this.run = run;
    this.processes = processes;
  }

  begin(file: string): void {
    appendFileSync(file, `${JSON.stringify(this.run)}\n`);
  }

  add(file: string, process: ProcessTrace): void {
    appendFileSync(file, `${JSON.stringify(process)}\n`);
    this.processes.push(process);
  }
}

/** Listens to one process; in a replay it knows when all that was recorded has happened. */
export class Listener {
  readonly heard: ProcessTrace = { effects: [], turns: [], said: 0, byItself: false };
  readonly #recorded: ProcessTrace | null;

  constructor(recorded: ProcessTrace | null) {
    this.#recorded = recorded;
  }

  hear(line: Line): void {
    if (line.t === 'does') this.heard.effects.push(line.name);
    else if (line.t !== 'step') this.heard.said += 1;
    if (line.t === 'effect') this.heard.byItself = true;
    const turn = turnOf(line);
    if (turn !== null) this.heard.turns.push(turn);
  }

  /** Of a process that was killed from outside. */
  get isOver(): boolean {
    const recorded = this.#recorded;
    if (recorded === null || recorded.byItself) return false;
    const { effects, said } = this.heard;
    return effects.length >= recorded.effects.length && said >= recorded.said;
  }

  /** Where it first did something else than what was recorded; null in a first run. */
  get differs(): string | null {
    if (this.#recorded === null) return null;
    const { effects, turns } = this.#recorded;
    return (
      difference('call', turns.map(String), this.heard.turns.map(String)) ??
      difference('effect', effects, this.heard.effects)
    );
  }
}

function difference(what: string, recorded: string[], heard: string[]): string | null {
  const length = Math.max(recorded.length, heard.length);
  const at = Array.from({ length }, (_, n) => n).find((n) => recorded[n] !== heard[n]);
  return at === undefined
    ? null
    : `from its ${what} ${at + 1} on: ${heard[at] ?? 'none'} instead of ${recorded[at] ?? 'none'}`;
}

function turnOf(line: Line): Turn | null {
  if (line.t === 'begin') return [line.lane, 'begin'];
  return line.t === 'ack' || line.t === 'fail' ? [line.lane, 'end'] : null;
}
