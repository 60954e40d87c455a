import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Log } from './log.ts';
import { endsWithin } from './waiting.ts';

/** Something that runs and has to end. */
export interface Part {
  /** For the log. */
  name: string;
  end(): unknown;
  /** After this it is left behind, in milliseconds. None for what answers at once. */
  withinMs?: number;
}

const DEFAULT_MS = 1_000;

/**
 * Ends one after the other, those of an inner list side by side. One that fails or does not come to its end keeps
 * none of the others from theirs. Never rejects; the names of those that did not end in order.
 */
export async function endInOrder(steps: readonly (Part | readonly Part[])[], log: Log): Promise<string[]> {
  const left: string[] = [];
  for (const step of steps) {
    const parts = 'end' in step ? [step] : step;
    const ended = await Promise.all(parts.map((part) => endOne(part, log)));
    left.push(...parts.filter((_part, at) => !ended[at]).map(({ name }) => name));
  }
  return left;
}

async function endOne({ name, end, withinMs = DEFAULT_MS }: Part, log: Log): Promise<boolean> {
  let failed = false;
  // In a function of its own: what throws at once is a failure like any other.
  const ending = (async () => end())().catch((err: unknown) => {
    failed = true;
    log.error({ part: name, err }, 'a part of the app did not end in order');
  });
  if (await endsWithin(withinMs, ending)) return !failed;
  log.error({ part: name, withinMs }, 'a part of the app did not end in time and was left behind');
  return false;
}

/**
 * Ends this process, whatever hangs in it. A read from a share that is gone keeps a thread of Node's for ever, and
 * `process.exit` waits for all threads: such a process would not end at all. Another program in its place, which does
 * nothing but exit, takes none of them along.
 */
export function endProcess(code: number, left: readonly string[] = []): never {
  const stuck = left.length > 0 || process.getActiveResourcesInfo().some((name) => /Req/.test(name));
  if (!stuck) process.exit(code);
  // What hangs may be the part that would have ended its own child (an engine that was still opening).
  for (const pid of children()) endChild(pid);
  try {
    process.execve?.('/bin/sh', ['sh', '-c', `exit ${code}`], {});
  } catch {
    // No such call or no such program on this system.
  }
  process.kill(process.pid, 'SIGKILL');
  process.exit(code);
}

/** The processes that this one has started and that still run; none where the system does not say. */
function children(): number[] {
  try {
    const text =
      process.platform === 'linux'
        ? readdirSync('/proc/self/task')
            .map((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8'))
            .join(' ')
        : execFileSync('pgrep', ['-P', String(process.pid)], { encoding: 'utf8', timeout: 1_000 });
    return text.split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function endChild(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended meanwhile.
  }
}
