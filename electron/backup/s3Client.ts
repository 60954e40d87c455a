import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { BackupSource, S3Place as S3Settings } from '../../preload/contract/models.ts';
import type { Profiles } from '../aws/profiles.ts';
import type { AwsClient, ClientMiddleware, Sessions } from '../aws/types.ts';
import { AppError } from '../errors.ts';

type Access = Extract<BackupSource, { kind: 's3' }>['access'];

/** One bucket and how it is reached. Typed keys live in this object alone: it is never stored or logged. */
export interface S3Target {
  bucket: string;
  region: string;
  /** An S3-compatible store; null = AWS. */
  endpoint: string | null;
  kmsKeyId: string | null;
  access: Access;
}

/** An open bucket: what every call of a backup needs. */
export interface Bucket {
  client: S3Client;
  name: string;
  region: string;
  kmsKeyId: string | null;
  /** Null = AWS, else the address, for the words. */
  endpoint: string | null;
  /** Whose credentials, for the words: a profile's name or "typed keys". */
  who: string;
}

export interface S3ClientsOptions {
  profiles: Pick<Profiles, 'endpoint'>;
  sessions: Pick<Sessions, 'credentials'>;
  appVersion: string;
  /** The sample workspace's simulated AWS: with it no backup call of the sample leaves the machine. */
  middleware?: readonly ClientMiddleware[];
  /** Retries of one call, the first included; 5xx and throttling are waited out with growing pauses. */
  maxAttempts?: number;
}

/**
 * Clients for backups. They differ from those of scans and executions: any endpoint, keys that were typed,
 * bodies that stream for minutes, and retries of their own.
 */
export class S3Clients {
  readonly #options: S3ClientsOptions;
  readonly #handler = new NodeHttpHandler({
    connectionTimeout: 5_000,
    // Without a byte for this long the connection counts as dead.
    socketTimeout: 60_000,
    requestTimeout: 120_000,
    throwOnRequestTimeout: true,
  });

  constructor(options: S3ClientsOptions) {
    this.#options = options;
  }

  /** Throws BACKUP_PLACE when the endpoint is no address. Nothing is sent yet. */
  async open(target: S3Target): Promise<Bucket> {
    const { access, region, bucket } = target;
    const profile = 'profile' in access ? access.profile : null;
    const endpoint =
      checkEndpoint(target.endpoint) ?? (await this.#options.profiles.endpoint(profile ?? '', 'S3'));
    const client = new S3Client({
      ...(profile && { profile }),
      region,
      credentials:
        'profile' in access ? this.#options.sessions.credentials(access.profile) : typedKeys(access),
      requestHandler: this.#handler,
      customUserAgent: [['cloudops-desktop', this.#options.appVersion]],
      retryMode: 'standard',
      maxAttempts: this.#options.maxAttempts ?? 6,
      // A bucket in another region is told to the person, not followed silently.
      followRegionRedirects: false,
      // Checksums are given where they matter; some S3-compatible stores refuse the SDK's trailers.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(endpoint && { endpoint, forcePathStyle: true }),
    });
    // Else the SDK would read the section of AWS_PROFILE or `default`.
    (client.config as { serviceConfiguredEndpoint?: unknown }).serviceConfiguredEndpoint = () =>
      Promise.resolve(undefined);
    for (const plug of this.#options.middleware ?? []) {
      (client as AwsClient).middlewareStack.use(plug({ profile: profile ?? '', region, purpose: 'execute' }));
    }
    return {
      client,
      name: bucket,
      region,
      kmsKeyId: target.kmsKeyId,
      endpoint: target.endpoint,
      who: profile === null ? 'the typed keys' : `profile ${profile}`,
    };
  }

  destroy(): void {
    this.#handler.destroy();
  }
}

/** The configured place as a target. */
export function targetOf(place: S3Settings): S3Target {
  const { bucket, region, endpoint, kmsKeyId, profile } = place;
  return { bucket, region, endpoint, kmsKeyId, access: { profile } };
}

function typedKeys(access: Exclude<Access, { profile: string }>) {
  const { accessKeyId, secretAccessKey, sessionToken } = access;
  return {
    accessKeyId: accessKeyId.trim(),
    secretAccessKey: secretAccessKey.trim(),
    ...(sessionToken && { sessionToken: sessionToken.trim() }),
  };
}

function checkEndpoint(text: string | null): string | undefined {
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search)
    return url.href.replace(/\/$/, '');
  throw new AppError(
    'BACKUP_PLACE',
    'The endpoint is not an address. Write it as https://host or https://host:port, without keys in it.',
  );
}
