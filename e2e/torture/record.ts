import { type Content, Expected, mergeDifferences } from './expected.ts';
import type { Ack, Begin, Kind, Line, Observed, Which } from './protocol.ts';
import type { World } from './world.ts';

type Begun = Begin & { kind: Kind };
const RESTORES: Kind[] = ['replace', 'merge', 'takeover'];

export const nameOf = ({ installId, backupId }: Which) => `${installId}/${backupId}`;

export interface Confirmed {
  which: Which;
  place: 'here' | 's3';
  /** Null when others wrote meanwhile. */
  content: Content | null;
}

/** What one process said before it died, held against what it left. */
export class Record {
  readonly failures: string[] = [];
  readonly acknowledged: Kind[] = [];
  readonly backups: Confirmed[] = [];
  readonly files: { file: string; which: Which }[] = [];
  /** Failed because something else was killed or cut: whether they were carried out is open. */
  readonly unsure: Begun[] = [];
  /** Why, of those. */
  readonly forgiven: string[] = [];
  /** Of the journal, in the order of their confirmation. */
  readonly titles: string[];
  readonly #content: (which: Which) => Content;
  readonly #forgives: (kind: Kind, code: string) => boolean;
  #expected: Expected;
  readonly #begun = new Map<number, Begun>();
  /** A merge that was confirmed and whose outcome was not told. */
  #merged: Begun | null = null;

  constructor(
    start: Content,
    known: {
      content: (which: Which) => Content;
      /** Whether such a failure is what the round has asked for. */
      forgives: (kind: Kind, code: string) => boolean;
    },
  ) {
    this.#expected = new Expected(start);
    this.titles = [...start.titles];
    this.#content = known.content;
    this.#forgives = known.forgives;
  }

  take(line: Line): void {
    switch (line.t) {
      case 'begin':
        this.#begun.set(line.n, line);
        this.#expected.begin(line.n, line);
        if (line.file !== null && line.from !== null) this.files.push({ file: line.file, which: line.from });
        break;
      case 'ack':
        this.#ack(line.n, line.kind, line);
        break;
      case 'fail':
        this.#fail(line);
        break;
      case 'merged':
        this.#takeMerged(line);
        break;
      default:
    }
  }

  /** Kinds of the work that was under way at the end. */
  get cutOff(): Kind[] {
    return [...this.#begun.values()].map(({ kind }) => kind);
  }

  /** What is known of a workspace that was found like this. */
  contentOf(world: World): Content {
    const { removed, wipedAt } = this.#expected;
    return { world, removed: new Set(removed), wipedAt, titles: [...this.titles] };
  }

  #ack(n: number, kind: Kind, { change, backup, title }: Ack): void {
    const begun = this.#begun.get(n);
    this.#begun.delete(n);
    this.#expected.ack(n, change);
    this.acknowledged.push(kind);
    if (title !== null) this.titles.push(title);
    if (backup !== null) this.#keep(backup);
    if (begun === undefined || !RESTORES.includes(kind)) return;
    const from = this.#from(begun);
    if (kind === 'merge') {
      this.#merged = begun;
      return;
    }
    this.#expected = this.#expected.replaced(begun.parts, from);
    this.#expected.learn(from, begun.parts.includes('state'));
  }

  #keep({ known, place, ...which }: NonNullable<Ack['backup']>): void {
    // Sent later than it was made: its content is that of the moment it was made.
    const made = this.backups.find((one) => nameOf(one.which) === nameOf(which));
    const now = known ? this.contentOf(this.#expected.world()) : null;
    this.backups.push({ which, place, content: made?.content ?? now });
  }

  #fail({ n, kind, code, message }: Extract<Line, { t: 'fail' }>): void {
    const begun = this.#begun.get(n);
    this.#begun.delete(n);
    if (begun !== undefined && this.#forgives(kind, code)) {
      this.unsure.push(begun);
      this.forgiven.push(`${kind} ${code}`);
    } else this.failures.push(`${kind} failed: ${code} ${message}`);
  }

  #takeMerged({ world, problems }: Observed): void {
    const begun = this.#merged;
    if (begun === null) throw new Error('a merge was told that was not confirmed');
    const found: World = new Map(world);
    const differences = mergeDifferences(this.#expected, this.#from(begun), begun.parts, found);
    this.failures.push(...[...problems, ...differences].map((one) => `after a merge, ${one}`));
    this.#expected = new Expected(this.contentOf(found));
    this.#expected.learn(this.#from(begun));
    this.#merged = null;
  }

  #from(begun: Begun): Content {
    if (begun.from === null) throw new Error('a restore of nothing');
    const own = this.backups.find(({ which }) => begun.from !== null && nameOf(which) === nameOf(begun.from));
    return own?.content ?? this.#content(begun.from);
  }

  /**
   * What is lost or mixed. `settled`: what the next start said of a restore that it found. `ended`: which of the
   * two a restore that was under way has become.
   */
  check(
    { world, problems }: Observed,
    settled: string | null,
  ): { problems: string[]; ended: 'old data' | 'new data' | null } {
    const found: World = new Map(world);
    const all = [...this.failures, ...problems];
    if (this.#merged !== null) {
      const { parts } = this.#merged;
      const from = this.#from(this.#merged);
      const mixed = mergeDifferences(this.#expected, from, parts, found);
      this.#expected.learn(from);
      return { problems: [...all, ...mixed], ended: 'new data' };
    }
    const old = this.#expected.differences(found);
    const cut = [...this.#begun.values(), ...this.unsure].find(({ kind }) => RESTORES.includes(kind));
    if (cut === undefined) return { problems: [...all, ...old], ended: null };
    const backup = this.#from(cut);
    const fresh =
      cut.kind === 'merge'
        ? mergeDifferences(this.#expected, backup, cut.parts, found)
        : this.#expected.replaced(cut.parts, backup).differences(found);
    const replacesState = cut.kind !== 'merge' && cut.parts.includes('state');
    if (fresh.length === 0) this.#expected.learn(backup, replacesState);
    if (old.length > 0 && fresh.length > 0) {
      all.push(`a killed ${cut.kind} left a mixture`);
      all.push(...old.slice(0, 10).map((one) => `for the old data: ${one}`));
      all.push(...fresh.slice(0, 10).map((one) => `for the new data: ${one}`));
    }
    // Both at once where the backup holds what was there.
    if (settled === 'finished' && fresh.length > 0) all.push('it said finished and holds the old data');
    if (settled === 'rolled_back' && old.length > 0) all.push('it said rolled back and holds the new data');
    return { problems: all, ended: fresh.length === 0 ? 'new data' : 'old data' };
  }
}
