import { createHash } from 'node:crypto';
import type { StorageApi } from '../../../../electron/storage/api.ts';
import { DOCUMENTS, type DocKind } from '../../../../electron/storage/documents.ts';
import type {
  ActivityRow,
  ChatMessage,
  Conversation,
  Execution,
  LogLine,
  PlanView,
  Resource,
} from '../../../../preload/contract/models.ts';

/** Everything that a workspace holds, as the app's own interface tells it; in an order of its own. */
export interface Told {
  resources: (Omit<Resource, 'raw'> & {
    /** SHA-256 over the stored answer as JSON with sorted keys. */
    raw: string;
    /** `direction kind type name`. */
    related: string[];
  })[];
  conversations: (Conversation & { messages: ChatMessage[] })[];
  plans: PlanView[];
  executions: (Execution & { log: LogLine[] })[];
  /** Executions without a result. */
  unfinished: string[];
  activity: ActivityRow[];
  documents: { kind: string; key: string; value: unknown }[];
  journal: { entries: number; brokenAt: number | null };
  keys: { slots: string[]; dataKeys: { purpose: string; keyId: number; current: boolean }[] };
  counts: { resources: number; conversations: number; messages: number; executions: number };
}

export async function readAll(storage: StorageApi): Promise<Told> {
  const resources = await readResources(storage);
  const conversations = await readConversations(storage);
  const activity = await readActivity(storage);
  const planIds = [
    ...activity.flatMap(({ planId }) => planId ?? []),
    ...conversations.flatMap(({ messages }) => messages.flatMap(plansIn)),
  ];
  const plans = await Promise.all([...new Set(planIds)].sort().map((id) => storage.journal.plan(id)));
  const found = plans.flatMap((plan) => plan ?? []);
  const executions = await Promise.all(
    found.flatMap(({ execution }) => (execution === null ? [] : [readExecution(storage, execution)])),
  );
  const documents = [];
  for (const kind of Object.keys(DOCUMENTS) as DocKind[]) {
    for (const { key, value } of await storage.docs.list(kind)) documents.push({ kind, key, value });
  }
  const { entries, brokenAt } = await storage.journal.verify();
  const { slots, dataKeys } = await storage.keys.info();
  return {
    resources,
    conversations,
    plans: found,
    executions,
    unfinished: (await storage.journal.unfinished()).map(({ executionId }) => executionId).sort(),
    activity,
    documents: documents.sort(by(({ kind, key }) => `${kind} ${key}`)),
    journal: { entries, brokenAt },
    keys: {
      slots: slots.map(({ kind }) => kind).sort(),
      dataKeys: dataKeys.map(({ purpose, keyId, current }) => ({ purpose, keyId, current })),
    },
    counts: {
      resources: resources.length,
      conversations: conversations.length,
      messages: conversations.reduce((sum, { messages }) => sum + messages.length, 0),
      executions: executions.length,
    },
  };
}

async function readResources(storage: StorageApi): Promise<Told['resources']> {
  // Answered only once the whole estate is loaded.
  await storage.find.resolve('whole');
  const { resultId, total } = await storage.find.query({ text: '', filter: {}, sort: [], ignoreChips: [] });
  const ids: string[] = [];
  while (ids.length < total) {
    const rows = await storage.find.rows(resultId, ids.length, 200);
    if (rows.length === 0) throw new Error(`${ids.length} of ${total} resources were answered`);
    ids.push(...rows.map(({ id }) => id));
  }
  const resources = await Promise.all(
    ids.map(async (id) => {
      const resource = await storage.estate.get(id);
      if (resource === null) throw new Error(`resource ${id} is listed and not stored`);
      const related = await storage.find.related(id);
      return {
        ...resource,
        raw: createHash('sha256').update(sortedJson(resource.raw)).digest('hex'),
        related: related
          .map(({ direction, kind, resourceType, name }) => `${direction} ${kind} ${resourceType} ${name}`)
          .sort(),
      };
    }),
  );
  return resources.sort(by(addressOf));
}

export const addressOf = ({
  accountId,
  region,
  resourceType,
  nativeId,
}: Pick<Resource, 'accountId' | 'region' | 'resourceType' | 'nativeId'>) =>
  `${accountId} ${region} ${resourceType} ${nativeId}`;

async function readConversations({ chat }: StorageApi): Promise<Told['conversations']> {
  const all = await Promise.all(
    (await chat.getAllContexts()).map(async (conversation) => {
      const { messages, total } = await chat.getHistory(conversation.conversationId, { limit: 100_000 });
      if (messages.length !== total) throw new Error(`${messages.length} of ${total} messages were answered`);
      return { ...conversation, messages };
    }),
  );
  return all.sort(by(({ conversationId }) => conversationId));
}

const plansIn = ({ parts }: ChatMessage) =>
  parts.flatMap((part) => (part.kind === 'plan' ? [part.planId] : []));

async function readExecution({ journal }: StorageApi, execution: Execution) {
  const { lines } = await journal.log(execution.executionId, 0, 10_000);
  return { ...execution, log: lines };
}

async function readActivity({ journal }: StorageApi): Promise<ActivityRow[]> {
  const { resultId, total } = await journal.activity({ text: '' });
  return journal.activityRows(resultId, 0, total);
}

function by<T>(key: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
