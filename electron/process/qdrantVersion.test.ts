import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkDataVersion, checkSupported, parseQdrantVersion, recordDataVersion } from './qdrantVersion.ts';

const version = (text: string) => {
  const parsed = parseQdrantVersion(text);
  if (!parsed) throw new Error(text);
  return parsed;
};

it('reads what the program prints, and takes other text for no version', () => {
  expect(parseQdrantVersion('qdrant 1.19.2\n')).toEqual({ major: 1, minor: 19, text: '1.19.2' });
  expect(parseQdrantVersion('some tool')).toBeNull();
});

it('accepts the versions the client library speaks to and no others', () => {
  for (const good of ['1.18.0', '1.19.2', '1.20.0']) checkSupported(version(good));
  for (const bad of ['1.17.9', '1.21.0', '2.19.0', '0.19.0']) {
    expect(() => checkSupported(version(bad))).toThrow(expect.objectContaining({ code: 'ENGINE_FAILED' }));
  }
});

it('opens data of the same or the previous minor version only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cloudops-version-'));
  const file = join(folder, 'qdrant/version');
  const open = (text: string) => checkDataVersion(file, version(text));
  await open('1.18.0');
  await recordDataVersion(file, version('1.18.3'));
  await open('1.18.0');
  await open('1.19.2');
  await expect(open('1.17.0')).rejects.toMatchObject({ code: 'FORMAT_NEWER' });
  await expect(open('1.20.0')).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: expect.stringContaining('1.19'),
  });
  await rm(folder, { recursive: true });
});

it('a record that is empty or cut is damage, not data of any version', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'version-'));
  const file = join(folder, 'version');
  for (const text of ['', '1.', 'x']) {
    await writeFile(file, text);
    await expect(checkDataVersion(file, version('1.18.3'))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(`${file} is damaged`),
    });
  }
  await rm(folder, { recursive: true });
});
