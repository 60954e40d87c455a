import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileReader } from './fileReader.ts';

let folder: string;
let reader: FileReader;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reader-'));
  reader = new FileReader({ withinMs: 60_000 });
});
afterEach(() => {
  reader.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}
/** A read of it never ends, as one on a network share that is away. */
function silent(name: string): string {
  execFileSync('mkfifo', [join(folder, name)]);
  return join(folder, name);
}
const textOf = async (path: string) => {
  const answer = await reader.read(path);
  return answer.kind === 'bytes' ? answer.bytes.toString() : answer;
};

test('what a file holds, and why it cannot be read', async () => {
  expect(await textOf(file('a', 'ä'))).toBe('ä');
  expect(await textOf(join(folder, 'none'))).toEqual({ kind: 'failed', code: 'ENOENT' });
  expect(await textOf(folder)).toEqual({ kind: 'failed', code: 'EISDIR' });
});

test('a file is read again only when it changed, also twice within one tick of its clock', async () => {
  const path = file('a', 'one');
  const stamps: string[] = [];
  for (const text of ['two', 'six', 'ten']) {
    writeFileSync(path, text);
    const answer = await reader.read(path, stamps.at(-1) ?? null);
    if (answer.kind !== 'bytes') throw new Error(`${text} was missed`);
    expect(answer.bytes.toString()).toBe(text);
    stamps.push(answer.stamp);
  }
});

test.skipIf(process.platform === 'win32')(
  'files that never answer are given up, and hold nothing else up',
  async () => {
    reader = new FileReader({ withinMs: 1_500 });
    const fine = file('a', 'fine');
    const hung = Array.from({ length: 6 }, (_, i) => reader.read(silent(`f${i}`)));
    const given = Promise.allSettled(hung);
    expect(await textOf(fine)).toBe('fine');
    const outcomes = await given;
    expect(outcomes.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
    await expect(hung[0]).rejects.toMatchObject({
      code: 'NETWORK',
      message: expect.stringMatching(/f0 did not answer within 2 seconds/),
    });
    expect(await textOf(fine)).toBe('fine');
  },
);

test.skipIf(process.platform === 'win32')('closing lets go of a read that never ends', async () => {
  const hung = reader.read(silent('f'));
  const given = expect(hung).rejects.toMatchObject({ code: 'NOT_READY' });
  reader.close();
  await given;
  await expect(reader.read(file('a', ''))).rejects.toMatchObject({ code: 'NOT_READY' });
});
