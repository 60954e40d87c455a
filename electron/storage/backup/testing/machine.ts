import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Resource } from '../../../../preload/contract/models.ts';
import type { CollectedResource } from '../../../scan/types.ts';
import type { NewMessage } from '../../api.ts';
import type { NewHistoryEntry } from '../../history/entries.ts';
import { StorageConfig } from '../../storageConfig.ts';
import { StorageService } from '../../storageService.ts';
import { quietWork, type Work } from '../../work.ts';
import type { RestoreRequest } from '../api.ts';
import type { BackupPart } from '../names.ts';
import type { Which } from '../proveBackup.ts';

export const ALL: BackupPart[] = ['chat_history', 'aws_estate', 'state'];
export const REQUEST = { reason: 'by hand', appVersion: '1.2.3' };

export const wholeRestore = (): RestoreRequest => ({
  secret: { secret: { kind: 'own' } },
  mode: 'replace',
  parts: ALL,
  takeover: null,
  appVersion: '1.2.3',
});

export const recoverySecret = (text: string) => ({ secret: { kind: 'recovery' as const, text } });

/** A workspace of its own on this disk, with its own keys. */
export class Machine {
  readonly folder: string;
  readonly masterKey: Buffer;
  readonly qdrantBinary: string | null;
  service: StorageService;

  constructor(options: { folder?: string; masterKey?: Buffer; qdrantBinary?: string | null } = {}) {
    this.folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'backup-'));
    this.masterKey = options.masterKey ?? randomBytes(32);
    this.qdrantBinary = options.qdrantBinary ?? null;
    this.service = new StorageService({ emit: () => undefined });
  }

  open(masterKey: Uint8Array = this.masterKey, work?: Work) {
    const mode = this.qdrantBinary === null ? 'sqlite' : 'qdrant';
    const options = {
      config: StorageConfig.parse({ qdrant: { mode } }),
      folder: this.folder,
      masterKey,
      qdrantBinary: this.qdrantBinary,
    };
    return this.service.open(options, work);
  }

  async reopen(masterKey?: Uint8Array) {
    await this.service.shutdown();
    this.service = new StorageService({ emit: () => undefined });
    return this.open(masterKey);
  }

  async dispose(): Promise<void> {
    await this.service.shutdown();
    rmSync(this.folder, { recursive: true, force: true });
  }

  backup(): Promise<Which> {
    return this.service.backup.create(REQUEST, quietWork());
  }

  restore(which: Which, request: Partial<RestoreRequest> = {}, from: Machine = this) {
    const source = { kind: 'folder', path: path.join(from.folder, 'snapshots') } as const;
    return this.service.backup.restore(source, which, { ...wholeRestore(), ...request }, quietWork());
  }

  /** Everything a person would notice, in an order of its own. */
  async content() {
    const { chat, estate, docs, find, history } = this.service;
    // Answered only once the whole estate is loaded.
    await find.resolve('web');
    const conversations = await chat.getAllContexts();
    const messages = await Promise.all(
      conversations.map(async ({ conversationId }) => {
        const history = await chat.getHistory(conversationId, { limit: 10_000 });
        return history.messages.map(({ messageIndex, parts }) => [messageIndex, parts]);
      }),
    );
    const found = await estate.byAccount('123456789012');
    const resources = await Promise.all(found.map(({ id }) => estate.get(id)));
    return {
      conversations: conversations
        .map(({ title, messageCount }, at) => ({ title, messageCount, messages: messages[at] }))
        .sort((a, b) => a.title.localeCompare(b.title)),
      resources: resources
        .flatMap((one) => (one === null ? [] : [withoutId(one)]))
        .sort((a, b) => a.name.localeCompare(b.name)),
      settings: await docs.list('settings'),
      history: (await history.since(0, Date.now(), {}, { limit: 1_000 })).entries.map(
        ({ resourceId: _, ...entry }) => entry,
      ),
    };
  }
}

function withoutId({ id: _, ...resource }: Resource): Omit<Resource, 'id'> {
  return resource;
}

export const instance = (name: string, state = 'running'): CollectedResource => ({
  resourceType: 'ec2_instance',
  service: 'ec2',
  accountId: '123456789012',
  region: 'us-west-2',
  partition: 'aws',
  nativeId: `i-${name}`,
  name,
  arn: `arn:aws:ec2:us-west-2:123456789012:instance/i-${name}`,
  state,
  tags: { Owner: 'margarethe' },
  createdAt: null,
  facts: {},
  relations: [],
  constraints: {},
  raw: { PrivateIpAddress: '10.0.0.1' },
});

export const says = (text: string): NewMessage => ({
  role: 'user',
  parts: [{ kind: 'text', text }],
  sources: [],
  metadata: { resourcesMentioned: [], commandsExecuted: [] },
});

/** A change of it and its tombstone. */
export function observed(resource: CollectedResource, at = Date.parse(AS_OF)): NewHistoryEntry[] {
  const { partition, accountId, region, resourceType, nativeId, name, state } = resource;
  const address = { partition, accountId, region, resourceType, nativeId };
  const changes = [{ path: 'state', from: 'pending', to: state }];
  return [
    { address, at: at - 1, kind: 'changed', details: { name, changes } },
    { address, at, kind: 'gone', details: { name, last: { state } } },
  ];
}

export const AS_OF = '2026-11-20T10:00:00.000Z';

/** Two conversations, `resources` instances, a setting, a journal entry. */
export async function fill({ service }: Machine, resources = 20): Promise<void> {
  for (const title of ['Stop the database', 'Why is it slow']) {
    const { conversationId } = await service.chat.createConversation();
    for (let n = 0; n < 5; n += 1)
      await service.chat.append(conversationId, says(n === 0 ? title : `line ${n}`));
  }
  const instances = Array.from({ length: resources }, (_, n) =>
    instance(`web-${String(n).padStart(6, '0')}`),
  );
  await service.estate.bulkUpsert(instances, AS_OF);
  await service.history.append(instances.slice(0, 3).flatMap((one) => observed(one)));
  await service.docs.put('settings', 'app', { theme: 'dark' });
  await service.journal.append({
    kind: 'profile_locked',
    profile: 'acme',
    accountId: '123456789012',
    by: 'window',
  });
}
