import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type Part,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Paging } from '../aws/pages.ts';
import { AppError } from '../errors.ts';
import type { Bucket } from './s3Client.ts';
import { isMissing, isNotImplemented, isTaken, s3Error } from './s3Errors.ts';
import { encryption, headObject, putIfAbsent, SHA_ENTRY } from './s3Objects.ts';

/** Bytes that no longer change and can be read again from anywhere. */
export interface UploadSource {
  size: number;
  /** Of the whole, hex. */
  sha256: string;
  openAt(offset: number): AsyncIterable<Buffer>;
}

export function fileSource(path: string, size: number, sha256: string): UploadSource {
  return { size, sha256, openAt: (start) => createReadStream(path, { start }) };
}

export interface UploadOptions {
  signal: AbortSignal;
  /** Bytes that are safely there, resumed ones included. */
  onProgress(bytes: number): void;
  /** Default 8 MiB; at least 5 MiB on real S3. */
  partBytes?: number;
}

const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Parts in flight: with their buffers, the memory an upload takes. */
const CONCURRENCY = 3;

export interface Upload {
  key: string;
  uploadId: string;
}
interface PlannedPart {
  number: number;
  offset: number;
  length: number;
}

/**
 * Puts the bytes at `key` unless the same content is there already. An upload that an earlier run left open is
 * taken up: parts that arrived are compared and not sent again. After `signal` nothing is left
 * behind; after any other failure the parts stay, for the next attempt. An object of other content at that
 * key is never replaced: INVALID_STATE.
 */
export async function upload(
  bucket: Bucket,
  key: string,
  source: UploadSource,
  options: UploadOptions,
): Promise<void> {
  const there = await headObject(bucket, key, options.signal);
  if (there) {
    if (there.sha256 !== source.sha256 || there.sizeBytes !== source.size) throw taken(bucket, key);
    options.onProgress(source.size);
    return;
  }
  const partBytes = Math.max(options.partBytes ?? PART_BYTES, Math.ceil(source.size / MAX_PARTS));
  const plan = planParts(source.size, partBytes);
  if (plan.length > 1) return uploadInParts(bucket, key, source, plan, options);
  const body = await readPart(source, plan[0] ?? { number: 1, offset: 0, length: 0 });
  if (!(await putIfAbsent(bucket, key, body, options.signal))) throw taken(bucket, key);
  options.onProgress(source.size);
}

async function uploadInParts(
  bucket: Bucket,
  key: string,
  source: UploadSource,
  plan: PlannedPart[],
  options: UploadOptions,
): Promise<void> {
  const upload = await openUpload(bucket, key, source);
  try {
    const arrived = await keptParts(bucket, upload, plan, source);
    let bytes = plan.reduce((sum, part) => sum + (arrived.has(part.number) ? part.length : 0), 0);
    options.onProgress(bytes);
    const missing = plan.filter(({ number }) => !arrived.has(number));
    await inParallel(missing, async (part) => {
      options.signal.throwIfAborted();
      arrived.set(
        part.number,
        await sendPart(bucket, upload, part, await readPart(source, part), options.signal),
      );
      bytes += part.length;
      options.onProgress(bytes);
    });
    options.signal.throwIfAborted();
    await complete(
      bucket,
      upload,
      source,
      plan.map(({ number }) => arrived.get(number) ?? {}),
    );
  } catch (error) {
    if (!options.signal.aborted) throw s3Error(error, bucket, 's3:PutObject');
    await abortUpload(bucket, upload);
    throw new AppError('CANCELLED', 'The upload was cancelled; nothing of it is left in the bucket.');
  }
}

/** The upload left open for this key by an earlier run, else a new one. More than one: the others are dropped. */
async function openUpload(bucket: Bucket, key: string, source: UploadSource): Promise<Upload> {
  const open: Upload[] = [];
  for await (const upload of listUploads(bucket, key)) if (upload.key === key) open.push(upload);
  const [kept, ...others] = open;
  for (const other of others) await abortUpload(bucket, other);
  if (kept) return kept;
  try {
    const { UploadId } = await bucket.client.send(
      new CreateMultipartUploadCommand({
        Bucket: bucket.name,
        Key: key,
        Metadata: { [SHA_ENTRY]: source.sha256 },
        ContentType: 'application/octet-stream',
        ...(bucket.endpoint === null && { ChecksumAlgorithm: 'CRC32' as const }),
        ...encryption(bucket),
      }),
    );
    if (UploadId) return { key, uploadId: UploadId };
  } catch (error) {
    throw s3Error(error, bucket, 's3:PutObject');
  }
  throw new AppError('AWS_FAILED', `Bucket ${bucket.name} began an upload without naming it.`);
}

/** Parts that arrived whole, by number: same length, same content. */
async function keptParts(
  bucket: Bucket,
  upload: Upload,
  plan: PlannedPart[],
  source: UploadSource,
): Promise<Map<number, CompletedPart>> {
  const kept = new Map<number, CompletedPart>();
  for await (const part of listParts(bucket, upload)) {
    const planned = plan[(part.PartNumber ?? 0) - 1];
    if (!planned || part.Size !== planned.length) continue;
    const body = await readPart(source, planned);
    const crc = crcOf(body);
    const same = part.ChecksumCRC32 ? part.ChecksumCRC32 === crc : part.ETag === md5Tag(body);
    if (same) kept.set(planned.number, completed(bucket, planned, part.ETag, crc));
  }
  return kept;
}

async function sendPart(
  bucket: Bucket,
  upload: Upload,
  part: PlannedPart,
  body: Buffer,
  signal: AbortSignal,
): Promise<CompletedPart> {
  const crc = crcOf(body);
  const checksum =
    bucket.endpoint === null ? { ChecksumCRC32: crc } : { ContentMD5: md5(body).toString('base64') };
  const answer = await bucket.client.send(
    new UploadPartCommand({
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.uploadId,
      PartNumber: part.number,
      Body: body,
      ...checksum,
    }),
    { abortSignal: signal },
  );
  return completed(bucket, part, answer.ETag, crc);
}

/**
 * Makes the object appear. When the answer was lost and a repetition finds the upload gone or the key taken,
 * the object itself says whether it was ours.
 */
async function complete(
  bucket: Bucket,
  upload: Upload,
  source: UploadSource,
  parts: CompletedPart[],
): Promise<void> {
  const command = (conditional: boolean) =>
    new CompleteMultipartUploadCommand({
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.uploadId,
      MultipartUpload: { Parts: parts },
      ...(conditional && { IfNoneMatch: '*' }),
    });
  try {
    await bucket.client.send(command(true)).catch((error) => {
      if (isNotImplemented(error)) return bucket.client.send(command(false));
      throw error;
    });
  } catch (error) {
    if (!isMissing(error) && !isTaken(error)) throw error;
    const there = await headObject(bucket, upload.key);
    if (there?.sha256 === source.sha256 && there.sizeBytes === source.size) return;
    await abortUpload(bucket, upload);
    if (there) throw taken(bucket, upload.key);
    throw new AppError(
      'BACKUP_PLACE',
      `Someone else ended the upload of ${upload.key} in bucket ${bucket.name}, or a lifecycle rule did. Back up again.`,
      { cause: error },
    );
  }
}

/** Open multipart uploads below a prefix. */
export async function* listUploads(bucket: Bucket, prefix: string): AsyncGenerator<Upload> {
  const paging = new Paging('s3:ListBucketMultipartUploads');
  let marker: { KeyMarker?: string; UploadIdMarker?: string } = {};
  for (;;) {
    const ask = new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: prefix, ...marker });
    const page = await bucket.client.send(ask).catch((error) => {
      throw s3Error(error, bucket, 's3:ListBucketMultipartUploads');
    });
    for (const { Key, UploadId } of page.Uploads ?? [])
      if (Key && UploadId) yield { key: Key, uploadId: UploadId };
    const next = page.NextKeyMarker && JSON.stringify([page.NextKeyMarker, page.NextUploadIdMarker]);
    if (!paging.after(page.IsTruncated, next) || !page.NextKeyMarker) return;
    marker = {
      KeyMarker: page.NextKeyMarker,
      ...(page.NextUploadIdMarker && { UploadIdMarker: page.NextUploadIdMarker }),
    };
  }
}

/** Gives the stored parts back. An upload that is gone already is no error. */
export async function abortUpload(bucket: Bucket, upload: Upload): Promise<void> {
  const ask = new AbortMultipartUploadCommand({
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.uploadId,
  });
  await bucket.client.send(ask).catch((error) => {
    if (!isMissing(error)) throw s3Error(error, bucket, 's3:AbortMultipartUpload');
  });
}

async function* listParts(bucket: Bucket, upload: Upload): AsyncGenerator<Part> {
  const paging = new Paging('s3:ListMultipartUploadParts');
  let marker: string | undefined;
  do {
    const page = await bucket.client.send(
      new ListPartsCommand({
        Bucket: bucket.name,
        Key: upload.key,
        UploadId: upload.uploadId,
        ...(marker && { PartNumberMarker: marker }),
      }),
    );
    yield* page.Parts ?? [];
    marker = paging.after(page.IsTruncated, page.NextPartNumberMarker);
  } while (marker);
}

function planParts(sizeBytes: number, partBytes: number): PlannedPart[] {
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => ({
    number: index + 1,
    offset: index * partBytes,
    length: Math.min(partBytes, sizeBytes - index * partBytes),
  }));
}

async function readPart(source: UploadSource, part: PlannedPart): Promise<Buffer> {
  const body = Buffer.allocUnsafe(part.length);
  let filled = 0;
  if (part.length === 0) return body;
  for await (const chunk of source.openAt(part.offset)) {
    filled += chunk.copy(body, filled);
    if (filled === part.length) return body;
  }
  throw new AppError(
    'BACKUP_DAMAGED',
    'The local snapshot is shorter than it was when it was written. Back up again.',
  );
}

/** A few at a time; the first failure lets those in flight end, then is thrown. */
async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  let failed = false;
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined && !failed; item = queue.shift()) {
      await work(item).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: CONCURRENCY }, lane));
  const failure = lanes.find((one) => one.status === 'rejected');
  if (failure) throw failure.reason;
}

function completed(bucket: Bucket, part: PlannedPart, etag: string | undefined, crc: string): CompletedPart {
  return {
    PartNumber: part.number,
    ...(etag && { ETag: etag }),
    ...(bucket.endpoint === null && { ChecksumCRC32: crc }),
  };
}

const md5 = (body: Buffer) => createHash('md5').update(body).digest();
const md5Tag = (body: Buffer) => `"${md5(body).toString('hex')}"`;

function crcOf(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

function taken(bucket: Bucket, key: string): AppError {
  return new AppError(
    'INVALID_STATE',
    `Bucket ${bucket.name} holds another object at ${key}. It was left as it is. If two machines run from a copy of one workspace, give each its own bucket.`,
  );
}
