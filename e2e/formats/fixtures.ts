import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { qdrantBinaryUnderTest } from '../../electron/storage/engines/contract/engines.ts';
import { unpack } from './archive.ts';
import type { Said } from './compare.ts';
import type { EngineName, FolderAt, Restoring } from './workspace.ts';

/** What opens a fixture; the files beside this one say what each is. */
interface Secrets {
  masterKey: string;
  recoveryKey: string;
  passphrase: string;
}

const qdrantBinary = qdrantBinaryUnderTest();
/** Those that can run here; says loudly when Qdrant cannot. */
export const ENGINES: EngineName[] = qdrantBinary === null ? ['sqlite'] : ['sqlite', 'qdrant'];

/** Everything one version wrote. */
export class Fixtures {
  readonly version: string;

  constructor(version: string) {
    this.version = version;
  }

  /** The names of its workspaces, for the engines that can run here. */
  folders(): { engine: EngineName; name: string }[] {
    return ENGINES.flatMap((engine) =>
      Object.entries(this.#secrets(engine))
        .filter(
          ([name, { masterKey }]) =>
            masterKey !== '' && existsSync(this.#path(engine, `${name}.expected.json.gz`)),
        )
        .map(([name]) => ({ engine, name })),
    );
  }

  /** The names of its exported files. */
  files(): string[] {
    return readdirSync(this.#path('sqlite', ''))
      .filter((name) => name.endsWith('.cloudops'))
      .map((name) => name.slice(0, -'.cloudops'.length));
  }

  file(name: string): Restoring['source'] {
    return { kind: 'file', path: this.#path('sqlite', `${name}.cloudops`) };
  }

  recoveryKey(name: string, engine: EngineName = 'sqlite'): string {
    return this.#secret(engine, name).recoveryKey;
  }

  said(engine: EngineName, name: string): Said {
    const bytes = readFileSync(this.#path(engine, `${name}.expected.json.gz`));
    return JSON.parse(gunzipSync(bytes).toString()) as Said;
  }

  /** A copy of a workspace, to be opened and changed. */
  async unpackFolder(engine: EngineName, name: string, folder: string): Promise<FolderAt> {
    await unpack(await readFile(this.#path(engine, 'folders')), name, folder);
    return { folder, engine, masterKey: this.#secret(engine, name).masterKey };
  }

  /** The local backups of `late`, as a folder to restore from. */
  async unpackBackups(folder: string): Promise<Restoring['source']> {
    await unpack(await readFile(this.#path('sqlite', 'backups')), 'late', folder);
    return { kind: 'folder', path: folder };
  }

  #secret(engine: EngineName, name: string): Secrets {
    const secret = this.#secrets(engine)[name];
    if (secret === undefined) throw new Error(`${this.version} has no ${name} on ${engine}`);
    return secret;
  }

  #secrets(engine: EngineName): Record<string, Secrets> {
    return JSON.parse(readFileSync(this.#path(engine, 'secrets.json'), 'utf8')) as Record<string, Secrets>;
  }

  #path(engine: EngineName, name: string): string {
    return join(import.meta.dirname, this.version, engine, name);
  }
}

export async function withTemp<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-formats-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
