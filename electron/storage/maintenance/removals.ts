import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { DocsApi, JournalApi } from '../api.ts';
import { SCAN_CELL_KIND } from '../scanCells.ts';
import type { ChatStorage } from '../chatStorage.ts';
import type { EstateStorage } from '../estateStorage.ts';
import type { History } from '../history/history.ts';
import type { CollectionSpec } from '../PointStore.ts';
import { quietWork, type Work } from '../work.ts';
import { REMOVED_KIND, type RemovedResources } from './removedResources.ts';

const KIND = 'maintenance';
const KEY = 'removal';
/** Under this kind the main side keeps connected accounts, with what unlocks their profiles; key = account id. */
const ACCOUNT_KIND = 'accounts';
/** And here the settings of the screens, of which only the chosen accounts matter. */
const SETTINGS_KIND = 'settings';
const SETTINGS_KEY = 'app';
const Scoped = z.looseObject({ scope: z.looseObject({ accountIds: z.array(z.string()) }) });

/** What is being removed. While it stands in the documents, the removal is not finished. A stored format. */
const Intent = z.discriminatedUnion('what', [
  z.object({
    what: z.literal('account'),
    at: z.string(),
    by: z.string(),
    accountId: z.string(),
    resources: z.number().int(),
  }),
  z.object({
    what: z.literal('everything'),
    at: z.string(),
    by: z.string(),
    conversations: z.number().int(),
    resources: z.number().int(),
  }),
]);
type Intent = z.infer<typeof Intent>;
type Removal<W extends Intent['what']> = Extract<Intent, { what: W }>;

interface Parts {
  docs: DocsApi;
  journal: Pick<JournalApi, 'append' | 'activity' | 'activityRows'>;
  chat: Pick<ChatStorage, 'getAllContexts' | 'deleteAll'>;
  estate: Pick<EstateStorage, 'count' | 'accountIds' | 'removeAccount' | 'deleteAll'>;
  history: Pick<History, 'accountIds' | 'removeAccount' | 'removeAll'>;
  specs: { chat: CollectionSpec; estate: CollectionSpec };
  /** Resolves when the index in memory is not being filled. */
  whenLoaded(): Promise<void>;
  now?: () => Date;
}

/**
 * Removes an account, or everything. The decision is written first: from then on the removal is not cancelled
 * any more, and one whose process was killed is finished by the next start, before anyone writes. One that fails
 * while the app goes on is taken back as a decision: what is written afterwards must not fall to it later.
 */
export class Removals {
  readonly #parts: Parts;
  #unfinished: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Why a removal that was begun could not be finished, in words for the health page. */
  get unfinished(): string | null {
    return this.#unfinished;
  }

  /** All resources, scan cells, the history and the connection of the account; conversations and the journal stay. */
  async forgetAccount(
    request: { accountId: string; by: string },
    work: Work,
  ): Promise<{ resources: number }> {
    const resources = await this.#parts.estate.count({ accountIds: [request.accountId] });
    const intent: Removal<'account'> = { what: 'account', ...request, at: this.#time(), resources };
    await this.#run(intent, work);
    return { resources };
  }

  /** All conversations and resources, and the history of these; accounts, settings and the journal stay. */
  async deleteAll(
    request: { by: string },
    work: Work,
  ): Promise<{ conversations: number; resources: number }> {
    const { chat, estate } = this.#parts;
    const counts = { conversations: (await chat.getAllContexts()).length, resources: await estate.count() };
    const intent: Removal<'everything'> = { what: 'everything', ...request, at: this.#time(), ...counts };
    await this.#run(intent, work);
    return counts;
  }

  /** At opening: ends what an earlier process left. A failure is kept for the health page; the data still opens. */
  async resume(): Promise<void> {
    try {
      const intent = await this.#pending();
      if (intent !== null) await this.#run(intent, quietWork());
    } catch (error) {
      const reason = error instanceof AppError ? error.message : 'An unexpected error.';
      this.#unfinished = `A removal that was confirmed earlier was interrupted and could not be finished: ${reason} Start it again.`;
    }
  }

  async #run(intent: Intent, work: Work): Promise<void> {
    const { docs } = this.#parts;
    work.signal.throwIfAborted();
    await docs.put(KIND, KEY, intent);
    try {
      // What is being read into the index would come back after its removal.
      await this.#parts.whenLoaded();
      if (intent.what === 'account') await this.#removeAccount(intent, work);
      else await this.#removeEverything(intent, work);
      await this.#record(intent);
    } finally {
      await docs.delete(KIND, KEY);
    }
    this.#unfinished = null;
  }

  async #removeAccount({ accountId, at, resources }: Removal<'account'>, work: Work): Promise<void> {
    const { docs, estate, history } = this.#parts;
    await this.#remember({ accountId, at, forgotten: true });
    work.step('Removing its resources', resources, 'records');
    await estate.removeAccount(accountId, (removed) => work.progress(removed));
    work.step('Removing its history', null, 'records');
    await history.removeAccount(accountId, (removed) => work.progress(removed));
    await this.#removeCells(work, (cell) => cell.startsWith(`${accountId}|`));
    await this.#leaveScope(accountId);
    // Last: as long as it is listed the person can ask again.
    await docs.delete(ACCOUNT_KIND, accountId);
  }

  /** The screens would go on showing an account that is not there, and hide all others. */
  async #leaveScope(accountId: string): Promise<void> {
    const { docs } = this.#parts;
    const settings = Scoped.safeParse(await docs.get(SETTINGS_KIND, SETTINGS_KEY));
    if (!settings.success || !settings.data.scope.accountIds.includes(accountId)) return;
    const { scope, ...rest } = settings.data;
    const accountIds = scope.accountIds.filter((id) => id !== accountId);
    await docs.put(SETTINGS_KIND, SETTINGS_KEY, { ...rest, scope: { ...scope, accountIds } });
  }

  async #removeEverything({ at }: Removal<'everything'>, work: Work): Promise<void> {
    const { chat, estate, history, specs } = this.#parts;
    const accountIds = new Set([...estate.accountIds(), ...history.accountIds()]);
    for (const accountId of accountIds) await this.#remember({ accountId, at, forgotten: false });
    work.step('Removing conversations', null, 'records');
    await chat.deleteAll(specs.chat);
    try {
      work.step('Removing resources', null, 'records');
      await estate.deleteAll(specs.estate);
      history.removeAll();
      await this.#removeCells(work, () => true);
    } catch (error) {
      const reason = error instanceof AppError ? error.message : 'An unexpected error.';
      const words = `All conversations are deleted, but not all resources: ${reason} Delete everything again.`;
      throw new AppError(error instanceof AppError ? error.code : 'INTERNAL', words, { cause: error });
    }
  }

  async #removeCells(work: Work, which: (key: string) => boolean): Promise<void> {
    const { docs } = this.#parts;
    const cells = (await docs.list(SCAN_CELL_KIND)).filter(({ key }) => which(key));
    work.step('Removing what is known of its scans', cells.length, 'records');
    for (const [done, { key }] of cells.entries()) {
      await docs.delete(SCAN_CELL_KIND, key);
      work.progress(done + 1);
    }
  }

  /** Before anything is removed: a merge must not bring back what a killed process had removed. */
  #remember(removed: RemovedResources): Promise<void> {
    return this.#parts.docs.put(REMOVED_KIND, removed.accountId, removed);
  }

  /** Once: a process killed between the entry and the end of the removal must not write it again. */
  async #record(intent: Intent): Promise<void> {
    const { journal } = this.#parts;
    const title = titleOf(intent);
    const { resultId, total } = await journal.activity({ text: title });
    const rows = await journal.activityRows(resultId, 0, Math.min(total, 200));
    if (rows.some((row) => row.kind === 'maintenance' && row.title === title && row.at >= intent.at)) return;
    const accountId = intent.what === 'account' ? intent.accountId : null;
    await journal.append({ kind: 'maintenance', title, accountId, by: intent.by });
  }

  async #pending(): Promise<Intent | null> {
    const stored = await this.#parts.docs.get(KIND, KEY);
    return stored === null ? null : Intent.parse(stored);
  }

  #time(): string {
    return (this.#parts.now?.() ?? new Date()).toISOString();
  }
}

function titleOf(intent: Intent): string {
  if (intent.what === 'account') {
    return `Account ${intent.accountId} forgotten: ${intent.resources} resources removed`;
  }
  return `Everything deleted: ${intent.conversations} conversations and ${intent.resources} resources`;
}
