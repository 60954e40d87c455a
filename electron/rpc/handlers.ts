import type { AppStatus } from '../../preload/contract/models.ts';
import type { Profiles } from '../aws/profiles.ts';
import type { BackupService } from '../backup/backupService.ts';
import type { RestoreService } from '../backup/restoreService.ts';
import type { ChatService } from '../chat/chatService.ts';
import { exportConversation } from '../chat/conversationExport.ts';
import { AppError } from '../errors.ts';
import type { ExecutionService } from '../execute/executionService.ts';
import { personHere } from '../execute/person.ts';
import { formatRows } from '../exportRows.ts';
import type { JobRunner } from '../jobs/jobs.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Maintenance } from '../maintenance.ts';
import type { Shell } from '../platform/shell.ts';
import type { EngineRescue } from '../rescue.ts';
import type { Accounts } from '../scan/accounts.ts';
import type { Scanner } from '../scan/scanner.ts';
import type { SettingsStore } from '../settings.ts';
import type { StorageApi } from '../storage/api.ts';
import { personName, planStateView } from '../storage/journal/views.ts';
import type { RecoveryKeys } from '../storage/keys/recoveryKeys.ts';
import type { KeyRotation } from '../storage/rotation/keyRotation.ts';
import type { Client, Handlers } from './router.ts';

export interface HandlerServices {
  lifecycle: Lifecycle;
  switchWorkspace(name: 'default' | 'sample'): Promise<AppStatus>;
  settings: SettingsStore;
  profiles: Profiles;
  accounts: Accounts;
  scanner: Scanner;
  storage: StorageApi;
  chat: ChatService;
  execution: ExecutionService;
  shell: Shell;
  recoveryKeys: RecoveryKeys;
  rotation: KeyRotation;
  jobs: JobRunner;
  backups: BackupService;
  restores: RestoreService;
  maintenance: Maintenance;
  rescue: EngineRescue;
  /** Somebody is at a screen. */
  onActive(): void;
}

/** Routes that answer before storage is open. */
const ALWAYS_OPEN = new Set<string>([
  'app.status',
  'app.retry',
  'app.noticeRead',
  'workspace.open',
  'key.useFile',
  'key.unlock',
  'storage.rescueOptions',
  'storage.rescue',
  'storage.useApiKey',
  'jobs.list',
  'jobs.cancel',
  'shell.pick',
  'shell.openUrl',
]);

const PAGE = 200;

/** Who did it, as the record keeps it: the person, and beside that the carrier's id of their window. */
const by = ({ id }: Client) => `${personName(personHere(id))} (${id})`;

/** One line per route; what a line needs more of lives in its service. */
export function createHandlers(services: HandlerServices): Handlers {
  const { lifecycle, settings, profiles, accounts, scanner, storage, chat, execution, shell } = services;
  const { recoveryKeys, rotation, jobs, backups, restores, maintenance, rescue } = services;
  const { find, estate, journal } = storage;
  const handlers: Handlers = {
    'app.status': async () => lifecycle.status(),
    'app.retry': async () => {
      if (jobs.current()?.kind === 'rescue')
        throw new AppError(
          'NOT_READY',
          'The storage engine is being rebuilt. Wait for its end, or cancel it.',
        );
      return lifecycle.retry();
    },
    'app.noticeRead': async () => lifecycle.tell(null),
    'app.health': () => storage.health(),
    'workspace.open': ({ name }) => services.switchWorkspace(name),
    'key.useFile': ({ passphrase }) => lifecycle.useKeyFile(passphrase ?? null),
    'key.unlock': ({ secret }) => lifecycle.unlock(secret),
    'key.info': () => recoveryKeys.info(),
    'key.createRecovery': async () => recoveryKeys.create(),
    'key.confirmRecovery': ({ typed }) => recoveryKeys.confirm(typed),
    'key.saveRecovery': () => recoveryKeys.save(),
    'key.postponeRecovery': () => recoveryKeys.postpone(),
    'key.setPassphrase': ({ passphrase }) => recoveryKeys.setPassphrase(passphrase),
    'key.revoke': ({ kind }) => recoveryKeys.revoke(kind),
    'key.rotate': ({ reencryptNow }, client) => rotation.rotate(reencryptNow, by(client)),
    'key.rebuildIndexKey': (_input, client) => rotation.rebuildIndexKey(by(client)),
    'key.lock': async () => lifecycle.lock(),
    'app.active': async () => {
      services.onActive();
      return {};
    },

    'settings.get': () => settings.get(),
    'settings.set': ({ patch }) => settings.set(patch),

    'profiles.list': async () => ({ files: profiles.files(), profiles: await profiles.list() }),
    'accounts.connect': ({ profiles: names }) => accounts.connect(names),
    'accounts.cancelConnect': async () => {
      accounts.cancelConnect();
      return {};
    },
    'accounts.list': async () => ({ accounts: await accounts.list() }),
    'accounts.update': ({ accountId, patch }) => accounts.update(accountId, patch),
    'profiles.unlock': ({ profile, minutes }, client) => accounts.unlock(profile, minutes, by(client)),
    'profiles.lock': ({ profile }, client) => accounts.lock(profile, by(client)),

    'scan.start': (scope) => scanner.start(scope),
    'scan.cancel': ({ runId }) => scanner.cancel(runId),
    'scan.status': () => scanner.status(),
    'scan.cells': (filter) => scanner.cells(filter),
    'scan.cellRows': async ({ resultId, offset, limit }) => ({
      rows: scanner.cellRows(resultId, offset, limit),
    }),

    'resources.query': (query) => find.query(query),
    'resources.rows': async ({ resultId, offset, limit }) => ({
      rows: await find.rows(resultId, offset, limit),
    }),
    'resources.get': ({ id }) => detail(id),
    'resources.refresh': async ({ id }) => {
      const { resource } = await detail(id);
      if (!(await scanner.refresh(resource))) {
        throw new AppError(
          'TARGET_GONE',
          `AWS no longer has ${resource.name}. It was removed from the estate.`,
        );
      }
      return detail(id);
    },
    'resources.export': async ({ resultId, format }) => {
      const rows = await allRows(resultId);
      const day = new Date().toISOString().slice(0, 10);
      const { saved, where } = await shell.saveFile(
        `cloudops-resources-${day}.${format}`,
        formatRows(rows, format),
      );
      return { rows: rows.length, saved, where };
    },

    'chat.conversations': async () => ({ conversations: await chat.conversations() }),
    'chat.create': () => chat.create(),
    'chat.update': ({ conversationId, patch }) => chat.update(conversationId, patch),
    'chat.search': ({ text, limit }) => storage.chat.searchConversations(text, limit),
    'chat.export': async ({ conversationId, format }) => {
      const plan = async (planId: string) => {
        const state = await journal.plan(planId);
        return state && planStateView(state);
      };
      const { name, messages, body } = await exportConversation(
        { chat: storage.chat, plan },
        conversationId,
        format,
      );
      return { messages, ...(await shell.saveFile(name, body)) };
    },
    'chat.delete': async ({ conversationId }) => {
      await chat.delete(conversationId);
      return {};
    },
    'chat.messages': ({ conversationId, before, limit }) => chat.messages(conversationId, before, limit),
    'chat.send': (message) => chat.send(message),
    'chat.suggestions': async () => ({ texts: await chat.suggestions() }),

    'plans.propose': ({ resourceId, action }) => execution.propose(action, resourceId),
    'plans.get': ({ planId }) => execution.plan(planId),
    'plans.approve': ({ planId, digest, typedName }, client) =>
      execution.approve({ planId, digest, typedName }, personHere(client.id)),
    'plans.reject': ({ planId }, client) => execution.reject(planId, personHere(client.id)),

    'activity.query': (query) => execution.activity(query),
    'activity.rows': async ({ resultId, offset, limit }) => ({
      rows: await journal.activityRows(resultId, offset, limit),
    }),
    'executions.get': ({ executionId }) => execution.execution(executionId),
    'executions.log': ({ executionId, offset, limit }) => execution.log(executionId, offset, limit),
    'executions.stopWaiting': ({ executionId }) => execution.stopWaiting(executionId),

    'accounts.forget': ({ accountId, typed }, client) =>
      maintenance.forgetAccount(accountId, typed, by(client)),
    'storage.deleteAll': ({ typed }, client) => maintenance.deleteAll(typed, by(client)),
    'storage.moveEngine': async ({ to }, client) => maintenance.moveEngine(to, by(client)),

    'storage.rescueOptions': () => rescue.options(),
    'storage.rescue': (request, client) => rescue.start(request, by(client)),
    'storage.useApiKey': async ({ apiKey }) => {
      await rescue.useApiKey(apiKey);
      return lifecycle.status();
    },

    'jobs.list': async () => ({ jobs: jobs.list() }),
    'jobs.cancel': async ({ jobId }) => {
      // Open for a rebuild under way while the workspace did not open; nobody at a locked screen ends anything.
      if (jobs.current()?.kind !== 'rescue') lifecycle.requireReady();
      return jobs.cancel(jobId);
    },

    'backup.overview': () => backups.overview(),
    'backup.configure': ({ patch }) => backups.configure(patch),
    'backup.policies': ({ bucket }) => backups.policies(bucket),
    'backup.create': async ({ parts }) => backups.create({ parts }),
    'backup.prove': ({ backupId, place }) => backups.prove(backupId, place),
    'backup.delete': ({ backupId, place }) => backups.delete(backupId, place),
    'backup.export': async () => backups.export(),

    'restore.discover': ({ source }) => restores.discover(source),
    'restore.open': ({ source, secret, ...which }) => restores.open(source, which, secret),
    'restore.run': (request) => restores.run(request),

    'shell.pick': ({ what }) => shell.pick(what),
    'shell.openUrl': async ({ url }) => ({ opened: await shell.openUrl(url) }),
  };
  return guarded(handlers, services);

  async function detail(id: string) {
    const resource = await estate.get(id);
    if (!resource)
      throw new AppError(
        'NOT_FOUND',
        'This resource is no longer in the estate. A scan may have removed it.',
      );
    return { resource, related: await find.related(id) };
  }

  async function allRows(resultId: string) {
    const rows = [];
    for (
      let page = await find.rows(resultId, 0, PAGE);
      page.length > 0;
      page = await find.rows(resultId, rows.length, PAGE)
    ) {
      rows.push(...page);
    }
    return rows;
  }
}

/** Every route that touches data answers NOT_READY, in words, until storage is open. */
function guarded(handlers: Handlers, { lifecycle }: HandlerServices): Handlers {
  const entries = Object.entries(handlers).map(([route, handler]) => {
    if (ALWAYS_OPEN.has(route)) return [route, handler];
    const open = async (input: never, client: never) => {
      lifecycle.requireReady();
      return (handler as (input: never, client: never) => Promise<unknown>)(input, client);
    };
    return [route, open];
  });
  return Object.fromEntries(entries) as Handlers;
}
