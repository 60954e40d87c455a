import { type ChildProcess, spawn } from 'node:child_process';
import { AppError } from '../errors.ts';

export type FileAnswer =
  /** Nothing changed since `known`. */
  | { kind: 'same' }
  | { kind: 'bytes'; bytes: Buffer; stamp: string }
  /** Node's code: ENOENT, EACCES, … */
  | { kind: 'failed'; code: string };

export interface FileReaderOptions {
  /** How long a file may take to answer, in milliseconds, from when the reader began with it. */
  withinMs?: number;
}

interface Waiting {
  path: string;
  known: string | null;
  timer: NodeJS.Timeout | undefined;
  settle(answer: FileAnswer | AppError): void;
}

const WITHIN_MS = 4_000;
/** Until a reader runs: on a busy machine the start of a process takes seconds, which say nothing of the file. */
const START_MS = 30_000;
/** A reader nobody asks anything ends, and costs no memory. */
const IDLE_MS = 60_000;
/** Readers that even SIGKILL does not end, since the kernel waits for a server that is away. */
const LEFT_BEHIND = 3;

/**
 * What runs in the reader. The stamp is left out where the file was written a moment ago: it may be written
 * again within the same tick of the file system's clock.
 */
const READER = `
const { readFile, stat } = require('node:fs/promises');
const LIMIT = 64 * 1024 * 1024;
async function read({ path, known }) {
  const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs } = await stat(path, { bigint: true });
  const stamp = [dev, ino, size, mtimeNs, ctimeNs].join(':');
  if (stamp === known) return { kind: 'same' };
  if (size > LIMIT) return { kind: 'failed', code: 'EFBIG' };
  const bytes = await readFile(path);
  return { kind: 'bytes', bytes, stamp: Math.abs(Date.now() - Number(mtimeMs)) > 100 ? stamp : '' };
}
process.on('message', (message) => {
  process.send({ id: message.id, answer: null });
  read(message).catch((error) => ({ kind: 'failed', code: String(error.code) })).then((answer) => {
    if (process.connected) process.send({ id: message.id, answer });
  });
});
// Not exit: that would wait for reads that never end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
`;

/**
 * Reads files that may never answer (a network share that is away) in a process of its own. Within this process
 * such a read would hold one of Node's four file threads for ever, and the process could not even exit.
 */
export class FileReader {
  readonly #withinMs: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #leftBehind = new Set<ChildProcess>();
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;
  #closed = false;

  constructor(options: FileReaderOptions = {}) {
    this.#withinMs = options.withinMs ?? WITHIN_MS;
  }

  /**
   * The file's content, or `same` when its stamp is still `known`. Rejects with NETWORK when it does not answer
   * in time, and with NOT_READY once closed.
   */
  read(path: string, known: string | null = null): Promise<FileAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new AppError('NOT_READY', 'The app is closing; nothing new is read.'));
      if (this.#leftBehind.size >= LEFT_BEHIND) return reject(this.#silent(path));
      this.#lastId += 1;
      const id = this.#lastId;
      const settle = (answer: FileAnswer | AppError) => {
        clearTimeout(this.#waiting.get(id)?.timer);
        this.#waiting.delete(id);
        this.#rest();
        if (answer instanceof AppError) reject(answer);
        else resolve(answer);
      };
      this.#waiting.set(id, { path, known, timer: undefined, settle });
      this.#ask(id);
    });
  }

  /** Ends the reader; what it still read is given up. */
  close(): void {
    this.#closed = true;
    for (const { settle } of [...this.#waiting.values()]) {
      settle(new AppError('NOT_READY', 'The app is closing; nothing new is read.'));
    }
    this.#drop();
  }

  #ask(id: number): void {
    clearTimeout(this.#idle);
    const one = this.#waiting.get(id);
    if (!one) return;
    this.#limit(id, START_MS);
    this.#child ??= this.#start();
    this.#child.channel?.ref();
    this.#child.send({ id, path: one.path, known: one.known }, () => undefined);
  }

  #limit(id: number, ms: number): void {
    const one = this.#waiting.get(id);
    clearTimeout(one?.timer);
    if (one) one.timer = setTimeout(() => this.#giveUp(id), ms);
  }

  #start(): ChildProcess {
    const child = spawn(process.execPath, ['-e', READER], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
      windowsHide: true,
      // Nothing of ours is inherited. The first makes Electron a plain Node; the second lets reads that hang
      // leave room for others.
      env: { ...systemEnv(), ELECTRON_RUN_AS_NODE: '1', UV_THREADPOOL_SIZE: '16' },
    });
    child.unref();
    child.on('message', (message: { id: number; answer: (FileAnswer & { bytes?: Uint8Array }) | null }) => {
      const { id, answer } = message;
      // A reader that was left says nothing of those asked again of the next one.
      if (this.#child !== child) return;
      if (answer === null) return this.#limit(id, this.#withinMs);
      const bytes = answer.kind === 'bytes' ? { bytes: Buffer.from(answer.bytes) } : {};
      this.#waiting.get(id)?.settle({ ...answer, ...bytes });
    });
    const over = () => {
      this.#leftBehind.delete(child);
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const { settle } of [...this.#waiting.values()]) settle({ kind: 'failed', code: 'EIO' });
    };
    child.on('error', over);
    child.on('exit', over);
    return child;
  }

  /** Leaves a reader that hangs, and asks a new one for whatever else it was to read. */
  #giveUp(id: number): void {
    const one = this.#waiting.get(id);
    if (!one) return;
    this.#drop();
    one.settle(this.#silent(one.path));
    for (const other of this.#waiting.keys()) this.#ask(other);
  }

  #drop(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.#leftBehind.add(child);
    child.kill('SIGKILL');
    child.channel?.unref();
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    this.#child?.channel?.unref();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#drop(), IDLE_MS).unref();
  }

  #silent(path: string): AppError {
    const seconds = Math.ceil(this.#withinMs / 1_000);
    return new AppError(
      'NETWORK',
      `${path} did not answer within ${seconds} seconds. If it lies on a network share, make that reachable, then try again.`,
      { details: { file: path } },
    );
  }
}

/** Windows starts no program without these. */
function systemEnv(): Record<string, string> {
  const { SystemRoot, windir } = process.env;
  return { ...(SystemRoot && { SystemRoot }), ...(windir && { windir }) };
}
