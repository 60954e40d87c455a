import { homedir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { type FileAnswer, FileReader } from '../process/fileReader.ts';
import { joinProfileFiles, type ProfileFiles } from './profileFiles.ts';

type Environment = Record<string, string | undefined>;

export interface AwsFilePaths {
  configFile: string;
  credentialsFile: string;
}

/** Where the AWS CLI looks, `~` and `$NAME` in its variables included. */
export function awsFilePaths(env: Environment): AwsFilePaths {
  const inHome = (name: string) => join(homedir(), '.aws', name);
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = env;
  return {
    configFile: AWS_CONFIG_FILE ? expandPath(AWS_CONFIG_FILE, env) : inHome('config'),
    credentialsFile: AWS_SHARED_CREDENTIALS_FILE
      ? expandPath(AWS_SHARED_CREDENTIALS_FILE, env)
      : inHome('credentials'),
  };
}

/** Variables first, then a leading `~`; what is not known stays as it stands. */
export function expandPath(path: string, env: Environment): string {
  const named = path.replace(
    /\$(\w+|\{[^}]*\})/g,
    (all, name: string) => env[name.replace(/^\{|\}$/g, '')] ?? all,
  );
  return named.replace(/^~(?=$|[/\\])/, () => env.HOME || homedir());
}

interface Known {
  stamp: string;
  bytes: Buffer | null;
}

/** How long a file that did not answer is not waited for again, unless a person asks. */
const SILENT_MS = 10_000;
/** How old a look may be where nothing secret hangs on it. */
const RECENT_MS = 1_000;

/**
 * The two AWS files, read and understood once, and again when they change: every ask looks, which costs one
 * `stat` in the reader's process. The one place that holds them.
 */
export class AwsFiles {
  readonly paths: AwsFilePaths;
  readonly reader: FileReader;
  readonly #known = new Map<string, Known>();
  #files: { files: ProfileFiles; config: Known; credentials: Known } | undefined;
  #looking: Promise<ProfileFiles> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #silent: { error: AppError; until: number } | undefined;

  constructor(paths: AwsFilePaths, reader = new FileReader()) {
    this.paths = paths;
    this.reader = reader;
  }

  /** What they say now. Rejects with PROFILE_BROKEN. `patient`: a person asks, so a silent file is tried again. */
  current(options: { patient?: boolean } = {}): Promise<ProfileFiles> {
    if (this.#looking) return this.#looking;
    const silent = this.#silent;
    if (silent && !options.patient && performance.now() < silent.until) return Promise.reject(silent.error);
    const looking = this.#look().finally(() => {
      this.#looking = undefined;
    });
    this.#looking = looking;
    return looking;
  }

  /** What they said within the last second. */
  async recent(): Promise<ProfileFiles> {
    const known = this.#files;
    return known && performance.now() - this.#lookedAt < RECENT_MS ? known.files : this.current();
  }

  async #look(): Promise<ProfileFiles> {
    const { configFile, credentialsFile } = this.paths;
    try {
      const [config, credentials] = await Promise.all([this.#load(configFile), this.#load(credentialsFile)]);
      const known = this.#files;
      this.#silent = undefined;
      this.#lookedAt = performance.now();
      if (known?.config === config && known.credentials === credentials) return known.files;
      const files = joinProfileFiles(
        { path: configFile, bytes: config.bytes },
        { path: credentialsFile, bytes: credentials.bytes },
      );
      this.#files = { files, config, credentials };
      return files;
    } catch (error) {
      // A failed reading is not remembered: the person mends the file and tries again.
      this.#files = undefined;
      throw error;
    }
  }

  /** The same object as long as the content is the same. */
  async #load(path: string): Promise<Known> {
    const known = this.#known.get(path);
    const answer = await this.#ask(path, known?.stamp || null);
    if (answer.kind === 'same' && known) return known;
    const loaded: Known = answer.kind === 'bytes' ? answer : { stamp: '', bytes: absent(path, answer) };
    const isSame =
      known && (loaded.bytes === null ? known.bytes === null : known.bytes?.equals(loaded.bytes) === true);
    if (isSame) {
      known.stamp = loaded.stamp;
      return known;
    }
    this.#known.set(path, loaded);
    return loaded;
  }

  async #ask(path: string, stamp: string | null): Promise<FileAnswer> {
    try {
      return await this.reader.read(path, stamp);
    } catch (cause) {
      if (!(cause instanceof AppError) || cause.code !== 'NETWORK') throw cause;
      const error = new AppError('PROFILE_BROKEN', cause.message, { cause, details: { file: path } });
      this.#silent = { error, until: performance.now() + SILENT_MS };
      throw error;
    }
  }
}

function absent(file: string, answer: FileAnswer): null {
  const code = answer.kind === 'failed' ? answer.code : 'unknown error';
  const broken = (why: string) => new AppError('PROFILE_BROKEN', `${file} ${why}`, { details: { file } });
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return null;
    case 'EACCES':
    case 'EPERM':
      throw broken('may not be read by this user. Change its permissions, then try again.');
    case 'EISDIR':
      throw broken('is a folder. It must be the AWS file itself.');
    default:
      throw broken(`could not be read (${code}).`);
  }
}
