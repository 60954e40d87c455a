import type { BackupInfo, BackupOverview, BackupSettings, Job } from '../../preload/contract/models.ts';
import { BACKUP_PARTS } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { JobHandle, JobOutcome, JobRunner } from '../jobs/jobs.ts';
import type { Shell } from '../platform/shell.ts';
import type { DocsApi } from '../storage/api.ts';
import type { Work } from '../storage/work.ts';
import { BackupRecords, type BackupState, proofKey, type SettingsPatch } from './backupRecords.ts';
import { BackupStates, isOverdue, lastGoodAt, withProofs } from './backupStates.ts';
import type { ProtectedPlace } from './guard.ts';
import type { Places } from './places.ts';
import { bucketPolicy, rolePolicy } from './policies.ts';
import type { BackupEngine, Which } from './ports.ts';
import { expired, lastGood } from './retention.ts';
import { targetOf } from './s3Client.ts';
import type { S3Place } from './s3Place.ts';
import { fetchBackup, removeBackup, sendBackup } from './transfer.ts';

export interface BackupServiceOptions {
  engine: BackupEngine;
  places: Places;
  docs: Pick<DocsApi, 'get' | 'put'>;
  jobs: JobRunner;
  emit: Emit;
  shell: Pick<Shell, 'saveLarge'>;
  /** This workspace's; known once storage is open. */
  installId: () => string;
  report(error: unknown): void;
  now?: () => Date;
}

type Place = 'local' | 's3';
const HOUR_MS = 3_600_000;

/** The backups of this workspace: what there is, making, proving, removing and exporting them. */
export class BackupService {
  readonly records: BackupRecords;
  readonly #options: BackupServiceOptions;
  readonly #states: BackupStates;
  readonly #now: () => Date;

  constructor(options: BackupServiceOptions) {
    this.#options = options;
    this.records = new BackupRecords(options.docs);
    this.#states = new BackupStates(options.places, () => options.emit('backups.changed', {}));
    this.#now = options.now ?? (() => new Date());
  }

  async overview(): Promise<BackupOverview> {
    const { settings, state, known } = await this.#read();
    const goodAt = lastGoodAt(settings, known, state);
    return {
      settings,
      backups: [...known.local, ...(known.s3 ?? [])].sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
      lastGoodAt: goodAt,
      nextAt: nextAt(settings, goodAt, state, this.#now()),
      overdue: isOverdue(settings, goodAt, state, this.#now()),
      problem: known.problem,
    };
  }

  /** For the status bar; asks no bucket. */
  async status(): Promise<{ lastGoodAt: string | null; overdue: boolean; running: boolean }> {
    const [settings, state] = [await this.records.settings(), await this.records.state()];
    const running = this.#options.jobs.current()?.kind === 'backup';
    return {
      lastGoodAt: state.lastGoodAt,
      overdue: isOverdue(settings, state.lastGoodAt, state, this.#now()),
      running,
    };
  }

  /** A new place is checked, written to and read from before it is saved. Answers with its warnings in `problem`. */
  async configure(patch: SettingsPatch): Promise<BackupOverview> {
    const before = await this.records.settings();
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const next: BackupSettings = { ...before, ...given };
    let warnings: string[] = [];
    if (next.s3 && JSON.stringify(next.s3) !== JSON.stringify(before.s3)) {
      const place = await this.#options.places.s3(targetOf(next.s3));
      warnings = await place.check();
      await place.tryWriting(this.#options.installId());
    }
    await this.records.saveSettings(next);
    const moved = JSON.stringify(next.s3) !== JSON.stringify(before.s3);
    await this.records.update((state) => ({
      wantedSince: next.auto ? (moved || !before.auto ? this.#now().toISOString() : state.wantedSince) : null,
      ...(moved && { lastGoodAt: null, lastTryAt: null, failures: 0 }),
    }));
    this.#options.emit('backups.changed', {});
    const overview = await this.overview();
    return { ...overview, problem: overview.problem ?? (warnings.join(' ') || null) };
  }

  async policies(bucket: string): Promise<{ bucketPolicy: string; rolePolicy: string }> {
    const { s3 } = await this.records.settings();
    const same = s3?.bucket === bucket ? s3 : null;
    const options = {
      bucket,
      installId: this.#options.installId(),
      region: same?.region ?? null,
      kmsKeyId: same?.kmsKeyId ?? null,
    };
    const text = (policy: object) => JSON.stringify(policy, null, 2);
    return { bucketPolicy: text(bucketPolicy(options)), rolePolicy: text(rolePolicy(options)) };
  }

  /** For the executor's guard. */
  async protectedPlace(): Promise<ProtectedPlace | null> {
    return (await this.records.settings()).s3;
  }

  /** Throws JOB_RUNNING. */
  create(reason = 'by hand', options: { cleanUp?: boolean } = {}): Job {
    return this.#options.jobs.start('backup', (handle) =>
      this.#backUp(reason, handle, options.cleanUp ?? true),
    );
  }

  /** A local backup as a step of another job: before a restore, a move, a deletion. */
  async safetyBackup(reason: string, work: Work): Promise<Which> {
    const made = await this.#options.engine.create(reason, work);
    this.#options.emit('backups.changed', {});
    return made;
  }

  /** Rejects with BACKUP_NOT_FOUND. */
  async prove(backupId: string, place: Place): Promise<Job> {
    const backup = await this.#find(backupId, place);
    return this.#options.jobs.start('prove', (handle) => this.#prove(backup, handle));
  }

  /** Rejects with INVALID_STATE for the last good backup of its place. */
  async delete(backupId: string, place: Place): Promise<BackupOverview> {
    this.#options.jobs.requireIdle();
    const backup = await this.#find(backupId, place);
    const known = await this.#require();
    if (lastGood(known[place])?.backupId === backupId) {
      const where = place === 'local' ? 'on this machine' : `in bucket ${known.settings.s3?.bucket}`;
      throw new AppError('INVALID_STATE', `This is the last good backup ${where}. Make another one first.`);
    }
    await removeBackup(await this.#place(place), backup);
    this.#options.emit('backups.changed', {});
    return this.overview();
  }

  /** One encrypted file for the person. A browser fetches it from the job's `download`. */
  export(): Job {
    return this.#options.jobs.start('export', async (handle) => {
      handle.step('Choosing where to save');
      let made: BackupInfo | undefined;
      const name = `cloudops-backup-${this.#now().toISOString().slice(0, 10)}.cloudops`;
      const { saved, where } = await this.#options.shell.saveLarge(name, async (path) => {
        made = await this.#options.engine.exportTo(path, handle);
      });
      if (saved === 'cancelled' || !made)
        throw new AppError('CANCELLED', 'No file was chosen; nothing was exported.');
      const { backupId } = made;
      if (saved === 'download')
        return { result: `${name}: ${countsInWords(made)}.`, backupId, download: where };
      return { result: `Saved as ${where}: ${countsInWords(made)}.`, backupId };
    });
  }

  /** Removes what is older than its retention: 7 days here, 30 in S3, unless set otherwise. */
  cleanupOldSnapshots(): Job {
    return this.#options.jobs.start('cleanup', async (handle) => {
      const removed = await this.#cleanUp(handle);
      return {
        result: removed === 0 ? 'Nothing was old enough to be removed.' : `${removed} old backups removed.`,
      };
    });
  }

  /**
   * At start: what a killed run left. An upload that broke off goes on as a job when its local backup is still
   * here; parts of one that is gone are removed. Null = there was nothing to go on with.
   */
  async settleInterrupted(): Promise<Job | null> {
    await this.#options.places.clearTemp();
    const settings = await this.records.settings();
    if (settings.s3 === null || this.#options.jobs.current()) return null;
    const installId = this.#options.installId();
    const s3 = await this.#options.places.s3(targetOf(settings.s3));
    const unfinished = await s3.unfinished(installId);
    if (unfinished.length === 0) return null;
    const local = await this.#states.catalog.list(await this.#options.places.local(), { installId });
    const [newest] = local.filter(
      ({ state, backupId }) => state === 'verified' && unfinished.includes(backupId),
    );
    await this.#dropUnfinished(
      s3,
      unfinished.filter((id) => id !== newest?.backupId),
    );
    if (!newest || this.#options.jobs.current()) return null;
    return this.#options.jobs.start('backup', async (handle) => {
      handle.about(newest.backupId);
      return this.#sendLocal(newest, settings, handle, false);
    });
  }

  async #backUp(reason: string, handle: JobHandle, cleanUp: boolean): Promise<JobOutcome> {
    const settings = await this.records.settings();
    const reused = reason === SCHEDULED ? await this.#unsentLocal(settings) : undefined;
    const made = reused ?? (await this.#options.engine.create(reason, handle));
    handle.about(made.backupId);
    this.#options.emit('backups.changed', {});
    if (settings.s3) return this.#sendLocal(made, settings, handle, cleanUp);
    await this.#succeeded(made);
    if (cleanUp) await this.#cleanUp(handle);
    return {
      result: `Saved on this machine and verified${await this.#counts(made)}.`,
      backupId: made.backupId,
    };
  }

  async #sendLocal(
    made: Which,
    settings: BackupSettings,
    handle: JobHandle,
    cleanUp: boolean,
  ): Promise<JobOutcome> {
    const place = await this.#options.places.s3(targetOf(settings.s3 ?? missing()));
    try {
      handle.step(`Checking ${place.label}`);
      await place.reach();
      await sendBackup(await this.#options.places.local(), place, made, handle);
    } catch (error) {
      this.#options.emit('backups.changed', {});
      if (!(error instanceof AppError) || error.code === 'CANCELLED') throw error;
      const words = `The backup on this machine is made and verified; its copy in S3 is not. ${error.message}`;
      throw new AppError(error.code, words, { cause: error });
    }
    await this.#succeeded(made);
    if (cleanUp) await this.#cleanUp(handle);
    return {
      result: `Saved to ${place.label}, read back and verified${await this.#counts(made)}.`,
      backupId: made.backupId,
    };
  }

  /** The schedule tries again with the local backup that could not be sent, while that is fresh. */
  async #unsentLocal(settings: BackupSettings): Promise<Which | undefined> {
    if (settings.s3 === null) return undefined;
    const { local, s3 } = await this.#require();
    const newest = lastGood(local);
    const age = newest ? this.#now().getTime() - Date.parse(newest.createdAt) : Number.NaN;
    const fresh = age >= 0 && age < settings.intervalHours * HOUR_MS;
    return fresh && !s3.some(({ backupId }) => backupId === newest?.backupId) ? newest : undefined;
  }

  async #prove(backup: BackupInfo, handle: JobHandle): Promise<JobOutcome> {
    const { engine, places } = this.#options;
    const own = { kind: 'own' } as const;
    handle.about(backup.backupId);
    try {
      if (backup.place === 'local') await engine.prove({ kind: 'here' }, backup, own, handle);
      else {
        const from = await this.#place('s3');
        await places.withTemp(async (to, path) => {
          await fetchBackup(from, to, backup, BACKUP_PARTS, handle);
          await engine.prove({ kind: 'folder', path }, backup, own, handle);
        });
      }
    } catch (error) {
      if (error instanceof AppError && error.code === 'BACKUP_DAMAGED')
        await this.#proved(backup, error.message);
      throw error;
    }
    await this.#proved(backup, null);
    return {
      result: `Everything decrypts and verifies: ${countsInWords(backup)}.`,
      backupId: backup.backupId,
    };
  }

  async #proved(backup: BackupInfo, damaged: string | null): Promise<void> {
    const at = this.#now().toISOString();
    const { local, s3 } = (await this.#read()).known;
    // Proofs of backups that are gone go with them; while the bucket is silent its own are kept.
    const there = new Set([...local, ...(s3 ?? [])].map((one) => proofKey(one.place, one.backupId)));
    await this.records.update(({ proofs }) => ({
      lastProofAt: at,
      proofs: {
        ...Object.fromEntries(
          Object.entries(proofs).filter(([key]) => there.has(key) || (s3 === null && key.startsWith('s3/'))),
        ),
        [proofKey(backup.place, backup.backupId)]: { at, damaged },
      },
    }));
    this.#options.emit('backups.changed', {});
  }

  async #cleanUp(work: Work): Promise<number> {
    work.step('Removing old backups');
    const { settings, ...known } = await this.#require();
    let removed = 0;
    for (const [place, days] of [
      ['local', settings.localRetentionDays],
      ['s3', settings.s3RetentionDays],
    ] as const) {
      for (const old of expired(known[place], days, this.#now())) {
        work.signal.throwIfAborted();
        await removeBackup(await this.#place(place), old);
        removed += 1;
      }
    }
    if (settings.s3) {
      const s3 = await this.#options.places.s3(targetOf(settings.s3));
      await this.#dropUnfinished(s3, await s3.unfinished(this.#options.installId()));
    }
    if (removed > 0) this.#options.emit('backups.changed', {});
    return removed;
  }

  /** Remains of backups that nobody will finish. A day's grace: another machine may be at it right now. */
  async #dropUnfinished(s3: S3Place, backupIds: string[]): Promise<void> {
    const dayAgo = new Date(this.#now().getTime() - 24 * HOUR_MS)
      .toISOString()
      .slice(0, 19)
      .replaceAll(':', '-');
    const installId = this.#options.installId();
    const here = new Set(
      (await (await this.#options.places.local()).list({ installId })).map(({ name }) => name),
    );
    for (const id of backupIds) {
      const ours = [...here].some((name) => name.includes(id));
      if (ours || id < dayAgo) await s3.removeUnfinished(installId, id);
    }
  }

  async #succeeded(which: Which): Promise<void> {
    const made = await this.#localInfo(which);
    await this.records.update(() => ({
      lastGoodAt: made?.createdAt ?? this.#now().toISOString(),
      failures: 0,
    }));
    this.#options.emit('backups.changed', {});
  }

  async #find(backupId: string, place: Place): Promise<BackupInfo> {
    const known = await this.#require();
    const backup = known[place].find((one) => one.backupId === backupId);
    if (backup) return backup;
    throw new AppError(
      'BACKUP_NOT_FOUND',
      'This backup is no longer there. Retention or another machine may have removed it.',
    );
  }

  async #place(place: Place) {
    if (place === 'local') return this.#options.places.local();
    return this.#options.places.s3(targetOf((await this.records.settings()).s3 ?? missing()));
  }

  async #counts(which: Which): Promise<string> {
    const info = await this.#localInfo(which);
    return info ? `: ${countsInWords(info)}` : '';
  }

  async #localInfo({ installId, backupId }: Which): Promise<BackupInfo | undefined> {
    const local = await this.#states.catalog.list(await this.#options.places.local(), { installId });
    return local.find((one) => one.backupId === backupId);
  }

  /** For screens: a bucket that does not answer holds nothing up. */
  async #read() {
    const [settings, state] = [await this.records.settings(), await this.records.state()];
    const { local, s3, problem } = await this.#states.read(settings, this.#options.installId());
    const known = { local: withProofs(local, state), s3: s3 && withProofs(s3, state), problem };
    return { settings, state, known };
  }

  /** For decisions: waits for the bucket and rejects with its problem. */
  async #require() {
    const [settings, state] = [await this.records.settings(), await this.records.state()];
    const { local, s3 } = await this.#states.require(settings, this.#options.installId());
    return { settings, local: withProofs(local, state), s3: withProofs(s3, state) };
  }
}

/** The reason that a backup of the schedule carries. */
export const SCHEDULED = 'by schedule';

function nextAt(
  settings: BackupSettings,
  goodAt: string | null,
  state: BackupState,
  now: Date,
): string | null {
  if (!settings.auto) return null;
  const last = Math.max(...[goodAt, state.lastTryAt].map((at) => (at ? Date.parse(at) : 0)));
  return new Date(Math.max(now.getTime(), last + settings.intervalHours * HOUR_MS)).toISOString();
}

export function countsInWords({ counts }: BackupInfo): string {
  const { chat_history: chat, aws_estate: estate, state } = counts;
  return `${chat ?? 0} conversation records, ${estate ?? 0} resources, ${state ?? 0} settings and journal records`;
}

function missing(): never {
  throw new AppError('BACKUP_PLACE', 'No bucket is chosen for backups. Choose one on the Backups screen.');
}
