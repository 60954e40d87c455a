import path from 'node:path';
import type { Keyring } from '../keys/keyring.ts';
import type { CollectionSpec, Point, PointStore } from '../PointStore.ts';
import type { BackupPart } from './names.ts';

/** What reading a backup and bringing it back needs of a workspace: its engine need not run. */
export interface BackupGround {
  folder: string;
  keyring: Keyring;
  /** A copy of the workspace's master key. */
  copyMasterKey(): Buffer;
  /** `keyring.json` as it stands, between two changes. */
  keyringText(): Promise<string>;
  /** Takes the index keys of a backup's keyring as earlier ones. */
  adoptIndexKeys(source: Keyring): Promise<void>;
  collections: Record<CollectionPart, CollectionSpec>;
  /** `app.db` in this version's format, with a copy of how it was. */
  bringAlong(): void;
}

/** The parts of an open workspace that a backup is made of. */
export interface BackupWorkspace extends BackupGround {
  store: PointStore;
  /** For the rows as they are read now: each with the time at which it was last seen, its listing's included. */
  seen(): (point: Point) => Point;
}

export type CollectionPart = Exclude<BackupPart, 'state'>;
export const COLLECTION_PARTS = ['chat_history', 'aws_estate'] as const satisfies readonly CollectionPart[];

/** Local backups of a workspace lie here, under the names of the layout. */
export const snapshotsFolder = (folder: string) => path.join(folder, 'snapshots');
export const appDbFile = (folder: string) => path.join(folder, 'app.db');
