import { join } from 'node:path';
import type { AwsClient, AwsClientClass, ClientPool, ClientScope } from '../../electron/aws/types.ts';
import { ExecutionService } from '../../electron/execute/executionService.ts';
import type { Timings } from '../../electron/execute/ports.ts';
import type { Resource } from '../../preload/contract/models.ts';
import { parseKey } from '../../electron/storage/keys/keySource.ts';
import { StorageConfig } from '../../electron/storage/storageConfig.ts';
import { StorageClient } from '../../electron/storage/workerClient.ts';
import { Control } from '../torture/control.ts';
import { CHANGED_TAG, CHANGED_TYPE, type TakeoverLine, type TakeoverOrder } from './takeover.ts';

/**
 * The process that is killed while it takes a folder over: opens it through the real client and data worker, settles
 * what was open in AWS, where everything has meanwhile come to rest, and writes rows anew. Argument: JSON of
 * TakeoverOrder.
 */
const order = JSON.parse(process.argv[2] ?? '') as TakeoverOrder;
const say = (line: TakeoverLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const control = Control.make();
const storage = new StorageClient({ workerPath: join(import.meta.dirname, 'worker.mjs') });
const masterKey = parseKey(order.masterKey);
if (masterKey === null) throw new Error('this is no master key');
if (order.die !== null) control.arm(order.die);
say({ t: 'opening' });
await storage.open({
  config: StorageConfig.parse({ qdrant: { mode: order.engine } }),
  folder: order.folder,
  masterKey,
  qdrantBinary: order.qdrantBinary,
});
await storage.find.resolve('whole');
say({ t: 'open' });

/** AWS at the far end of the wire: whatever is sent to it is told, and nothing comes back. */
const clients: ClientPool = {
  client<C extends AwsClient>(clientClass: AwsClientClass<C>, { region }: ClientScope): C {
    const handle = (request: { hostname: string; body?: unknown }) => {
      say({ t: 'sent', call: `${request.hostname} ${String(request.body)}` });
      return Promise.reject(new Error('nothing may be sent'));
    };
    const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
    return new clientClass({ region, credentials, maxAttempts: 1, requestHandler: { handle } });
  },
  destroy: () => undefined,
};

/** Every database that was to be stopped is. */
async function describe({ accountId, region, resourceType, nativeId }: Resource): Promise<Resource | null> {
  const id = await storage.find.locate({ accountId, region, resourceType, nativeId });
  const found = id === null ? null : await storage.estate.get(id);
  return found && { ...found, state: 'stopped' };
}

/** The first writes of this version: rows that 0.1.0 wrote have changed in AWS. Done again they change nothing. */
async function writeAnew(): Promise<void> {
  for (const { id } of await estate.byType(CHANGED_TYPE)) {
    const resource = await estate.get(id);
    if (resource === null) throw new Error(`resource ${id} is listed and not stored`);
    const { id: _id, asOf: _asOf, revision: _revision, ...collected } = resource;
    const tags = { ...collected.tags, ...CHANGED_TAG };
    await estate.upsert({ ...collected, tags }, new Date().toISOString());
  }
}

const TIMINGS: Partial<Timings> = { firstPollMs: 1, maxPollMs: 5, graceMs: 50 };
const ended = Promise.withResolvers<void>();
const { journal, estate, find } = storage;
const isOver = async () => {
  if ((await journal.unfinished()).length === 0) ended.resolve();
};
const execution = new ExecutionService(
  {
    journal,
    estate,
    find,
    clients,
    sessions: { identity: () => Promise.reject(new Error('nobody is asked')) },
    accounts: {
      get: async () => null,
      requireUnlocked: () => Promise.reject(new Error('nobody is asked')),
    },
    describe,
    touchesBackups: async () => false,
    emit: () => void isOver(),
    report: (error) => {
      throw error;
    },
  },
  { timings: TIMINGS },
);
await execution.reconcile();
await isOver();
await ended.promise;
await execution.stop();
await writeAnew();
await storage.shutdown();
say({ t: 'done' });
