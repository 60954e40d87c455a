import type { z } from 'zod';
import type {
  ActivityQuery,
  ActivityRow,
  AppStatus,
  ChatMessage,
  Conversation,
  ExecutionNews,
  Facets,
  KeyInfo,
  LogLine,
  QueryChip,
  RelatedResource,
  Resource,
  ResourceFilter,
  ResourceQuery,
  ResourceSummary,
  ResourceType,
  StorageHealth,
} from '../../preload/contract/models.ts';
import type { CollectedResource } from '../scan/types.ts';
import type { BackupApi } from './backup/api.ts';
import type { SettledRestore } from './backup/settleRestore.ts';
import type { ConversationSearch } from './chatSearch/ChatSearch.ts';
import type { DocKind } from './documents.ts';
import type { HistoryEntry, NewHistoryEntry } from './history/entries.ts';
import type { HistoryCursor } from './history/historyTable.ts';
import type { JournalBody } from './journal/entries.ts';
import type { StoredExecution } from './journal/execution.ts';
import type { PlanState } from './journal/projection.ts';
import type { KeySlot, SlotKind, SlotSecret } from './keys/slots.ts';
import type { EngineMoved, EngineTarget } from './maintenance/engineMove.ts';
import type { LocalEngine } from './maintenance/engineRescue.ts';
import type { VectorsChanged } from './maintenance/vectors.ts';
import type { EngineState } from './PointStore.ts';
import type { RebuiltIndex } from './rotation/indexKey.ts';
import type { Resealed } from './rotation/reencryption.ts';
import type { CellToStore } from './scanCells.ts';
import type { StorageConfig } from './storageConfig.ts';
import type { Work } from './work.ts';

/**
 * Everything that computes over data, as the main side sees it. The same interface is implemented by
 * `StorageService` (in the data worker) and by the client that forwards to it (`workerClient.ts`).
 * All arguments and results are structured-cloneable. A rejected call carries an AppError.
 */
export interface StorageApi {
  /**
   * Opens or creates the workspace's data with its master key (32 bytes). Called once, and after each `lock`. Data of an
   * earlier version of the app is saved in a backup first, which takes its time.
   */
  open(options: OpenOptions, work?: Work): Promise<OpenReport>;
  health(): Promise<StorageHealth>;
  retryEngine(): Promise<void>;
  /**
   * For an engine whose data cannot be used: goes on with an empty one; `kept` = where the old data lies now. Also
   * after an `open` that failed with ENGINE_FAILED or ENGINE_MISSING: until the next one documents, journal, and of
   * `backup` what restores answer.
   */
  putEngineAside(to: LocalEngine): Promise<{ report: OpenReport; kept: string | null }>;
  /** For a server elsewhere that takes another key now; also after an `open` that failed for it. */
  reopenEngine(request: { qdrantApiKey: string | null }): Promise<OpenReport>;
  shutdown(): Promise<void>;
  /**
   * Closes the files and forgets every key and everything read with them. Calls answer NOT_READY until `open`
   * brings the workspace back.
   */
  lock(): Promise<void>;
  keys: KeysApi;
  chat: ChatStorageApi;
  estate: EstateStorageApi;
  find: FindApi;
  docs: DocsApi;
  journal: JournalApi;
  history: HistoryApi;
  maintenance: MaintenanceApi;
  backup: BackupApi;
}

export interface OpenOptions {
  config: StorageConfig;
  /** The workspace's folder. */
  folder: string;
  masterKey: Uint8Array;
  /** Path of a Qdrant binary, when one was found. */
  qdrantBinary: string | null;
  /** Of a Qdrant server elsewhere, from the keychain; see `engines/remoteKey.ts`. */
  qdrantApiKey?: string | null;
  /** Stands in the backup that is made before data of an earlier version is brought to new formats. */
  appVersion?: string;
}

export interface OpenReport {
  engine: 'sqlite' | 'qdrant';
  installId: string;
  resources: number;
  /** What became of a restore that an earlier run had begun; null when there was none. */
  restore: Pick<SettledRestore, 'outcome' | 'message'> | null;
}

/** What the worker announces by itself. */
export interface StorageEvents {
  engine: Pick<AppStatus['engine'], 'kind' | 'url'> & { state: EngineState; message: string };
  /** The index is being built: rows known so far; `done` when complete. */
  indexing: { rows: number; done: boolean };
}

export interface StoredKeys extends Pick<KeyInfo, 'slots' | 'dataKeys'> {
  /** Records still sealed under an earlier data key. */
  toReencrypt: number;
}

/** The keys of an open workspace: ways to the master key, data keys, and what is sealed with them. */
export interface KeysApi {
  info(): Promise<StoredKeys>;
  /** As they stand in `keyring.json`: what a backup manifest carries. */
  slots(): Promise<KeySlot[]>;
  /** Wraps the master key; the earlier slot of this kind is replaced. Durable when it resolves. */
  putSlot(secret: SlotSecret): Promise<KeySlot>;
  /** Takes a slot that already wraps this master key. */
  adoptSlot(slot: KeySlot): Promise<void>;
  /** NOT_FOUND when there is none. */
  removeSlot(kind: SlotKind): Promise<void>;
  /** A new data key for records, used from now on. Old records stay readable. INVALID_INPUT when none are sealed. */
  rotateRecords(): Promise<void>;
  /** Seals all records anew that an earlier data key has sealed; goes on where an earlier run ended. */
  reencrypt(work: Work): Promise<Resealed>;
  /** New ids and tokens for the whole estate. Until the swap CANCELLED and every failure leave what was there. */
  rebuildIndexKey(work: Work): Promise<RebuiltIndex>;
}

export type NewMessage = Pick<ChatMessage, 'role' | 'parts' | 'sources' | 'metadata'>;

/** What a person may change of a conversation; what is absent stays. */
export type ConversationPatch = Partial<Pick<Conversation, 'title' | 'pinned' | 'archived' | 'labels'>>;

export interface ChatStorageApi {
  createConversation(): Promise<Conversation>;
  /** Durable when it resolves; `messageIndex` has no gaps or twins however many run at once. */
  append(conversationId: string, message: NewMessage): Promise<ChatMessage>;
  /** Oldest first; `before` pages backwards (null = the newest `limit`). */
  getHistory(
    conversationId: string,
    options?: { before?: number | null; limit?: number },
  ): Promise<{ messages: ChatMessage[]; total: number }>;
  delete(conversationId: string): Promise<void>;
  /** Newest activity first. */
  getAllContexts(): Promise<Conversation[]>;
  updateContext(conversationId: string, patch: ConversationPatch): Promise<Conversation>;
  /**
   * Messages that hold all of the words, newest first, at most `limit` (and ten of one conversation); those whose
   * title or label holds them come first. The first call builds the index; see ConversationSearch.
   */
  searchConversations(text: string, limit: number): Promise<ConversationSearch>;
}

/** Long work on the stored data itself. What was done stands in the journal. `by` is the client that asked. */
export interface MaintenanceApi {
  /**
   * Removes all resources, scan cells and the connection of an account; conversations and the journal stay. Once
   * begun it is finished, if need be by the next start; CANCELLED = nothing was removed.
   */
  forgetAccount(request: { accountId: string; by: string }, work: Work): Promise<{ resources: number }>;
  /** The same for all conversations and resources. */
  deleteAll(request: { by: string }, work: Work): Promise<{ conversations: number; resources: number }>;
  /**
   * Copies everything to another engine, compares every point, then uses that engine. CANCELLED and every failure
   * before that leave the engine that was in use, also after a kill. Writes wait meanwhile.
   */
  moveEngine(request: { to: EngineTarget; by: string }, work: Work): Promise<EngineMoved>;
  /** Makes all vectors of the estate anew with the provider in use: aside, counted, then swapped in. */
  rebuildVectors(request: { by: string }, work: Work): Promise<VectorsChanged>;
}

export interface EstateStorageApi {
  /** What is stored now; `changed` is false where nothing had to be written. */
  upsert(resource: CollectedResource, asOf: string): Promise<{ resource: Resource; changed: boolean }>;
  /** Writes what is not as it is stored, and nothing else. */
  bulkUpsert(resources: CollectedResource[], asOf: string): Promise<Listed>;
  get(id: string): Promise<Resource | null>;
  /** Deleting what is not there is no error. */
  delete(id: string): Promise<void>;
  search(text: string, filter?: ResourceFilter, limit?: number): Promise<ResourceSummary[]>;
  byAccount(accountId: string): Promise<ResourceSummary[]>;
  byRegion(region: string): Promise<ResourceSummary[]>;
  byType(resourceType: ResourceType): Promise<ResourceSummary[]>;
  count(filter?: ResourceFilter): Promise<number>;
  /** How many resources each of these accounts has. */
  countByAccount(accountIds: string[]): Promise<Record<string, number>>;
  /**
   * Ends a completed listing: removes the resources of (account, region, types) that it did not name and that were
   * not seen by themselves since it began; all others are as old as its start from now on. Region `null` = every
   * region (global services).
   */
  syncFromAws(scope: SyncScope): Promise<{ removed: string[] }>;
}

/** Ids of resources that were given, and of those of them that are not as they were. */
export interface Listed {
  ids: string[];
  changed: string[];
}

export interface SyncScope {
  accountId: string;
  region: string | null;
  resourceTypes: ResourceType[];
  startedAt: string;
  /** Ids of all that the listing named. */
  listed: string[];
}

export interface QueryAnswer {
  resultId: string;
  total: number;
  chips: QueryChip[];
  facets: Facets;
  indexing: boolean;
}

/** What a sentence names, for the assistant. */
export interface Resolution {
  /** Resources whose name, id or ARN equals a word of the text, best first. */
  exact: ResourceSummary[];
  /** Otherwise the best of the ranked search. */
  ranked: { resource: ResourceSummary; score: number }[];
  total: number;
  chips: QueryChip[];
}

export interface FindApi {
  query(query: ResourceQuery): Promise<QueryAnswer>;
  /** Rejects with RESULT_GONE when the result was dropped. */
  rows(resultId: string, offset: number, limit: number): Promise<ResourceSummary[]>;
  resolve(text: string, options?: { filter?: ResourceFilter; limit?: number }): Promise<Resolution>;
  /**
   * The first `limit` of all resources whose whole name, id or ARN stands in the text, shorter names inside longer
   * ones and names that look the same included: every reading, for the caller to choose among or to ask about.
   */
  named(text: string, limit: number): Promise<{ rows: ResourceSummary[]; total: number }>;
  related(id: string): Promise<z.infer<typeof RelatedResource>[]>;
  /** Id of the resource at this address, if it is in the estate. */
  locate(address: {
    accountId: string;
    region: string;
    resourceType: ResourceType;
    nativeId: string;
  }): Promise<string | null>;
}

/** Small sealed JSON documents: settings, accounts, scan cells, policies. */
export interface DocsApi {
  /** `kind`: a new one is declared in `documents.ts`, with what it belongs to. */
  get(kind: DocKind, key: string): Promise<unknown>;
  list(kind: DocKind): Promise<{ key: string; value: unknown }[]>;
  put(kind: DocKind, key: string, value: unknown): Promise<void>;
  delete(kind: DocKind, key: string): Promise<void>;
  putCells(cells: CellToStore[]): Promise<void>;
}

/** Absent = any. */
export interface HistoryFilter {
  accountIds?: string[];
  resourceTypes?: string[];
  kinds?: string[];
  /** `details.who.id`. Sealed: with this every entry of the time is opened. */
  who?: string[];
}

export interface HistoryPage {
  /** Newest first; damaged ones are left out. */
  entries: HistoryEntry[];
  /** Where the next page begins; null = there is none. */
  next: HistoryCursor | null;
}

/** What changed in the estate, was gone or not observed. Of resources that are not there any more as well. */
export interface HistoryApi {
  /**
   * All of them, durable when it resolves, or none. What is there already (same resource, time, kind and content) is
   * not written again. INVALID_INPUT for an entry that is not small.
   */
  append(entries: NewHistoryEntry[]): Promise<{ added: number }>;
  /** Of one resource. */
  of(resourceId: string, page: { before?: HistoryCursor | null; limit: number }): Promise<HistoryPage>;
  /** Of all from `from` until before `to`, in ms. */
  since(
    from: number,
    to: number,
    filter: HistoryFilter,
    page: { before?: HistoryCursor | null; limit: number },
  ): Promise<HistoryPage>;
  /** Removes a slice of what is older than so many months; `more` = call again. */
  expire(months: number): Promise<{ removed: number; more: boolean }>;
}

/** What an append changed, so that it can be announced without asking again. */
export interface Appended {
  seq: number;
  /** ISO time of the entry. */
  at: string;
  /** Of the execution the entry is about; null for an entry about none. */
  execution: ExecutionNews | null;
}

export interface JournalApi {
  /** Durable (fsync) when it resolves. */
  append(body: JournalBody): Promise<Appended>;
  /** Where the MAC chain stands; `brokenAt` names the first entry that does not fit. */
  verify(): Promise<{ entries: number; head: string; brokenAt: number | null }>;
  plan(planId: string): Promise<PlanState | null>;
  execution(executionId: string): Promise<StoredExecution | null>;
  /** Executions that have an approval and no result: what a killed run left. */
  unfinished(): Promise<StoredExecution[]>;
  log(executionId: string, offset: number, limit: number): Promise<{ lines: LogLine[]; total: number }>;
  activity(query: ActivityQuery): Promise<{ resultId: string; total: number }>;
  activityRows(resultId: string, offset: number, limit: number): Promise<ActivityRow[]>;
}
