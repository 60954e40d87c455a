import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';

/**
 * Folders as one file: a line of JSON that names what is in them, then every block that occurs, once, all in brotli.
 * Databases reserve zeros, and two folders of one workspace have most in common.
 */
interface Head {
  /** Path with forward slashes; one that ends in a slash is an empty folder. Blocks count from 1; 0 = zeros. */
  files: { path: string; size: number; blocks: number[] }[];
}

const BLOCK = 4_096;
const ZEROS = Buffer.alloc(BLOCK);
const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** `folders` by the names they get within; `wanted` is asked with the path within the folder. */
export async function pack(
  folders: Record<string, string>,
  wanted: (path: string) => boolean = () => true,
): Promise<Buffer> {
  const head: Head = { files: [] };
  const numbers = new Map<string, number>();
  const unique: Buffer[] = [];
  const numberOf = (block: Buffer): number => {
    if (block.equals(ZEROS)) return 0;
    const hash = createHash('sha256').update(block).digest('base64');
    const number = numbers.get(hash) ?? unique.push(block);
    numbers.set(hash, number);
    return number;
  };
  for (const [name, folder] of Object.entries(folders)) {
    for (const path of (await pathsIn(folder, folder)).sort()) {
      if (!wanted(path)) continue;
      const bytes = path.endsWith('/') ? Buffer.alloc(0) : await readFile(join(folder, path));
      head.files.push({ path: `${name}/${path}`, size: bytes.length, blocks: blocksOf(bytes).map(numberOf) });
    }
  }
  const whole = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...unique]);
  return compress(whole, { params: { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS } });
}

/** One of the folders in it. Files are this user's alone, as the app writes them. */
export async function unpack(archive: Buffer, name: string, folder: string): Promise<void> {
  const bytes = await decompress(archive);
  const start = bytes.indexOf('\n') + 1;
  const { files } = JSON.parse(bytes.subarray(0, start).toString()) as Head;
  const block = (n: number) => (n === 0 ? ZEROS : bytes.subarray(start + (n - 1) * BLOCK, start + n * BLOCK));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { path, size, blocks } of files) {
    if (!path.startsWith(`${name}/`)) continue;
    const target = join(folder, path.slice(name.length + 1));
    await mkdir(path.endsWith('/') ? target : dirname(target), { recursive: true, mode: 0o700 });
    if (path.endsWith('/')) continue;
    await writeFile(target, Buffer.concat(blocks.map(block)).subarray(0, size), { mode: 0o600 });
  }
}

/** The last one is filled up with zeros. */
function blocksOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / BLOCK) }, (_, n) => {
    const block = bytes.subarray(n * BLOCK, (n + 1) * BLOCK);
    return block.length === BLOCK ? block : Buffer.concat([block, ZEROS], BLOCK);
  });
}

async function pathsIn(root: string, folder: string): Promise<string[]> {
  const names = await readdir(folder);
  if (names.length === 0 && folder !== root) return [`${plain(root, folder)}/`];
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return (await stat(path)).isDirectory() ? pathsIn(root, path) : [plain(root, path)];
    }),
  );
  return found.flat();
}

const plain = (root: string, path: string) => relative(root, path).split(sep).join('/');
