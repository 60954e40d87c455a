import { randomUUID } from 'node:crypto';
import type { ScanCell, ScanRun } from '../../preload/contract/models.ts';
import { cut, withoutRegion } from '../../preload/contract/text.ts';
import type { Emit } from '../events.ts';
import { Throttle } from './throttle.ts';

const PROGRESS_EVERY_MS = 100;
const ESTATE_EVERY_MS = 1_000;
/** Each account may add a note; what is announced stays small however many there are. */
const LONGEST_MESSAGE = 4_000;
/** More changed resources than this are announced as all: 40 bytes each. */
const MOST_NAMED = 500;

/** One scan's numbers, announced as they change. */
export class RunProgress {
  readonly controller = new AbortController();
  readonly #emit: Emit;
  readonly #run: ScanRun;
  readonly #services = new Map<string, { service: string; found: number; done: number; total: number }>();
  readonly #notes: string[] = [];
  /** How many cells ended with each reason. */
  readonly #failures = new Map<string, number>();
  readonly #progress: Throttle;
  readonly #estate: Throttle;
  /** Ids that were not announced yet. */
  readonly #changed = new Set<string>();

  constructor(emit: Emit, services: string[]) {
    this.#emit = emit;
    this.#run = {
      runId: randomUUID(),
      state: 'running',
      startedAt: new Date().toISOString(),
      finishedAt: null,
      cellsTotal: 0,
      cellsDone: 0,
      cellsFailed: 0,
      found: 0,
      removed: 0,
      services: [],
      message: null,
    };
    for (const service of services) this.#services.set(service, { service, found: 0, done: 0, total: 0 });
    this.#progress = new Throttle(PROGRESS_EVERY_MS, () => this.#emit('scan.progress', this.view()));
    this.#estate = new Throttle(ESTATE_EVERY_MS, () => this.#announce());
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  view(): ScanRun {
    return { ...this.#run, services: [...this.#services.values()].map((service) => ({ ...service })) };
  }

  planned(services: string[]): void {
    for (const service of services) {
      this.#run.cellsTotal += 1;
      this.#service(service).total += 1;
    }
    this.#progress.request();
  }

  /** `changed`: ids of resources that are not as they were, removed ones included. */
  found(service: string, count: number, changed: readonly string[]): void {
    this.#run.found += count;
    this.#service(service).found += count;
    this.#progress.request();
    if (changed.length === 0) return;
    for (const id of changed) this.#changed.add(id);
    this.#estate.request();
  }

  ended(cell: ScanCell, removed: number): void {
    this.#run.cellsDone += 1;
    this.#run.removed += removed;
    if (!['ok', 'partial', 'cancelled'].includes(cell.status)) {
      this.#run.cellsFailed += 1;
      const reason = withoutRegion(cell.message ?? cell.status, cell.region);
      this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
    }
    this.#service(cell.service).done += 1;
    this.#progress.request();
  }

  /** Something about the run as a whole that a person should know; shown with its end. */
  note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes.push(text);
  }

  cancelling(): void {
    if (this.#run.state === 'running') this.#run.state = 'cancelling';
    this.#progress.flush();
  }

  /** The last announcement of the run. */
  finish(state: 'done' | 'cancelled' | 'failed', message: string | null): void {
    this.#run.state = state;
    const told = message ?? ([...this.#reasons(), ...this.#notes].join(' ') || null);
    this.#run.message = told && cut(told, LONGEST_MESSAGE);
    this.#run.finishedAt = new Date().toISOString();
    this.#estate.flush();
    this.#progress.flush();
  }

  #announce(): void {
    if (this.#changed.size === 0) return;
    const resourceIds = this.#changed.size > MOST_NAMED ? null : [...this.#changed];
    this.#changed.clear();
    this.#emit('estate.changed', { resourceIds });
  }

  /** Why a run in which nothing could be read read nothing: each reason once, with how many cells it ended. */
  #reasons(): string[] {
    const { cellsDone, cellsFailed } = this.#run;
    if (cellsDone === 0 || cellsFailed < cellsDone) return [];
    const groups = [...this.#failures].toSorted((a, b) => b[1] - a[1]);
    const [most, ...others] = groups;
    if (!most) return [];
    const told = `${most[1]} of ${cellsDone} cells: ${most[0]}`;
    return [
      'Nothing could be read.',
      told,
      ...(others.length > 0 ? ['Others are listed under Coverage.'] : []),
    ];
  }

  #service(service: string) {
    const known = this.#services.get(service) ?? { service, found: 0, done: 0, total: 0 };
    this.#services.set(service, known);
    return known;
  }
}
