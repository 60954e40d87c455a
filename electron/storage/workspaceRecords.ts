import { existsSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../errors.ts';
import type { OpenOptions } from './api.ts';
import { AppDb } from './appDb.ts';
import { type SettledRestore, settleRestore } from './backup/settleRestore.ts';
import type { BackupGround, BackupWorkspace } from './backup/workspaceParts.ts';
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

/** The engine is recorded after app.db was made: one without the other means that accounts and journal are lost. */
function existingAppDb(folder: string): string {
  const file = path.join(folder, 'app.db');
  if (existsSync(file) || !existsSync(path.join(folder, 'engine.json'))) return file;
  throw new AppError(
    'STORAGE_FAILED',
    `${file} is missing: it holds the accounts, the settings and the journal of this workspace. Put it back from a copy of the folder, or open another folder. Nothing was changed.`,
    { details: { path: file } },
  );
}
