import { parentPort } from 'node:worker_threads';
import type { AppErrorData } from '../../preload/contract/errors.ts';
import { AppError } from '../errors.ts';
import { StorageService } from './storageService.ts';
import { isMethod, type WorkerMessage, type WorkerRequest } from './workerProtocol.ts';

/** The data worker's entry: a StorageService behind messages. Started by StorageClient only. */
if (parentPort === null) throw new Error('dataWorker runs as a worker thread');
const port = parentPort;
const send = (message: WorkerMessage) => port.postMessage(message);

const service = new StorageService({ emit: (name, payload) => send({ kind: 'event', name, payload }) });

port.on('message', async (request: WorkerRequest) => {
  try {
    send({ kind: 'answer', id: request.id, ok: true, data: await call(request) });
  } catch (error) {
    send({ kind: 'answer', id: request.id, ok: false, error: toData(error) });
  }
});

async function call({ path: [part, method], args }: WorkerRequest): Promise<unknown> {
  if (!isMethod(part, method)) throw new AppError('UNKNOWN_ROUTE', `The storage has no ${part}.${method}.`);
  const target: object = part === 'service' ? service : service[part];
  const found: unknown = Reflect.get(target, method);
  if (typeof found !== 'function') throw new Error(`${part}.${method} is not implemented`);
  return Reflect.apply(found, target, args);
}

function toData(error: unknown): AppErrorData {
  if (error instanceof AppError) return error.toData();
  send({ kind: 'fault', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return {
    code: 'INTERNAL',
    message: 'The local storage met an unexpected error. What was confirmed before is saved. Try again.',
  };
}
