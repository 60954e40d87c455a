import { AppError } from '../../electron/errors.ts';
import type { StorageApi } from '../../electron/storage/api.ts';
import type { LocalBackupEngine } from '../../electron/storage/backup/backupEngine.ts';
import { quietWork, type Work } from '../../electron/storage/work.ts';
import type { Ack, Begin, Kind, Order, Restorable } from './protocol.ts';
import { say } from './say.ts';
import { laneHere, Turns } from './turns.ts';

const NOTHING: Begin = { change: [], removes: [], whole: false, from: null, parts: [], file: null };

/** The process that is to die, as its work sees it: what it may use, and telling of every call before and after. */
export class Actor {
  readonly order: Order;
  readonly storage: StorageApi;
  readonly engine: LocalBackupEngine;
  readonly restorable: Restorable[];
  readonly conversations: string[] = [];
  installId = '';
  readonly #turns: Turns;
  #last = 0;
  #unsure = false;

  constructor(parts: { order: Order; storage: StorageApi; engine: LocalBackupEngine }) {
    this.order = parts.order;
    this.#turns = new Turns(parts.order.follow?.turns ?? null);
    this.storage = parts.storage;
    this.engine = parts.engine;
    this.restorable = [...parts.order.restorable];
  }

  /** Whether the call succeeded. */
  async run(
    kind: Kind,
    begin: Partial<Begin>,
    call: (work: Work) => Promise<Partial<Ack> | undefined>,
  ): Promise<boolean> {
    const lane = laneHere();
    await this.#turns.take('begin');
    this.#last += 1;
    const n = this.#last;
    const step = () => say({ t: 'step', n, kind });
    say({ t: 'begin', n, lane, kind, ...NOTHING, ...begin });
    try {
      const ack = await call({ ...quietWork(), step, progress: step });
      await this.#turns.take('end');
      say({ t: 'ack', n, lane, kind, change: begin.change ?? [], backup: null, title: null, ...ack });
      return true;
    } catch (error) {
      await this.#turns.take('end');
      const code = error instanceof AppError ? error.code : 'none';
      const message = error instanceof AppError ? error.message : String((error as Error).stack ?? error);
      say({ t: 'fail', n, lane, kind, code, message });
      this.#unsure ||= code !== 'NOT_FOUND';
      return false;
    }
  }

  /** Whether a call has failed since it was last asked. */
  takeUnsure(): boolean {
    const unsure = this.#unsure;
    this.#unsure = false;
    return unsure;
  }

  async readConversations(): Promise<void> {
    const all = await this.storage.chat.getAllContexts();
    this.conversations.splice(0, Infinity, ...all.map(({ conversationId }) => conversationId));
  }
}
