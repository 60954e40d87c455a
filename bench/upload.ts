import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startMoto } from '../e2e/support/moto.ts';
import { child, ENTRY, fill, label, rowsOf } from './backup.ts';
import type { Row } from './measure.ts';

const BUCKET = 'bench';

/** A backup of `size` resources to S3 (moto on this machine) and back, beside a PutObject of the same files. */
export async function uploadRows(size: number): Promise<Row[]> {
  const parent = await mkdtemp(join(tmpdir(), 'cloudops-bench-'));
  const folder = join(parent, 'workspace');
  const key = randomBytes(32);
  const moto = await startMoto();
  try {
    const access = await moto.seed('access_key', { account: '111122223333', user: 'backup' });
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: moto.url,
      forcePathStyle: true,
      credentials: access,
    });
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    client.destroy();
    await mkdir(folder);
    await fill({ folder, masterKey: key, lines: join(parent, 'lines'), size, qdrantBinary: null });
    const task = {
      entry: ENTRY,
      masterKey: key.toString('hex'),
      qdrantBinary: null,
      from: folder,
      to: '',
      which: null,
      s3: { ...access, url: moto.url, bucket: BUCKET },
    };
    const { which } = await child({ ...task, what: 'backup' });
    const plain = await child({ ...task, what: 'plain upload', from: join(folder, 'snapshots') });
    const sent = await child({ ...task, what: 'upload', which });
    const name = `upload of ${label(size)} to S3, sent and read back (sqlite)`;
    return rowsOf(name, sent, { name: 'PutObject of the same files, once', ...plain });
  } finally {
    await moto.stop();
    await rm(parent, { recursive: true, force: true });
  }
}
