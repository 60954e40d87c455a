import type { BackupInfo, Secret } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import type { OpenReport, StorageApi } from '../api.ts';
import type { KeySource } from '../keys/keySource.ts';
import type { Work } from '../work.ts';
import { allParts, type LocalSource, type RestoreReport, type RestoreRequest } from './api.ts';
import type { BackupSecret } from './backupKeys.ts';
import type { BackupPart } from './names.ts';
import type { Which } from './proveBackup.ts';
import type { MergeCounts } from './restoreFile.ts';

export interface BackupEngineOptions {
  backup: StorageApi['backup'];
  appVersion: string;
  /** Where this workspace's master key is kept. */
  keySource(): KeySource;
  /** After a restore the workspace was opened anew: whatever was read from it before is out of date. */
  onReopened(report: OpenReport): Promise<void>;
}

/** The main side's half: it keeps the master key where it belongs; records stay in the data worker. */
export class LocalBackupEngine {
  readonly #options: BackupEngineOptions;

  constructor(options: BackupEngineOptions) {
    this.#options = options;
  }

  /** A new local backup, of everything unless said: complete and read back whole when it resolves, or not there. */
  create(reason: string, work: Work, parts?: readonly BackupPart[]): Promise<Which> {
    return this.#options.backup.create({ reason, appVersion: this.#options.appVersion, parts }, work);
  }

  /** Decrypts and verifies everything, touches nothing. Rejects with BACKUP_DAMAGED and the object's name. */
  async prove(source: LocalSource, which: Which, secret: Secret, work: Work): Promise<void> {
    await this.#options.backup.prove(source, which, await this.#secret(which, secret), work);
  }

  /** Proves the secret on the manifest alone: KEY_WRONG, INVALID_INPUT, BACKUP_DAMAGED, FORMAT_NEWER. */
  async open(source: LocalSource, which: Which, secret: Secret): Promise<void> {
    await this.#options.backup.inspect(source, which, await this.#secret(which, secret));
  }

  /** A new backup written as one file at `path`. KEY_ABSENT without recovery key and passphrase. */
  async exportTo(path: string, work: Work): Promise<BackupInfo> {
    const { backup } = this.#options;
    const which = await this.create('export', work);
    await backup.exportFile(which, path, work);
    const exported = await backup.inspect({ kind: 'file', path }, which, { secret: { kind: 'own' } });
    return { ...exported.info, state: 'verified' };
  }

  /** Answers with verified counts in words. Only the objects of `parts` need to be there. */
  async restore(
    source: LocalSource,
    which: Which,
    how: Pick<RestoreRequest, 'mode' | 'parts' | 'others' | 'aside'> & { secret: Secret },
    work: Work,
  ): Promise<{ result: string }> {
    const { backup, appVersion } = this.#options;
    const secret = await this.#secret(which, how.secret);
    const { takesOver, masterKey } = await backup.inspect(source, which, secret);
    const whole = how.mode === 'replace' && allParts(how).length === 3;
    const wanted = takesOver && whole && masterKey !== null;
    const takeover = wanted ? await this.#takeover(which, masterKey, how.secret) : null;
    const aside = how.aside ?? null;
    const report = await backup.restore(source, which, { ...how, secret, takeover, aside, appVersion }, work);
    await this.#options.onReopened(report.open);
    const sentences = [inWords(how.mode, report)];
    if (takeover?.masterKey === 'own') sentences.push(ENDED_SLOTS);
    if (wanted && takeover === null) sentences.push(STAYED_ITSELF);
    return { result: sentences.join(' ') };
  }

  /** For `own`, the key under the backup's install id as well: a keychain may hold those of several. */
  async #secret({ installId }: Which, secret: Secret): Promise<BackupSecret> {
    if (secret.kind !== 'own') return { secret };
    const loaded = await this.#options.keySource().load(installId);
    return loaded.state === 'ok' ? { secret, masterKey: loaded.key } : { secret };
  }

  /**
   * The backup's master key goes into the key's source, before anything is exchanged. A source that holds one
   * key whatever the install (a file, the environment) keeps its own, and the backup's data keys go under that.
   * Null when the keychain holds another key under that install's name, which may be all that opens other data:
   * the records then come into this install, under its own keys.
   */
  async #takeover(
    { installId }: Which,
    masterKey: Uint8Array,
    secret: Secret,
  ): Promise<RestoreRequest['takeover']> {
    const source = this.#options.keySource();
    const key = Buffer.from(masterKey);
    const found = await source.load(installId);
    if (found.state === 'ok' && found.key.equals(key)) return { masterKey: 'backup', slot: null };
    if (found.state === 'absent' && source.canStore) {
      await source.store(installId, key);
      return { masterKey: 'backup', slot: null };
    }
    if (source.kind !== 'keychain') {
      return { masterKey: 'own', slot: secret.kind === 'own' ? null : secret };
    }
    if (found.state === 'ok' || found.state === 'wrong') return null;
    throw new AppError(
      found.state === 'locked' ? 'KEY_LOCKED' : 'KEY_ABSENT',
      `The key of the restored data cannot be kept in the keychain: ${found.message} Nothing was changed.`,
    );
  }
}

const WORDS: [BackupPart, string][] = [
  ['chat_history', 'Conversations and messages'],
  ['aws_estate', 'Resources'],
  ['state', 'Settings and journal entries'],
];

const ENDED_SLOTS =
  'This machine keeps its own key; the recovery key or passphrase just used opens it too, others must be made anew.';
const STAYED_ITSELF =
  'The keychain holds another key under the name of that install, which was left as it is: this machine keeps its own key and makes backups of its own. Make a recovery key for them.';

/** A sentence for each part, and what is here now: `Resources: 1,204 restored.` */
function inWords(mode: 'replace' | 'merge', report: RestoreReport): string {
  const sentences = WORDS.flatMap(([part, words]) => {
    const counts = report.counts[part];
    return counts === undefined ? [] : [`${words}: ${mode === 'merge' ? merged(counts) : replaced(counts)}.`];
  });
  const { conversations, aws_estate } = report.totals;
  sentences.push(
    `Now ${plural(conversations, 'conversation')} and ${plural(aws_estate, 'resource')} are here.`,
  );
  if (report.kept !== null) sentences.push(`The data that could not be read is kept in ${report.kept}.`);
  return sentences.join(' ');
}

/** Only what happened: a list of zeros says nothing. */
function merged({ added, updated, kept, skipped, deleted }: MergeCounts): string {
  const told = [
    [added, 'added'],
    [updated, 'updated'],
    [kept, 'kept as they are'],
    [skipped, 'skipped'],
    [deleted, 'deleted as on the other side'],
  ] as const;
  const words = told.flatMap(([count, what]) => (count > 0 ? [`${number(count)} ${what}`] : []));
  return words.length > 0 ? words.join(', ') : 'none in the backup';
}

function replaced({ added, updated, skipped }: MergeCounts): string {
  if (added + updated + skipped === 0) return 'none in the backup';
  return `${number(added + updated)} restored${skipped > 0 ? `, ${number(skipped)} skipped` : ''}`;
}

const plural = (count: number, one: string) => `${number(count)} ${one}${count === 1 ? '' : 's'}`;
const number = (value: number) => value.toLocaleString('en-US');
