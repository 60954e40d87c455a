import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { type ProfileFiles, readProfileFiles, type Section } from './profileFiles.ts';
import { describeProfile } from './profileKinds.ts';

type Environment = Record<string, string | undefined>;

export interface ProfilesOptions {
  /** Default: AWS_CONFIG_FILE, else ~/.aws/config. */
  configFile?: string | undefined;
  /** Default: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials. */
  credentialsFile?: string | undefined;
  /** For AWS_ENDPOINT_URL…, AWS_REGION. */
  env?: Environment;
}

/** The profiles of the AWS files: what screens may know of them, and the settings the clients need. */
export class Profiles {
  readonly configFile: string;
  readonly credentialsFile: string;
  readonly #env: Environment;
  #files: Promise<ProfileFiles> | undefined;

  constructor(options: ProfilesOptions = {}) {
    this.#env = options.env ?? process.env;
    const inHome = (name: string) => join(homedir(), '.aws', name);
    this.configFile = options.configFile ?? this.#env.AWS_CONFIG_FILE ?? inHome('config');
    this.credentialsFile =
      options.credentialsFile ?? this.#env.AWS_SHARED_CREDENTIALS_FILE ?? inHome('credentials');
  }

  /** The files that are read, whether they exist or not. */
  files(): string[] {
    return [this.configFile, this.credentialsFile];
  }

  /** Every profile, read afresh. Never a key: see `describeProfile`. Rejects with PROFILE_BROKEN. */
  async list(): Promise<Profile[]> {
    const files = await this.#read({ fresh: true });
    return [...files.profiles.keys()].map((name) => describeProfile(name, files));
  }

  /** The profile, if it can be used now; PROFILE_UNSUPPORTED or PROFILE_BROKEN says why not. */
  async requireUsable(name: string): Promise<Profile> {
    const files = await this.#read({ fresh: true });
    if (!files.profiles.has(name)) {
      throw new AppError(
        'PROFILE_BROKEN',
        `There is no profile "${name}" in ${this.configFile} or ${this.credentialsFile}.`,
      );
    }
    const profile = describeProfile(name, files);
    if (profile.supported) return profile;
    const code = profile.kind === 'incomplete' ? 'PROFILE_BROKEN' : 'PROFILE_UNSUPPORTED';
    throw new AppError(code, `Profile "${name}" cannot be used. ${profile.reason ?? ''}`.trim());
  }

  /** Where calls go that belong to no region of their own (STS, DescribeRegions). */
  async homeRegion(name: string): Promise<string> {
    const section = await this.#section(name);
    const configured = section.region ?? this.#env.AWS_REGION ?? this.#env.AWS_DEFAULT_REGION;
    if (configured) return configured;
    if (section.role_arn?.startsWith('arn:aws-cn:')) return 'cn-north-1';
    if (section.role_arn?.startsWith('arn:aws-us-gov:')) return 'us-gov-west-1';
    return 'us-east-1';
  }

  /**
   * The endpoint configured for a service, in AWS's order: environment for the service, environment for all,
   * the profile's `services` section, the profile's `endpoint_url`. The SDK itself would read the section of
   * AWS_PROFILE or `default` instead of this profile's.
   */
  async endpoint(name: string, serviceId: string): Promise<string | undefined> {
    const section = await this.#section(name);
    const ignore = this.#env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ?? section.ignore_configured_endpoint_urls;
    if (ignore?.toLowerCase() === 'true') return undefined;
    const key = serviceId.replaceAll(' ', '_');
    const fromEnvironment = this.#env[`AWS_ENDPOINT_URL_${key.toUpperCase()}`] || this.#env.AWS_ENDPOINT_URL;
    if (fromEnvironment) return fromEnvironment;
    return (await this.#serviceEndpoint(section, key.toLowerCase())) ?? section.endpoint_url;
  }

  async #serviceEndpoint(section: Section, key: string): Promise<string | undefined> {
    if (!section.services) return undefined;
    const { services } = await this.#read();
    const settings = services.get(section.services);
    if (!settings) {
      throw new AppError(
        'PROFILE_BROKEN',
        `${this.configFile} has no section [services ${section.services}], which a profile refers to.`,
      );
    }
    return settings[`${key}.endpoint_url`];
  }

  async #section(name: string): Promise<Section> {
    return (await this.#read()).profiles.get(name)?.section ?? {};
  }

  #read(options: { fresh?: boolean } = {}): Promise<ProfileFiles> {
    if (options.fresh) this.#files = undefined;
    if (!this.#files) {
      const reading = readProfileFiles(this.configFile, this.credentialsFile);
      this.#files = reading;
      // A failed reading is not remembered: the person mends the file and tries again.
      reading.catch(() => {
        if (this.#files === reading) this.#files = undefined;
      });
    }
    return this.#files;
  }
}
