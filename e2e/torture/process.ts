import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Kind, Line, Order } from './protocol.ts';

/** When a process is killed. `later`: so many ms later, so that it is met between two lines as well. */
export type Moment =
  | { at: 'line'; kind: Kind; nth: number; later: number }
  | { at: 'ack'; nth: number; later: number }
  | { at: 'opening' | 'open'; later: number };

/** However slow the machine is, a kill comes this long after the folder was opened. */
const LIMIT_MS = 8_000;
/** Without a word for so long the process hangs. */
const SILENCE_MS = 120_000;

export interface Death {
  lines: Line[];
  killed: boolean;
  /** Of a process that ended by itself where it should not have, or hung. */
  problem: string | null;
}

export async function runUntilKilled(order: Order, moment: Moment): Promise<Death> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child.ts'), JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  const timers: NodeJS.Timeout[] = [];
  let errors = '';
  let hung = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const after = (ms: number, work: () => void) => timers.push(setTimeout(work, ms));
  const kill = () => child.kill('SIGKILL');
  after(SILENCE_MS, () => {
    hung = true;
    kill();
  });
  const reached = momentWatcher(moment);
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  for await (const text of createInterface({ input: child.stdout })) {
    // The last line may be cut off: it was not said.
    const line = parsed(text);
    if (line === null) continue;
    lines.push(line);
    if (line.t === 'open') after(LIMIT_MS, kill);
    if (reached(line)) {
      if (moment.later === 0) kill();
      else after(moment.later, kill);
    }
  }
  const [code, signal] = await closed;
  for (const timer of timers) clearTimeout(timer);
  const killed = signal === 'SIGKILL' && !hung;
  const fine = killed || (order.openOnly && code === 0);
  const how = hung ? `hung for ${SILENCE_MS / 1_000} s` : `ended by itself (${signal ?? code})`;
  return { lines, killed, problem: fine ? null : `the process ${how}: ${errors}` };
}

/** True once, for the line that brings the moment. */
function momentWatcher(moment: Moment): (line: Line) => boolean {
  let left = 'nth' in moment ? moment.nth : 1;
  return (line) => {
    const counts = moment.at === 'line' ? 'kind' in line && line.kind === moment.kind : line.t === moment.at;
    if (!counts) return false;
    left -= 1;
    return left === 0;
  };
}

function parsed(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
