import { expect, test } from 'vitest';
import type { KeyInfo } from '../../../preload/contract/models.ts';
import { remoteUrlProblem, revokeWords, rotationWords } from './words.ts';

const AT = '2026-11-21T10:00:00.000Z';
const keys = (kinds: readonly ('recovery' | 'passphrase')[]): KeyInfo => ({
  slots: kinds.map((kind) => ({ kind, createdAt: AT })),
  recoveryPostponed: false,
  dataKeys: [
    { purpose: 'records', keyId: 1, createdAt: AT, current: false },
    { purpose: 'records', keyId: 2, createdAt: AT, current: true },
    { purpose: 'index', keyId: 3, createdAt: AT, current: true },
  ],
  toReencrypt: 0,
});

test('revoking the last slot says that backups then open on this machine only', () => {
  expect(revokeWords(keys(['recovery']), 'recovery')).toMatch(/this machine only/);
  expect(revokeWords(keys(['recovery', 'passphrase']), 'recovery')).not.toMatch(/this machine only/);
  expect(revokeWords(keys(['recovery', 'passphrase']), 'recovery')).toMatch(
    /still open with it.*delete those/,
  );
});

test('records under an earlier key are never called done', () => {
  expect(rotationWords({ ...keys([]), toReencrypt: 12 })).toMatch(/12 records still/);
  expect(rotationWords(keys([]))).toMatch(/newest of 2 keys/);
});

test('a key in clear, over the network or in the address, is refused before it is sent', () => {
  expect(remoteUrlProblem('http://qdrant.example.com:6333')).toMatch(/https/);
  expect(remoteUrlProblem('https://me:secret@qdrant.example.com')).toMatch(/own field/);
  expect(remoteUrlProblem('qdrant.example.com')).not.toBeNull();
  expect(remoteUrlProblem('http://127.0.0.1:6333')).toBeNull();
  expect(remoteUrlProblem('https://qdrant.example.com:6333')).toBeNull();
});
