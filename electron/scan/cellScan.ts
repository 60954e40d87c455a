import type { ErrorCode } from '../../preload/contract/errors.ts';
import type { ResourceType, ScanCell } from '../../preload/contract/models.ts';
import { mapAwsError } from '../aws/errors.ts';
import { endless } from '../aws/pages.ts';
import { AppError } from '../errors.ts';
import type { EstateStorageApi } from '../storage/api.ts';
import { abortable } from '../waiting.ts';
import { type CollectContext, type CollectedResource, type Collector, UNKNOWN_REGION } from './types.ts';

export type CellEstate = Pick<EstateStorageApi, 'bulkUpsert' | 'syncFromAws' | 'byType'>;

export interface CellOutcome {
  status: ScanCell['status'];
  message: string | null;
  found: number;
  removed: number;
  /** The types whose listing came to its end: their rows are as old as its start. */
  listed: ResourceType[];
  /** All of them did. */
  completed: boolean;
}

/** What a cell has learned so far. */
type Tally = Pick<CellOutcome, 'found' | 'removed' | 'listed'>;

/** The data could not be written: no other cell will fare better. */
const STORAGE_CODES: ErrorCode[] = [
  'STORAGE_FAILED',
  'DISK_FULL',
  'ENGINE_FAILED',
  'KEY_LOCKED',
  'NOT_READY',
];

export function isStorageFailure(error: unknown): error is AppError {
  return error instanceof AppError && STORAGE_CODES.includes(error.code);
}

/**
 * Lists what one cell holds and writes it page by page. Each listing stands alone: only one that came to
 * its end removes what it no longer saw. Rejects only when the data cannot be written.
 */
export async function scanCell(
  estate: CellEstate,
  collectors: Collector[],
  context: Omit<CollectContext, 'reportPartial' | 'knownRegion'>,
  startedAt: string,
  onFound: (count: number, changed: readonly string[]) => void,
): Promise<CellOutcome> {
  const partial = new Messages();
  const failures: { code: ErrorCode; message: string }[] = [];
  const tally: Tally = { found: 0, removed: 0, listed: [] };
  for (const collector of collectors) {
    const ids: string[] = [];
    try {
      const pages = collector.collect({
        ...context,
        reportPartial: (message) => partial.add(message),
        knownRegion: knownRegions(estate, context.accountId),
      });
      const news = withNews(collector.listAction, pages);
      for await (const page of untilAborted(news, context.signal)) {
        if (page.length === 0) continue;
        const written = await estate.bulkUpsert(page, startedAt);
        ids.push(...written.ids);
        tally.found += page.length;
        onFound(page.length, written.changed);
      }
      context.signal.throwIfAborted();
      const synced = await estate.syncFromAws({
        accountId: context.accountId,
        region: collector.global ? null : context.region,
        resourceTypes: collector.resourceTypes,
        startedAt,
        listed: ids,
      });
      tally.listed.push(...collector.resourceTypes);
      tally.removed += synced.removed.length;
      onFound(0, synced.removed);
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      if (context.signal.aborted) {
        return { ...tally, status: 'cancelled', message: null, completed: false };
      }
      const { profile, region } = context;
      failures.push(mapAwsError(error, { call: collector.listAction, region, profile }));
    }
  }
  const [first] = failures;
  if (first && failures.length === collectors.length) {
    return { ...tally, status: statusOf(first.code), message: first.message, completed: false };
  }
  const messages = new Messages(failures.map((failure) => failure.message));
  messages.addAll(partial);
  return {
    ...tally,
    status: messages.count === 0 ? 'ok' : 'partial',
    message: messages.text(),
    completed: failures.length === 0,
  };
}

/** Reads what is stored once, and only when a listing needs it. */
function knownRegions(estate: CellEstate, accountId: string): CollectContext['knownRegion'] {
  let stored: Promise<Map<string, string>> | undefined;
  return async ({ resourceType, nativeId }) => {
    stored ??= estate.byType(resourceType).then((rows) => {
      const known = rows.filter((row) => row.accountId === accountId && row.region !== UNKNOWN_REGION);
      return new Map(known.map((row) => [row.nativeId, row.region]));
    });
    return (await stored).get(nativeId) ?? null;
  };
}

/** The pages until the abort: a call that does not hear it is not waited for, and its page is dropped. */
async function* untilAborted<T>(pages: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T> {
  for (;;) {
    signal.throwIfAborted();
    const next = pages.next();
    const page = await abortable(next, signal).catch((error: unknown) => {
      // Ends where its call comes back; what it then says concerns nobody.
      if (signal.aborted) void pages.return(undefined).catch(() => undefined);
      throw error;
    });
    if (page.done) return;
    yield page.value;
  }
}

/** So many pages in a row without a resource not seen before are no listing of AWS any more. */
const MOST_WITHOUT_NEWS = 100;

/** The pages, each resource once; a listing that goes on without saying anything new is ended with words. */
async function* withNews(
  call: string,
  pages: AsyncIterable<CollectedResource[]>,
): AsyncGenerator<CollectedResource[]> {
  const seen = new Set<string>();
  let without = 0;
  for await (const page of pages) {
    const fresh = page.filter(({ resourceType, region, nativeId }) => {
      const address = `${resourceType}|${region}|${nativeId}`;
      return !seen.has(address) && seen.add(address);
    });
    yield fresh;
    without = fresh.length > 0 ? 0 : without + 1;
    if (without >= MOST_WITHOUT_NEWS) throw endless(call, `its last ${without} pages named nothing new`);
  }
}

export function statusOf(code: ErrorCode): ScanCell['status'] {
  const statuses: Partial<Record<ErrorCode, ScanCell['status']>> = {
    ACCESS_DENIED: 'denied',
    DENIED_BY_SCP: 'denied_by_scp',
    REGION_DISABLED: 'region_disabled',
    UNSUPPORTED: 'unsupported',
    THROTTLED: 'throttled',
    CREDENTIALS_EXPIRED: 'expired',
    CREDENTIALS_MISSING: 'expired',
    NETWORK: 'network',
    CANCELLED: 'cancelled',
  };
  return statuses[code] ?? 'failed';
}

/** The first few of perhaps thousands of messages, and how many more there were. */
class Messages {
  readonly #kept: string[] = [];
  count = 0;

  constructor(messages: string[] = []) {
    for (const message of messages) this.add(message);
  }

  add(message: string): void {
    this.count += 1;
    if (this.#kept.length < 3) this.#kept.push(message);
  }

  addAll(other: Messages): void {
    for (const message of other.#kept) this.add(message);
    this.count += other.count - other.#kept.length;
  }

  text(): string | null {
    if (this.count === 0) return null;
    const more = this.count - this.#kept.length;
    return [...this.#kept, ...(more > 0 ? [`And ${more} more like these.`] : [])].join(' ');
  }
}
