import type { Readable } from 'node:stream';

const MAX_CHARACTERS = 32_000;

/** The last lines a child printed, bounded however much or however little it breaks into lines. */
export class LogTail {
  #text = '';

  follow(...streams: (Readable | null)[]): void {
    for (const stream of streams) {
      stream?.setEncoding('utf8');
      stream?.on('data', (chunk: string) => this.add(chunk));
    }
  }

  add(chunk: string): void {
    this.#text = (this.#text + chunk).slice(-MAX_CHARACTERS);
  }

  clear(): void {
    this.#text = '';
  }

  toString(): string {
    return this.#text;
  }
}
