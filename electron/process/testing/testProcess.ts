import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManagedProcess, type ManagedProcessOptions, type ProcessState } from '../ManagedProcess.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
export const PARENT = fileURLToPath(new URL('./parent.ts', import.meta.url));

export function testProcess(
  folder: string,
  mode: string,
  overrides: Partial<ManagedProcessOptions> = {},
): ManagedProcess {
  const managed: ManagedProcess = new ManagedProcess({
    name: 'The test child',
    folder,
    pidFile: join(folder, 'child.pid'),
    prepare: async () => ({ exe: process.execPath, args: [CHILD, `${folder}/`, mode], env: { TOLD: 'yes' } }),
    probe: async () => existsSync(join(folder, `ready-${managed.pid}`)),
    readyWithinMs: 20_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 300,
    restarts: { limit: 2, windowMs: 60_000, firstDelayMs: 1, maxDelayMs: 10 },
    ...overrides,
  });
  return managed;
}

/** Process ids of all children that were ever started on the folder. */
export function startedPids(folder: string): number[] {
  const file = join(folder, 'starts');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
}

export function untilState(managed: ManagedProcess, wanted: ProcessState): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = managed.onStatus(() => {
      if (managed.status().state !== wanted) return;
      unsubscribe();
      resolve();
    });
  });
}
