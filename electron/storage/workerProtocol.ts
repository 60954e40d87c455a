import type { AppErrorData } from '../../preload/contract/errors.ts';
import type {
  ChatStorageApi,
  DocsApi,
  EstateStorageApi,
  FindApi,
  JournalApi,
  KeysApi,
  MaintenanceApi,
  StorageApi,
  StorageEvents,
} from './api.ts';
import type { BackupApi } from './backup/api.ts';
import type { WorkReport } from './work.ts';

type Names<T> = Record<keyof T, true>;

/** The only calls the data worker answers; complete by type, looked up by own key. */
export const METHODS: {
  service: Names<
    Pick<StorageApi, 'open' | 'health' | 'retryEngine' | 'putEngineAside' | 'reopenEngine' | 'shutdown'>
  >;
  keys: Names<KeysApi>;
  chat: Names<ChatStorageApi>;
  estate: Names<EstateStorageApi>;
  find: Names<FindApi>;
  docs: Names<DocsApi>;
  journal: Names<JournalApi>;
  maintenance: Names<MaintenanceApi>;
  backup: Names<BackupApi>;
} = {
  service: {
    open: true,
    health: true,
    retryEngine: true,
    putEngineAside: true,
    reopenEngine: true,
    shutdown: true,
  },
  keys: {
    info: true,
    slots: true,
    putSlot: true,
    adoptSlot: true,
    removeSlot: true,
    rotateRecords: true,
    reencrypt: true,
    rebuildIndexKey: true,
  },
  chat: {
    createConversation: true,
    append: true,
    getHistory: true,
    delete: true,
    getAllContexts: true,
    updateContext: true,
    searchConversations: true,
  },
  estate: {
    upsert: true,
    bulkUpsert: true,
    get: true,
    delete: true,
    search: true,
    byAccount: true,
    byRegion: true,
    byType: true,
    count: true,
    syncFromAws: true,
  },
  find: { query: true, rows: true, resolve: true, related: true, locate: true },
  docs: { get: true, list: true, put: true, delete: true, putCells: true },
  journal: {
    append: true,
    verify: true,
    plan: true,
    execution: true,
    unfinished: true,
    log: true,
    activity: true,
    activityRows: true,
  },
  maintenance: { forgetAccount: true, deleteAll: true, moveEngine: true, rebuildVectors: true },
  backup: { create: true, prove: true, inspect: true, exportFile: true, restore: true },
};

export type Part = keyof typeof METHODS;

export interface WorkerRequest {
  id: number;
  path: [part: string, method: string];
  args: unknown[];
  /** A `Work` is to follow the arguments: its reports come back under this request's id. */
  work?: true;
}
/** Aborts the work of a request; too late is no error. */
export interface WorkerCancel {
  cancel: number;
}

export type WorkerMessage =
  | { kind: 'answer'; id: number; ok: true; data: unknown }
  | { kind: 'answer'; id: number; ok: false; error: AppErrorData }
  | { kind: 'work'; id: number; report: WorkReport }
  | { kind: 'event'; name: keyof StorageEvents; payload: StorageEvents[keyof StorageEvents] }
  /** An error that is not an AppError: for the log; the caller got INTERNAL. */
  | { kind: 'fault'; text: string };

export function isMethod(part: string, method: string): part is Part {
  return Object.hasOwn(METHODS, part) && Object.hasOwn(METHODS[part as Part], method);
}
