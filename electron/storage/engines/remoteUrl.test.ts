import { expect, test } from 'vitest';
import { checkRemoteUrl } from './remoteUrl.ts';

test.each([
  ['https://qdrant.example:6333/', 'https://qdrant.example:6333'],
  ['HTTPS://Qdrant.Example', 'https://qdrant.example'],
  ['http://127.0.0.1:6333', 'http://127.0.0.1:6333'],
  ['http://[::1]:6333', 'http://[::1]:6333'],
])('%s is taken', (given, taken) => expect(checkRemoteUrl(given)).toBe(taken));

test.each([
  'http://qdrant.example:6333',
  'http://127.0.0.1.evil.example',
  'ftp://qdrant.example',
  'https://user:secret@qdrant.example',
  'https://qdrant.example/path',
  'https://qdrant.example?api-key=x',
  'qdrant',
  '',
])('%s is refused', (given) => expect(() => checkRemoteUrl(given)).toThrow(/Qdrant|https/));
