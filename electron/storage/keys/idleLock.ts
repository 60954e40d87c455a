interface Options {
  /** Minutes without input after which the workspace is locked; 0 = never. Read before each look. */
  minutes(): Promise<number>;
  lock(): unknown;
  report(error: unknown): void;
  now?: () => Instant;
}

/** Both clocks: one stands still while the machine sleeps, the other can be set. */
interface Instant {
  wall: number;
  monotonic: number;
}

const LOOK_EVERY_MS = 10_000;

/** Locks the workspace when nobody has been at a screen of it for a while, and when the machine goes to sleep. */
export class IdleLock {
  readonly #options: Options;
  readonly #now: () => Instant;
  #activeAt: Instant;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#now = options.now ?? (() => ({ wall: Date.now(), monotonic: performance.now() }));
    this.#activeAt = this.#now();
  }

  start(): void {
    this.active();
    this.#timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Somebody is there. */
  active(): void {
    this.#activeAt = this.#now();
  }

  /** Locks when it is time; whichever clock says so first. */
  async look(): Promise<void> {
    const minutes = await this.#minutes();
    const now = this.#now();
    const idle = Math.max(now.wall - this.#activeAt.wall, now.monotonic - this.#activeAt.monotonic);
    if (minutes > 0 && idle >= minutes * 60_000) this.#options.lock();
  }

  /** The machine goes to sleep, or its screen was locked. */
  async sleeps(): Promise<void> {
    if ((await this.#minutes()) > 0) this.#options.lock();
  }

  /** Settings that cannot be read lock nothing; nor does a workspace that is locked or not open yet. */
  async #minutes(): Promise<number> {
    if (this.#timer === undefined) return 0;
    try {
      return await this.#options.minutes();
    } catch (error) {
      this.#options.report(error);
      return 0;
    }
  }
}
