import {
  BACKUP_PARTS,
  type BackupInfo,
  type BackupOverview,
  type BackupPart,
  type BackupSettings,
  type BackupSource,
  type Job,
} from '../../preload/contract/models.ts';
import { newestFirst } from '../../preload/contract/times.ts';
import { AppError } from '../errors.ts';
import type { JobHandle, JobOutcome, JobRunner } from '../jobs/jobs.ts';
import type { Shell } from '../platform/shell.ts';
import { PART_WORDS } from '../storage/backup/info.ts';
import type { Work } from '../storage/work.ts';
import type { BackupRecords, SettingsPatch } from './backupRecords.ts';
import { BackupWork } from './backupWork.ts';
import type { ProtectedPlace } from './guard.ts';
import { BackupLedger, type LedgerOptions, type PlaceKind } from './ledger.ts';
import { bucketPolicy, rolePolicy } from './policies.ts';
import type { BackupEngine, Which } from './ports.ts';
import { lastGood, lastGoodOf } from './retention.ts';
import { targetOf } from './s3Client.ts';
import { goodAtOf, standingOf } from './standing.ts';
import { removeBackup } from './transfer.ts';
import { countsInWords, listInWords } from './words.ts';

export interface BackupServiceOptions extends LedgerOptions {
  engine: BackupEngine;
  jobs: JobRunner;
  shell: Pick<Shell, 'saveLarge'>;
  /** The recovery key and passphrase that open this workspace now, by digest. */
  slots(): Promise<readonly { digest: string }[]>;
  now?: () => Date;
}

export interface CreateOptions {
  /** All of them when absent. */
  parts?: readonly BackupPart[] | undefined;
  /** By hand when absent. */
  reason?: string;
  /** Whether what is too old goes afterwards; yes when absent. */
  cleanUp?: boolean;
}

/** The reason that a backup of the schedule carries. */
export const SCHEDULED = 'by schedule';

/** The backups of this workspace: what there is, making, proving, removing and exporting them. */
export class BackupService {
  readonly #options: BackupServiceOptions;
  readonly #ledger: BackupLedger;
  readonly #work: BackupWork;
  readonly #now: () => Date;
  /** The last good backup as a screen was told last. */
  #said: string | null | undefined;

  constructor(options: BackupServiceOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    this.#ledger = new BackupLedger(options);
    this.#work = new BackupWork({ ledger: this.#ledger, engine: options.engine, now: this.#now });
  }

  /** What the schedule remembers. */
  get records(): BackupRecords {
    return this.#ledger.records;
  }

  async overview(): Promise<BackupOverview> {
    const { settings, state, known } = await this.#ledger.read();
    const slots = await this.#options.slots();
    const listed = (of: BackupInfo[]) =>
      of.map((one) => ({
        ...one,
        lastGoodOf: lastGoodOf(one, of, this.#now().getTime()),
        opensWithFormerKey: this.#ledger.opensWithFormerKey(one, slots),
      }));
    const backups = [...listed(known.local), ...listed(known.s3 ?? [])];
    const standing = standingOf(settings, goodAtOf(settings, known, state, this.#now()), state, this.#now());
    this.#say(standing.lastGoodAt);
    return {
      ...standing,
      settings,
      backups: backups.sort(newestFirst(this.#now().getTime())),
      problem: known.problem,
      warnings: known.warnings,
    };
  }

  /** What there is, newest first. Unlike an overview it needs no engine: one that failed is rebuilt from these. */
  async known(): Promise<{ backups: BackupInfo[]; problem: string | null }> {
    const { local, s3, problem } = (await this.#ledger.read()).known;
    const backups = [...local, ...(s3 ?? [])].sort(newestFirst(this.#now().getTime()));
    return { backups, problem };
  }

  /** For the status bar: the same as the overview says, without asking a bucket. */
  async status(): Promise<{ lastGoodAt: string | null; overdue: boolean; running: boolean }> {
    const { settings, state, known } = await this.#ledger.remembered();
    const goodAt = goodAtOf(settings, known, state, this.#now());
    const { lastGoodAt, overdue } = standingOf(settings, goodAt, state, this.#now());
    this.#said = lastGoodAt;
    return { lastGoodAt, overdue, running: this.#options.jobs.current()?.kind === 'backup' };
  }

  /** A new place is checked, written to and read from before it is saved. */
  async configure(patch: SettingsPatch): Promise<BackupOverview> {
    const before = await this.records.settings();
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const next: BackupSettings = { ...before, ...given };
    const moved = JSON.stringify(next.s3) !== JSON.stringify(before.s3);
    if (moved) await this.#checkPlace(next);
    await this.records.saveSettings(next);
    const begun = moved || !before.auto ? this.#now().toISOString() : undefined;
    await this.records.update((state) => ({
      wantedSince: next.auto ? (begun ?? state.wantedSince) : null,
      ...(moved && { goodAt: {}, cancelledAt: {}, lastTryAt: null, failures: 0 }),
    }));
    this.#ledger.changed();
    return this.overview();
  }

  async policies(bucket: string): Promise<{ bucketPolicy: string; rolePolicy: string }> {
    const { s3 } = await this.records.settings();
    const same = s3?.bucket === bucket ? s3 : null;
    const { installId } = this.#ledger;
    const options = { bucket, installId, region: same?.region ?? null, kmsKeyId: same?.kmsKeyId ?? null };
    const text = (policy: object) => JSON.stringify(policy, null, 2);
    return { bucketPolicy: text(bucketPolicy(options)), rolePolicy: text(rolePolicy(options)) };
  }

  /** Where backups of this kind are read from. Rejects with BACKUP_PLACE when no bucket is chosen. */
  async sourceOf(kind: PlaceKind): Promise<BackupSource> {
    if (kind === 'local') return { kind: 'here' };
    const { s3 } = await this.records.settings();
    if (s3 === null) throw new AppError('BACKUP_PLACE', 'No bucket is chosen for backups.');
    const { bucket, region, endpoint, profile } = s3;
    return { kind: 's3', bucket, region, endpoint, access: { profile } };
  }

  /** For the executor's guard, `touchesBackups`. */
  async protectedPlace(): Promise<ProtectedPlace | null> {
    return (await this.records.settings()).s3;
  }

  /** Throws JOB_RUNNING. */
  create({ parts = BACKUP_PARTS, reason = 'by hand', cleanUp = true }: CreateOptions = {}): Job {
    const wanted = BACKUP_PARTS.filter((part) => parts.includes(part));
    const how = { reason, parts: wanted, reuse: reason === SCHEDULED, cleanUp };
    return this.#options.jobs.start('backup', (handle) => this.#work.backUp(how, handle));
  }

  /** A local backup as a step of another job: before a move, a rotation, a deletion. */
  safetyBackup(reason: string, work: Work): Promise<Which> {
    return this.#work.create(reason, work);
  }

  /** Rejects with BACKUP_NOT_FOUND. */
  async prove(backupId: string, place: PlaceKind): Promise<Job> {
    const backup = await this.#ledger.find(backupId, place);
    return this.#options.jobs.start('prove', (handle) => this.#work.prove(backup, handle));
  }

  /** Rejects with INVALID_STATE for the last good backup of a part in its place. */
  async delete(backupId: string, place: PlaceKind): Promise<BackupOverview> {
    this.#options.jobs.requireIdle();
    const backup = await this.#ledger.find(backupId, place);
    const known = await this.#ledger.require();
    const only = lastGoodOf(backup, known[place], this.#now().getTime());
    if (only.length > 0) {
      const where = place === 'local' ? 'on this machine' : `in bucket ${known.settings.s3?.bucket}`;
      const what =
        only.length === BACKUP_PARTS.length ? '' : ` of ${listInWords(only.map((part) => PART_WORDS[part]))}`;
      throw new AppError(
        'INVALID_STATE',
        `This is the last good backup${what} ${where}. Make another one first.`,
      );
    }
    await removeBackup(await this.#ledger.place(place), backup);
    this.#ledger.changed();
    return this.overview();
  }

  /** A new backup as one encrypted file for the person. A browser fetches it from the job's `download`. */
  export(): Job {
    return this.#options.jobs.start('export', (handle) => this.#export(handle));
  }

  /** Removes what is older than its retention: 7 days here, 30 in S3, unless set otherwise. */
  cleanupOldSnapshots(): Job {
    return this.#options.jobs.start('cleanup', async (handle) => {
      const removed = await this.#work.cleanUp(handle);
      const result =
        removed === 0
          ? 'Nothing was old enough to be removed.'
          : `${removed} old ${removed === 1 ? 'backup was' : 'backups were'} removed.`;
      return { result };
    });
  }

  /**
   * At start: what a killed run left. An upload that broke off goes on as a job when its local backup is still
   * here; parts of one that is gone are removed. Null = there was nothing to go on with.
   */
  async settleInterrupted(): Promise<Job | null> {
    const { jobs } = this.#options;
    if (jobs.current()) return null;
    await this.#ledger.places.clearTemp();
    const settings = await this.records.settings();
    if (settings.s3 === null) return null;
    const s3 = await this.#ledger.s3(settings);
    const local = await this.#ledger.local();
    const ids = local.map(({ backupId }) => backupId);
    const unfinished = await s3.unfinished(this.#ledger.installId, ids);
    if (unfinished.length === 0) return null;
    const newest = lastGood(
      local.filter(({ backupId }) => unfinished.includes(backupId)),
      [],
      this.#now().getTime(),
    );
    await this.#work.dropUnfinished(
      s3,
      unfinished.filter((id) => id !== newest?.backupId),
    );
    if (!newest || jobs.current()) return null;
    return jobs.start('backup', (handle) => this.#work.send(newest, settings, false, handle));
  }

  /** A bucket that was looked at may tell another age than the status bar shows: that is then read anew. */
  #say(lastGoodAt: string | null): void {
    const before = this.#said;
    this.#said = lastGoodAt;
    if (before !== undefined && before !== lastGoodAt) this.#ledger.changed();
  }

  async #export(handle: JobHandle): Promise<JobOutcome> {
    const { engine, shell } = this.#options;
    let made: BackupInfo | undefined;
    handle.step('Choosing where to save');
    const name = `cloudops-backup-${this.#now().toISOString().slice(0, 10)}.cloudops`;
    const { saved, where } = await shell.saveLarge(name, async (path) => {
      made = await engine.exportTo(path, handle);
    });
    if (saved === 'cancelled' || !made)
      throw new AppError('CANCELLED', 'No file was chosen; nothing was exported.');
    this.#ledger.changed();
    const { backupId } = made;
    const counts = countsInWords(made);
    if (saved === 'download') return { result: `${name} holds ${counts}.`, backupId, download: where };
    return { result: `Saved as ${where}: ${counts}.`, backupId };
  }

  async #checkPlace({ s3 }: BackupSettings): Promise<void> {
    if (s3 === null) return;
    const place = await this.#ledger.places.s3(targetOf(s3));
    await place.check();
    await place.tryWriting(this.#ledger.installId);
  }
}
