import type { BackupInfo, BackupSettings } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { DocsApi } from '../storage/api.ts';
import type { LocalPlace } from '../storage/backup/localPlace.ts';
import { BackupRecords, type BackupState } from './backupRecords.ts';
import { BackupStates, type Known, withProofs } from './backupStates.ts';
import type { Places } from './places.ts';
import type { Which } from './ports.ts';
import { targetOf } from './s3Client.ts';
import type { S3Place } from './s3Place.ts';

export interface LedgerOptions {
  places: Places;
  docs: Pick<DocsApi, 'get' | 'put'>;
  emit: Emit;
  /** This workspace's; known once storage is open, another one after a restore that takes an install over. */
  installId: () => string;
}

export type PlaceKind = BackupInfo['place'];

/** Which backups this install has, in the places that are chosen, and what is on record about them. */
export class BackupLedger {
  readonly records: BackupRecords;
  readonly places: Places;
  readonly #options: LedgerOptions;
  readonly #states: BackupStates;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.places = options.places;
    this.records = new BackupRecords(options.docs);
    this.#states = new BackupStates(options.places, () => this.changed());
  }

  get installId(): string {
    return this.#options.installId();
  }

  changed(): void {
    this.#options.emit('backups.changed', {});
  }

  /** For screens: a bucket that does not answer holds nothing up. */
  async read(): Promise<{ settings: BackupSettings; state: BackupState; known: Known }> {
    const [settings, state] = [await this.records.settings(), await this.records.state()];
    const { local, s3, problem, warnings } = await this.#states.read(settings, this.installId);
    return {
      settings,
      state,
      known: { local: withProofs(local, state), s3: s3 && withProofs(s3, state), problem, warnings },
    };
  }

  /** For the status bar: what is known by now, no bucket is asked. */
  async remembered(): Promise<{
    settings: BackupSettings;
    state: BackupState;
    known: Pick<Known, 'local' | 's3'>;
  }> {
    const [settings, state] = [await this.records.settings(), await this.records.state()];
    const { local, s3 } = await this.#states.remembered(settings, this.installId);
    return { settings, state, known: { local: withProofs(local, state), s3: s3 && withProofs(s3, state) } };
  }

  /** For decisions: waits for the bucket and rejects with its problem. */
  async require(): Promise<{ settings: BackupSettings; local: BackupInfo[]; s3: BackupInfo[] }> {
    const [settings, state] = [await this.records.settings(), await this.records.state()];
    const { local, s3 } = await this.#states.require(settings, this.installId);
    return { settings, local: withProofs(local, state), s3: withProofs(s3, state) };
  }

  async local(): Promise<BackupInfo[]> {
    const place = await this.places.local();
    return this.#states.catalog.list(place, { installId: this.installId });
  }

  /** Whether a recovery key or passphrase opens it that is none of these any more. */
  opensWithFormerKey(backup: Which, slots: readonly { digest: string }[]): boolean {
    const now = new Set(slots.map(({ digest }) => digest));
    return this.#states.catalog.slotsOf(backup).some((digest) => !now.has(digest));
  }

  async localInfo({ backupId }: Which): Promise<BackupInfo | undefined> {
    return (await this.local()).find((one) => one.backupId === backupId);
  }

  /** Rejects with BACKUP_NOT_FOUND. */
  async find(backupId: string, place: PlaceKind): Promise<BackupInfo> {
    const backup = (await this.require())[place].find((one) => one.backupId === backupId);
    if (backup) return backup;
    throw new AppError(
      'BACKUP_NOT_FOUND',
      'This backup is no longer there. Retention or another machine may have removed it.',
    );
  }

  async place(kind: PlaceKind): Promise<LocalPlace | S3Place> {
    return kind === 'local' ? this.places.local() : this.s3(await this.records.settings());
  }

  /** The chosen bucket; BACKUP_PLACE when none is. */
  async s3({ s3 }: BackupSettings): Promise<S3Place> {
    if (s3) return this.places.s3(targetOf(s3));
    throw new AppError('BACKUP_PLACE', 'No bucket is chosen for backups. Choose one on the Backups screen.');
  }
}
