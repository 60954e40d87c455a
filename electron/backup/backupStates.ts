import type { BackupInfo, BackupSettings, S3Place as S3Settings } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { type BackupState, proofKey } from './backupRecords.ts';
import { BackupCatalog } from './catalog.ts';
import type { Places } from './places.ts';
import { targetOf } from './s3Client.ts';

/** What is known of the backups of this install. */
export interface Known {
  local: BackupInfo[];
  /** Null = no bucket is chosen, or it has never answered. */
  s3: BackupInfo[] | null;
  /** Why the bucket did not answer the last time, in words. */
  problem: string | null;
  /** What should be changed about the bucket although it works, each a sentence. */
  warnings: string[];
}
interface Answer {
  backups: BackupInfo[] | null;
  problem: string | null;
  warnings: string[];
}

/** How long a screen waits for the bucket before it shows what was known. */
const PATIENCE_MS = 4_000;

/** Lists the backups of this install in its places; a bucket that is slow or gone does not hold up a screen. */
export class BackupStates {
  readonly catalog = new BackupCatalog();
  readonly #places: Places;
  readonly #onLate: () => void;
  #remote: (Answer & { of: string }) | undefined;

  /** @param onLate called when the bucket answered after a screen was told what was known before. */
  constructor(places: Places, onLate: () => void) {
    this.#places = places;
    this.#onLate = onLate;
  }

  async read(settings: BackupSettings, installId: string, patienceMs = PATIENCE_MS): Promise<Known> {
    const local = await this.catalog.list(await this.#places.local(), { installId });
    const { s3 } = settings;
    if (s3 === null) return { local, s3: null, problem: null, warnings: [] };
    const of = JSON.stringify(s3);
    if (this.#remote?.of !== of) this.#remote = undefined;
    let late = false;
    const asking = this.#ask(settings, s3, installId).then((remote) => {
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
      this.#remote ?? { backups: null, problem: `Bucket ${s3.bucket} has not answered yet.`, warnings: [] };
    return { local, s3: seen.backups, problem: seen.problem, warnings: seen.warnings };
  }

  /** What is known without asking the bucket. */
  async remembered(settings: BackupSettings, installId: string): Promise<Pick<Known, 'local' | 's3'>> {
    const local = await this.catalog.list(await this.#places.local(), { installId });
    const of = JSON.stringify(settings.s3);
    return { local, s3: this.#remote?.of === of ? this.#remote.backups : null };
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

  /** Lists and looks at the bucket's settings together; what one of them finds wrong does not hide the other. */
  async #ask(settings: BackupSettings, s3: S3Settings, installId: string): Promise<Answer> {
    const place = this.#places.s3(targetOf(s3));
    const [listed, checked] = await Promise.allSettled([
      this.require(settings, installId),
      place.then((one) => one.check()),
    ]);
    const problems = [listed, checked].flatMap((one) =>
      one.status === 'rejected' ? [inWords(one.reason)] : [],
    );
    return {
      backups: listed.status === 'fulfilled' ? listed.value.s3 : null,
      problem: problems[0] ?? null,
      warnings: checked.status === 'fulfilled' ? checked.value : [],
    };
  }
}

function inWords(error: unknown): string {
  if (error instanceof AppError) return error.message;
  throw error;
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
