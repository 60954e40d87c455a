import type { AppStatus, BackupInfo, Job, RescueOptions } from '../preload/contract/models.ts';
import type { RouteParsed } from '../preload/contract/requests.ts';
import type { BackupService } from './backup/backupService.ts';
import type { RestoreService } from './backup/restoreService.ts';
import { AppError } from './errors.ts';
import type { JobHandle, JobOutcome, JobRunner } from './jobs/jobs.ts';
import type { WhileStill } from './stillness.ts';
import type { JournalApi, StorageApi } from './storage/api.ts';
import type { OtherBackup } from './storage/backup/api.ts';
import { COLLECTION_PARTS } from './storage/backup/workspaceParts.ts';
import type { RemoteKeys } from './storage/engines/remoteKey.ts';
import type { LocalEngine } from './storage/maintenance/engineRescue.ts';
import type { StorageConfig } from './storage/storageConfig.ts';

type Request = RouteParsed<'storage.rescue'>;

export interface RescueOptionsOf {
  status(): Pick<AppStatus, 'phase' | 'failure' | 'engine'>;
  /** What the configuration asks for; another engine than that would not be opened again. */
  mode: StorageConfig['qdrant']['mode'];
  storage: Pick<StorageApi, 'putEngineAside' | 'reopenEngine'>;
  journal: Pick<JournalApi, 'append'>;
  backups: Pick<BackupService, 'known' | 'sourceOf'>;
  restores: Pick<RestoreService, 'rebuild'>;
  remoteKeys: Pick<RemoteKeys, 'forget' | 'store'>;
  jobs: JobRunner;
  /** Nothing may go on reading or writing; only asked of a workspace that is open. */
  whileStill: WhileStill;
  /** The storage is open again, with other data. */
  onOpened(): Promise<void>;
  /** Nothing came of it; the storage may be closed now. */
  onFailed(error: unknown): Promise<void>;
}

/**
 * The ways out of an engine whose data cannot be used, whether it fails at start or while the app runs: its data
 * is put aside and kept, and the workspace goes on with an empty engine or one that is filled from a backup.
 */
export class EngineRescue {
  readonly #options: RescueOptionsOf;

  constructor(options: RescueOptionsOf) {
    this.#options = options;
  }

  /** What can be done now; no targets while the engine is in order. */
  async options(): Promise<RescueOptions> {
    const targets = this.#targets();
    if (targets.length === 0) return { targets, backups: [], problem: null };
    const { backups, problem } = await this.#options.backups.known();
    return { targets, backups: backups.filter(isUsable), problem };
  }

  /** Rejects with INVALID_STATE while the engine is in order, BACKUP_NOT_FOUND, JOB_RUNNING. */
  async start({ to, backup }: Request, by: string): Promise<Job> {
    const { jobs } = this.#options;
    jobs.requireIdle();
    if (!this.#targets().includes(to)) throw this.#refused(to);
    const found = backup === null ? null : await this.#find(backup);
    const engine = this.#engineOf(to);
    return jobs.start('rescue', (handle) =>
      this.#whileStill(() => this.#carryOut(engine, found, handle, by)),
    );
  }

  async #carryOut(
    engine: LocalEngine,
    found: Found | null,
    handle: JobHandle,
    by: string,
  ): Promise<JobOutcome> {
    const chosen = found?.chosen ?? null;
    const { engine: before } = this.#options.status();
    const work = found === null ? this.#empty(engine, handle) : this.#rebuild(engine, found, handle);
    const result = await work.catch(async (error: unknown) => {
      await this.#options.onFailed(error);
      throw error;
    });
    if (before.url !== null) await this.#options.remoteKeys.forget(before.url);
    await this.#options.onOpened();
    await this.#record(engine, chosen, by);
    return { result, backupId: chosen?.backupId ?? null };
  }

  /** In a workspace that did not open nothing runs that could be in the way. */
  #whileStill<T>(work: () => Promise<T>): Promise<T> {
    return this.#options.status().phase === 'ready' ? this.#options.whileStill(work) : work();
  }

  /**
   * Another API key for the server that keeps the data, e.g. since the old one was revoked there. Tried before it
   * is kept: one that does not open the data changes nothing.
   */
  async useApiKey(apiKey: string | null): Promise<void> {
    const { url, state } = this.#options.status().engine;
    if (url === null || state !== 'failed') {
      throw new AppError(
        'INVALID_STATE',
        'Another API key is taken while the data is kept by a Qdrant server that does not answer with the present one.',
      );
    }
    this.#options.jobs.requireIdle();
    await this.#whileStill(async () => {
      await this.#options.storage.reopenEngine({ qdrantApiKey: apiKey }).catch(async (error: unknown) => {
        await this.#options.onFailed(error);
        throw error;
      });
      await this.#options.onOpened();
    });
    await this.#options.remoteKeys.store(url, apiKey);
  }

  #targets(): RescueOptions['targets'] {
    const { phase, failure, engine } = this.#options.status();
    const failedStart = phase === 'failed' && /^ENGINE_(FAILED|MISSING)$/.test(failure?.code ?? '');
    if (!failedStart && !(phase === 'ready' && engine.state === 'failed')) return [];
    const same = engine.kind !== 'remote' && failure?.code !== 'ENGINE_MISSING';
    const targets: RescueOptions['targets'] = same ? ['same'] : [];
    // SQLite anew is what `same` means there, except for a file that is missing.
    if (engine.kind !== 'sqlite' || !same) targets.push('sqlite');
    const { mode } = this.#options;
    return targets.filter((to) => mode === 'auto' || mode === this.#engineOf(to));
  }

  #engineOf(to: Request['to']): LocalEngine {
    const { kind } = this.#options.status().engine;
    return to === 'same' && kind === 'qdrant' ? 'qdrant' : 'sqlite';
  }

  #refused(to: Request['to']): AppError {
    const { mode } = this.#options;
    if (mode !== 'auto' && mode !== this.#engineOf(to)) {
      return new AppError(
        'INVALID_STATE',
        `The configuration asks for another engine (qdrant.mode or CLOUDOPS_ENGINE is ${mode}). Remove that setting, start the app again and choose again.`,
      );
    }
    return new AppError(
      'INVALID_STATE',
      'The storage engine is not in a state to be given up. Look at it again; to use another one, move the data.',
    );
  }

  async #find({ backupId, place }: NonNullable<Request['backup']>): Promise<Found> {
    const { backups } = await this.#options.backups.known();
    const usable = backups.filter((one) => isUsable(one) && one.place === place);
    const chosen = usable.find((one) => one.backupId === backupId);
    if (chosen) return { chosen, picks: picksOf(chosen, usable) };
    throw new AppError('BACKUP_NOT_FOUND', 'This backup is no longer there. Choose another one.');
  }

  async #rebuild(aside: LocalEngine, { chosen, picks }: Found, handle: JobHandle): Promise<string> {
    handle.about(chosen.backupId);
    const source = await this.#options.backups.sourceOf(chosen.place);
    const { installId } = chosen;
    const [first, ...others] = picks;
    const { result } = await this.#options.restores.rebuild(
      { source, installId, ...first, others, aside },
      handle,
    );
    return result;
  }

  async #empty(to: LocalEngine, handle: JobHandle): Promise<string> {
    handle.step('Putting the data aside');
    const { kept } = await this.#options.storage.putEngineAside(to);
    const where = kept === null ? '' : ` The data that could not be read is kept in ${kept}.`;
    return `${NAMES[to]} begins empty: scan your accounts to read their resources anew.${where}`;
  }

  /** It has happened: a journal that cannot take it now must not make it look failed. */
  async #record(to: LocalEngine, backup: BackupInfo | null, by: string): Promise<void> {
    const how = backup === null ? 'begun empty' : `rebuilt from the backup of ${backup.createdAt}`;
    const title = `Engine put aside since its data could not be used; ${NAMES[to]} ${how}`;
    await this.#options.journal
      .append({ kind: 'maintenance', title, accountId: null, by })
      .catch(() => undefined);
  }
}

const NAMES: Record<LocalEngine, string> = { sqlite: 'SQLite', qdrant: 'Qdrant' };

interface Found {
  chosen: BackupInfo;
  /** What comes from which backup; the chosen one first. */
  picks: [OtherBackup, ...OtherBackup[]];
}

function isUsable({ state, parts }: BackupInfo): boolean {
  return (
    (state === 'verified' || state === 'unverified') && COLLECTION_PARTS.some((part) => parts.includes(part))
  );
}

/** What the chosen backup does not hold comes from the newest before it that does. `usable`: newest first. */
function picksOf(chosen: BackupInfo, usable: readonly BackupInfo[]): Found['picks'] {
  const own = COLLECTION_PARTS.filter((part) => chosen.parts.includes(part));
  const others = COLLECTION_PARTS.filter((part) => !own.includes(part)).flatMap((part) => {
    const before = usable.find((one) => one.createdAt <= chosen.createdAt && one.parts.includes(part));
    return before === undefined ? [] : [{ backupId: before.backupId, parts: [part] }];
  });
  return [{ backupId: chosen.backupId, parts: own }, ...others];
}
