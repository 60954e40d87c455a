import { randomUUID } from 'node:crypto';
import {
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { AppError } from '../errors.ts';
import type { Bucket } from './s3Client.ts';
import { isMissing, isNotImplemented, notS3, s3Error } from './s3Errors.ts';
import { deleteObject, putIfAbsent, readSmall } from './s3Objects.ts';

/**
 * May backups live here? Rejects with the bucket's own problem in a sentence. What does not stop a backup is
 * answered as warnings.
 */
export async function checkBucket(bucket: Bucket): Promise<string[]> {
  await checkReachable(bucket);
  const [versioning, lock] = [await versioningWarning(bucket), await lockWarning(bucket)];
  return [...versioning, ...lock];
}

/** Writes, reads and deletes one small object below the prefix: rights, KMS key and conditional writes in one. */
export async function tryWriting(bucket: Bucket, prefix: string): Promise<void> {
  const key = `${prefix}check_${randomUUID()}`;
  const body = Buffer.from('CloudOps checks that it can write here. This object can be deleted.\n');
  await putIfAbsent(bucket, key, body);
  try {
    const back = await readSmall(bucket, key, 1_000);
    if (!back.equals(body)) {
      throw new AppError(
        'BACKUP_PLACE',
        `Bucket ${bucket.name} gave back something else than was written. Backups would not be safe there.`,
      );
    }
  } finally {
    await deleteObject(bucket, key);
  }
}

export async function checkReachable(bucket: Bucket): Promise<void> {
  try {
    const { BucketRegion } = await bucket.client.send(new HeadBucketCommand({ Bucket: bucket.name }));
    if (BucketRegion && BucketRegion !== bucket.region && bucket.endpoint === null) {
      throw new AppError(
        'BACKUP_PLACE',
        `Bucket ${bucket.name} lies in ${BucketRegion}, not in ${bucket.region}. Choose ${BucketRegion} as its region.`,
      );
    }
  } catch (error) {
    const failure = await headFailure(error, bucket);
    if (failure) throw failure;
  }
}

/** An answer to HEAD has no body, so that it cannot say why: a listing of one key can. Null = that one works. */
async function headFailure(error: unknown, bucket: Bucket): Promise<AppError | null> {
  const known = s3Error(error, bucket, 's3:ListBucket');
  if (known.code === 'BACKUP_PLACE') return known;
  if (known.code === 'NETWORK' || known.code === 'CANCELLED') return known;
  try {
    await bucket.client.send(new ListObjectsV2Command({ Bucket: bucket.name, MaxKeys: 1 }));
  } catch (reason) {
    // A listing has no key that could be missing: the address names something else than a store.
    if (isMissing(reason)) return new AppError('BACKUP_PLACE', notS3(bucket, 404));
    return s3Error(reason, bucket, 's3:ListBucket');
  }
  return null;
}

async function versioningWarning(bucket: Bucket): Promise<string[]> {
  try {
    const { Status } = await bucket.client.send(new GetBucketVersioningCommand({ Bucket: bucket.name }));
    if (Status === 'Enabled') return [];
    return [
      `Versioning is off for bucket ${bucket.name}: stolen credentials could destroy its backups. Switch it on; the printed policies then keep every version.`,
    ];
  } catch (error) {
    return unknownSetting(error, bucket, 'versioned', 's3:GetBucketVersioning');
  }
}

async function lockWarning(bucket: Bucket): Promise<string[]> {
  try {
    const answer = await bucket.client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket.name }));
    const rule = answer.ObjectLockConfiguration?.Rule?.DefaultRetention;
    if (!rule) return [];
    const time = rule.Years ? `${rule.Years} years` : `${rule.Days ?? 0} days`;
    return [
      `Object lock keeps every version in bucket ${bucket.name} for ${time}: backups removed by retention take space until then.`,
    ];
  } catch (error) {
    if (isMissing(error)) return [];
    return unknownSetting(error, bucket, 'locked', 's3:GetBucketObjectLockConfiguration');
  }
}

/** Rights to read a setting may be missing, or the store may not know it: the backups work all the same. */
function unknownSetting(error: unknown, bucket: Bucket, what: string, call: string): string[] {
  const failure = s3Error(error, bucket, call);
  if (isNotImplemented(error) || failure.code === 'UNSUPPORTED') return [];
  if (failure.code === 'ACCESS_DENIED' || bucket.endpoint) {
    return [`Whether bucket ${bucket.name} is ${what} could not be read: ${call} is not allowed.`];
  }
  throw failure;
}
