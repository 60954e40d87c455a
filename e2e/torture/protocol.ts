import type { BackupSource } from '../../preload/contract/models.ts';

/** What the process that dies is told, and what it prints. One JSON line each. */
export interface Order {
  folder: string;
  /** Hexadecimal. */
  masterKey: string;
  engine: Engine;
  qdrantBinary: string | null;
  seed: number;
  /** Begun before anything else, so that every kind of work is met by a kill. */
  first: Kind;
  /** Backups whose content the parent knows. */
  restorable: Restorable[];
  /** Only opens the folder: what an earlier kill left is settled, perhaps under another kill. */
  openOnly: boolean;
}

export type Engine = 'sqlite' | 'qdrant';

export const KINDS = [
  'create',
  'append',
  'upsert',
  'sweep',
  'doc',
  'journal',
  'backup',
  'export',
  'replace',
  'merge',
  'rotate',
  'reencrypt',
  'rebuild',
  'move',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Which {
  installId: string;
  backupId: string;
}

/** `quiet`: nothing else was written meanwhile, so what is in it is known. */
export interface Backup extends Which {
  quiet: boolean;
}

export interface Restorable {
  which: Which;
  source: Exclude<BackupSource, { kind: 's3' }>;
}

/** Keys of records as in `world.ts`, with the value each is given; null = removed. */
export type Change = [key: string, value: string | null][];

export type Line =
  /** Before the call. `change`: what the world may hold from now on. */
  | { t: 'begin'; n: number; kind: Kind; change: Change; from?: Which; file?: string }
  /** Within long work. */
  | { t: 'step'; n: number; kind: Kind }
  /** After the call's promise resolved: from now on it must hold. */
  | { t: 'ack'; n: number; kind: Kind; change: Change; backup?: Backup; title?: string }
  /** What the merge just confirmed has made. */
  | { t: 'merged'; world: [string, string][]; problems: string[] }
  | { t: 'fail'; n: number; kind: Kind; message: string }
  | { t: 'opening' }
  | { t: 'open'; restore: string | null };
