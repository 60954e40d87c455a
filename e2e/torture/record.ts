import type { Kind, Line, Which } from './protocol.ts';
import { Expected, mergeDifferences, nameOf, type Observed, type World } from './world.ts';

type Begun = Extract<Line, { t: 'begin' }>;

/** What one process said before it died, held against what it left. */
export class Record {
  readonly failures: string[] = [];
  readonly acknowledged: Kind[] = [];
  readonly titles: string[] = [];
  /** With what is in each, where that is known. */
  readonly backups: { which: Which; world: World | null }[] = [];
  readonly files: { file: string; which: Which }[] = [];
  readonly #known: (which: Which) => World;
  #expected: Expected;
  readonly #begun = new Map<number, Begun>();
  /** A merge that was confirmed and whose outcome was not told. */
  #merged: { ours: World; backup: World } | null = null;

  constructor(world: World, known: (which: Which) => World) {
    this.#expected = new Expected(world);
    this.#known = known;
  }

  take(line: Line): void {
    if (line.t === 'begin') {
      this.#begun.set(line.n, line);
      this.#expected.begin(line.n, line.change);
      if (line.file !== undefined && line.from !== undefined)
        this.files.push({ file: line.file, which: line.from });
    } else if (line.t === 'ack') this.#ack(line);
    else if (line.t === 'fail') {
      this.#begun.delete(line.n);
      this.failures.push(`${line.kind} failed: ${line.message}`);
    } else if (line.t === 'merged') this.#takeMerged({ world: new Map(line.world), problems: line.problems });
  }

  /** Kinds of the work that was under way at the end. */
  get cutOff(): Kind[] {
    return [...this.#begun.values()].map(({ kind }) => kind);
  }

  #ack(line: Extract<Line, { t: 'ack' }>): void {
    const begun = this.#begun.get(line.n);
    this.#begun.delete(line.n);
    this.#expected.ack(line.n, line.change);
    this.acknowledged.push(line.kind);
    if (line.title !== undefined) this.titles.push(line.title);
    if (line.backup !== undefined) {
      const { quiet, ...which } = line.backup;
      this.backups.push({ which, world: quiet ? this.#expected.world() : null });
    }
    if (begun?.from === undefined) return;
    if (line.kind === 'replace') this.#expected = new Expected(this.#worldOf(begun.from));
    if (line.kind === 'merge')
      this.#merged = { ours: this.#expected.world(), backup: this.#worldOf(begun.from) };
  }

  #takeMerged(observed: Observed): void {
    if (this.#merged === null) throw new Error('a merge was told that was not confirmed');
    const differences = mergeDifferences(this.#merged.ours, this.#merged.backup, observed);
    this.failures.push(...[...observed.problems, ...differences].map((one) => `after a merge, ${one}`));
    this.#expected = new Expected(observed.world);
    this.#merged = null;
  }

  #worldOf(which: Which): World {
    const own = this.backups.find((one) => nameOf(one.which) === nameOf(which));
    return own?.world ?? this.#known(which);
  }

  /**
   * What is lost or mixed. `settled`: what the next start said of a restore that it found. `ended`: which of the
   * two a restore that was under way has become.
   */
  check(
    observed: Observed,
    settled: string | null,
  ): { problems: string[]; ended: 'old data' | 'new data' | null } {
    const problems = [...this.failures, ...observed.problems];
    const cut = [...this.#begun.values()].find(({ kind }) => kind === 'replace' || kind === 'merge');
    if (this.#merged !== null) {
      const { ours, backup } = this.#merged;
      return { problems: [...problems, ...mergeDifferences(ours, backup, observed)], ended: 'new data' };
    }
    const old = this.#expected.differences(observed);
    if (cut?.from === undefined) return { problems: [...problems, ...old], ended: null };
    const backup = this.#worldOf(cut.from);
    const fresh =
      cut.kind === 'replace'
        ? new Expected(backup).differences(observed)
        : mergeDifferences(this.#expected.world(), backup, observed);
    if (old.length > 0 && fresh.length > 0) {
      problems.push(`a killed ${cut.kind} left a mixture`);
      problems.push(...old.map((one) => `for the old data: ${one}`));
      problems.push(...fresh.map((one) => `for the new data: ${one}`));
    }
    // Both at once where the backup holds what was there.
    if (settled === 'finished' && fresh.length > 0) problems.push('it said finished and holds the old data');
    if (settled === 'rolled_back' && old.length > 0)
      problems.push('it said rolled back and holds the new data');
    return { problems, ended: fresh.length === 0 ? 'new data' : 'old data' };
  }
}
