import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KnownType, MessagePart } from '../../../preload/contract/models.ts';
import { Plan } from '../../../preload/contract/models.ts';
import { AppError } from '../../errors.ts';
import { actionsFor } from '../../execute/catalog.ts';
import type { CollectedResource } from '../../scan/types.ts';
import { StorageConfig } from '../../storage/storageConfig.ts';
import { StorageService } from '../../storage/storageService.ts';
import { BuiltinAssistant } from '../builtin/builtinAssistant.ts';
import type { BuiltinPorts } from '../builtin/context.ts';
import { ChatService, type ChatServicePorts } from '../chatService.ts';
import type { Planner, PlanOrigin } from '../planner.ts';

export const PROD = '123456789012';
export const DEV = '210987654321';
export const NOW = '2026-11-21T10:00:00.000Z';

const SERVICE: Record<KnownType, string> = {
  ec2_instance: 'ec2',
  ec2_volume: 'ec2',
  ec2_vpc: 'ec2',
  ec2_subnet: 'ec2',
  ec2_security_group: 'ec2',
  rds_instance: 'rds',
  s3_bucket: 's3',
  lambda_function: 'lambda',
  elbv2_load_balancer: 'elbv2',
  elbv2_target_group: 'elbv2',
  dynamodb_table: 'dynamodb',
  sqs_queue: 'sqs',
};

let serial = 0;
/** A resource as a collector yields it; ids of EC2 are made up, other types are addressed by their name. */
export function made(
  resourceType: KnownType,
  name: string,
  more: Partial<CollectedResource> = {},
): CollectedResource {
  const service = SERVICE[resourceType];
  const { region = 'us-west-2', accountId = PROD } = more;
  serial += 1;
  const madeUp = resourceType.startsWith('ec2_')
    ? `${resourceType.slice(4, 5)}-${String(serial).padStart(17, '0')}`
    : name;
  const nativeId = more.nativeId ?? madeUp;
  return {
    resourceType,
    service,
    accountId,
    region,
    partition: 'aws',
    nativeId,
    name,
    arn: `arn:aws:${service}:${region}:${accountId}:${resourceType}/${nativeId}`,
    state: resourceType === 'ec2_instance' ? 'running' : resourceType === 'rds_instance' ? 'available' : null,
    tags: {},
    createdAt: null,
    facts: resourceType === 'rds_instance' ? { Engine: 'postgres' } : {},
    relations: [],
    constraints: {},
    raw: {},
    ...more,
  };
}

/** A chat over real storage and the real catalogue; plans are recorded instead of made. */
export class ChatBench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'chat-'));
  storage = new StorageService({ emit: (name, event) => this.#heard(name, event) });
  #indexed = Promise.withResolvers<void>();
  /** `rds.stop pg-main1` for each plan, in order. */
  readonly proposed: { action: string; resourceId: string }[] = [];
  readonly origins: PlanOrigin[] = [];
  readonly events: string[] = [];
  readonly reported: unknown[] = [];
  refuse: AppError | Error | null = null;
  scope = { accountIds: [] as string[], regions: [] as string[] };
  readonly #masterKey = randomBytes(32);

  async open(resources: CollectedResource[] = []): Promise<void> {
    await this.storage.open({
      config: StorageConfig.parse({ qdrant: { mode: 'sqlite' } }),
      folder: this.folder,
      masterKey: this.#masterKey,
      qdrantBinary: null,
    });
    await this.#indexed.promise;
    if (resources.length > 0) await this.storage.estate.bulkUpsert(resources, NOW);
  }

  async reopen(): Promise<void> {
    await this.storage.shutdown();
    this.#indexed = Promise.withResolvers<void>();
    this.storage = new StorageService({ emit: (name, event) => this.#heard(name, event) });
    await this.open();
  }

  #heard(name: string, event: object): void {
    if (name === 'indexing' && 'done' in event && event.done === true) this.#indexed.resolve();
  }

  async close(): Promise<void> {
    await this.storage.shutdown();
    rmSync(this.folder, { recursive: true, force: true });
  }

  readonly planner: Planner = {
    actionsFor,
    propose: async (action, resourceId, { origin }) => {
      if (this.refuse) throw this.refuse;
      const target = await this.storage.estate.get(resourceId);
      if (!target) throw new AppError('NOT_FOUND', 'This resource is not in the estate.');
      this.proposed.push({ action, resourceId });
      this.origins.push(origin);
      return { plan: planOf(action, resourceId, target.name), status: 'proposed', execution: null };
    },
  };

  builtin(more: Partial<BuiltinPorts> = {}): BuiltinAssistant {
    const { find, estate } = this.storage;
    const accounts = async () => [
      { accountId: PROD, name: 'production-account' },
      { accountId: DEV, name: 'Playground' },
    ];
    return new BuiltinAssistant({ find, estate, planner: this.planner, accounts, ...more });
  }

  chat(more: Partial<ChatServicePorts> = {}): ChatService {
    const { chat, find, estate } = this.storage;
    return new ChatService({
      chat,
      find,
      estate,
      planner: this.planner,
      assistant: this.builtin(),
      emit: (name) => this.events.push(name),
      settings: async () => ({ defaultRegion: null, scope: this.scope }),
      userId: () => 'user-1',
      report: (error) => this.reported.push(error),
      ...more,
    });
  }

  /** Sends one sentence in a conversation of its own: the answer's parts, and what was planned. */
  async ask(text: string, resourceId?: string): Promise<Answered> {
    const chat = this.chat();
    const { conversationId } = await chat.create();
    const before = this.proposed.length;
    const { assistant } = await chat.send({ conversationId, text, resourceId });
    if (this.reported.length > 0) throw this.reported[0];
    return new Answered(assistant.parts, this.proposed.slice(before));
  }

  async idOf(name: string, region?: string): Promise<string> {
    const { exact } = await this.storage.find.resolve(`"${name}"`);
    const row = exact.find((r) => r.name === name && (region === undefined || r.region === region));
    if (!row) throw new Error(`the fixture holds no ${name}`);
    return row.id;
  }
}

export class Answered {
  readonly parts: MessagePart[];
  readonly planned: { action: string; resourceId: string }[];

  constructor(parts: MessagePart[], planned: { action: string; resourceId: string }[]) {
    this.parts = parts;
    this.planned = planned;
  }

  /** plan, error, candidates (a question with rows), answer (rows or facts), or text. */
  get kind(): 'plan' | 'error' | 'candidates' | 'answer' | 'text' {
    const has = (kind: MessagePart['kind']) => this.parts.some((part) => part.kind === kind);
    if (has('plan')) return 'plan';
    if (has('error')) return 'error';
    if (has('candidates')) return 'candidates';
    return has('resources') || has('facts') ? 'answer' : 'text';
  }

  get text(): string {
    return this.parts
      .map((part) =>
        part.kind === 'text' || part.kind === 'error'
          ? part.text
          : part.kind === 'candidates'
            ? part.question
            : '',
      )
      .filter(Boolean)
      .join(' ');
  }

  get candidates(): Extract<MessagePart, { kind: 'candidates' }> | undefined {
    return this.parts.find((part) => part.kind === 'candidates');
  }

  get rows(): string[] {
    return this.parts
      .flatMap((part) => (part.kind === 'resources' || part.kind === 'candidates' ? part.rows : []))
      .map(({ name }) => name);
  }
}

function planOf(action: string, resourceId: string, name: string): Plan {
  const [service = '', verb = ''] = action.split('.');
  return Plan.parse({
    planId: `plan-${resourceId}-${action}`,
    conversationId: null,
    origin: { kind: 'sentence', messageId: null },
    title: `${verb} ${name}`,
    risk: 'low',
    target: {
      resourceId,
      resourceType: service === 'ec2' ? 'ec2_instance' : 'rds_instance',
      name,
      nativeId: name,
      arn: name,
      region: 'us-west-2',
      state: 'available',
      asOf: NOW,
    },
    identity: {
      profile: 'admin',
      accountId: PROD,
      accountName: 'production-account',
      arn: 'arn:aws:iam::123456789012:role/Admin',
      expiresAt: null,
      readOnly: false,
      production: true,
    },
    call: {
      service,
      operation: verb,
      iamAction: action,
      parameters: { Id: name },
      cli: `aws ${service} ${verb}`,
    },
    expectedState: 'stopped',
    checks: [],
    affects: [],
    ...{ undo: null, undoNote: null, action, undoAction: null },
    confirmName: null,
    digest: 'digest',
    createdAt: NOW,
    expiresAt: NOW,
  });
}

/** What a click would ask for that is more than looking: the sentences of candidates and suggestions. */
export function changeButtons(parts: readonly MessagePart[]): string[] {
  const prompts = parts.flatMap((part) =>
    part.kind === 'candidates' ? [part.prompt] : part.kind === 'suggestions' ? part.texts : [],
  );
  return prompts.filter((prompt) => !/^(describe|show|list|help|which|how many|what)\b/i.test(prompt));
}
