import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { AppError, nodeErrorCode } from '../errors.ts';

const run = promisify(execFile);

/** Minors of Qdrant 1.x that the client library (1.19) speaks to: its own and one to either side. */
const OLDEST_MINOR = 18;
const NEWEST_MINOR = 20;

export interface QdrantVersion {
  major: number;
  minor: number;
  text: string;
}

/** @throws AppError ENGINE_MISSING when the program does not run, ENGINE_FAILED when its version is not ours. */
export async function readBinaryVersion(binary: string): Promise<QdrantVersion> {
  let output: string;
  try {
    output = (await run(binary, ['--version'], { timeout: 10_000, env: {}, windowsHide: true })).stdout;
  } catch (cause) {
    throw new AppError(
      'ENGINE_MISSING',
      `The Qdrant program does not run: ${binary}. Run npm start to fetch it again.`,
      {
        cause,
      },
    );
  }
  const version = parseQdrantVersion(output);
  if (!version) throw new AppError('ENGINE_MISSING', `This is not a Qdrant program: ${binary}`);
  checkSupported(version);
  return version;
}

export function parseQdrantVersion(text: string): QdrantVersion | null {
  const match = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  return match && { major: Number(match[1]), minor: Number(match[2]), text: match[0] };
}

/** @throws AppError ENGINE_FAILED */
export function checkSupported({ major, minor, text }: QdrantVersion): void {
  if (major === 1 && minor >= OLDEST_MINOR && minor <= NEWEST_MINOR) return;
  throw new AppError(
    'ENGINE_FAILED',
    `Qdrant ${text} is not supported: this app needs 1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}.`,
  );
}

/**
 * Qdrant reads the data of its own and of the previous minor version. The version that last ran is kept
 * beside the data, so that a downgrade or a skipped minor is refused before it touches anything.
 * @throws AppError FORMAT_NEWER or ENGINE_FAILED
 */
export async function checkDataVersion(file: string, binary: QdrantVersion): Promise<void> {
  const text = await readRecorded(file);
  if (text === null) return;
  const data = parseQdrantVersion(text);
  if (!data) {
    throw new AppError(
      'ENGINE_FAILED',
      `${file} is damaged, so it is not known which version of Qdrant last used this data. Put it back from a copy of the folder, or write that version into it (this program is ${binary.text}).`,
    );
  }
  if (data.minor > binary.minor) {
    throw new AppError(
      'FORMAT_NEWER',
      `The data was last used by Qdrant ${data.text}, and ${binary.text} cannot read it. Install the newer program.`,
    );
  }
  if (binary.minor - data.minor > 1) {
    throw new AppError(
      'ENGINE_FAILED',
      `The data was last used by Qdrant ${data.text}. It must be opened once with 1.${data.minor + 1} before ${binary.text} can read it.`,
    );
  }
}

export async function recordDataVersion(file: string, version: QdrantVersion): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // By a rename: one that was cut off would stand for data of an unknown version.
  await writeFile(`${file}.tmp`, `${version.text}\n`, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}

async function readRecorded(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    return nodeErrorCode(error) === 'ENOENT' ? null : '';
  }
}
