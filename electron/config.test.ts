import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const entry = import.meta.dirname;

test('--data wins over CLOUDOPS_HOME, which wins over the home folder', () => {
  expect(readConfig(['--data', '/a b/ü'], { CLOUDOPS_HOME: '/c' }, entry).root).toBe('/a b/ü');
  expect(readConfig([], { CLOUDOPS_HOME: '/c' }, entry).root).toBe('/c');
  expect(readConfig([], {}, entry).root).toMatch(/\.cloudops$/);
  // As an unset variable of a script arrives; the current folder is never meant.
  expect(readConfig(['--data', ''], { CLOUDOPS_HOME: '' }, entry).root).toMatch(/\.cloudops$/);
});

test.each([
  [['--prot', '1'], /--prot/],
  [['--port', '99999'], /0 to 65535/],
  [['--port', 'x'], /0 to 65535/],
  [['--port', ''], /0 to 65535/],
  [['extra'], /extra/],
])('a flag that is not understood ends the start in words: %j', (argv, words) => {
  expect(() => readConfig(argv, {}, entry)).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(words) }),
  );
});

test('--sample opens the sample first, --no-open opens no browser', () => {
  const config = readConfig(['--headless', '--sample', '--no-open', '--port', '0'], {}, entry);
  expect(config).toMatchObject({ workspace: 'sample', headless: { port: 0, open: false } });
});

test('a named Qdrant wins over the fetched one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloudops-config-'));
  writeFileSync(join(folder, 'qdrant'), '');
  expect(readConfig([], { CLOUDOPS_QDRANT_BIN: join(folder, 'qdrant') }, entry).qdrantBinary).toBe(
    join(folder, 'qdrant'),
  );
});
