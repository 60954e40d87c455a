/** What a run has met, for its last words. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #ms = new Map<string, number[]>();

  took(what: string, ms: number): void {
    const all = this.#ms.get(what) ?? [];
    all.push(ms);
    this.#ms.set(what, all);
  }

  count(what: string, key: string): void {
    const counts = this.#counts.get(what) ?? new Map<string, number>();
    counts.set(key, (counts.get(key) ?? 0) + 1);
    this.#counts.set(what, counts);
  }

  of(what: string): Record<string, number> {
    return Object.fromEntries(this.#counts.get(what) ?? []);
  }

  toString(): string {
    const times = [...this.#ms].map(([what, all]) => `${what} ${Math.round(median(all))} ms`);
    const counts = [...this.#counts].map(([what, counts]) => `${what}: ${list(counts)}`);
    return [...counts, `median times: ${times.join(', ')}`].join('\n');
  }
}

function list(counts: Map<string, number>): string {
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([key, n]) => `${key} ${n}`)
    .join(', ');
}

function median(all: number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
}

const PHASES: Record<string, string> = {
  opening: 'until its start',
  open: 'opening',
  observed: 'reading everything',
  dead: 'from there to its death',
};

/** Where the time of one process goes. */
export class Stopwatch {
  readonly #tally: Tally;
  #since = performance.now();

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  heard(line: string): void {
    const phase = PHASES[line];
    if (phase === undefined) return;
    const now = performance.now();
    this.#tally.took(phase, now - this.#since);
    this.#since = now;
  }
}
