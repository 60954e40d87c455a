import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';

const at = (name: string) => join(import.meta.dirname, name);

/** The processes that die, in one file each: starting them from sources takes four times as long. */
export async function bundle(parent: string): Promise<{ folder: string; child: string }> {
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
        input: { child: at('child.ts'), worker: at('worker.ts') },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  return { folder, child: join(folder, 'child.mjs') };
}
