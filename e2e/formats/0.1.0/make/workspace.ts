import { join } from 'node:path';
import type { OpenReport, StorageApi } from '../../../../electron/storage/api.ts';
import type { LocalSource, RestoreReport } from '../../../../electron/storage/backup/api.ts';
import { FilePlace } from '../../../../electron/storage/backup/filePlace.ts';
import { LocalPlace } from '../../../../electron/storage/backup/localPlace.ts';
import { type BackupPart, parseName } from '../../../../electron/storage/backup/names.ts';
import type { Which } from '../../../../electron/storage/backup/proveBackup.ts';
import { readTextIfPresent } from '../../../../electron/storage/files.ts';
import { parseKey } from '../../../../electron/storage/keys/keySource.ts';
import { StorageConfig } from '../../../../electron/storage/storageConfig.ts';
import { StorageService } from '../../../../electron/storage/storageService.ts';
import { quietWork } from '../../../../electron/storage/work.ts';

export type EngineName = 'sqlite' | 'qdrant';

export interface FolderAt {
  folder: string;
  /** As the key file holds it. */
  masterKey: string;
  engine: EngineName;
}

export interface OpenedFolder {
  storage: StorageApi;
  report: OpenReport;
  close(): Promise<void>;
}

/** Opens a workspace as the data worker does, without the app around it: nothing is scanned, nobody is asked. */
export async function openFolder({ folder, masterKey, engine }: FolderAt): Promise<OpenedFolder> {
  const storage = new StorageService({ emit: () => undefined });
  const config = JSON.parse((await readTextIfPresent(join(folder, 'config.json'))) ?? '{}') as object;
  const report = await storage.open({
    config: StorageConfig.parse({ ...config, qdrant: { mode: engine } }),
    folder,
    masterKey: keyOf(masterKey),
    qdrantBinary: engine === 'qdrant' ? (process.env.CLOUDOPS_QDRANT_BIN ?? null) : null,
  });
  return { storage, report, close: () => storage.shutdown() };
}

export interface Restoring {
  source: Exclude<LocalSource, { kind: 'here' }>;
  which: Which;
  parts: readonly BackupPart[];
  recoveryKey: string;
  mode: 'replace' | 'merge';
}

/** Into an open workspace, which keeps its own keys. */
export function restore({ storage }: OpenedFolder, how: Restoring): Promise<RestoreReport> {
  const { source, which, parts, recoveryKey, mode } = how;
  const secret = { secret: { kind: 'recovery' as const, text: recoveryKey } };
  const request = { secret, mode, parts, takeover: null, appVersion: '0.1.0' };
  return storage.backup.restore(source, which, request, quietWork());
}

/** The backups of an exported file, or of a folder of local ones, oldest first. */
export async function backupsIn(
  source: Restoring['source'],
): Promise<{ which: Which; parts: BackupPart[] }[]> {
  const place = source.kind === 'file' ? new FilePlace(source.path) : new LocalPlace(source.path);
  const found = new Map<string, { which: Which; parts: BackupPart[] }>();
  for (const { name } of await place.list()) {
    const parsed = parseName(name);
    if (parsed === null) continue;
    const { installId, backupId, part } = parsed;
    const backup = found.get(backupId) ?? { which: { installId, backupId }, parts: [] };
    if (part !== 'manifest') backup.parts.push(part);
    found.set(backupId, backup);
  }
  return [...found.values()].sort((a, b) => (a.which.backupId < b.which.backupId ? -1 : 1));
}

function keyOf(text: string): Buffer {
  const key = parseKey(text);
  if (key === null) throw new Error('this is no master key');
  return key;
}
