import type { BackupPart } from '../../electron/storage/backup/names.ts';
import type { Which } from '../../electron/storage/backup/proveBackup.ts';
import type { BackupSource } from '../../preload/contract/models.ts';

/** What a process that is to die is told, and what it prints. One JSON line each. */
export interface Order {
  folder: string;
  /** A file in place of the system's keychain, as that outlives the workspace. */
  keychain: string;
  keySource: string;
  /** Of the key that opens every backup, whichever install made it. */
  recovery: string;
  engine: Engine;
  qdrantBinary: string | null;
  remote: Remote | null;
  bucket: BucketAccess | null;
  seed: number;
  /** Begun before anything else, so that every kind of work is met by a kill; null = only open and look. */
  first: Kind | null;
  /** Kinds that follow, chosen by the seed. */
  others: Kind[];
  /** The estate's format: a process with a higher one migrates it at opening. */
  format: number;
  /** The effect on disk or engine at which it dies by itself, counted from opening or from the first work. */
  die: { since: 'opening' | 'working'; nth: number; when: 'before' | 'after' } | null;
  /** Backups whose content the oracle knows. */
  restorable: Restorable[];
  /** To be verified whole before any work. */
  prove: Restorable[];
  /** All titles of the journal are told, not only the newest. */
  wholeJournal: boolean;
  /** A replay's: the order of calls, and after how many effects it stops and waits for its end (null = never). */
  follow: { turns: Turn[]; effects: number | null } | null;
}

/** A call of a lane begins or ends. */
export type Turn = [lane: number, what: 'begin' | 'end'];

export type Engine = 'sqlite' | 'qdrant';

export interface Remote {
  url: string;
  apiKey: string;
}

export interface BucketAccess {
  url: string;
  key: { accessKeyId: string; secretAccessKey: string };
  bucket: string;
}

export type { Which };

export const KINDS = [
  ...(['create', 'append', 'conversation', 'upsert', 'sweep', 'doc', 'journal', 'connect'] as const),
  ...(['backup', 'export', 'replace', 'merge', 'takeover', 'send', 'settle'] as const),
  ...(['rotate', 'reencrypt', 'rebuild', 'move', 'forget', 'everything', 'setup'] as const),
] as const;
export type Kind = (typeof KINDS)[number];

export interface Restorable {
  which: Which;
  source: BackupSource;
  /** Made under this workspace's key; else the recovery key is needed. */
  own: boolean;
}

/** Keys of records as in `world.ts`, with the value each is given; null = removed. */
export type Change = [key: string, value: string | null][];

export interface Begin {
  change: Change;
  /** Beginnings of keys: all such records go. */
  removes: string[];
  /** Of the removal: all of it or nothing, also after a kill. */
  whole: boolean;
  /** A restore's. */
  from: Which | null;
  parts: BackupPart[];
  file: string | null;
}

export interface Ack {
  change: Change;
  /** `known`: nothing else was written meanwhile, so what is in it is known. */
  backup: (Which & { known: boolean; place: 'here' | 's3' }) | null;
  title: string | null;
}

export interface Observed {
  world: [string, string][];
  /** What no workspace may hold, whatever was confirmed. */
  problems: string[];
}

export type Line =
  | { t: 'ready' }
  | { t: 'opening' }
  | { t: 'open'; restore: string | null; engine: string; installId: string }
  | { t: 'proved'; which: Which; source: string; problem: string | null }
  /** All that is there before the first work. `titles`: of the journal, the newest first. */
  | ({ t: 'observed'; titles: string[]; brokenAt: number | null } & Observed)
  /** Before a call: what the world may hold from now on. */
  | ({ t: 'begin'; n: number; lane: number; kind: Kind } & Begin)
  /** Within long work. */
  | { t: 'step'; n: number; kind: Kind }
  /** After the call's promise resolved: from now on it must hold. */
  | ({ t: 'ack'; n: number; lane: number; kind: Kind } & Ack)
  | { t: 'fail'; n: number; lane: number; kind: Kind; code: string; message: string }
  /** What the merge just confirmed has made. */
  | ({ t: 'merged' } & Observed)
  /** Nothing can follow: the workspace is closed. */
  | { t: 'stuck' }
  /** A file was given its name before its content was flushed to the disk. */
  | { t: 'unflushed'; name: string }
  /** An effect on disk or engine begins. */
  | { t: 'does'; name: string }
  /** It dies here by itself. */
  | { t: 'effect'; name: string };
