import type { QueryClient } from '@tanstack/react-query';
import type { Bridge } from '../../preload/contract/bridge.ts';
import type { EventMessage } from '../../preload/contract/events.ts';
import type {
  AppStatus,
  Execution,
  ExecutionNews,
  Job,
  PlanView,
  ScanRun,
  ScanStatus,
} from '../../preload/contract/models.ts';
import type { RouteName, RouteOutput } from '../../preload/contract/requests.ts';
import { queryKey } from './queryKey.ts';

/** `seq` is null after a reconnect: what came meanwhile is unknown, and everything is fetched again anyway. */
export type Position = { bootId: string; seq: number | null } | null;

/** `gap`: something was missed; `boot`: another app, or another workspace, answers now. */
export function judge(position: Position, event: { bootId: string; seq: number }): 'next' | 'gap' | 'boot' {
  if (position === null) return 'next';
  if (position.bootId !== event.bootId) return 'boot';
  return position.seq === null || event.seq === position.seq + 1 ? 'next' : 'gap';
}

/** What is asked of an app whose keys are away: how it stands, the work under way, and how the page looks. */
const KEPT_LOCKED: ReadonlySet<string> = new Set<RouteName>(['app.status', 'jobs.list', 'settings.get']);

/** Joins calls per key that come within `ms`; a scan writes far more often than a screen needs to be drawn. */
export type Throttle = (key: string, ms: number, run: () => void) => void;

/** Runs at once, then at most once per `ms` with the last call not lost. */
export function createThrottle(): Throttle {
  const waiting = new Map<string, { again: (() => void) | null }>();
  return function throttle(key, ms, run) {
    const slot = waiting.get(key);
    if (slot) {
      slot.again = run;
      return;
    }
    const own: { again: (() => void) | null } = { again: null };
    waiting.set(key, own);
    run();
    setTimeout(() => {
      waiting.delete(key);
      if (own.again) throttle(key, ms, own.again);
    }, ms);
  };
}

/**
 * The one place where events meet the query cache. Events are hints: after a gap or a reconnect everything
 * is fetched again; another boot id means other data, so the old answers are dropped, not shown meanwhile.
 */
export class CacheSync {
  readonly #client: QueryClient;
  readonly #throttle: Throttle;
  readonly #onBoot: () => void;
  #position: Position = null;

  /** `onBoot` runs when another boot answers: what the screens hold by id is then void. */
  constructor(client: QueryClient, onBoot: () => void, throttle: Throttle = createThrottle()) {
    this.#client = client;
    this.#onBoot = onBoot;
    this.#throttle = throttle;
  }

  /** Returns the way to stop. */
  follow(bridge: Bridge): () => void {
    let wasCut = false;
    const stops = [
      bridge.onEvent((event) => this.receive(event)),
      bridge.onConnection((connected) => {
        if (connected && wasCut) this.reconnected();
        wasCut ||= !connected;
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  receive(event: EventMessage): void {
    const verdict = judge(this.#position, event);
    this.#position = { bootId: event.bootId, seq: event.seq };
    if (verdict === 'boot') this.#reset();
    else if (verdict === 'gap') void this.#client.invalidateQueries();
    this.#apply(event);
  }

  reconnected(): void {
    if (this.#position) this.#position = { bootId: this.#position.bootId, seq: null };
    void this.#client.invalidateQueries();
  }

  /** A status that came as an answer (a retry, another workspace) counts like one that came as an event. */
  setStatus(status: AppStatus): void {
    const key = queryKey('app.status', {});
    const before = this.#client.getQueryData<AppStatus>(key);
    this.#client.setQueryData(key, status);
    if (before && before.engine.state !== status.engine.state)
      this.#stale('app.health', 'storage.rescueOptions');
    if (before && before.workspace.path !== status.workspace.path) this.#reset();
    // Locked keys blank the screens: what was read with them may not stay in this page's memory either.
    else if (before?.phase === 'ready' && status.phase !== 'ready') this.#forget();
    // Until the app is ready every other route answers NOT_READY; those answers are now worthless.
    else if (before && before.phase !== 'ready' && status.phase === 'ready') {
      void this.#client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'app.status' });
    }
  }

  #forget(): void {
    this.#onBoot();
    this.#client.removeQueries({ predicate: (query) => !KEPT_LOCKED.has(String(query.queryKey[0])) });
  }

  #reset(): void {
    this.#onBoot();
    void this.#client.resetQueries({ predicate: (query) => query.queryKey[0] !== 'app.status' });
    this.#stale('app.status');
  }

  #apply(event: EventMessage): void {
    const { name, payload } = event;
    if (name === 'app.changed') this.setStatus(payload as AppStatus);
    else if (name === 'scan.progress') this.#setRun(payload as ScanRun);
    else if (name === 'estate.changed')
      this.#estate((payload as { resourceIds: string[] | null }).resourceIds);
    else if (name === 'accounts.changed')
      this.#stale('accounts.list', 'profiles.list', 'scan.status', 'scan.cells', 'plans.get');
    else if (name === 'settings.changed') this.#stale('settings.get');
    else if (name === 'chat.changed') this.#chat((payload as { conversationId: string }).conversationId);
    else if (name === 'plan.changed') this.#plan((payload as { planId: string }).planId);
    else if (name === 'execution.changed') this.#execution(payload as ExecutionNews);
    else if (name === 'job.changed') this.#job(payload as Job);
    else if (name === 'backups.changed') this.#stale('backup.overview', 'storage.rescueOptions');
    // Which backups a former key opens changes with the keys.
    else if (name === 'keys.changed') this.#stale('key.info', 'backup.overview');
    else if (name === 'data.replaced') void this.#client.invalidateQueries();
  }

  /** Newest first, as the list comes; one that is not known yet is put on top. */
  #job(job: Job): void {
    this.#client.setQueryData<{ jobs: Job[] }>(queryKey('jobs.list', {}), (old) => {
      const known = old?.jobs ?? [];
      const others = known.filter(({ jobId }) => jobId !== job.jobId);
      const at = known.findIndex(({ jobId }) => jobId === job.jobId);
      return { jobs: others.toSpliced(Math.max(0, at), 0, job) };
    });
    if (job.state !== 'running')
      this.#stale('jobs.list', 'backup.overview', 'key.info', 'app.health', 'storage.rescueOptions');
  }

  #setRun(run: ScanRun): void {
    this.#client.setQueryData<ScanStatus>(queryKey('scan.status', {}), (old) =>
      old ? { ...old, run } : old,
    );
    if (run.state === 'running' || run.state === 'cancelling') {
      this.#throttle('scan.status', 1_500, () => this.#stale('scan.status', 'scan.cells'));
    } else {
      this.#stale('scan.status', 'scan.cells', 'accounts.list', 'chat.suggestions', 'app.health');
      // What did not change was not announced, and is younger now.
      this.#stale('resources.query', 'resources.get');
    }
  }

  #estate(resourceIds: string[] | null): void {
    this.#throttle('resources', 1_000, () => this.#stale('resources.query', 'accounts.list'));
    if (resourceIds === null) this.#stale('resources.get');
    else this.#staleDetails(new Set(resourceIds));
  }

  /** What is open of these, and what names one of them. */
  #staleDetails(ids: ReadonlySet<string>): void {
    void this.#client.invalidateQueries({
      queryKey: ['resources.get'],
      predicate: ({ queryKey: [, input], state }) => {
        const detail = state.data as RouteOutput<'resources.get'> | undefined;
        const own = (input as { id?: string } | undefined)?.id;
        const named = detail?.related?.some(({ id }) => id !== null && ids.has(id));
        return (own !== undefined && ids.has(own)) || named === true;
      },
    });
  }

  #chat(conversationId: string): void {
    this.#stale('chat.conversations');
    this.#staleOne('chat.messages', (input) => input?.conversationId === conversationId);
  }

  #plan(planId: string): void {
    this.#staleOne('plans.get', (input) => input?.planId === planId);
    this.#throttle('activity', 500, () => this.#stale('activity.query'));
  }

  /** What changed is put where the execution is known; its plan is not told again. */
  #execution({ planId, line, answer, ...progress }: ExecutionNews): void {
    const { executionId } = progress;
    const changed = { ...progress, ...(answer && { answer }) };
    this.#client.setQueryData<Execution>(queryKey('executions.get', { executionId }), (old) =>
      old ? { ...old, ...changed } : old,
    );
    this.#client.setQueryData<PlanView>(queryKey('plans.get', { planId }), (old) => {
      if (!old) return old;
      const before = old.execution ?? { plan: old.plan, answer: null };
      return { ...old, status: 'approved', execution: { ...before, ...changed } };
    });
    // An answer asked for before the end may still arrive after it and would be the older one.
    if (progress.finishedAt !== null) {
      this.#staleOne('executions.get', (input) => input?.executionId === executionId);
      this.#staleOne('plans.get', (input) => input?.planId === planId);
    }
    if (line) this.#staleOne('executions.log', (input) => input?.executionId === executionId);
    this.#throttle('activity', 500, () => this.#stale('activity.query'));
  }

  #stale(...routes: RouteName[]): void {
    for (const route of routes) void this.#client.invalidateQueries({ queryKey: [route] });
  }

  #staleOne(route: RouteName, matches: (input: Record<string, unknown> | undefined) => boolean): void {
    void this.#client.invalidateQueries({
      queryKey: [route],
      predicate: (query) => matches(query.queryKey[1] as Record<string, unknown> | undefined),
    });
  }
}
