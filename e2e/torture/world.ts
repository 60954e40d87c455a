import type { CollectedResource } from '../../electron/scan/types.ts';
import type { StorageApi } from '../../electron/storage/api.ts';
import type { BackupPart } from '../../electron/storage/backup/names.ts';
import type { Observed } from './protocol.ts';

/**
 * What a workspace holds, flat: a key for every record a person would miss, with its value.
 * `conversation/{id}` = title and marks, `message/{conversation}/{text}` = its index,
 * `resource/{region}/{name}` = its state, `doc/{key}` = its text, `cell/{region}` and `account/{id}` = when.
 */
export type World = Map<string, string>;

export const ACCOUNT = '123456789012';
/** Connected and forgotten over and over. */
export const GUEST = '210987654321';
/** The torture's own keys of it: nothing else writes settings here. */
export const DOC_KIND = 'settings';
/** Resources of this region are written and swept as a scan does it. */
export const SWEPT = 'eu-central-1';
export const WRITTEN = 'us-west-2';
export const GUESTS = 'ap-south-1';

/** Beginnings of the keys of what a person removes. */
export const OF_GUEST = [`resource/${GUESTS}/`, `account/${GUEST}`, `cell/${GUESTS}`];
export const EVERYTHING = ['conversation/', 'message/', 'resource/', 'cell/'];

export function partOf(key: string): BackupPart {
  if (/^(conversation|message)\//.test(key)) return 'chat_history';
  return key.startsWith('resource/') ? 'aws_estate' : 'state';
}

export function resourceAt(region: string, name: string, state: string): CollectedResource {
  const accountId = region === GUESTS ? GUEST : ACCOUNT;
  return {
    resourceType: 'rds_instance',
    service: 'rds',
    accountId,
    region,
    partition: 'aws',
    nativeId: name,
    name,
    arn: `arn:aws:rds:${region}:${accountId}:db:${name}`,
    state,
    tags: { Owner: 'margarethe' },
    createdAt: null,
    facts: {},
    relations: [],
    constraints: {},
    raw: null,
  };
}

/**
 * Reads everything of an open workspace through its own interface. `single`: every resource by its id as well,
 * which is slow.
 */
export async function observe(storage: StorageApi, options: { single: boolean }): Promise<Observed> {
  const world: World = new Map();
  const problems: string[] = [];
  await observeChat(storage, world, problems);
  // Answered only once the whole estate is loaded.
  await storage.find.resolve('whole');
  const rows = [...(await storage.estate.byAccount(ACCOUNT)), ...(await storage.estate.byAccount(GUEST))];
  if ((await storage.estate.count()) !== rows.length) problems.push('the estate holds what no account has');
  for (const { id, region, name, state } of rows) {
    const key = `resource/${region}/${name}`;
    if (world.has(key)) problems.push(`${key} is stored twice`);
    world.set(key, state ?? '');
    if (!options.single) continue;
    const found = await storage.estate.get(id);
    if (found === null || found.name !== name || found.state !== state)
      problems.push(`${key} is listed as ${state} and stored as ${found?.state ?? 'nothing'}`);
  }
  for (const { key, value } of await storage.docs.list(DOC_KIND)) world.set(`doc/${key}`, String(value));
  for (const { key } of await storage.docs.list('accounts')) world.set(`account/${key}`, '');
  for (const { key, value } of await storage.docs.list('scan_cell'))
    world.set(`cell/${key.split('|')[1]}`, (value as { asOf: string }).asOf);
  return { world: [...world], problems };
}

async function observeChat(storage: StorageApi, world: World, problems: string[]): Promise<void> {
  for (const conversation of await storage.chat.getAllContexts()) {
    const { conversationId, messageCount, labels } = conversation;
    world.set(`conversation/${conversationId}`, labels.join(' '));
    const { messages, total } = await storage.chat.getHistory(conversationId, { limit: 100_000 });
    const indices = messages.map(({ messageIndex }) => messageIndex);
    if (indices.some((index, at) => index !== at))
      problems.push(`conversation ${conversationId} has the indices ${indices.join(' ')}`);
    if (total !== messages.length || messageCount !== messages.length)
      problems.push(`${conversationId} counts ${messageCount} and ${total}, holds ${messages.length}`);
    for (const { messageIndex, parts } of messages) {
      const [part] = parts;
      const text = part?.kind === 'text' ? part.text : '';
      world.set(`message/${conversationId}/${text}`, String(messageIndex));
    }
  }
}
