import { AppError } from '../../errors.ts';
import type { OpenReport } from '../api.ts';
import { CHAT_CONTENT, PRESENT } from '../chatDeletions.ts';
import { parseKeyring } from '../keys/keyring.ts';
import type { LocalEngine } from '../maintenance/engineRescue.ts';
import type { Work } from '../work.ts';
import {
  allParts,
  type BackupApi,
  type InspectedBackup,
  type LocalSource,
  type RestoreReport,
  type RestoreRequest,
} from './api.ts';
import type { BackupSecret } from './backupKeys.ts';
import { type BackupRequest, createBackup } from './createBackup.ts';
import { FilePlace, writeExportFile } from './filePlace.ts';
import { infoOf } from './info.ts';
import { LocalPlace } from './localPlace.ts';
import type { BackupReader } from './place.ts';
import { openBackup, proveBackup, readManifest, type Which } from './proveBackup.ts';
import type { SettledRestore } from './settleRestore.ts';
import { type OpenedBackup, type PartToRestore, stageRestore, wantedPart } from './stageRestore.ts';
import { takeoverOf } from './takeover.ts';
import { type BackupGround, type BackupWorkspace, snapshotsFolder } from './workspaceParts.ts';

export interface WorkspaceBackupsOptions {
  /** Throws NOT_READY while none is open. */
  workspace(): BackupWorkspace;
  /** What can be read of it, also while its engine failed. */
  ground(): BackupGround;
  /** Resolves once no write is under way; those that come wait until what it resolves with is called. */
  holdWrites(): Promise<() => void>;
  /**
   * Closes the workspace and opens it again, which carries out a restore that was confirmed. `aside` = the data of
   * an engine that failed is put aside before; rejects with it back where it was.
   */
  reopen(
    work: Work,
    aside: LocalEngine | null,
  ): Promise<{ open: OpenReport; settled: SettledRestore | null; kept: string | null }>;
  now?: () => Date;
}

/** Backup and restore of the open workspace. */
export class WorkspaceBackups implements BackupApi {
  readonly #options: WorkspaceBackupsOptions;
  readonly #now: () => Date;

  constructor(options: WorkspaceBackupsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  async create(request: BackupRequest, work: Work): Promise<Which> {
    const workspace = this.#options.workspace();
    const { installId, backupId } = await createBackup(workspace, this.#own(), request, work, this.#now());
    return { installId, backupId };
  }

  async prove(source: LocalSource, which: Which, secret: BackupSecret, work: Work): Promise<void> {
    await proveBackup(await this.#openBackup(source, which, secret), work);
  }

  async inspect(source: LocalSource, which: Which, secret: BackupSecret): Promise<InspectedBackup> {
    const { body, keys, opened } = await this.#openBackup(source, which, secret);
    const own = this.#options.ground().keyring;
    return {
      info: infoOf(body, 'local', 0),
      takesOver: body.installId !== own.installId && keys.plain === own.plain,
      masterKey: opened.masterKey,
    };
  }

  async exportFile(which: Which, file: string, work: Work): Promise<{ bytes: number }> {
    const place = this.#own();
    const { manifest, bytes } = await readManifest(place, which);
    const { objects, keyring } = manifest.body;
    if (parseKeyring(keyring).slots.length === 0) {
      throw new AppError(
        'KEY_ABSENT',
        'This workspace has no recovery key and no passphrase, so nobody could open the file elsewhere. Make a recovery key first.',
      );
    }
    const total = objects.reduce((sum, { size }) => sum + size, 0);
    work.step('Writing the file', total, 'bytes');
    await writeExportFile(
      file,
      place,
      { manifest: bytes, objects },
      {
        signal: work.signal,
        onProgress: (done) => work.progress(done),
      },
    );
    return { bytes: total + bytes.length };
  }

  async restore(
    source: LocalSource,
    which: Which,
    request: RestoreRequest,
    work: Work,
  ): Promise<RestoreReport> {
    const backup = await this.#openBackup(source, which, request.secret);
    const parts = await this.#parts(source, backup, request);
    const takeover = await this.#takeover(backup, request);
    const aside = request.aside ?? null;
    // Before anything of this version's format comes into it. An open workspace was brought along at its opening.
    if (aside !== null) this.#options.ground().bringAlong();
    let before: Which | null = null;
    let resume = () => {};
    // Saved last: a damaged backup does not leave one more of these. From here to the end of the exchange nothing is
    // confirmed to anybody: it would be in neither.
    const beforeConfirm = async () => {
      resume = await this.#options.holdWrites();
      // Of an engine that failed nothing can be saved: its data itself is kept.
      if (aside === null) before = await this.#saveBefore(request, work);
    };
    try {
      await stageRestore(
        this.#options.ground(),
        backup,
        { ...request, parts, takeover, beforeConfirm },
        work,
      );
      return { ...(await this.#exchange(work, aside)), before };
    } finally {
      resume();
    }
  }

  async #exchange(work: Work, aside: LocalEngine | null): Promise<Omit<RestoreReport, 'before'>> {
    const { open, settled, kept } = await this.#options.reopen(work, aside);
    if (settled === null) throw new AppError('INTERNAL', 'The restore was prepared and not found again.');
    if (settled.failure !== null) throw settled.failure;
    const { store, collections } = this.#options.workspace();
    return {
      open,
      counts: settled.counts,
      totals: {
        chat_history: await store.count(collections.chat_history.name, CHAT_CONTENT),
        conversations: await store.count(collections.chat_history.name, PRESENT),
        aws_estate: await store.count(collections.aws_estate.name),
      },
      kept,
    };
  }

  /** Nothing to save in a workspace that holds nothing yet. */
  async #saveBefore({ appVersion }: RestoreRequest, work: Work): Promise<Which | null> {
    const { store, collections } = this.#options.workspace();
    const counts = await Promise.all(Object.values(collections).map(({ name }) => store.count(name)));
    if (counts.every((count) => count === 0)) return null;
    return this.create({ reason: 'before restore', appVersion }, work);
  }

  async #takeover(backup: OpenedBackup, request: RestoreRequest) {
    if (request.takeover === null) return null;
    const { keyring, masterKey } = backup.opened;
    if (masterKey === null || request.mode !== 'replace' || allParts(request).length < 3) {
      throw new AppError('INVALID_INPUT', 'Only a backup of another install, restored whole, is taken over.');
    }
    const { keyring: ownKeys, copyMasterKey } = this.#options.ground();
    const own = copyMasterKey();
    const { masterKey: which, slot } = request.takeover;
    const next = which === 'own' ? own : masterKey;
    return takeoverOf({ keyring, masterKey }, { ownKeys, own, next, secret: slot });
  }

  /** Each wanted part with the backup that it comes from; BACKUP_NOT_FOUND for one that does not hold it. */
  async #parts(source: LocalSource, backup: OpenedBackup, request: RestoreRequest): Promise<PartToRestore[]> {
    const wanted = request.parts.map((part) => wantedPart(backup, part));
    // The key that opened the first opens the others, whose slots may be older ones.
    const masterKey = backup.opened.masterKey ?? request.secret.masterKey;
    const secret: BackupSecret = { secret: { kind: 'own' }, ...(masterKey && { masterKey }) };
    for (const { backupId, parts } of request.others ?? []) {
      const { installId } = backup.body;
      const other = await this.#openBackup(source, { installId, backupId }, secret);
      wanted.push(...parts.map((part) => wantedPart(other, part)));
    }
    if (new Set(wanted.map(({ object }) => object.part)).size === wanted.length) return wanted;
    throw new AppError('INVALID_INPUT', 'Each part is restored from one backup alone.');
  }

  #openBackup(source: LocalSource, which: Which, secret: BackupSecret) {
    const { keyring, copyMasterKey } = this.#options.ground();
    return openBackup(this.#place(source), which, keyring, { masterKey: copyMasterKey(), ...secret });
  }

  #place(source: LocalSource): BackupReader {
    if (source.kind === 'here') return this.#own();
    return source.kind === 'file' ? new FilePlace(source.path) : new LocalPlace(source.path);
  }

  #own(): LocalPlace {
    return new LocalPlace(snapshotsFolder(this.#options.ground().folder));
  }
}
