import { asTyped, likeness } from '../../../preload/contract/spelling.ts';
import { Chains } from './chains.ts';
import type { Row } from './rowStore.ts';
import { stretches } from './stretches.ts';

/** A part of a text that is some resource's whole name, id or ARN. */
export interface NamedRun {
  /** As written. */
  text: string;
  start: number;
  end: number;
  /** Written inside quotes: nothing but a name is meant. */
  quoted: boolean;
  rows: Row[];
}

/** A name with more words than this is found by the ranked search only. */
const WORDS_IN_A_NAME = 16;

/** Full equality of name, native id or ARN, without regard to case. */
export class ExactNames {
  readonly #rows: readonly (Row | undefined)[];
  /** Three entries a slot: its name, its native id and its ARN, each only where it is another text. */
  readonly #chains = new Chains();
  /** Rows whose name is typed otherwise than it is written, by what is typed; they are few. */
  readonly #typed = new Map<string, Set<Row>>();
  /** Rows whose name looks like other text than it is, by what it looks like. They are few. */
  readonly #lookAlikes = new Map<string, Set<Row>>();

  /** `rows` by slot, as they will be. */
  constructor(rows: readonly (Row | undefined)[]) {
    this.#rows = rows;
  }

  put(row: Row): void {
    const before: string[] = [''];
    for (const [n, key] of keysOf(row).entries()) {
      if (!before.includes(key)) this.#chains.put(row.slot * KEYS + n, key);
      before.push(key);
    }
    const typed = asTyped(row.name);
    if (!before.includes(typed)) this.#typed.set(typed, (this.#typed.get(typed) ?? new Set()).add(row));
    const looks = likeness(row.name);
    if (looks === typed) return;
    this.#lookAlikes.set(looks, (this.#lookAlikes.get(looks) ?? new Set()).add(row));
  }

  /** Call before the row's names change. */
  remove(row: Row): void {
    for (let n = 0; n < KEYS; n++) this.#chains.remove(row.slot * KEYS + n);
    for (const [rows, key] of [
      [this.#typed, asTyped(row.name)],
      [this.#lookAlikes, likeness(row.name)],
    ] as const) {
      const alike = rows.get(key);
      if (alike?.delete(row) && alike.size === 0) rows.delete(key);
    }
  }

  clear(): void {
    this.#chains.clear();
    this.#typed.clear();
    this.#lookAlikes.clear();
  }

  /** Those spelt exactly so come first. */
  get(text: string): Row[] {
    const key = text.toLowerCase();
    const found = this.#chains.find(key).flatMap((entry) => {
      const row = this.#rows[Math.floor(entry / KEYS)];
      return row && keysOf(row)[entry % KEYS] === key ? row : [];
    });
    for (const row of this.#typed.get(key) ?? []) found.push(row);
    if (found.length < 2) return found;
    const isSpeltSo = (row: Row) => row.name === text || row.nativeId === text || row.arn === text;
    return found.sort((a, b) => Number(isSpeltSo(b)) - Number(isSpeltSo(a)));
  }

  /**
   * All rows that a part of the text may name, the longest parts first: where names overlap or lie inside one
   * another, each of them; and to a name with odd letters all that look the same.
   */
  namedIn(text: string): Row[] {
    const found = new Set<Row>();
    const parts = stretches(text).sort((a, b) => b.end - b.start - (a.end - a.start));
    for (const { start, end } of parts) {
      const part = text.slice(start, end);
      const typed = asTyped(part);
      const rows = this.get(typed).sort(byPlace);
      for (const row of rows) found.add(row);
      const looks = likeness(part);
      if (rows.length === 0 || looks === typed) continue;
      const alike = [...this.get(looks), ...(this.#lookAlikes.get(looks) ?? [])].sort(byPlace);
      for (const row of alike) found.add(row);
    }
    return [...found];
  }

  /** The whole names in a text, longest first where they overlap, in the order of the text. */
  findIn(text: string): NamedRun[] {
    const { starts, ends } = wordEdges(text);
    const candidates: { start: number; end: number }[] = [];
    for (const start of starts) {
      let words = 0;
      for (const end of ends) {
        if (end <= start) continue;
        if (/\s/.test(text[end - 1] ?? '')) continue;
        words += 1;
        if (words > WORDS_IN_A_NAME * 2) break;
        candidates.push({ start, end });
      }
    }
    candidates.sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
    const runs: NamedRun[] = [];
    for (const { start, end } of candidates) {
      if (runs.some((run) => start < run.end && run.start < end)) continue;
      const written = text.slice(start, end);
      const rows = this.get(written);
      if (rows.length === 0) continue;
      runs.push({ text: written, start, end, quoted: isQuoted(text, start, end), rows });
    }
    return runs.sort((a, b) => a.start - b.start);
  }
}

/** An order that no scan changes and a person can follow: account, region, type, id. */
function byPlace(a: Row, b: Row): number {
  const key = (row: Row) => [row.accountId, row.region, row.resourceType, row.nativeId].join('|');
  return key(a) < key(b) ? -1 : 1;
}

const KEYS = 3;

function keysOf(row: Row): [name: string, nativeId: string, arn: string] {
  return [row.name.toLowerCase(), row.nativeId.toLowerCase(), row.arn.toLowerCase()];
}

/** Marks that end a word wherever they stand; the others only at a word's edge, since names contain them. */
const SEPARATORS = /[\s,;"'`‘’“”()[\]{}<>=?!]/;
const EDGE_MARKS = /[.:/@#*…-]/;

/** Where a name may start and end: at separators, and inside the marks at a word's edge ("… web-1." ). */
function wordEdges(text: string): { starts: number[]; ends: number[] } {
  const starts = new Set<number>();
  const ends = new Set<number>();
  const separates = (i: number) => i < 0 || i >= text.length || SEPARATORS.test(text[i] ?? '');
  for (let i = 0; i < text.length; i++) {
    if (separates(i - 1) && !/\s/.test(text[i] ?? '')) {
      let start = i;
      starts.add(start);
      while (EDGE_MARKS.test(text[start] ?? '')) starts.add(++start);
    }
    // A name may itself hold separators, e.g. "web (old)": both sides of each are edges.
    if (separates(i) && !/\s/.test(text[i] ?? '')) {
      starts.add(i);
      ends.add(i + 1);
    }
    if (separates(i + 1) && !/\s/.test(text[i] ?? '')) {
      let end = i + 1;
      ends.add(end);
      while (end > 0 && EDGE_MARKS.test(text[end - 1] ?? '')) ends.add(--end);
    }
  }
  return { starts: [...starts].sort((a, b) => a - b), ends: [...ends].sort((a, b) => a - b) };
}

function isQuoted(text: string, start: number, end: number): boolean {
  return /["'`‘“]/.test(text[start - 1] ?? '') && /["'`’”]/.test(text[end] ?? '');
}
