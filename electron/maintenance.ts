import type { Account, AppStatus, Job } from '../preload/contract/models.ts';
import type { RouteParsed } from '../preload/contract/requests.ts';
import { AppError } from './errors.ts';
import type { JobHandle, JobRunner } from './jobs/jobs.ts';
import type { MaintenanceApi } from './storage/api.ts';
import type { WhileStill } from './stillness.ts';
import type { RemoteKeys } from './storage/engines/remoteKey.ts';
import { checkRemoteUrl } from './storage/engines/remoteUrl.ts';
import type { StorageConfig } from './storage/storageConfig.ts';
import type { Work } from './storage/work.ts';

export interface MaintenanceOptions {
  storage: MaintenanceApi;
  accounts: { get(accountId: string): Promise<Account | null> };
  /** What was read from storage before is out of date. */
  reload(): void;
  jobs: JobRunner;
  /** What the configuration asks for. */
  mode: StorageConfig['qdrant']['mode'];
  /** The one in use. */
  engine(): Pick<AppStatus['engine'], 'url'>;
  /** The API keys of Qdrant servers elsewhere. */
  remoteKeys: Pick<RemoteKeys, 'store' | 'forget'>;
  /** A running scan would write rows back; a running execution would refresh its own. */
  whileStill: WhileStill;
  /** Makes a backup within the same job; rejects when there must be none of what follows. */
  safetyBackup(reason: string, work: Work): Promise<unknown>;
}

/** The phrase that deletes everything; compared on this side, never on the screen alone. */
const DELETE_EVERYTHING = 'delete everything';

/** Work on all of the stored data, as jobs. Each makes a backup first. */
export class Maintenance {
  readonly #options: MaintenanceOptions;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  /** NAME_MISMATCH unless the account's name or id was typed. */
  async forgetAccount(accountId: string, typed: string, by: string): Promise<Job> {
    const account = await this.#options.accounts.get(accountId);
    if (!account) throw new AppError('NOT_FOUND', `Account ${accountId} is not connected.`);
    if (typed !== account.name && typed !== accountId) {
      throw new AppError(
        'NAME_MISMATCH',
        `Type ${account.name} or ${accountId} exactly. Nothing was removed.`,
      );
    }
    return this.#start('forget_account', 'before an account was forgotten', async (work) => {
      const { resources } = await this.#options.storage.forgetAccount({ accountId, by }, work);
      return `${account.name} was forgotten: ${resources} resources were removed from this machine. Nothing changed in AWS.`;
    });
  }

  async deleteAll(typed: string, by: string): Promise<Job> {
    if (typed !== DELETE_EVERYTHING) {
      throw new AppError('NAME_MISMATCH', `Type "${DELETE_EVERYTHING}" exactly. Nothing was deleted.`);
    }
    return this.#start('delete_all', 'before everything was deleted', async (work) => {
      const { conversations, resources } = await this.#options.storage.deleteAll({ by }, work);
      return `${conversations} conversations and ${resources} resources were deleted. The journal is kept.`;
    });
  }

  /** INVALID_INPUT for the engine that is in use, and for an address that is none; INVALID_STATE for a fixed engine. */
  moveEngine(to: RouteParsed<'storage.moveEngine'>['to'], by: string): Job {
    const { storage, remoteKeys, mode } = this.#options;
    if (mode !== 'auto') {
      throw new AppError(
        'INVALID_STATE',
        `The configuration fixes the engine (qdrant.mode or CLOUDOPS_ENGINE is ${mode}): the next start would refuse the data at its new place. Remove that setting, start the app again, then move.`,
      );
    }
    const from = this.#options.engine().url;
    const url = to.kind === 'remote' ? checkRemoteUrl(to.url) : null;
    if (url !== null && url === from) {
      // Its key must not be taken for the one of a move that failed.
      throw new AppError('INVALID_INPUT', `The data is kept by Qdrant at ${url} already.`);
    }
    return this.#start('move_engine', 'before the move to another engine', async (work) => {
      // Before the data goes there: without its key the next start could not open it.
      if (to.kind === 'remote' && url !== null) await remoteKeys.store(url, to.apiKey);
      const moved = await storage.moveEngine({ to, by }, work).catch(async (error: unknown) => {
        // Unless the data is there, and only the journal could not be told.
        if (url !== null && this.#options.engine().url !== url) await remoteKeys.forget(url);
        throw error;
      });
      if (from !== null) await remoteKeys.forget(from);
      const points = Object.values(moved.points).reduce((sum, count) => sum + count, 0);
      return `Moved to ${moved.name}: ${points} points were copied and compared.`;
    });
  }

  #start(kind: Job['kind'], reason: string, work: (handle: JobHandle) => Promise<string>): Job {
    const { jobs, safetyBackup, reload, whileStill } = this.#options;
    return jobs.start(kind, (handle) =>
      whileStill(async () => {
        await safetyBackup(reason, handle);
        const result = await work(handle);
        reload();
        return { result };
      }),
    );
  }
}
