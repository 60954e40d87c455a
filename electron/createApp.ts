import keytar from 'keytar';
import type { AppStatus } from '../preload/contract/models.ts';
import { createAwsAccess } from './aws/awsAccess.ts';
import { AwsReach } from './aws/reach.ts';
import { createBackups } from './backup/createBackups.ts';
import { touchesBackups } from './backup/guard.ts';
import { BackupScheduler } from './backup/scheduler.ts';
import { BuiltinAssistant } from './chat/builtin/builtinAssistant.ts';
import { ChatService } from './chat/chatService.ts';
import type { Planner } from './chat/planner.ts';
import type { AppConfig } from './config.ts';
import { endInOrder } from './ending.ts';
import { AppError } from './errors.ts';
import { AppEvents } from './events.ts';
import { actionsFor } from './execute/catalog.ts';
import { ExecutionService } from './execute/executionService.ts';
import { JobRunner } from './jobs/jobs.ts';
import { Lifecycle } from './lifecycle.ts';
import { LiveStatus } from './liveStatus.ts';
import type { Log } from './log.ts';
import { Maintenance } from './maintenance.ts';
import type { Shell } from './platform/shell.ts';
import { EngineRescue } from './rescue.ts';
import { createHandlers } from './rpc/handlers.ts';
import type { Handlers } from './rpc/router.ts';
import { Accounts } from './scan/accounts.ts';
import { type RefreshTarget, Scanner } from './scan/scanner.ts';
import { Throttle } from './scan/throttle.ts';
import { SettingsStore } from './settings.ts';
import type { StorageEvents } from './storage/api.ts';
import { RemoteKeys } from './storage/engines/remoteKey.ts';
import { answeringKeychain } from './storage/keys/answeringKeychain.ts';
import { expireHistory } from './storage/history/retention.ts';
import { Attempts } from './storage/keys/attempts.ts';
import { IdleLock } from './storage/keys/idleLock.ts';
import { installId as readInstallId } from './storage/keys/install.ts';
import { MasterKeys } from './storage/keys/masterKeys.ts';
import { RecoveryKeys } from './storage/keys/recoveryKeys.ts';
import { whenQuiet } from './storage/keys/whenQuiet.ts';
import { KeyRotation } from './storage/rotation/keyRotation.ts';
import type { Work } from './storage/work.ts';
import { Stillness } from './stillness.ts';
import { StorageClient } from './storage/workerClient.ts';
import type { Workspace, WorkspaceName } from './workspaces.ts';

export interface App {
  handlers: Handlers;
  events: AppEvents;
  status(): AppStatus;
  start(): Promise<void>;
  /** Never rejects: names what did not end in order. */
  stop(): Promise<string[]>;
  /** The machine goes to sleep, or its screen was locked. */
  sleeps(): Promise<void>;
}

export interface AppOptions {
  workspace: Workspace;
  config: AppConfig;
  log: Log;
  shell: Shell;
  switchWorkspace(name: WorkspaceName): Promise<AppStatus>;
}

/**
 * A process that is told to end is killed after ten seconds by most systems: all of it, a machine under load
 * included, has to fit.
 */
const LETS_GO_MS = 2_000;
const STORAGE_ENDS_MS = 6_000;

/** The only place that constructs services: a workspace and its configuration in, a running app out. */
export function createApp({ workspace, config, log, shell, switchWorkspace }: AppOptions): App {
  const events = new AppEvents();
  const emit = events.emit.bind(events);

  const storage = new StorageClient({
    workerPath: config.paths.dataWorker,
    onEvent: (name, payload) => announce(name, payload),
    onFault: (fault) => log.error({ fault }, 'the data worker failed'),
  });
  const settings = new SettingsStore(storage.docs, emit);

  const reach = new AwsReach();
  const { profiles, sessions, clients } = createAwsAccess({
    ...workspace.aws,
    appVersion: config.version,
    network: config.network,
    middleware: [...workspace.middleware, reach.middleware],
  });

  const { docs, estate, find, journal } = storage;
  const report = (err: unknown) => log.error({ err }, 'a service failed');
  const accounts = new Accounts(
    { profiles, sessions, docs, journal, estate, emit },
    { startReadOnly: workspace.startReadOnly },
  );
  const homeRegion = (profile: string) => profiles.homeRegion(profile);
  const scanner = new Scanner({ accounts, homeRegion, sessions, clients, estate, docs, emit, report });
  const describe = (target: RefreshTarget) => scanner.refresh(target);
  const execution = new ExecutionService({
    journal,
    estate,
    find,
    clients,
    sessions,
    accounts,
    emit,
    describe,
    touchesBackups: async (call) => touchesBackups(call, await backups.protectedPlace()),
    report,
  });

  let installId = '';
  const planner: Planner = { actionsFor, propose: (...request) => execution.propose(...request) };
  const chat = new ChatService({
    chat: storage.chat,
    find,
    estate,
    planner,
    assistant: new BuiltinAssistant({ find, estate, planner, accounts: () => accounts.list() }),
    emit,
    settings: () => settings.get(),
    userId: () => installId,
    report,
  });

  const keychain = answeringKeychain(keytar);
  const attempts = new Attempts();
  const masterKeys = new MasterKeys({
    folder: workspace.folder,
    encryption: workspace.storage.encryption,
    env: process.env,
    keychain,
    attempts,
  });
  const recoveryKeys = new RecoveryKeys({
    keys: storage.keys,
    docs,
    masterKeys,
    shell,
    installId: () => installId,
    emit,
  });

  const jobs = new JobRunner({ emit, report });
  const { s3Clients, backups, restores } = createBackups({
    folder: workspace.folder,
    appVersion: config.version,
    network: config.network,
    middleware: workspace.middleware,
    profiles,
    sessions,
    storage,
    keySource: () => masterKeys.source,
    jobs,
    emit,
    shell,
    installId: () => installId,
    onReopened: (report) => {
      installId = report.installId;
    },
    whileStill: (work) => stillness.pausing(work),
    attempts,
    onRestored: reload,
  });
  const safetyBackup = async (reason: string, work: Work) => void (await backups.safetyBackup(reason, work));
  const rotation = new KeyRotation({
    keys: storage.keys,
    docs,
    journal,
    jobs,
    info: () => recoveryKeys.info(),
    safetyBackup,
    whileStill: (work) => stillness.refusing(work),
    emit,
  });
  const remoteKeys = new RemoteKeys({ folder: workspace.folder, keychain, env: process.env });
  const maintenance = new Maintenance({
    storage: storage.maintenance,
    accounts,
    jobs,
    mode: workspace.storage.qdrant.mode,
    engine: () => lifecycle.status().engine,
    remoteKeys,
    safetyBackup,
    reload,
    whileStill: (work) => stillness.refusing(work),
  });
  const rescue = new EngineRescue({
    status: () => lifecycle.status(),
    mode: workspace.storage.qdrant.mode,
    storage,
    journal,
    backups,
    restores,
    remoteKeys,
    jobs,
    whileStill: (work) => stillness.refusing(work),
    onOpened: async () => {
      await lifecycle.opened();
      reload();
    },
    onFailed: async (error) => {
      const { phase, engine } = lifecycle.status();
      if (phase !== 'ready') return;
      const failure = engine.message === '' ? error : new AppError('ENGINE_FAILED', engine.message);
      await storage.health().catch(() => lifecycle.closed(failure));
    },
  });
  const months = workspace.storage.history.retention_months;
  const daily = (goOn: () => boolean) => expireHistory(storage.history, months, goOn);
  const scheduler = new BackupScheduler({ backups, jobs, shell, daily, report });
  const stillness = new Stillness({
    execution,
    scanner,
    scheduler,
    isOpen: () => lifecycle.status().phase === 'ready',
    report,
  });
  const idleLock = new IdleLock({
    minutes: async () => (await settings.get()).idleLockMinutes,
    lock: () => lifecycle.lock(),
    report,
  });

  /** The stored data was exchanged under the services: what they and the screens hold is read anew. */
  function reload(): void {
    accounts.reload();
    scanner.reload();
    emit('accounts.changed', {});
    emit('settings.changed', {});
    emit('estate.changed', { resourceIds: null });
    emit('data.replaced', {});
  }

  const live = new LiveStatus({
    accounts,
    scanner,
    estate,
    reach,
    hasConversations: async () => (await storage.chat.getAllContexts()).length > 0,
    recoveryMissing: async () => !workspace.sample && (await recoveryKeys.missing()),
    backup: () => backups.status(),
  });
  const lifecycle = new Lifecycle({
    fixed: {
      bootId: events.bootId,
      version: config.version,
      carrier: shell.carrier,
      workspace: { name: workspace.name, path: workspace.folder, sample: workspace.sample },
      meaning: 'dictionary',
      unencrypted: !workspace.storage.encryption.enabled,
    },
    keys: masterKeys,
    openStorage: async (masterKey) => {
      await workspace.prepare();
      // Also while the engine fails: the backups of this install are then looked for.
      installId = await readInstallId(workspace.folder);
      const options = {
        config: workspace.storage,
        folder: workspace.folder,
        masterKey,
        qdrantBinary: config.qdrantBinary,
        qdrantApiKey: await remoteKeys.load(),
        appVersion: config.version,
      };
      const opened = await storage.open(options, lifecycle.opening());
      installId = opened.installId;
      // An earlier run was killed in a restore: its own job can no longer say what became of it.
      if (opened.restore) lifecycle.tell(opened.restore.message);
    },
    storage,
    quiesce: async () => {
      recoveryKeys.forget();
      scheduler.stopAutoBackup();
      idleLock.stop();
      await scanner.stop();
      await whenQuiet({ journal, events, jobs });
    },
    onReady: async () => {
      await recoveryKeys.afterOpen();
      await execution.reconcile();
      await rotation.resume();
      scheduler.startAutoBackup();
      idleLock.start();
      if (workspace.connectAll && (await accounts.list()).length === 0) await connectAll();
    },
    facts: () => live.read(),
    emit,
    log,
  });

  async function connectAll(): Promise<void> {
    await accounts.connect((await profiles.list()).map(({ name }) => name));
    await scanner.start();
  }

  /** An index announces each slice it reads: dozens a second. */
  const growing = new Throttle(1_000, () => emit('estate.changed', { resourceIds: null }));

  function announce<N extends keyof StorageEvents>(name: N, payload: StorageEvents[N]): void {
    if ('kind' in payload) lifecycle.showEngine(payload);
    // Rows of a growing index: the screens ask again, as they do while a scan writes.
    else if (name !== 'indexing') return;
    else if (payload.done) growing.flush();
    else growing.request();
  }
  const unsubscribe = live.follow(events, () =>
    lifecycle.refresh().catch((err) => log.warn({ err }, 'the status could not be read')),
  );

  return {
    handlers: createHandlers({
      lifecycle,
      switchWorkspace,
      settings,
      profiles,
      accounts,
      scanner,
      storage,
      chat,
      execution,
      shell,
      recoveryKeys,
      rotation,
      jobs,
      backups,
      restores,
      maintenance,
      rescue,
      onActive: () => idleLock.active(),
    }),
    events,
    status: () => lifecycle.status(),
    start: () => lifecycle.start(),
    sleeps: () => idleLock.sleeps(),
    // Nothing new is begun, what waits on AWS lets go, then the data closes.
    stop: () =>
      endInOrder(
        [
          { name: 'status', end: unsubscribe },
          { name: 'idle lock', end: () => idleLock.stop() },
          { name: 'backup schedule', end: () => scheduler.stopAutoBackup() },
          { name: 'key rotation', end: () => rotation.stop() },
          [
            { name: 'jobs', end: () => jobs.stop(), withinMs: LETS_GO_MS },
            // For good: no request that is still on its way starts another one.
            { name: 'scans', end: () => scanner.hold(), withinMs: LETS_GO_MS },
            { name: 'executions', end: () => execution.stop(), withinMs: LETS_GO_MS },
          ],
          { name: 'AWS', end: () => clients.destroy() },
          { name: 'S3', end: () => s3Clients.destroy() },
          { name: 'storage', end: () => lifecycle.stop(), withinMs: STORAGE_ENDS_MS },
        ],
        log,
      ),
  };
}
