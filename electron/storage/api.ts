import type { z } from 'zod';
import type {
  ActivityQuery,
  ActivityRow,
  ChatMessage,
  Conversation,
  Execution,
  Facets,
  LogLine,
  PlanView,
  QueryChip,
  RelatedResource,
  Resource,
  ResourceFilter,
  ResourceQuery,
  ResourceSummary,
  ResourceType,
  ScanCell,
  StorageHealth,
} from '../../preload/contract/models.ts';
import type { CollectedResource } from '../scan/types.ts';
import type { JournalBody, JournalEntry } from './journal/entries.ts';
import type { EngineState } from './PointStore.ts';
import type { StorageConfig } from './storageConfig.ts';

/**
 * Everything that computes over data, as the main side sees it. The same interface is implemented by
 * `StorageService` (in the data worker) and by the client that forwards to it (`workerClient.ts`).
 * All arguments and results are structured-cloneable. A rejected call carries an AppError.
 */
export interface StorageApi {
  /** Opens or creates the workspace's data with its master key (32 bytes). Called once. */
  open(options: OpenOptions): Promise<OpenReport>;
  health(): Promise<StorageHealth>;
  retryEngine(): Promise<void>;
  shutdown(): Promise<void>;
  chat: ChatStorageApi;
  estate: EstateStorageApi;
  find: FindApi;
  docs: DocsApi;
  journal: JournalApi;
}

export interface OpenOptions {
  config: StorageConfig;
  /** The workspace's folder. */
  folder: string;
  masterKey: Uint8Array;
  /** Path of a Qdrant binary, when one was found. */
  qdrantBinary: string | null;
}

export interface OpenReport {
  engine: 'sqlite' | 'qdrant';
  installId: string;
  resources: number;
}

/** What the worker announces by itself. */
export interface StorageEvents {
  engine: { kind: 'sqlite' | 'qdrant'; state: EngineState; message: string };
  /** The index is being built: rows known so far; `done` when complete. */
  indexing: { rows: number; done: boolean };
}

export type NewMessage = Pick<ChatMessage, 'role' | 'parts' | 'sources' | 'metadata'>;

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
  updateContext(conversationId: string, patch: { title?: string }): Promise<Conversation>;
}

export interface EstateStorageApi {
  upsert(resource: CollectedResource, asOf: string): Promise<Resource>;
  bulkUpsert(resources: CollectedResource[], asOf: string): Promise<{ written: number }>;
  get(id: string): Promise<Resource | null>;
  /** Deleting what is not there is no error. */
  delete(id: string): Promise<void>;
  search(text: string, filter?: ResourceFilter, limit?: number): Promise<ResourceSummary[]>;
  byAccount(accountId: string): Promise<ResourceSummary[]>;
  byRegion(region: string): Promise<ResourceSummary[]>;
  byType(resourceType: ResourceType): Promise<ResourceSummary[]>;
  count(filter?: ResourceFilter): Promise<number>;
  /**
   * Ends a completed cell: removes the resources of (account, region, types) whose asOf is older than
   * `startedAt`, i.e. that the completed listing no longer saw. Region `null` = every region (global services).
   */
  syncFromAws(scope: SyncScope): Promise<{ removed: number }>;
}

export interface SyncScope {
  accountId: string;
  region: string | null;
  resourceTypes: ResourceType[];
  startedAt: string;
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
  get(kind: string, key: string): Promise<unknown>;
  list(kind: string): Promise<{ key: string; value: unknown }[]>;
  put(kind: string, key: string, value: unknown): Promise<void>;
  delete(kind: string, key: string): Promise<void>;
  putCells(cells: ScanCell[]): Promise<void>;
}

export interface JournalApi {
  /** Durable (fsync) when it resolves. */
  append(body: JournalBody): Promise<JournalEntry>;
  /** Where the MAC chain stands; `brokenAt` names the first entry that does not fit. */
  verify(): Promise<{ entries: number; head: string; brokenAt: number | null }>;
  plan(planId: string): Promise<PlanView | null>;
  execution(executionId: string): Promise<Execution | null>;
  /** Executions that have an approval and no result: what a killed run left. */
  unfinished(): Promise<Execution[]>;
  log(executionId: string, offset: number, limit: number): Promise<{ lines: LogLine[]; total: number }>;
  activity(query: ActivityQuery): Promise<{ resultId: string; total: number }>;
  activityRows(resultId: string, offset: number, limit: number): Promise<ActivityRow[]>;
}
