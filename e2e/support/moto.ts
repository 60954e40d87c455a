import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SUPPORT = fileURLToPath(new URL('.', import.meta.url));

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** What `moto_seed.py` can do from inside the server's process. */
export interface SeedOperations {
  access_key: { ask: { account: string; user: string; policy?: object }; answer: AccessKey };
  role: { ask: { account: string; name: string; trusted: string; policy?: object }; answer: { arn: string } };
  instances: {
    ask: {
      account: string;
      region: string;
      count: number;
      prefix?: string;
      tags?: Record<string, string>;
      /** Instances per RunInstances; 1 is slow (6 ms each) but pages exactly. */
      perReservation?: number;
    };
    answer: { ids: string[] };
  };
  volumes: { ask: { account: string; region: string; count: number }; answer: { ids: string[] } };
  queues: {
    ask: { account: string; region: string; count: number; prefix?: string };
    answer: Record<never, never>;
  };
}

/** A real AWS-shaped server of this test's own. It keeps nothing between runs. */
export interface MotoServer {
  /** `http://127.0.0.1:PORT`, to be used as AWS_ENDPOINT_URL. */
  url: string;
  seed<N extends keyof SeedOperations>(
    op: N,
    ask: SeedOperations[N]['ask'],
  ): Promise<SeedOperations[N]['answer']>;
  /** Checks signatures and policies from now on (`true`), or lets every call pass. */
  enforceIam(on: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** The first Python that has moto: the tests' private environment, else the one in PATH. */
export function motoPython(): string {
  const candidates = [
    process.env.CLOUDOPS_TEST_PYTHON,
    fileURLToPath(new URL('../../.tools/python/bin/python3', import.meta.url)),
    'python3',
  ];
  for (const python of candidates) {
    if (!python || (python.includes('/') && !existsSync(python))) continue;
    try {
      execFileSync(python, ['-c', 'import moto.server'], { stdio: 'ignore' });
      return python;
    } catch {
      // This Python has no moto; the next may.
    }
  }
  throw new Error('No Python with moto[server] was found. `npm test` installs one into .tools.');
}

/** Starts moto on a free port of 127.0.0.1 and waits until it listens. `env` sets MOTO_… switches. */
export async function startMoto(options: { env?: Record<string, string> } = {}): Promise<MotoServer> {
  const child = spawn(motoPython(), [join(SUPPORT, 'moto_seed.py')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, MOTO_EC2_LOAD_DEFAULT_AMIS: 'false', PYTHONWARNINGS: 'ignore', ...options.env },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4_000);
  });
  const waiting = new Map<number, (line: { result?: unknown; error?: string }) => void>();
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`moto ended with ${code}: ${errors}`));
      for (const done of waiting.values()) done({ error: `moto ended with ${code}: ${errors}` });
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as { url?: string; id?: number; result?: unknown; error?: string };
      if (answer.url) resolve(answer.url);
      else if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    });
  });

  let lastId = 0;
  return {
    url,
    seed(op, ask) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, (answer) => {
          waiting.delete(id);
          if (answer.error) reject(new Error(`moto ${op}: ${answer.error}`));
          else resolve(answer.result as SeedOperations[typeof op]['answer']);
        });
        child.stdin.write(`${JSON.stringify({ id, op, ...ask })}\n`);
      });
    },
    async enforceIam(on) {
      await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: on ? '0' : 'inf' });
    },
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end();
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(killer);
}

/** `config` sections by their full header (`profile prod`, `default`), `credentials` sections by name. */
export interface AwsFiles {
  config: Record<string, Record<string, string>>;
  credentials: Record<string, Record<string, string>>;
}

/** Writes a private `~/.aws` into `folder` and returns the two paths. */
export async function writeAwsFiles(
  folder: string,
  files: AwsFiles,
): Promise<{ configFile: string; credentialsFile: string }> {
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, 'config');
  const credentialsFile = join(folder, 'credentials');
  await writeFile(configFile, toIni(files.config));
  await writeFile(credentialsFile, toIni(files.credentials));
  await chmod(credentialsFile, 0o600);
  return { configFile, credentialsFile };
}

function toIni(sections: Record<string, Record<string, string>>): string {
  return Object.entries(sections)
    .map(([header, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}`);
      return [`[${header}]`, ...lines, ''].join('\n');
    })
    .join('\n');
}

/** The section of a static key. */
export function keySection(key: AccessKey): Record<string, string> {
  return { aws_access_key_id: key.accessKeyId, aws_secret_access_key: key.secretAccessKey };
}
