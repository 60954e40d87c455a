import type { ResourceSummary } from '../../preload/contract/models.ts';
import type { RouteOutput } from '../../preload/contract/requests.ts';
import { type AppClient, connect } from './appClient.ts';

/** What a person would miss: every resource, message and setting. Not how fresh it is, which a scan changes. */
export interface Contents {
  /** `where` names it as AWS does: ids differ between installs. */
  resources: { where: string; name: string; state: string | null; tags: Record<string, string> }[];
  conversations: { title: string; pinned: boolean; messages: unknown[] }[];
  settings: RouteOutput<'settings.get'>;
  accounts: string[];
}

/** Reads it over the app's own socket, in an order that does not depend on the run. */
export async function readContents(address: string): Promise<Contents> {
  const client = await connect(address);
  try {
    const rows = await readRows(client);
    const { conversations } = await client.ask('chat.conversations', {});
    const withMessages = [];
    for (const { conversationId, title, pinned } of conversations) {
      const { messages } = await client.ask('chat.messages', { conversationId, before: null, limit: 200 });
      withMessages.push({ title, pinned, messages });
    }
    const { accounts } = await client.ask('accounts.list', {});
    return {
      resources: rows
        .map(({ accountId, region, resourceType, nativeId, name, state, tags }) => ({
          where: `${accountId} ${region} ${resourceType} ${nativeId}`,
          name,
          state,
          tags,
        }))
        .toSorted((a, b) => (a.where < b.where ? -1 : 1)),
      conversations: withMessages.toSorted((a, b) => (a.title < b.title ? -1 : 1)),
      settings: await client.ask('settings.get', {}),
      accounts: accounts.map(({ accountId }) => accountId).toSorted(),
    };
  } finally {
    client.close();
  }
}

async function readRows(client: AppClient): Promise<ResourceSummary[]> {
  const { resultId, total } = await client.ask('resources.query', { text: '', filter: {}, sort: [] });
  const all: ResourceSummary[] = [];
  while (all.length < total) {
    const { rows } = await client.ask('resources.rows', { resultId, offset: all.length, limit: 200 });
    if (rows.length === 0) throw new Error(`${all.length} of ${total} resources were answered`);
    all.push(...rows);
  }
  return all;
}
