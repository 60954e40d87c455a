import type { AppErrorData } from '../../preload/contract/errors.ts';
import type {
  ChatStorageApi,
  DocsApi,
  EstateStorageApi,
  FindApi,
  HistoryApi,
  JournalApi,
  KeysApi,
  MaintenanceApi,
  StorageApi,
  StorageEvents,
} from './api.ts';
import type { BackupApi } from './backup/api.ts';
import type { WorkReport } from './work.ts';

/**
 * `write`: waits while a restore exchanges the data, since what was confirmed to somebody in between would be in
 * neither. `read`: waits only while the workspace is closed for it. `own`: sees to that itself.
 */
export type Access = 'read' | 'write' | 'own';
type Names<T> = Record<keyof T, Access>;

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
  history: Names<HistoryApi>;
  maintenance: Names<MaintenanceApi>;
  backup: Names<BackupApi>;
} = {
  service: {
    open: 'own',
    health: 'own',
    retryEngine: 'own',
    putEngineAside: 'own',
    reopenEngine: 'own',
    shutdown: 'own',
  },
  keys: {
    info: 'read',
    slots: 'read',
    putSlot: 'write',
    adoptSlot: 'write',
    removeSlot: 'write',
    rotateRecords: 'write',
    reencrypt: 'write',
    rebuildIndexKey: 'write',
  },
  chat: {
    createConversation: 'write',
    append: 'write',
    getHistory: 'read',
    delete: 'write',
    getAllContexts: 'read',
    updateContext: 'write',
    searchConversations: 'read',
  },
  estate: {
    upsert: 'write',
    bulkUpsert: 'write',
    get: 'read',
    delete: 'write',
    search: 'read',
    byAccount: 'read',
    byRegion: 'read',
    byType: 'read',
    count: 'read',
    countByAccount: 'read',
    syncFromAws: 'write',
  },
  find: { query: 'read', rows: 'read', resolve: 'read', named: 'read', related: 'read', locate: 'read' },
  docs: { get: 'read', list: 'read', put: 'write', delete: 'write', putCells: 'write' },
  journal: {
    append: 'write',
    verify: 'read',
    plan: 'read',
    execution: 'read',
    unfinished: 'read',
    log: 'read',
    activity: 'read',
    activityRows: 'read',
  },
  history: { append: 'write', of: 'read', since: 'read', expire: 'write' },
  maintenance: { forgetAccount: 'write', deleteAll: 'write', moveEngine: 'write', rebuildVectors: 'write' },
  backup: { create: 'own', prove: 'own', inspect: 'own', exportFile: 'own', restore: 'own' },
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

/** Null for what is no method. */
export function accessOf(part: string, method: string): Access | null {
  const methods: Record<string, Record<string, Access>> = METHODS;
  const known = Object.hasOwn(methods, part) ? methods[part] : undefined;
  return known && Object.hasOwn(known, method) ? (known[method] ?? null) : null;
}
