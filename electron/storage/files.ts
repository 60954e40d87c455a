import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError, nodeErrorCode } from '../errors.ts';
import { asStorageError, thingInTheWay } from './sqlite.ts';

/** The file's text, or null when there is no such file. */
export async function readTextIfPresent(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (nodeErrorCode(error) === 'ENOENT') return null;
    const why = `${file} could not be read (${nodeErrorCode(error) ?? 'unknown'}). Check the disk and the file's permissions, or put it back from a copy of the folder.`;
    throw new AppError('STORAGE_FAILED', thingInTheWay(withPath(error, file)) ?? why, {
      cause: error,
      details: { path: file },
    });
  }
}

/** Reading a folder as a file fails without its path. */
function withPath(error: unknown, file: string): unknown {
  return { code: nodeErrorCode(error), path: file };
}

/**
 * Replaces a file whole, readable by its owner only: after a crash or power loss it holds the old text or
 * the new.
 */
export async function writeFileDurably(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await useFile(temporary, 'wx', async (handle) => {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    });
    await rename(temporary, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw asStorageError(error);
  }
}

/** A folder that only its owner may enter, with those above it. */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw asStorageError(error);
  }
}

async function useFile(
  file: string,
  flags: string,
  work: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}

/** Makes a rename or a new entry itself durable; Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await useFile(folder, 'r', (handle) => handle.sync());
}
