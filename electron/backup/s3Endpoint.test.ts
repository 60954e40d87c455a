import { expect, test } from 'vitest';
import { S3Clients } from './s3Client.ts';

function clients(fromProfile?: string) {
  return new S3Clients({
    profiles: { endpoint: () => Promise.resolve(fromProfile) },
    sessions: { credentials: () => () => Promise.reject(new Error('nothing is sent')) },
    appVersion: '0.0.0',
  });
}
const target = (endpoint: string | null) => ({
  bucket: 'my-backups',
  region: 'us-east-1',
  endpoint,
  kmsKeyId: null,
  access: { profile: 'backup' },
});

test.each([
  'http://store.example',
  'HTTP://10.0.0.7:9000',
  'http://127.0.0.1.example.com',
  'http://[2001:db8::1]',
])('plain http to another machine (%s) is refused, typed or from a profile', async (url) => {
  const refusal = { code: 'BACKUP_PLACE', message: expect.stringContaining('Over http') };
  await expect(clients().open(target(url))).rejects.toMatchObject(refusal);
  await expect(clients(url).open(target(null))).rejects.toMatchObject(refusal);
});

test.each(['https://store.example', 'http://127.0.0.1:9000', 'http://localhost:9000', 'http://[::1]:9000'])(
  '%s is taken',
  async (url) => {
    expect((await clients().open(target(url))).name).toBe('my-backups');
  },
);
