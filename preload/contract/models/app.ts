import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { BackupInfo } from './backups.ts';
import { Iso } from './common.ts';
import { SLOT_KINDS } from './keys.ts';

export const ENGINE_STATES = ['starting', 'ready', 'restarting', 'failed', 'stopped'] as const;
export const RESCUE_TARGETS = ['same', 'sqlite'] as const;
export const ENGINE_KINDS = ['sqlite', 'qdrant', 'remote'] as const;
export const AppStatus = z.object({
  bootId: z.string(),
  version: z.string(),
  carrier: z.enum(['electron', 'browser']),
  workspace: z.object({ name: z.string(), path: z.string(), sample: z.boolean() }),
  /** `key` = the key is locked, absent or not yet chosen: a screen, not a failed start. */
  /** `locked`: the person or the idle lock put the keys away; `key.unlock` brings them back. */
  phase: z.enum(['starting', 'key', 'ready', 'failed', 'locked']),
  failure: z.object({ code: z.enum(ERROR_CODES), message: z.string(), canRetry: z.boolean() }).nullable(),
  key: z.object({
    source: z.enum(['keychain', 'env', 'file', 'none']),
    state: z.enum(['ok', 'locked', 'absent', 'unavailable', 'choose', 'wrong']),
    message: z.string(),
    filePath: z.string().nullable(),
    /** Which of them were made for this workspace, so that no other is asked for; absent until it is known. */
    opensWith: z.array(z.enum(SLOT_KINDS)).optional(),
  }),
  engine: z.object({
    /** `qdrant` is the bundled one, `remote` a Qdrant server elsewhere. */
    kind: z.enum(ENGINE_KINDS),
    /** Of a server elsewhere. */
    url: z.string().nullable(),
    state: z.enum(ENGINE_STATES),
    message: z.string(),
  }),
  /** Where meaning comes from: the built-in dictionary, or an embedding model by name. */
  meaning: z.string(),
  /** False until there is an account, a resource or a conversation: the first-start screen. */
  onboarded: z.boolean(),
  offline: z.boolean(),
  /** No recovery key was made and none was declined: the status bar reminds. */
  recoveryMissing: z.boolean(),
  backup: z.object({ lastGoodAt: Iso.nullable(), overdue: z.boolean(), running: z.boolean() }),
  /** `encryption.enabled: false` in config.json: a permanent banner. */
  unencrypted: z.boolean(),
  /** What the person must be told once after this start (what became of a restore that was cut off); else null. */
  notice: z.string().nullable(),
  resources: z.number().int(),
  /** The oldest completed cell's time: the estate is at least this fresh. */
  dataAsOf: Iso.nullable(),
});
export type AppStatus = z.infer<typeof AppStatus>;

/** The ways out of an engine whose data cannot be used, beside starting it again. */
export const RescueOptions = z.object({
  /** Where it may go on, with the present data put aside: `same` = a new store of the same engine. */
  targets: z.array(z.enum(RESCUE_TARGETS)),
  /** What it can be rebuilt from, newest first. */
  backups: z.array(BackupInfo),
  /** Of the place of the backups, in words. */
  problem: z.string().nullable(),
});
export type RescueOptions = z.infer<typeof RescueOptions>;

export const CollectionHealth = z.object({
  name: z.string(),
  pointsCount: z.number().int(),
  status: z.string(),
});
export const StorageHealth = z.object({
  engine: z.enum(['sqlite', 'qdrant']),
  connected: z.boolean(),
  s3Configured: z.boolean(),
  diskSpaceMb: z.number(),
  diskUsedMb: z.number(),
  collections: z.array(CollectionHealth),
  /** Where data of engines that could not be read is kept, until the person removes it. */
  setAside: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type StorageHealth = z.infer<typeof StorageHealth>;

export const Settings = z.strictObject({
  theme: z.enum(['system', 'dark', 'light']),
  density: z.enum(['compact', 'comfortable']),
  /** Accounts and regions the screens show; empty = all. */
  scope: z.strictObject({ accountIds: z.array(z.string()), regions: z.array(z.string()) }),
  defaultRegion: z.string().nullable(),
  /** Minutes without input after which keys leave memory; 0 = never. */
  idleLockMinutes: z.union([z.literal(0), z.literal(5), z.literal(15), z.literal(60)]),
});
export type Settings = z.infer<typeof Settings>;
export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  density: 'compact',
  scope: { accountIds: [], regions: [] },
  defaultRegion: null,
  idleLockMinutes: 0,
};
