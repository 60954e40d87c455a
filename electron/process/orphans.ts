import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { findProcess, isAlive, type RunningProcess } from './processTable.ts';

/** Who runs on a folder, kept beside the data so that the next start can end what a killed app left. */
export interface PidRecord {
  pid: number;
  /** The process that started it. */
  parent: number;
  exe: string;
  folder: string;
}

interface HowToEnd {
  stopSignal: NodeJS.Signals;
  stopWithinMs: number;
}

/** Synchronous: between the spawn and this record there is no moment to be killed in. */
export function writePidRecord(path: string, record: PidRecord): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify(record), { mode: 0o600 });
}

export async function removePidRecord(path: string): Promise<void> {
  await rm(path, { force: true });
}

/**
 * Ends the process of an earlier run that still holds the folder. Only a process that is our executable
 * on our folder is touched: ids are reused.
 * @throws AppError WORKSPACE_IN_USE while the app that started it still runs.
 */
export async function endOrphan(path: string, how: HowToEnd): Promise<void> {
  const record = await readPidRecord(path);
  if (!record) return;
  const running = await findProcess(record.pid);
  if (running && isOurs(record, running)) {
    if (parentStillRuns(record, running)) {
      throw new AppError('WORKSPACE_IN_USE', 'Another CloudOps has this workspace open. Close it first.', {
        details: { process: String(record.parent) },
      });
    }
    await end(record.pid, how);
  }
  await removePidRecord(path);
}

async function readPidRecord(path: string): Promise<PidRecord | null> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as Partial<PidRecord> | null;
    const { pid, parent, exe, folder } = record ?? {};
    const whole = Number.isInteger(pid) && Number.isInteger(parent) && exe && folder;
    return whole ? (record as PidRecord) : null;
  } catch {
    // Absent, or torn by a crash while it was written.
    return null;
  }
}

function isOurs({ exe, folder }: PidRecord, { commandLine }: RunningProcess): boolean {
  const names = (text: string) => commandLine.some((part) => part.includes(text));
  return names(exe) && names(folder + sep);
}

/** Windows keeps the id of a dead parent; elsewhere an orphan gets another one. */
function parentStillRuns(record: PidRecord, running: RunningProcess): boolean {
  if (record.parent === process.pid || running.parent !== record.parent) return false;
  return isAlive(record.parent);
}

async function end(pid: number, { stopSignal, stopWithinMs }: HowToEnd): Promise<void> {
  for (const [signal, waitMs] of [
    [stopSignal, stopWithinMs],
    ['SIGKILL', 5_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
      if ((await findProcess(pid)) === null) return;
      await setTimeout(20);
    }
  }
  throw new AppError(
    'ENGINE_FAILED',
    `A process of an earlier run (${pid}) does not end. End it and try again.`,
  );
}
