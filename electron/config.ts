import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { awsFilePaths } from './aws/awsFiles.ts';
import { type Network, readNetwork } from './aws/network.ts';
import { AppError } from './errors.ts';

/** Everything read from flags, environment and the place the app runs from: once, at start, then passed down. */
export interface AppConfig {
  version: string;
  /** Holds one folder per workspace: `default`, `sample`. */
  root: string;
  /** The workspace to open first. */
  workspace: 'default' | 'sample';
  headless: { port: number; open: boolean };
  paths: AppPaths;
  aws: { configFile: string; credentialsFile: string };
  network: Network;
  /** `CLOUDOPS_KEY_SOURCE`: keychain, env:NAME or file:PATH. */
  keySource: string | null;
  /** `CLOUDOPS_ENGINE`: auto, sqlite or qdrant. */
  engine: string | null;
  /** `CLOUDOPS_QDRANT_BIN`, else the binary the launcher fetched. */
  qdrantBinary: string | null;
  logLevel: string;
}

export interface AppPaths {
  dataWorker: string;
  renderer: string;
  preload: string;
  resources: string;
}

/** `entry` is the folder of the running entry file: `out/main` once built, `electron` from sources. */
export function appPaths(entry: string): AppPaths {
  const project = resolve(entry, existsSync(join(entry, 'storage/dataWorker.ts')) ? '..' : '../..');
  const built = existsSync(join(entry, 'dataWorker.js'));
  return {
    dataWorker: built ? join(entry, 'dataWorker.js') : join(entry, 'storage/dataWorker.ts'),
    renderer: join(project, 'out/renderer'),
    preload: join(project, 'out/preload/index.cjs'),
    resources: join(project, 'resources'),
  };
}

const FLAGS = {
  headless: { type: 'boolean', default: false },
  port: { type: 'string', default: '0' },
  data: { type: 'string' },
  sample: { type: 'boolean', default: false },
  'no-open': { type: 'boolean', default: false },
} as const;

/** Throws INVALID_INPUT with the flag or the variable it could not read. */
export function readConfig(argv: string[], env: NodeJS.ProcessEnv, entry: string): AppConfig {
  const flags = parseFlags(argv);
  const port = Number(flags.port);
  if (!/^\d+$/.test(flags.port) || port > 65_535) {
    throw new AppError('INVALID_INPUT', `--port takes a number from 0 to 65535, not "${flags.port}".`);
  }
  const paths = appPaths(entry);
  return {
    version: packageJson.version,
    root: resolve(flags.data || env.CLOUDOPS_HOME || join(homedir(), '.cloudops')),
    workspace: flags.sample ? 'sample' : 'default',
    headless: { port, open: !flags['no-open'] },
    paths,
    aws: awsFilePaths(env),
    network: readNetwork(env),
    keySource: env.CLOUDOPS_KEY_SOURCE ?? null,
    engine: env.CLOUDOPS_ENGINE ?? null,
    qdrantBinary: env.CLOUDOPS_QDRANT_BIN ?? fetchedQdrant(paths.resources),
    logLevel: env.CLOUDOPS_LOG ?? 'warn',
  };
}

function parseFlags(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const known = Object.keys(FLAGS)
      .map((name) => `--${name}`)
      .join(', ');
    throw new AppError('INVALID_INPUT', `${(cause as Error).message}. Known flags: ${known}.`, { cause });
  }
}

/** Where the launcher puts the pinned binary for this platform. */
function fetchedQdrant(resources: string): string | null {
  const name = process.platform === 'win32' ? 'qdrant.exe' : 'qdrant';
  const path = join(resources, 'qdrant/bin', `${process.platform}-${process.arch}`, name);
  return existsSync(path) ? path : null;
}
