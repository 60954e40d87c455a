import { S3Client } from '@aws-sdk/client-s3';
import type { BackupSource, S3Place as S3Settings } from '../../preload/contract/models.ts';
import { keepSdkFromFiles } from '../aws/clientFactory.ts';
import { DIRECT, type Network, Transport } from '../aws/network.ts';
import { ownAnswers } from '../aws/ownAnswers.ts';
import type { Profiles } from '../aws/profiles.ts';
import { renewOnce } from '../aws/renewOnce.ts';
import { cleanText } from '../aws/text.ts';
import type { AwsClient, ClientMiddleware, Sessions } from '../aws/types.ts';
import { AppError } from '../errors.ts';
import { travelsReadable } from '../storage/engines/remoteUrl.ts';

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
  profiles: Pick<Profiles, 'endpoint'> & Partial<Pick<Profiles, 'setting' | 'flag'>>;
  sessions: Pick<Sessions, 'credentials' | 'renewed'>;
  appVersion: string;
  network?: Network;
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
  readonly #transport: Transport;

  constructor(options: S3ClientsOptions) {
    this.#options = options;
    keepSdkFromFiles();
    this.#transport = new Transport({
      network: options.network ?? DIRECT,
      maxSockets: 50,
      timeouts: {
        connectionTimeout: 5_000,
        // Without a byte for this long the connection counts as dead.
        socketTimeout: 60_000,
        requestTimeout: 120_000,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** Throws BACKUP_PLACE or CREDENTIALS_MISSING for what cannot be an address, a region, a bucket or a key. Nothing is sent yet. */
  async open(target: S3Target): Promise<Bucket> {
    const { access } = target;
    const { profiles, sessions } = this.#options;
    const [bucket, region] = [checkBucketName(target.bucket), checkRegion(target.region)];
    const profile = 'profile' in access ? access.profile : null;
    const endpoint = checkEndpoint(target.endpoint ?? (await profiles.endpoint(profile ?? '', 'S3')) ?? null);
    const credentials = 'profile' in access ? sessions.credentials(access.profile) : typedKeys(access);
    const caBundle = async () => (profile === null ? undefined : profiles.setting?.(profile, 'ca_bundle'));
    const flag = (option: string) => async () =>
      profile !== null && !endpoint && ((await profiles.flag?.(profile, option)) ?? false);
    const client = new S3Client({
      region,
      credentials,
      requestHandler: this.#transport.handler(caBundle),
      useFipsEndpoint: flag('use_fips_endpoint'),
      useDualstackEndpoint: flag('use_dualstack_endpoint'),
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
    if (profile !== null && typeof credentials === 'function') {
      (client as AwsClient).middlewareStack.use(renewOnce(sessions, profile, credentials));
    }
    (client as AwsClient).middlewareStack.use(ownAnswers(client));
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
    this.#transport.destroy();
  }
}

/** The configured place as a target. */
export function targetOf(place: S3Settings): S3Target {
  const { bucket, region, endpoint, kmsKeyId, profile } = place;
  return { bucket, region, endpoint, kmsKeyId, access: { profile } };
}

function typedKeys(access: Access) {
  if ('profile' in access)
    throw new AppError('CREDENTIALS_MISSING', 'Neither a profile nor keys were given.');
  const { accessKeyId, secretAccessKey, sessionToken } = access;
  return {
    accessKeyId: checkKey(accessKeyId, 'access key id'),
    secretAccessKey: checkKey(secretAccessKey, 'secret access key'),
    ...(sessionToken?.trim() && { sessionToken: checkKey(sessionToken, 'session token') }),
  };
}

/** What was typed is not repeated in the words: it may be a secret in the wrong field. */
function checkKey(text: string, what: string): string {
  const key = text.trim();
  if (/^[!-~]+$/.test(key)) return key;
  const how = key === '' ? 'is missing' : 'holds blanks or characters that no key has';
  throw new AppError('CREDENTIALS_MISSING', `The typed ${what} ${how}. Copy it again.`);
}

function checkBucketName(name: string): string {
  if (name === '') throw new AppError('BACKUP_PLACE', 'The name of the bucket is missing.');
  if (/^[\w.-]{3,63}$/.test(name)) return name;
  throw new AppError(
    'BACKUP_PLACE',
    `"${cleanText(name, 80)}" cannot be the name of a bucket. Write its name alone, without s3:// and folders.`,
  );
}

/** Any one word: stores beside AWS name theirs as they like. */
function checkRegion(region: string): string {
  if (/^[a-z0-9](-?[a-z0-9]){0,62}$/i.test(region)) return region;
  const how = region === '' ? 'The region is missing.' : `"${cleanText(region, 80)}" is not a region.`;
  throw new AppError('BACKUP_PLACE', `${how} Write its id, such as us-west-2.`);
}

function checkEndpoint(text: string | null): string | undefined {
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && travelsReadable(url)) {
    throw new AppError(
      'BACKUP_PLACE',
      `Over http the session token and the names of your backups would travel readable to ${url.hostname}, and anybody between could answer in its place. Write the endpoint with https.`,
    );
  }
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search)
    return url.href.replace(/\/$/, '');
  throw new AppError(
    'BACKUP_PLACE',
    'The endpoint is not an address. Write it as https://host or https://host:port, without keys in it.',
  );
}
