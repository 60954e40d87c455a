import { GONE, type Watch } from './catalog/spec.ts';

/** What is known about the call whose effect is watched. */
export interface Sending {
  /** AWS answered that it accepted the call. */
  accepted: boolean;
  /** It was sent by this process just now, so that AWS may still show the old state for a while. */
  fresh: boolean;
}

/** How a watch ended. `status` is the last state seen, `GONE` included; null when none could be read. */
export type Settled =
  /** The end state was seen, and it proves the change. */
  | { kind: 'reached'; status: string }
  /** The end state is shown, but it looks like the one before: the change itself was not seen. */
  | { kind: 'unproved'; status: string }
  /** It no longer exists, and that was not the aim. */
  | { kind: 'lost'; status: string }
  /** It is in a state from which it will not come to the end by itself. */
  | { kind: 'broken'; status: string }
  /** It was changing and is back where it started. */
  | { kind: 'back'; status: string }
  /** Nothing shows that the call was carried out. */
  | { kind: 'unseen'; status: string | null }
  | { kind: 'timeout'; status: string | null };

const BROKEN =
  /^(failed|incompatible-|inaccessible-encryption-credentials|insufficient-|restore-error|terminated$)/;

/** Judges one sighting after the other. Time is monotonic, in milliseconds. */
export class Watching {
  readonly #watch: Watch;
  readonly #sending: Sending;
  readonly #graceMs: number;
  #moved = false;
  /** Since when it has been shown where it started, without a break. */
  #restingSince: number | null = null;

  constructor(watch: Watch, sending: Sending, graceMs: number) {
    this.#watch = watch;
    this.#sending = sending;
    this.#graceMs = graceMs;
  }

  /** It has been seen changing. */
  get moved(): boolean {
    return this.#moved;
  }

  see(status: string, now: number): Settled | null {
    const { evidence, before, passing, end } = this.#watch;
    if (passing.includes(status)) {
      this.#moved = true;
      this.#restingSince = null;
      return null;
    }
    if (evidence === 'none') return this.#resting(status);
    if (end.includes(status)) {
      if (evidence === 'state' || this.#moved) return { kind: 'reached', status };
      return this.#overdue(now) ? this.#resting(status) : null;
    }
    if (before.includes(status)) {
      const suspicious = this.#moved || !this.#sending.accepted || !this.#sending.fresh;
      if (!this.#overdue(now) || !suspicious) return null;
      return { kind: this.#moved ? 'back' : 'unseen', status };
    }
    this.#restingSince = null;
    if (status === GONE) return { kind: 'lost', status };
    return BROKEN.test(status) ? { kind: 'broken', status } : null;
  }

  #overdue(now: number): boolean {
    this.#restingSince ??= now;
    return now - this.#restingSince >= this.#graceMs;
  }

  /** The end looks like the start: only the accepted request says that something happened. */
  #resting(status: string): Settled {
    if (!this.#sending.accepted) return { kind: 'unseen', status };
    if (this.#watch.end.includes(status)) return { kind: 'unproved', status };
    return status === GONE ? { kind: 'lost', status } : { kind: 'broken', status };
  }
}
