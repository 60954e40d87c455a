import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  ChatMessage,
  Execution,
  Job,
  PlanView,
  ResourceSummary,
} from '../../../../preload/contract/models.ts';
import type { RouteInput, RouteName } from '../../../../preload/contract/requests.ts';
import { newHome, type RunningApp, startApp } from '../../../support/app.ts';
import { type AppClient, connect } from '../../../support/appClient.ts';
import type { FixtureEstate } from './estate.ts';
import type { EngineName } from './workspace.ts';

const SOMEONE = pathToFileURL(join(import.meta.dirname, 'someone.mjs')).href;
export const PASSPHRASE = 'seven quiet herons crossed the estuary';

/** The built app on a home of its own, worked through its own socket as a screen does. */
export class Install {
  readonly home: string;
  readonly folder: string;
  recoveryKey = '';
  passphrase = '';
  readonly #estate: FixtureEstate;
  readonly #engine: EngineName;
  #running: { app: RunningApp; client: AppClient } | null = null;

  static async make(estate: FixtureEstate, engine: EngineName): Promise<Install> {
    return new Install(await newHome(), estate, engine);
  }

  private constructor(home: string, estate: FixtureEstate, engine: EngineName) {
    this.home = home;
    this.folder = join(home, '.cloudops/default');
    this.#estate = estate;
    this.#engine = engine;
  }

  async start(): Promise<void> {
    const env: Record<string, string> = {
      ...(await this.#estate.env(join(this.home, 'aws'))),
      CLOUDOPS_ENGINE: this.#engine,
      NODE_OPTIONS: `--import=${SOMEONE}`,
    };
    if (this.#engine === 'qdrant') env.CLOUDOPS_QDRANT_BIN = process.env.CLOUDOPS_QDRANT_BIN ?? '';
    const app = await startApp({ home: this.home, env });
    this.#running = { app, client: await connect(app.address) };
  }

  /** Writes config.json, as a person does before the first start. */
  async configure(config: object): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeFile(join(this.folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  }

  get client(): AppClient {
    return this.#now.client;
  }

  get #now() {
    if (this.#running === null) throw new Error('the app is not running');
    return this.#running;
  }

  async stop(): Promise<void> {
    const { app, client } = this.#now;
    client.close();
    const code = await app.stop();
    if (code !== 0) throw new Error(`the app ended with ${code}:\n${app.log()}`);
    this.#running = null;
  }

  /** With -9, and with it the engine's own process, as when a machine loses its power. */
  async kill(): Promise<void> {
    const { app, client } = this.#now;
    const engine =
      this.#engine === 'qdrant'
        ? (JSON.parse(await readFile(join(this.folder, 'data/qdrant/qdrant.pid'), 'utf8')) as { pid: number })
        : null;
    await app.kill();
    if (engine !== null) process.kill(engine.pid, 'SIGKILL');
    client.close();
    this.#running = null;
  }

  /** The key as it stands in the key file. */
  async masterKey(): Promise<string> {
    return (await readFile(join(this.home, 'key'), 'utf8')).trim();
  }

  async makeKeys(): Promise<void> {
    const { groups, ask } = await this.client.ask('key.createRecovery', {});
    this.recoveryKey = groups.join('-');
    await this.client.ask('key.confirmRecovery', { typed: ask.map((n) => groups[n] ?? '') });
    this.passphrase = PASSPHRASE;
    await this.client.ask('key.setPassphrase', { passphrase: this.passphrase });
  }

  async scan(scope: RouteInput<'scan.start'> = {}): Promise<void> {
    const { runId } = await this.client.ask('scan.start', scope);
    await this.client.scanDone(runId);
  }

  /** Resolves once the job that this route starts is done. */
  async job<R extends JobRoute>(route: R, input: RouteInput<R>): Promise<Job> {
    const answer = await this.client.ask(route, input);
    const job = ('job' in answer ? answer.job : answer) as Job;
    const { payload } = await this.client.event(
      ({ name, payload: one }) =>
        name === 'job.changed' && 'jobId' in one && one.jobId === job.jobId && one.state !== 'running',
    );
    const ended = payload as Job;
    if (ended.state === 'done') return ended;
    throw new Error(`${route} ended as ${ended.state}: ${ended.error?.message}`);
  }

  async exportTo(path: string): Promise<void> {
    const { download } = await this.job('backup.export', {});
    const answer = await fetch(new URL(download ?? '', this.#now.app.address));
    if (!answer.ok) throw new Error(`the export was answered with ${answer.status}`);
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  }

  /** The messages' own words, in one new conversation. */
  async talk(...texts: string[]): Promise<string> {
    const { conversationId } = await this.client.ask('chat.create', {});
    for (const text of texts) await this.say(conversationId, text);
    return conversationId;
  }

  async say(conversationId: string, text: string): Promise<ChatMessage> {
    return (await this.client.ask('chat.send', { conversationId, text })).assistant;
  }

  /** For the plan that the sentence leads to. */
  async ask(conversationId: string, text: string): Promise<PlanView> {
    const { parts } = await this.say(conversationId, text);
    const plan = parts.find((part) => part.kind === 'plan');
    if (plan?.kind === 'plan') return this.client.ask('plans.get', { planId: plan.planId });
    throw new Error(`"${text}" led to no plan: ${JSON.stringify(parts)}`);
  }

  /** Whatever became of it. */
  async end(): Promise<void> {
    this.#running?.client.close();
    await this.#running?.app.stop();
  }

  async find(name: string, accountId?: string, region?: string): Promise<ResourceSummary> {
    const { resultId } = await this.client.ask('resources.query', { text: name, filter: {}, sort: [] });
    const { rows } = await this.client.ask('resources.rows', { resultId, offset: 0, limit: 200 });
    const found = rows.find(
      (row) =>
        row.name === name &&
        (accountId ?? row.accountId) === row.accountId &&
        (region ?? row.region) === row.region,
    );
    if (!found) throw new Error(`${name} is not in the estate`);
    return found;
  }

  async propose(name: string, action: string): Promise<PlanView> {
    const { id } = await this.find(name);
    return this.client.ask('plans.propose', { resourceId: id, action });
  }

  /** The execution's id; it goes on by itself. */
  async approve({ plan }: PlanView): Promise<string> {
    const { planId, digest, confirmName } = plan;
    const typed = confirmName === null ? {} : { typedName: confirmName };
    const { execution } = await this.client.ask('plans.approve', { planId, digest, ...typed });
    return execution?.executionId ?? '';
  }

  /** Resolves once the execution is or was in one of these states. */
  async reached(executionId: string, ...states: string[]): Promise<void> {
    await this.#execution(executionId, ({ state }) => states.includes(state));
  }

  /** Resolves once the target was seen in this state. */
  async seen(executionId: string, stateNow: string): Promise<void> {
    await this.#execution(executionId, (execution) => execution.stateNow === stateNow);
  }

  async #execution(executionId: string, test: (execution: Execution) => boolean): Promise<void> {
    if (test(await this.client.ask('executions.get', { executionId }))) return;
    await this.client.event(({ name, payload }) => {
      if (name !== 'execution.changed') return false;
      const execution = payload as Execution;
      return execution.executionId === executionId && test(execution);
    });
  }
}

type JobRoute = Extract<
  RouteName,
  'backup.create' | 'backup.export' | 'restore.run' | 'accounts.forget' | 'key.rotate' | 'key.rebuildIndexKey'
>;
