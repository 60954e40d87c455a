import type { AppStatus } from '../../preload/contract/models.ts';
import type { Profiles } from '../aws/profiles.ts';
import type { ChatService } from '../chat/chatService.ts';
import { AppError } from '../errors.ts';
import type { ExecutionService } from '../execute/executionService.ts';
import { formatRows } from '../exportRows.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Shell } from '../platform/shell.ts';
import type { Accounts } from '../scan/accounts.ts';
import type { Scanner } from '../scan/scanner.ts';
import type { SettingsStore } from '../settings.ts';
import type { StorageApi } from '../storage/api.ts';
import type { Handlers } from './router.ts';

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
}

/** Routes that answer before storage is open. */
const ALWAYS_OPEN = new Set<string>([
  'app.status',
  'app.retry',
  'workspace.open',
  'key.useFile',
  'shell.openUrl',
]);

const PAGE = 200;

/** One line per route; what a line needs more of lives in its service. */
export function createHandlers(services: HandlerServices): Handlers {
  const { lifecycle, settings, profiles, accounts, scanner, storage, chat, execution, shell } = services;
  const { find, estate, journal } = storage;
  const handlers: Handlers = {
    'app.status': async () => lifecycle.status(),
    'app.retry': () => lifecycle.retry(),
    'app.health': () => storage.health(),
    'workspace.open': ({ name }) => services.switchWorkspace(name),
    'key.useFile': () => lifecycle.useKeyFile(),

    'settings.get': () => settings.get(),
    'settings.set': ({ patch }) => settings.set(patch),

    'profiles.list': async () => ({ files: profiles.files(), profiles: await profiles.list() }),
    'accounts.connect': ({ profiles: names }) => accounts.connect(names),
    'accounts.list': async () => ({ accounts: await accounts.list() }),
    'accounts.update': ({ accountId, patch }) => accounts.update(accountId, patch),
    'profiles.unlock': ({ profile, minutes }, client) => accounts.unlock(profile, minutes, client.id),
    'profiles.lock': ({ profile }, client) => accounts.lock(profile, client.id),

    'scan.start': (scope) => scanner.start(scope),
    'scan.cancel': ({ runId }) => scanner.cancel(runId),
    'scan.status': () => scanner.status(),

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
      execution.approve({ planId, digest, typedName }, client.id),
    'plans.reject': ({ planId }, client) => execution.reject(planId, client.id),

    'activity.query': (query) => execution.activity(query),
    'activity.rows': async ({ resultId, offset, limit }) => ({
      rows: await journal.activityRows(resultId, offset, limit),
    }),
    'executions.get': ({ executionId }) => execution.execution(executionId),
    'executions.log': ({ executionId, offset, limit }) => execution.log(executionId, offset, limit),
    'executions.stopWaiting': ({ executionId }) => execution.stopWaiting(executionId),

    'shell.openUrl': async ({ url }) => ({ opened: await shell.openUrl(url) }),
  };
  return guarded(handlers, lifecycle);

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
function guarded(handlers: Handlers, lifecycle: Lifecycle): Handlers {
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
