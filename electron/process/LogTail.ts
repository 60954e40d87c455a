import type { Readable } from 'node:stream';
import { wholeAt } from '../../preload/contract/text.ts';

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
    const text = this.#text + chunk;
    this.#text = text.slice(wholeAt(text, Math.max(0, text.length - MAX_CHARACTERS)));
  }

  clear(): void {
    this.#text = '';
  }

  toString(): string {
    return this.#text;
  }
}
