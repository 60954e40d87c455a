import { S3Clients } from '../s3Client.ts';
import { openMachine } from './machine.ts';

/** A process that backs up until it is killed: `node uploadChild.ts URL KEY SECRET BUCKET FOLDER INSTALL BYTES`. */
const [
  url = '',
  accessKeyId = '',
  secretAccessKey = '',
  bucket = '',
  folder = '',
  installId = '',
  bytes = '0',
] = process.argv.slice(2);
const clients = new S3Clients({
  profiles: { endpoint: () => Promise.resolve(url) },
  sessions: { credentials: () => () => Promise.resolve({ accessKeyId, secretAccessKey }) },
  appVersion: '0.0.0',
});
const machine = openMachine(folder, clients, installId);
machine.engine.size = Number(bytes);
await machine.useBucket({ bucket, region: 'us-east-1', profile: 'backup', endpoint: null, kmsKeyId: null });
const job = await machine.ended(machine.service.create());
process.stdout.write(`${job.state}\n`);
clients.destroy();
