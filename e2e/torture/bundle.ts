import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';

const at = (name: string) => join(import.meta.dirname, name);

/**
 * The processes that die, in one file each: starting them from sources takes four times as long.
 * @param sources of the process and of its data worker.
 */
export async function bundle(
  parent: string,
  sources = { child: at('child.ts'), worker: at('worker.ts') },
): Promise<{ folder: string; child: string }> {
  const folder = await mkdtemp(join(parent, 'cloudops-torture-code-'));
  await build({
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node24',
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: sources,
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  return { folder, child: join(folder, 'child.mjs') };
}
