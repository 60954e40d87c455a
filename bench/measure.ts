import { performance } from 'node:perf_hooks';

/** One measured thing beside a plain way of doing the same in the same run. Times in milliseconds. */
export interface Row {
  name: string;
  value: number;
  unit: 'ms' | 'MB' | 's' | 'events';
  baseline: { name: string; value: number };
  /** The seeds' target, where there is one. */
  target?: string;
}

export async function medianOf(times: number, work: (n: number) => unknown): Promise<number> {
  const taken: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const start = performance.now();
    await work(n);
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  return taken[Math.floor(taken.length / 2)] ?? 0;
}

export async function once(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The longest time this thread's loop did not turn while `work` ran. */
export async function longestStall(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  // Work that never let the loop turn shows only here.
  return Math.max(longest, performance.now() - last - 1);
}

export function table(rows: Row[]): string {
  const cells = rows.map(({ name, value, unit, baseline, target }) => [
    name,
    `${figure(value)} ${unit}`,
    `${figure(baseline.value)} ${unit}`,
    baseline.value > 0 ? `×${figure(value / baseline.value)}` : '–',
    target ?? '–',
    baseline.name,
  ]);
  const header = ['what', 'measured', 'baseline', 'ratio', 'target', 'baseline is'];
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((w) => '-'.repeat(w)).join('  '), ...cells.map(line)].join('\n');
}

function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100
    ? value.toFixed(0)
    : Math.abs(value) >= 1
      ? value.toFixed(1)
      : value.toFixed(3);
}
