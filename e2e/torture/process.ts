import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Line, Order } from './protocol.ts';

/** Without a word for so long the process hangs. */
const SILENCE_MS = 120_000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface Death {
  killed: boolean;
  /** Of a process that ended by itself where it should not have, or hung. */
  problem: string | null;
}

/** A process with everything loaded that waits for its order. */
export class Mortal {
  readonly #child: Child;
  readonly #lines: AsyncIterableIterator<string>;
  readonly #closed: Promise<[number | null, string | null]>;
  #errors = '';
  #hung = false;

  constructor(program: string) {
    this.#child = spawn(process.execPath, [program], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl+C ends the torture in order, not the process under it.
      detached: true,
    });
    // It may be dead before its order is written.
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#closed = once(this.#child, 'close') as Promise<[number | null, string | null]>;
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Gives the order and every line that is printed, until the end. */
  async run(order: Order, heard: (line: Line) => void): Promise<Death> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    const watch = setTimeout(() => {
      this.#hung = true;
      this.kill();
    }, SILENCE_MS);
    for await (const text of this.#lines) {
      watch.refresh();
      // The last line may be cut off: it was not said.
      const line = parsed(text);
      if (line !== null) heard(line);
    }
    const [code, signal] = await this.#closed;
    clearTimeout(watch);
    const killed = signal === 'SIGKILL' && !this.#hung;
    if (killed || (order.first === null && code === 0)) return { killed, problem: null };
    const how = this.#hung ? `hung for ${SILENCE_MS / 1_000} s` : `ended by itself (${signal ?? code})`;
    return { killed, problem: `the process ${how}: ${this.#errors.slice(-3_000)}` };
  }

  async end(): Promise<void> {
    this.kill();
    await this.#closed;
  }
}

/** Keeps one process ready beside the one that works. */
export class Mortals {
  readonly #program: string;
  #spare: Mortal;

  constructor(program: string) {
    this.#program = program;
    this.#spare = new Mortal(program);
  }

  next(): Mortal {
    const next = this.#spare;
    this.#spare = new Mortal(this.#program);
    return next;
  }

  end(): Promise<void> {
    return this.#spare.end();
  }
}

function parsed(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
