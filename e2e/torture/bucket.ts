import type { Bucket } from '../../electron/backup/s3Client.ts';
import { listObjects } from '../../electron/backup/s3Objects.ts';
import { S3Bench } from '../../electron/backup/testing/s3Bench.ts';
import { parseName } from '../../electron/storage/backup/names.ts';
import type { BackupSource } from '../../preload/contract/models.ts';
import type { Fault } from '../support/faultProxy.ts';
import type { BucketAccess, Which } from './protocol.ts';
import type { Random } from './random.ts';

/** What is wrong with the network or the bucket for a while; the app is to get over each. */
const FAULTS: Fault[] = [
  { kind: 'unavailable', times: 3 },
  { kind: 'cutBefore', times: 2 },
  { kind: 'cutAfter', times: 2 },
  { kind: 'cutBody', times: 2 },
  { kind: 'serverError', times: 2 },
  { kind: 'slow', ms: 150, times: 4 },
];

/** A real S3-shaped server behind the fault proxy. */
export class TortureBucket {
  readonly access: BucketAccess;
  readonly #bench: S3Bench;
  readonly #bucket: Bucket;

  static async start(): Promise<TortureBucket> {
    const bench = await S3Bench.start();
    return new TortureBucket(bench, await bench.bucket());
  }

  private constructor(bench: S3Bench, bucket: Bucket) {
    this.#bench = bench;
    this.#bucket = bucket;
    this.access = { url: bench.url, key: bench.key, bucket: bucket.name };
  }

  get source(): BackupSource {
    const { name: bucket, region } = this.#bucket;
    return { kind: 's3', bucket, region, endpoint: null, access: { profile: 'backup' } };
  }

  /** Strikes at some of the next calls. */
  async trouble(random: Random): Promise<void> {
    const fault = { ...random.pick(FAULTS) };
    let before = random.below(12);
    this.#bench.proxy.add({
      ...fault,
      when: () => {
        before -= 1;
        return before < 0;
      },
    });
  }

  /** Calls back when the nth call has come in (and was carried out, or not); nobody answers from then on. */
  atCall(nth: number, carriedOut: boolean, work: () => void): void {
    let seen = 0;
    this.#bench.proxy.add({
      kind: carriedOut ? 'cutAfter' : 'cutBefore',
      when: () => {
        seen += 1;
        if (seen === nth) work();
        return seen >= nth;
      },
    });
  }

  calm(): void {
    this.#bench.proxy.clear();
  }

  /** Every backup that can be seen: those with a manifest. */
  async visible(): Promise<Which[]> {
    const found: Which[] = [];
    for await (const { key } of listObjects(this.#bucket, '')) {
      const parsed = parseName(key);
      if (parsed?.part === 'manifest') found.push({ installId: parsed.installId, backupId: parsed.backupId });
    }
    return found;
  }

  stop(): Promise<void> {
    return this.#bench.stop();
  }
}
