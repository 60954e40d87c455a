import type { BackupInfo, BackupSource, Job, Secret } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { JobHandle, JobRunner } from '../jobs/jobs.ts';
import type { LocalSource, OtherBackup } from '../storage/backup/api.ts';
import { infoOf, timeInWords } from '../storage/backup/info.ts';
import type { BackupPart } from '../storage/backup/names.ts';
import type { BackupReader } from '../storage/backup/place.ts';
import { readManifest } from '../storage/backup/proveBackup.ts';
import type { LocalEngine } from '../storage/maintenance/engineRescue.ts';
import { Attempts } from '../storage/keys/attempts.ts';
import { quietWork } from '../storage/work.ts';
import { BackupCatalog } from './catalog.ts';
import type { Places } from './places.ts';
import type { BackupEngine, Which } from './ports.ts';
import { lastGood } from './retention.ts';
import { fetchBackup } from './transfer.ts';

export interface RestoreServiceOptions {
  engine: BackupEngine;
  places: Places;
  jobs: JobRunner;
  /** Shared with whatever else tries secrets. */
  attempts?: Attempts;
  /** Runs it with everything out of the way that reads and writes by itself, or follows the journal. */
  whileStill<T>(work: () => Promise<T>): Promise<T>;
  /** After the swap: the screens ask again. */
  onRestored(): Promise<void> | void;
}

export interface RestoreRequest extends Which {
  source: BackupSource;
  secret: Secret;
  mode: 'replace' | 'merge';
  parts: readonly BackupPart[];
  /** Parts that the backup does not hold, from others of its install in the same place. */
  others?: readonly OtherBackup[] | undefined;
  /** Into a new engine, see `rebuild`. */
  aside?: LocalEngine;
}

/**
 * From a source to this workspace. Works without a key and without open storage, as on a new machine. Typed
 * keys and secrets live in the call that brought them and in its job: they are not kept.
 */
export class RestoreService {
  readonly #options: RestoreServiceOptions;
  readonly #attempts: Attempts;

  constructor(options: RestoreServiceOptions) {
    this.#options = options;
    this.#attempts = options.attempts ?? new Attempts();
  }

  /** Which installs and backups are there, newest first. Rejects with BACKUP_NOT_FOUND when there are none. */
  async discover(
    source: BackupSource,
  ): Promise<{ installs: { installId: string; backups: BackupInfo[] }[] }> {
    const place = await this.#options.places.reader(source);
    const backups = await new BackupCatalog().list(place);
    if (backups.length === 0) {
      const hint =
        source.kind === 'folder'
          ? ' Choose the folder in which the folder of an install lies; its name is like 0b5c2f1e-….'
          : '';
      throw new AppError('BACKUP_NOT_FOUND', `There is no backup of this app in ${place.label}.${hint}`);
    }
    const byInstall = Map.groupBy(backups, ({ installId }) => installId);
    return { installs: [...byInstall].map(([installId, of]) => ({ installId, backups: of })) };
  }

  /** Tries the secret on the manifest alone. */
  async open(source: BackupSource, which: Which, secret: Secret): Promise<BackupInfo> {
    const { engine, places } = this.#options;
    const place = await places.reader(source);
    const { bytes, manifest } = await readManifest(place, which);
    if (source.kind !== 's3') await this.#try(() => engine.open(source, which, secret), secret);
    else {
      await places.withTemp(async (to, path) => {
        await fetchBackup(place, to, which, [], quietWork());
        await this.#try(() => engine.open({ kind: 'folder', path }, which, secret), secret);
      });
    }
    return infoOf(manifest.body, place.kind, bytes.length);
  }

  /** What was typed is tried as at the lock screen; THROTTLED while too many are. */
  #try(open: () => Promise<void>, { kind }: Secret): Promise<void> {
    return kind === 'own' ? open() : this.#attempts.run(open);
  }

  /** The secret is tried before the job begins, so that a wrong one is answered at once. Throws JOB_RUNNING. */
  async run(request: RestoreRequest): Promise<Job> {
    const { jobs } = this.#options;
    jobs.requireIdle();
    await this.open(request.source, request, request.secret);
    const kind = request.source.kind === 'file' ? 'import' : 'restore';
    return jobs.start(kind, async (handle) => {
      handle.about(request.backupId);
      try {
        const result = await this.#restore(request, handle, async (exchange) =>
          this.#options.whileStill(async () => {
            const restored = await exchange();
            await this.#options.onRestored();
            return restored;
          }),
        );
        return { result, backupId: request.backupId };
      } catch (error) {
        throw await this.#withNextOlder(error, request);
      }
    });
  }

  /**
   * For an engine whose data cannot be used: conversations and resources from one of this workspace's own backups,
   * into a new engine. What the rest of the workspace holds stays.
   */
  async rebuild(
    from: Pick<RestoreRequest, 'source' | 'installId' | 'backupId' | 'parts' | 'others'> & {
      aside: LocalEngine;
    },
    handle: JobHandle,
  ): Promise<{ result: string }> {
    const request: RestoreRequest = { ...from, secret: { kind: 'own' }, mode: 'replace' };
    try {
      // The rescue that this is a part of sees to what else runs.
      return { result: await this.#restore(request, handle, (exchange) => exchange()) };
    } catch (error) {
      throw await this.#withNextOlder(error, request);
    }
  }

  /** `around` the exchange alone: a download may take hours. */
  async #restore(
    request: RestoreRequest,
    handle: JobHandle,
    around: (exchange: () => Promise<string>) => Promise<string>,
  ): Promise<string> {
    const { engine, places } = this.#options;
    const { source, secret, mode, parts, others = [], aside = null } = request;
    const how = { secret, mode, parts, others, aside };
    const exchange = (from: LocalSource) =>
      around(async () => (await engine.restore(from, request, how, handle)).result);
    if (source.kind !== 's3') return exchange(source);
    const from = await places.reader(source);
    return places.withTemp(async (to, path) => {
      for (const one of [request, ...others])
        await fetchBackup(
          from,
          to,
          { installId: request.installId, backupId: one.backupId },
          one.parts,
          handle,
        );
      return exchange({ kind: 'folder', path });
    });
  }

  /** A damaged backup: the sentence ends with the next older good one. */
  async #withNextOlder(error: unknown, request: RestoreRequest): Promise<unknown> {
    if (!(error instanceof AppError) || error.code !== 'BACKUP_DAMAGED') return error;
    const older = await this.#nextOlder(request).catch(() => undefined);
    const offer = older
      ? `The next older good backup is of ${timeInWords(older.createdAt)} (${older.backupId}).`
      : 'There is no older good backup in this place.';
    const details = { ...error.details, ...(older && { olderBackupId: older.backupId }) };
    return new AppError('BACKUP_DAMAGED', `${error.message} ${offer}`, { cause: error, details });
  }

  async #nextOlder({ source, installId, backupId, parts }: RestoreRequest): Promise<BackupInfo | undefined> {
    const place: BackupReader = await this.#options.places.reader(source);
    const backups = await new BackupCatalog().list(place, { installId });
    const older = backups.filter((one) => one.backupId < backupId);
    return lastGood(older, parts);
  }
}
