import { parentPort } from 'node:worker_threads';
import type { AppErrorData } from '../../preload/contract/errors.ts';
import { AppError } from '../errors.ts';
import { StorageService } from './storageService.ts';
import { cancelled, reportingWork } from './work.ts';
import {
  accessOf,
  type Part,
  type WorkerCancel,
  type WorkerMessage,
  type WorkerRequest,
} from './workerProtocol.ts';

/** The data worker's entry: a StorageService behind messages. Started by StorageClient only. */
if (parentPort === null) throw new Error('dataWorker runs as a worker thread');
const port = parentPort;
const send = (message: WorkerMessage) => port.postMessage(message);

const service = new StorageService({ emit: (name, payload) => send({ kind: 'event', name, payload }) });

const running = new Map<number, AbortController>();

port.on('message', async (request: WorkerRequest | WorkerCancel) => {
  if ('cancel' in request) {
    running.get(request.cancel)?.abort(cancelled());
    return;
  }
  try {
    send({ kind: 'answer', id: request.id, ok: true, data: await call(request) });
  } catch (error) {
    send({ kind: 'answer', id: request.id, ok: false, error: toData(error) });
  } finally {
    running.delete(request.id);
  }
});

async function call(request: WorkerRequest): Promise<unknown> {
  const {
    path: [part, method],
    args,
  } = request;
  const access = accessOf(part, method);
  if (access === null) throw new AppError('UNKNOWN_ROUTE', `The storage has no ${part}.${method}.`);
  return service.admit(access, async () => {
    // Looked up only now: a restore may have put another workspace in its place.
    const target: object = part === 'service' ? service : service[part as Exclude<Part, 'service'>];
    const found: unknown = Reflect.get(target, method);
    if (typeof found !== 'function') throw new Error(`${part}.${method} is not implemented`);
    return Reflect.apply(found, target, request.work ? [...args, workOf(request.id)] : args);
  });
}

function workOf(id: number) {
  const abort = new AbortController();
  running.set(id, abort);
  return reportingWork(abort.signal, (report) => send({ kind: 'work', id, report }));
}

function toData(error: unknown): AppErrorData {
  if (error instanceof AppError) return error.toData();
  send({ kind: 'fault', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return {
    code: 'INTERNAL',
    message: 'The local storage met an unexpected error. What was confirmed before is saved. Try again.',
  };
}
