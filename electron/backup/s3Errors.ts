import { awsErrorName, isAbort, mapAwsError } from '../aws/errors.ts';
import { NotAwsAnswer } from '../aws/notAwsAnswer.ts';
import { cleanText } from '../aws/text.ts';
import { AppError, nodeErrorCode } from '../errors.ts';
import { sentence } from '../storage/backup/errors.ts';
import type { Bucket } from './s3Client.ts';

/** Node's and OpenSSL's names for a certificate that does not hold. */
const CERTIFICATE =
  /^(\w*CERT\w*|ERR_TLS_CERT_ALTNAME_INVALID|UNABLE_TO_VERIFY_LEAF_SIGNATURE|HOSTNAME_MISMATCH)$/;

/** What S3 said beside the error's name, as far as the SDK kept it. */
interface S3ErrorParts {
  status: number | undefined;
  region: string | undefined;
  text: string;
}

/** True when the error means "there is no such object, upload or setting". */
export function isMissing(error: unknown): boolean {
  return /^(NotFound|NoSuchKey|NoSuchUpload|ObjectLockConfigurationNotFoundError)$/.test(awsErrorName(error));
}

/** True when a conditional write found something there already. */
export function isTaken(error: unknown): boolean {
  return /^(PreconditionFailed|ConditionalRequestConflict)$/.test(awsErrorName(error));
}

/** True when the store knows no conditional writes (S3-compatible ones). */
export function isNotImplemented(error: unknown): boolean {
  return awsErrorName(error) === 'NotImplemented' || parts(error).status === 501;
}

/** A failed call to the bucket in words: what happened, to which bucket, and what to do. */
export function s3Error(error: unknown, bucket: Bucket, call: string): AppError {
  if (error instanceof AppError) return error;
  if (isAbort(error)) return new AppError('CANCELLED', 'The transfer was cancelled.');
  const { code, message, words } = explain(error, bucket, call);
  return new AppError(code, words ?? message, { cause: error, details: { call, bucket: bucket.name } });
}

function explain(error: unknown, bucket: Bucket, call: string) {
  const seen = parts(error);
  const name = awsErrorName(error);
  const of = `Bucket ${bucket.name}`;
  const place = (words: string) => ({ code: 'BACKUP_PLACE' as const, message: words, words });
  if (seen.region && seen.region !== bucket.region) {
    return place(
      `${of} lies in ${cleanText(seen.region, 40)}, not in ${bucket.region}. Choose ${cleanText(seen.region, 40)} as its region.`,
    );
  }
  if (
    name === 'PermanentRedirect' ||
    name === 'AuthorizationHeaderMalformed' ||
    name === 'IllegalLocationConstraintException'
  ) {
    return place(`${of} does not lie in ${bucket.region}. Look up its region and choose that one.`);
  }
  if (name === 'NoSuchBucket') {
    return place(`There is no bucket ${bucket.name}. Check its name, or create it in ${bucket.region}.`);
  }
  if (name === 'InvalidBucketName') return place(`"${bucket.name}" cannot be the name of a bucket.`);
  if (/^kms[.:]/i.test(name) || /\bkms:/.test(seen.text)) {
    return place(
      `${of}: the KMS key ${bucket.kmsKeyId ?? 'that the bucket uses'} cannot be used by ${bucket.who} (${cleanText(name, 60)}). Allow kms:GenerateDataKey and kms:Decrypt, or choose another key.`,
    );
  }
  const certificate = CERTIFICATE.exec(nodeErrorCode(error) ?? nodeErrorCode((error as Error).cause) ?? '');
  if (certificate) {
    return place(
      `The certificate of ${whereOf(bucket)} is not trusted by this machine (${certificate[0]}), so nothing was sent. Check the address. For a certificate of your own, start the app with NODE_EXTRA_CA_CERTS=FILE.`,
    );
  }
  if (error instanceof NotAwsAnswer && (error.status ?? 0) < 500) {
    const words = notS3(bucket, error.status);
    return {
      code: error.status === 404 ? ('BACKUP_PLACE' as const) : ('UNSUPPORTED' as const),
      message: words,
      words,
    };
  }
  const mapped = mapAwsError(error, { call, region: bucket.region, profile: bucket.who, on: bucket.name });
  // A page of its own, as a gateway sends one, does not make a failing server another kind of server.
  const isFailing = mapped.code === 'UNSUPPORTED' && (seen.status ?? 0) >= 500 && seen.status !== 501;
  const code = isFailing ? 'AWS_FAILED' : mapped.code;
  return { code, message: mapped.message, words: wordsFor(code, bucket, call, seen) };
}

function wordsFor(code: string, bucket: Bucket, call: string, seen: S3ErrorParts): string | null {
  const where = sentence(whereOf(bucket));
  const who = bucket.endpoint ? 'The store' : 'AWS';
  const said = seen.text ? ` ${who} says: ${seen.text.replace(/\.?$/, '.')}` : '';
  switch (code) {
    case 'ACCESS_DENIED':
      return `${call} on bucket ${bucket.name} is denied for ${bucket.who}. Give it the role policy that the Backups screen prints.${said}`;
    case 'CREDENTIALS_EXPIRED':
      return `The credentials of ${bucket.who} have expired. Renew them; a half-done upload then goes on where it stopped.`;
    case 'CREDENTIALS_MISSING':
      return `Bucket ${bucket.name} does not accept ${bucket.who}. Check the keys; temporary ones may have expired.${said}`;
    case 'NETWORK':
      return `${where} could not be reached, or the connection broke. Check the network and the address, then try again.`;
    case 'THROTTLED':
      return `${where} kept answering that it is busy. Try again in a few minutes; a half-done upload goes on where it stopped.`;
    case 'AWS_FAILED':
      return seen.status && seen.status >= 500
        ? `${where} kept failing (HTTP ${seen.status}). Try again later; a half-done upload goes on where it stopped.`
        : null;
    case 'UNSUPPORTED':
      return notS3(bucket, seen.status);
    default:
      return null;
  }
}

/** Something answers at the address, but not as S3 does. */
export function notS3(bucket: Bucket, status: number | undefined): string {
  const http = status ? ` (HTTP ${status})` : '';
  const where = sentence(whereOf(bucket));
  return `${where} answered, but not as S3 does${http}. Check the address: http or https, the port, and no bucket name in it.`;
}

function whereOf({ endpoint, region }: Bucket): string {
  return endpoint ? `the endpoint ${endpoint}` : `S3 in ${region}`;
}

function parts(error: unknown): S3ErrorParts {
  const source = (typeof error === 'object' && error !== null ? error : {}) as {
    message?: unknown;
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Record<string, string> };
    Region?: unknown;
  };
  const header = source.$response?.headers?.['x-amz-bucket-region'];
  return {
    status: source.$metadata?.httpStatusCode,
    region: header ?? (typeof source.Region === 'string' ? source.Region : undefined),
    text: cleanText(typeof source.message === 'string' ? source.message : '', 300),
  };
}
