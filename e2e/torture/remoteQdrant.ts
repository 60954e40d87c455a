import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../electron/process/freePort.ts';
import { qdrantConfig, qdrantFolders } from '../../electron/process/qdrantConfig.ts';
import type { Remote } from './protocol.ts';

/** A Qdrant server elsewhere: it outlives the processes that use it, and dies at times of its own. */
export class RemoteQdrant {
  readonly remote: Remote;
  readonly #binary: string;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  static async start(binary: string, folder: string): Promise<RemoteQdrant> {
    const port = await freePort();
    const folders = qdrantFolders(folder);
    await Promise.all(Object.values(folders).map((path) => mkdir(path, { recursive: true })));
    await writeFile(join(folder, 'config.yaml'), qdrantConfig(folders, port));
    const remote = { url: `http://127.0.0.1:${port}`, apiKey: randomBytes(16).toString('hex') };
    const server = new RemoteQdrant(binary, folder, remote);
    await server.#run();
    return server;
  }

  private constructor(binary: string, folder: string, remote: Remote) {
    this.#binary = binary;
    this.#folder = folder;
    this.remote = remote;
  }

  async #run(): Promise<void> {
    const args = ['--config-path', join(this.#folder, 'config.yaml'), '--disable-telemetry'];
    const env = { QDRANT__SERVICE__API_KEY: this.remote.apiKey };
    this.#child = spawn(this.#binary, args, { cwd: this.#folder, env, stdio: 'ignore' });
    const headers = { 'api-key': this.remote.apiKey };
    for (;;) {
      const answer = await fetch(`${this.remote.url}/collections`, { headers }).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok) return;
      if (this.#child.exitCode !== null) throw new Error(`the remote Qdrant ended (${this.#child.exitCode})`);
      await pause(10);
    }
  }

  /** With -9, and back on the same folder and port. */
  async killAndRestart(): Promise<void> {
    await this.stop();
    await this.#run();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}
