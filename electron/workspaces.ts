import { join } from 'node:path';
import { z } from 'zod';
import type { ClientMiddleware } from './aws/types.ts';
import type { AppConfig } from './config.ts';
import { AppError } from './errors.ts';
import { SampleAws } from './sample/sampleAws.ts';
import { readTextIfPresent } from './storage/files.ts';
import { StorageConfig } from './storage/storageConfig.ts';

export type WorkspaceName = 'default' | 'sample';

/** A folder with its own key, engine and databases, and the AWS it speaks to. */
export interface Workspace {
  name: WorkspaceName;
  folder: string;
  /** For the screens to mark; no service asks. */
  sample: boolean;
  storage: StorageConfig;
  aws: { configFile: string; credentialsFile: string };
  /** The first start connects every profile and scans, without asking which. */
  connectAll: boolean;
  /** False where a mistake costs nothing. */
  startReadOnly: boolean;
  /** Plugged into every SDK client; the sample's simulated AWS is one such middleware. */
  middleware: readonly ClientMiddleware[];
  /** Runs once before the services start, e.g. writes the sample's profiles. */
  prepare(): Promise<void>;
}

export async function describeWorkspace(name: WorkspaceName, config: AppConfig): Promise<Workspace> {
  const folder = join(config.root, name);
  return name === 'sample' ? sampleWorkspace(folder) : defaultWorkspace(folder, config);
}

async function defaultWorkspace(folder: string, config: AppConfig): Promise<Workspace> {
  const file = await readConfigFile(join(folder, 'config.json'));
  const storage = parseStorage(file, config);
  return {
    name: 'default',
    folder,
    sample: false,
    startReadOnly: true,
    connectAll: false,
    middleware: [],
    storage,
    aws: config.aws,
    prepare: async () => undefined,
  };
}

/** SQLite and a 0600 key file, never the keychain: opening the sample asks the system for nothing. */
function sampleWorkspace(folder: string): Workspace {
  const aws = new SampleAws(folder);
  return {
    name: 'sample',
    folder,
    sample: true,
    startReadOnly: false,
    connectAll: true,
    storage: StorageConfig.parse({
      qdrant: { mode: 'sqlite' },
      encryption: { key_source: `file:${join(folder, 'key')}` },
    }),
    aws: { configFile: aws.configFile, credentialsFile: aws.credentialsFile },
    middleware: [aws.middleware],
    prepare: () => aws.prepare(),
  };
}

function parseStorage(file: Record<string, unknown>, config: AppConfig): StorageConfig {
  const merged = StorageConfig.safeParse({
    ...file,
    ...(config.engine && { qdrant: { ...section(file, 'qdrant'), mode: config.engine } }),
    ...(config.keySource && { encryption: { ...section(file, 'encryption'), key_source: config.keySource } }),
  });
  if (!merged.success) {
    throw new AppError(
      'INVALID_INPUT',
      `The configuration was not understood: ${z.prettifyError(merged.error)}`,
    );
  }
  return merged.data;
}

function section(file: Record<string, unknown>, key: string): object {
  const value = file[key];
  return typeof value === 'object' && value !== null ? value : {};
}

async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  const text = await readTextIfPresent(path);
  if (text === null) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      `${path} could not be read as JSON. Mend it or move it away, then start again.`,
      { cause },
    );
  }
}
