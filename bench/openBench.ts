import { appPaths } from '../electron/config.ts';
import { StorageConfig } from '../electron/storage/storageConfig.ts';
import { StorageClient } from '../electron/storage/workerClient.ts';

/** A workspace in its worker, as the app opens it: on Qdrant where its binary is named, else on SQLite. */
export async function openBench(options: {
  /** The folder of the app's own sources, `electron/`. */
  entry: string;
  folder: string;
  masterKey: Uint8Array;
  qdrantBinary: string | null;
}): Promise<StorageClient> {
  const { entry, folder, masterKey, qdrantBinary } = options;
  const storage = new StorageClient({ workerPath: appPaths(entry).dataWorker });
  const config = StorageConfig.parse({ qdrant: { mode: qdrantBinary === null ? 'sqlite' : 'qdrant' } });
  await storage.open({ config, folder, masterKey, qdrantBinary });
  return storage;
}
