import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { freePort } from './freePort.ts';
import { type Launch, ManagedProcess, type ProcessState } from './ManagedProcess.ts';
import { qdrantConfig, qdrantFolders } from './qdrantConfig.ts';
import { explainCrashLoop, explainExit } from './qdrantExit.ts';
import { checkDataVersion, readBinaryVersion, recordDataVersion } from './qdrantVersion.ts';

export interface QdrantEndpoint {
  url: string;
  apiKey: string;
}

/** Our own Qdrant: one child on one folder, on a loopback port and with a key that change with each start. */
export class QdrantServer {
  readonly #binary: string;
  readonly #folder: string;
  readonly #choosePort: () => Promise<number>;
  readonly #process: ManagedProcess;
  #endpoint: QdrantEndpoint | undefined;

  /** @param options.folder absolute; everything of the server lies in it. */
  constructor(options: { binary: string; folder: string; choosePort?: () => Promise<number> }) {
    this.#binary = options.binary;
    this.#folder = options.folder;
    this.#choosePort = options.choosePort ?? freePort;
    this.#process = new ManagedProcess({
      name: 'The Qdrant engine',
      folder: options.folder,
      pidFile: join(options.folder, 'qdrant.pid'),
      prepare: () => this.#prepare(),
      probe: (signal) => this.#answers(signal),
      explainExit,
      explainCrashLoop,
      readyWithinMs: 60_000,
      // SIGTERM would wait 5 s for our kept-alive connections; both close the storage in order.
      stopSignal: 'SIGINT',
      stopWithinMs: 3_000,
      restarts: { limit: 5, windowMs: 60_000, firstDelayMs: 50, maxDelayMs: 2_000 },
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The last lines the server printed. */
  get log(): string {
    return this.#process.log;
  }

  /** Where the server that is ready listens. It changes with each restart: ask again after a failure. */
  async endpoint(): Promise<QdrantEndpoint> {
    await this.#process.whenReady();
    if (!this.#endpoint) throw new AppError('NOT_READY', 'The Qdrant engine is not running.');
    return this.#endpoint;
  }

  status(): { state: ProcessState; message: string } {
    return this.#process.status();
  }

  onStatus(listener: () => void): () => void {
    return this.#process.onStatus(listener);
  }

  /** Resolves when it answers; after a failure, tries anew. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#process.start();
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  async #prepare(): Promise<Launch> {
    const version = await readBinaryVersion(this.#binary);
    const versionFile = join(this.#folder, 'version');
    await checkDataVersion(versionFile, version);
    const folders = qdrantFolders(this.#folder);
    // Qdrant panics when one of them cannot be written.
    await Promise.all(Object.values(folders).map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
    const port = await this.#choosePort();
    const config = join(this.#folder, 'config.yaml');
    await writeFile(config, qdrantConfig(folders, port), { mode: 0o600 });
    await recordDataVersion(versionFile, version);
    const apiKey = randomBytes(32).toString('base64url');
    this.#endpoint = { url: `http://127.0.0.1:${port}`, apiKey };
    return {
      exe: this.#binary,
      args: ['--config-path', config, '--disable-telemetry'],
      env: { ...systemEnvironment(), QDRANT__SERVICE__API_KEY: apiKey },
    };
  }

  /**
   * `/` and `/readyz` answer anyone, and another program, a Qdrant without a key among them, may have
   * taken the port: ours answers with its key and refuses without it.
   */
  async #answers(signal: AbortSignal): Promise<boolean> {
    const endpoint = this.#endpoint;
    if (!endpoint) return false;
    const status = async (headers: Record<string, string>) => {
      const response = await fetch(`${endpoint.url}/collections`, { headers, redirect: 'error', signal });
      await response.body?.cancel();
      return response.status;
    };
    return (await status({})) === 401 && (await status({ 'api-key': endpoint.apiKey })) === 200;
  }
}

/** What a program needs from Windows in order to run at all; nothing of ours. */
function systemEnvironment(): Record<string, string> {
  const names = process.platform === 'win32' ? ['SystemRoot', 'TEMP', 'TMP'] : [];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
