import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface RunningProcess {
  parent: number;
  /** Executable and arguments, one string on systems that do not keep them apart. */
  commandLine: string[];
}

/** What the operating system says about a process, or null when there is none of that id. */
export async function findProcess(pid: number): Promise<RunningProcess | null> {
  try {
    if (process.platform === 'linux') return await fromProc(pid);
    return process.platform === 'win32' ? await fromPowerShell(pid) : await fromPs(pid);
  } catch {
    return null;
  }
}

async function fromProc(pid: number): Promise<RunningProcess | null> {
  const [commandLine, status] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // A zombie has no command line any more.
  if (commandLine === '') return null;
  return {
    parent: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]),
    commandLine: commandLine.split('\0'),
  };
}

async function fromPs(pid: number): Promise<RunningProcess | null> {
  const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]);
  const match = /^\s*(\d+)\s+(.+)$/.exec(stdout.trim());
  return match ? { parent: Number(match[1]), commandLine: [match[2] ?? ''] } : null;
}

async function fromPowerShell(pid: number): Promise<RunningProcess | null> {
  const query = `Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}' | Select-Object ParentProcessId,CommandLine | ConvertTo-Json`;
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query]);
  const row: unknown = stdout.trim() === '' ? null : JSON.parse(stdout);
  if (typeof row !== 'object' || row === null) return null;
  if (!('ParentProcessId' in row) || !('CommandLine' in row)) return null;
  return { parent: Number(row.ParentProcessId), commandLine: [String(row.CommandLine)] };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
