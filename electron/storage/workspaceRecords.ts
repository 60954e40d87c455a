import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OpenOptions } from './api.ts';
import { AppDb, damagedAppDb } from './appDb.ts';
import { type SettledRestore, settleRestore } from './backup/settleRestore.ts';
import type { BackupGround, BackupWorkspace } from './backup/workspaceParts.ts';
import { damageOf } from './databaseFile.ts';
import { type EngineMeans, openEngine } from './engine.ts';
import { Journal } from './journal/journal.ts';
import { KeyringStore } from './keys/keyringStore.ts';
import { Sealer } from './sealing.ts';
import { toCollectionSpec } from './storageConfig.ts';
import type { Work } from './work.ts';

/**
 * What of a workspace opens without its engine: keys, documents, journal. When the engine's data cannot be used,
 * these are still open, so that a backup can be found and brought back.
 */
export class WorkspaceRecords {
  /** Without the master key: only the KeyringStore holds it. */
  readonly options: Omit<OpenOptions, 'masterKey'>;
  readonly means: EngineMeans;
  readonly keys: KeyringStore;
  readonly sealer: Sealer;
  readonly appDb: AppDb;
  readonly journal: Journal;
  /** What became of a restore that was under way. */
  readonly settled: SettledRestore | null;
  readonly collections: BackupWorkspace['collections'];

  /** Carries out a restore that was confirmed, then opens. Rejects with everything closed again. */
  static async open(options: OpenOptions, work: Work): Promise<WorkspaceRecords> {
    const { config, folder } = options;
    const means = meansOf(options);
    const collections = collectionsOf(config);
    const names = Object.values(collections).map(({ name }) => name);
    const openStore = async () => (await openEngine(config.qdrant, means, names)).store;
    const { masterKey: given, ...rest } = options;
    const settled = await settleRestore({ folder, masterKey: given, collections, openStore }, work);
    const masterKey = settled?.masterKey ?? given;
    const keys = await KeyringStore.open(folder, masterKey, { plain: !config.encryption.enabled });
    const sealer = new Sealer(keys.keyring);
    const appDb = new AppDb(existingAppDb(folder), keys.keyring, sealer);
    return new WorkspaceRecords({ options: rest, means, keys, sealer, appDb, settled, collections });
  }

  private constructor(
    parts: Pick<
      WorkspaceRecords,
      'options' | 'means' | 'keys' | 'sealer' | 'appDb' | 'settled' | 'collections'
    >,
  ) {
    this.options = parts.options;
    this.means = parts.means;
    this.keys = parts.keys;
    this.sealer = parts.sealer;
    this.appDb = parts.appDb;
    this.settled = parts.settled;
    this.collections = parts.collections;
    this.journal = new Journal(parts.appDb.journal, Date.now, parts.appDb.earlierJournals());
  }

  /** For reading backups and bringing them back. */
  get ground(): BackupGround {
    return {
      folder: this.options.folder,
      keyring: this.keys.keyring,
      copyMasterKey: () => this.keys.copyMasterKey(),
      keyringText: () => this.keys.text(),
      adoptIndexKeys: (source) => this.keys.adoptIndexKeys(source),
      collections: this.collections,
      bringAlong: () => this.appDb.bringAlong(),
    };
  }

  close(): void {
    this.appDb.close();
  }
}

export function collectionsOf(config: OpenOptions['config']): BackupWorkspace['collections'] {
  const { chat_history, aws_estate } = config.collections;
  return { chat_history: toCollectionSpec(chat_history), aws_estate: toCollectionSpec(aws_estate) };
}

function meansOf({ folder, qdrantBinary, qdrantApiKey }: OpenOptions): EngineMeans {
  return { folder, qdrantBinary, qdrantApiKey: qdrantApiKey ?? null };
}

/**
 * The engine is recorded after app.db was made: where it is, an app.db that is missing, empty or cut has lost accounts
 * and journal.
 */
function existingAppDb(folder: string): string {
  const file = path.join(folder, 'app.db');
  if (!existsSync(path.join(folder, 'engine.json'))) return file;
  const damage = damageOf(file);
  if (damage === null) return file;
  throw damagedAppDb(file, damage);
}
