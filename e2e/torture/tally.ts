/** What a run has met, for its last words. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();

  count(what: string, key: string): void {
    const counts = this.#counts.get(what) ?? new Map<string, number>();
    counts.set(key, (counts.get(key) ?? 0) + 1);
    this.#counts.set(what, counts);
  }

  of(what: string): Record<string, number> {
    return Object.fromEntries(this.#counts.get(what) ?? []);
  }

  toString(): string {
    return [...this.#counts].map(([what, counts]) => `${what}: ${list(counts)}`).join('\n');
  }
}

function list(counts: Map<string, number>): string {
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([key, n]) => `${key} ${n}`)
    .join(', ');
}
