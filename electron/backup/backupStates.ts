import type { BackupInfo, BackupSettings } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { type BackupState, proofKey } from './backupRecords.ts';
import { BackupCatalog } from './catalog.ts';
import type { Places } from './places.ts';
import { lastGood } from './retention.ts';
import { targetOf } from './s3Client.ts';

/** What is known of the backups of this install. */
export interface Known {
  local: BackupInfo[];
  /** Null = no bucket is chosen, or it has never answered. */
  s3: BackupInfo[] | null;
  /** Why the bucket did not answer the last time, in words. */
  problem: string | null;
}

export const OVERDUE_MS = 48 * 3_600_000;
/** How long a screen waits for the bucket before it shows what was known. */
const PATIENCE_MS = 4_000;

/** Lists the backups of this install in its places; a bucket that is slow or gone does not hold up a screen. */
export class BackupStates {
  readonly catalog = new BackupCatalog();
  readonly #places: Places;
  readonly #onLate: () => void;
  #remote: { of: string; backups: BackupInfo[] | null; problem: string | null } | undefined;

  /** @param onLate called when the bucket answered after a screen was told what was known before. */
  constructor(places: Places, onLate: () => void) {
    this.#places = places;
    this.#onLate = onLate;
  }

  async read(settings: BackupSettings, installId: string, patienceMs = PATIENCE_MS): Promise<Known> {
    const local = await this.catalog.list(await this.#places.local(), { installId });
    const { s3 } = settings;
    if (s3 === null) return { local, s3: null, problem: null };
    const of = JSON.stringify(s3);
    if (this.#remote?.of !== of) this.#remote = undefined;
    let late = false;
    const asking = this.#ask(settings, installId).then((remote) => {
      this.#remote = { of, ...remote, backups: remote.backups ?? this.#remote?.backups ?? null };
      if (late) this.#onLate();
      return this.#remote;
    });
    const waited = Promise.withResolvers<null>();
    const timer = setTimeout(() => waited.resolve(null), patienceMs);
    const answer = await Promise.race([asking, waited.promise]);
    clearTimeout(timer);
    late = answer === null;
    const seen = answer ??
      this.#remote ?? { backups: null, problem: `Bucket ${s3.bucket} has not answered yet.` };
    return { local, s3: seen.backups, problem: seen.problem };
  }

  /** Waits for the bucket, and rejects with its problem. */
  async require(
    settings: BackupSettings,
    installId: string,
  ): Promise<{ local: BackupInfo[]; s3: BackupInfo[] }> {
    const local = await this.catalog.list(await this.#places.local(), { installId });
    if (settings.s3 === null) return { local, s3: [] };
    const place = await this.#places.s3(targetOf(settings.s3));
    return { local, s3: await this.catalog.list(place, { installId }) };
  }

  async #ask(
    settings: BackupSettings,
    installId: string,
  ): Promise<{ backups: BackupInfo[] | null; problem: string | null }> {
    try {
      return { backups: (await this.require(settings, installId)).s3, problem: null };
    } catch (error) {
      if (error instanceof AppError) return { backups: null, problem: error.message };
      throw error;
    }
  }
}

/** With what proofs found since they were listed. */
export function withProofs(backups: BackupInfo[], { proofs }: BackupState): BackupInfo[] {
  return backups.map((one) => {
    const proof = proofs[proofKey(one.place, one.backupId)];
    if (!proof) return one;
    if (proof.damaged) return { ...one, state: one.state === 'newer' ? 'newer' : 'damaged' };
    return { ...one, provedAt: proof.at };
  });
}

/**
 * When the last good backup was made, in the place that is wanted: with a bucket chosen, a copy on the same
 * disk alone does not count. What the records say stands in while the bucket does not answer.
 */
export function lastGoodAt(settings: BackupSettings, known: Known, state: BackupState): string | null {
  if (settings.s3 === null) return lastGood(known.local)?.createdAt ?? null;
  if (known.s3 === null) return state.lastGoodAt;
  return lastGood(known.s3)?.createdAt ?? null;
}

/** No good backup for 48 hours although one is wanted. Counted from when it was first wanted if there is none. */
export function isOverdue(
  settings: BackupSettings,
  goodAt: string | null,
  state: BackupState,
  now: Date,
): boolean {
  const since = goodAt ?? state.wantedSince;
  return settings.auto && since !== null && now.getTime() - Date.parse(since) > OVERDUE_MS;
}
