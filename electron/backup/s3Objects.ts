import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { Paging } from '../aws/pages.ts';
import { AppError } from '../errors.ts';
import type { Bucket } from './s3Client.ts';
import { isMissing, isNotImplemented, isTaken, s3Error } from './s3Errors.ts';

/** Name of the metadata entry that holds an object's SHA-256, hex. */
export const SHA_ENTRY = 'sha256';
/** Readings of one object that may break off in a row without a byte of progress. */
const READ_ATTEMPTS = 5;

export interface StoredObject {
  key: string;
  sizeBytes: number;
  etag: string;
  modifiedAt: Date;
}

/** SSE-KMS with the chosen key, else SSE-S3 on AWS; S3-compatible stores keep their own default. */
export function encryption(
  bucket: Bucket,
): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
  if (bucket.kmsKeyId) return { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: bucket.kmsKeyId };
  return bucket.endpoint ? {} : { ServerSideEncryption: 'AES256' };
}

/** Size and our hash of an object, or null when it is not there. */
export async function headObject(
  bucket: Bucket,
  key: string,
  signal?: AbortSignal,
): Promise<{ sizeBytes: number; sha256: string | null } | null> {
  try {
    const answer = await bucket.client.send(
      new HeadObjectCommand({ Bucket: bucket.name, Key: key }),
      signal && { abortSignal: signal },
    );
    return { sizeBytes: answer.ContentLength ?? 0, sha256: answer.Metadata?.[SHA_ENTRY] ?? null };
  } catch (error) {
    if (isMissing(error)) return null;
    throw s3Error(error, bucket, 's3:GetObject');
  }
}

/**
 * Writes a small object unless something is there already. `false`: it was there and is left as it is.
 * A repeated attempt whose first one did arrive counts as written when the content is the same.
 */
export async function putIfAbsent(
  bucket: Bucket,
  key: string,
  body: Uint8Array,
  signal?: AbortSignal,
): Promise<boolean> {
  const sha256 = createHash('sha256').update(body).digest('hex');
  const input: PutObjectCommandInput = {
    Bucket: bucket.name,
    Key: key,
    Body: body,
    ContentMD5: createHash('md5').update(body).digest('base64'),
    Metadata: { [SHA_ENTRY]: sha256 },
    ContentType: 'application/octet-stream',
    ...encryption(bucket),
  };
  const options = signal && { abortSignal: signal };
  const isOurs = async () => (await headObject(bucket, key, signal))?.sha256 === sha256;
  try {
    await bucket.client.send(new PutObjectCommand({ ...input, IfNoneMatch: '*' }), options);
    return true;
  } catch (error) {
    if (isTaken(error)) return isOurs();
    if (!isNotImplemented(error)) throw s3Error(error, bucket, 's3:PutObject');
  }
  // A store without conditional writes: look first. Only two machines of one install could still collide.
  const there = await headObject(bucket, key, signal);
  if (there) return there.sha256 === sha256;
  try {
    await bucket.client.send(new PutObjectCommand(input), options);
    return true;
  } catch (error) {
    throw s3Error(error, bucket, 's3:PutObject');
  }
}

/**
 * The object's bytes from `start` (default 0) to its end. A connection that breaks off is taken up again where it stopped, of
 * the same version of the object; rejects with BACKUP_NOT_FOUND when there is none.
 */
export async function* readObject(
  bucket: Bucket,
  key: string,
  signal?: AbortSignal,
  start = 0,
): AsyncGenerator<Buffer> {
  let offset = start;
  let size: number | undefined;
  let etag: string | undefined;
  let failures = 0;
  while (size === undefined || offset < size) {
    try {
      const answer = await bucket.client.send(
        new GetObjectCommand({
          Bucket: bucket.name,
          Key: key,
          ...(offset > 0 && { Range: `bytes=${offset}-` }),
          ...(etag && { IfMatch: etag }),
        }),
        signal && { abortSignal: signal },
      );
      size ??= offset + (answer.ContentLength ?? 0);
      etag ??= answer.ETag;
      if (size === 0) return;
      for await (const chunk of answer.Body as AsyncIterable<Buffer>) {
        signal?.throwIfAborted();
        offset += chunk.length;
        failures = 0;
        yield chunk;
      }
      if (offset < size) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    } catch (error) {
      failures += 1;
      if (signal?.aborted) throw new AppError('CANCELLED', 'The transfer was cancelled.');
      if (isMissing(error)) {
        throw new AppError('BACKUP_NOT_FOUND', `${key} is not in bucket ${bucket.name}.`, { cause: error });
      }
      if (isTaken(error)) throw changed(bucket, key);
      const asWords = s3Error(error, bucket, 's3:GetObject');
      if (asWords.code !== 'NETWORK' || failures >= READ_ATTEMPTS) throw asWords;
      await pause(100 * 2 ** failures * (0.5 + Math.random() / 2), undefined, { signal }).catch(
        () => undefined,
      );
    }
  }
}

/** A small object whole. Over `limit` bytes it is refused as BACKUP_DAMAGED. */
export async function readSmall(
  bucket: Bucket,
  key: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readObject(bucket, key, signal)) {
    size += chunk.length;
    if (size > limit) throw new AppError('BACKUP_DAMAGED', `${key} is larger than such an object can be.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Every object whose key begins with the prefix, page by page. */
export async function* listObjects(
  bucket: Bucket,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<StoredObject> {
  for await (const page of pages(bucket, { Prefix: prefix }, signal)) {
    for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
      if (Key)
        yield { key: Key, sizeBytes: Size ?? 0, etag: ETag ?? '', modifiedAt: LastModified ?? new Date(0) };
    }
  }
}

/** The first parts of all keys in the bucket, up to the first slash, without it. */
export async function* listFolders(bucket: Bucket, signal?: AbortSignal): AsyncGenerator<string> {
  for await (const page of pages(bucket, { Delimiter: '/' }, signal)) {
    for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix) yield Prefix.slice(0, -1);
  }
}

async function* pages(bucket: Bucket, what: { Prefix?: string; Delimiter?: string }, signal?: AbortSignal) {
  const paging = new Paging('s3:ListBucket');
  let token: string | undefined;
  do {
    const ask = new ListObjectsV2Command({
      Bucket: bucket.name,
      ...what,
      ...(token && { ContinuationToken: token }),
    });
    const page = await bucket.client.send(ask, signal && { abortSignal: signal }).catch((error) => {
      throw s3Error(error, bucket, 's3:ListBucket');
    });
    yield page;
    token = paging.after(page.IsTruncated, page.NextContinuationToken);
  } while (token);
}

/** Deleting what is not there is no error. In a versioned bucket the version stays behind a delete marker. */
export async function deleteObject(bucket: Bucket, key: string): Promise<void> {
  try {
    await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key }));
  } catch (error) {
    throw s3Error(error, bucket, 's3:DeleteObject');
  }
}

function changed(bucket: Bucket, key: string): AppError {
  return new AppError('BACKUP_DAMAGED', `${key} in bucket ${bucket.name} was replaced while it was read.`);
}
