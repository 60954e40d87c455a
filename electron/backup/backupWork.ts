import {
  BACKUP_PARTS,
  type BackupInfo,
  type BackupPart,
  type BackupSettings,
} from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { JobHandle, JobOutcome } from '../jobs/jobs.ts';
import type { Work } from '../storage/work.ts';
import { proofKey } from './backupRecords.ts';
import type { BackupLedger } from './ledger.ts';
import type { BackupEngine, Which } from './ports.ts';
import { expired, lastGood } from './retention.ts';
import type { S3Place } from './s3Place.ts';
import { intervalMs } from './standing.ts';
import { fetchBackup, removeBackup, sendBackup } from './transfer.ts';
import { countsInWords } from './words.ts';

const HOUR_MS = 3_600_000;

export interface BackupWorkOptions {
  ledger: BackupLedger;
  engine: BackupEngine;
  now: () => Date;
}

/** What happens inside the jobs of backups. */
export class BackupWork {
  readonly #options: BackupWorkOptions;

  constructor(options: BackupWorkOptions) {
    this.#options = options;
  }

  /** Local first, verified; then the copy in S3; then what is too old goes. */
  async backUp(
    how: { reason: string; parts: readonly BackupPart[]; reuse: boolean; cleanUp: boolean },
    handle: JobHandle,
  ): Promise<JobOutcome> {
    const { ledger } = this.#options;
    const settings = await ledger.records.settings();
    const made =
      (how.reuse ? await this.#unsentLocal(settings, how.parts) : undefined) ??
      (await this.create(how.reason, handle, how.parts));
    handle.about(made.backupId);
    if (settings.s3) return this.send(made, settings, how.cleanUp, handle);
    await this.#succeeded(made);
    if (how.cleanUp) await this.cleanUp(handle);
    return {
      result: `Saved on this machine and verified${await this.#counts(made)}.`,
      backupId: made.backupId,
    };
  }

  async create(reason: string, work: Work, parts?: readonly BackupPart[]): Promise<Which> {
    const { engine, ledger } = this.#options;
    const made = await engine.create(reason, work, parts);
    ledger.changed();
    return made;
  }

  async send(
    made: Which,
    settings: BackupSettings,
    cleanUp: boolean,
    handle: JobHandle,
  ): Promise<JobOutcome> {
    const { ledger } = this.#options;
    const place = await ledger.s3(settings);
    handle.about(made.backupId);
    try {
      handle.step(`Checking ${place.label}`);
      await place.reach();
      await sendBackup(await ledger.places.local(), place, made, handle);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'CANCELLED') throw error;
      const words = `The backup on this machine is made and verified; its copy in S3 is not. ${error.message}`;
      throw new AppError(error.code, words, { cause: error });
    }
    await this.#succeeded(made);
    if (cleanUp) await this.cleanUp(handle);
    return {
      result: `Saved to ${place.label}, read back and verified${await this.#counts(made)}.`,
      backupId: made.backupId,
    };
  }

  async prove(backup: BackupInfo, handle: JobHandle): Promise<JobOutcome> {
    const { ledger, engine } = this.#options;
    const secret = { kind: 'own' } as const;
    handle.about(backup.backupId);
    try {
      if (backup.place === 'local') await engine.prove({ kind: 'here' }, backup, secret, handle);
      else {
        const from = await ledger.place('s3');
        await ledger.places.withTemp(async (to, path) => {
          await fetchBackup(from, to, backup, BACKUP_PARTS, handle);
          await engine.prove({ kind: 'folder', path }, backup, secret, handle);
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

  /** Answers how many backups were removed. */
  async cleanUp(work: Work): Promise<number> {
    const { ledger, now } = this.#options;
    work.step('Removing old backups');
    const { settings, ...known } = await ledger.require();
    let removed = 0;
    for (const [place, days] of [
      ['local', settings.localRetentionDays],
      ['s3', settings.s3RetentionDays],
    ] as const) {
      for (const old of expired(known[place], days, now())) {
        work.signal.throwIfAborted();
        await removeBackup(await ledger.place(place), old);
        removed += 1;
      }
    }
    if (settings.s3) {
      const s3 = await ledger.s3(settings);
      const ours = (await ledger.local()).map(({ backupId }) => backupId);
      await this.dropUnfinished(s3, await s3.unfinished(ledger.installId, ours));
    }
    if (removed > 0) ledger.changed();
    return removed;
  }

  /** Remains of backups that nobody will finish. A day's grace: another machine may be at it right now. */
  async dropUnfinished(s3: S3Place, backupIds: string[]): Promise<void> {
    const { ledger, now } = this.#options;
    const dayAgo = now().getTime() - 24 * HOUR_MS;
    const ours = new Set((await ledger.local()).map(({ backupId }) => backupId));
    for (const id of backupIds) {
      if (ours.has(id) || timeOf(id) < dayAgo) await s3.removeUnfinished(ledger.installId, id);
    }
  }

  /** The schedule tries again with a local backup of all these parts that could not be sent, while that is fresh. */
  async #unsentLocal(settings: BackupSettings, parts: readonly BackupPart[]): Promise<Which | undefined> {
    if (settings.s3 === null) return undefined;
    const { local, s3 } = await this.#options.ledger.require();
    const newest = lastGood(local, parts, this.#options.now().getTime());
    const age = newest ? this.#options.now().getTime() - Date.parse(newest.createdAt) : Number.NaN;
    const fresh = age >= 0 && parts.every((part) => age < intervalMs(settings, part));
    return fresh && !s3.some(({ backupId }) => backupId === newest?.backupId) ? newest : undefined;
  }

  async #succeeded(which: Which): Promise<void> {
    const { ledger, now } = this.#options;
    const made = await ledger.localInfo(which);
    const at = made?.createdAt ?? now().toISOString();
    const saved = Object.fromEntries((made?.parts ?? BACKUP_PARTS).map((part) => [part, at]));
    await ledger.records.update(({ goodAt }) => ({ goodAt: { ...goodAt, ...saved }, failures: 0 }));
    ledger.changed();
  }

  async #proved(backup: BackupInfo, damaged: string | null): Promise<void> {
    const { ledger, now } = this.#options;
    const at = now().toISOString();
    const { local, s3 } = (await ledger.read()).known;
    // Proofs of backups that are gone go with them; while the bucket is silent its own are kept.
    const there = new Set([...local, ...(s3 ?? [])].map((one) => proofKey(one.place, one.backupId)));
    const stays = (key: string) => there.has(key) || (s3 === null && key.startsWith('s3/'));
    await ledger.records.update(({ proofs }) => ({
      proofs: {
        ...Object.fromEntries(Object.entries(proofs).filter(([key]) => stays(key))),
        [proofKey(backup.place, backup.backupId)]: { at, damaged },
      },
    }));
    ledger.changed();
  }

  async #counts(which: Which): Promise<string> {
    const info = await this.#options.ledger.localInfo(which);
    return info ? `: ${countsInWords(info)}` : '';
  }
}

/** The time that a backup's id states. */
const timeOf = (backupId: string) => Date.parse(backupId.replace(/T(\d\d)-(\d\d)-(\d\d)$/, 'T$1:$2:$3Z'));
