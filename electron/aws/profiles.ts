import type { Profile } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import { AwsFiles, awsFilePaths } from './awsFiles.ts';
import { callableRegion } from './partitions.ts';
import type { ProfileFiles, Section } from './profileFiles.ts';
import { describeProfile } from './profileKinds.ts';
import { cleanText } from './text.ts';

type Environment = Record<string, string | undefined>;

export interface ProfilesOptions {
  /** Default: AWS_CONFIG_FILE, else ~/.aws/config. */
  configFile?: string | undefined;
  /** Default: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials. */
  credentialsFile?: string | undefined;
  /** For AWS_ENDPOINT_URL…, AWS_REGION. */
  env?: Environment;
}

const REGION = /^(?!\d+$)(?!-)[a-zA-Z0-9-]{1,63}(?<!-)$/;

/** The profiles of the AWS files: what screens may know of them, and the settings the clients need. */
export class Profiles {
  readonly configFile: string;
  readonly credentialsFile: string;
  readonly #env: Environment;
  readonly #files: AwsFiles;
  /** What was made of the files, as long as they stay as they are. */
  readonly #described = new WeakMap<ProfileFiles, Profile[]>();

  constructor(options: ProfilesOptions = {}) {
    this.#env = options.env ?? process.env;
    const paths = awsFilePaths(this.#env);
    this.configFile = options.configFile ?? paths.configFile;
    this.credentialsFile = options.credentialsFile ?? paths.credentialsFile;
    this.#files = new AwsFiles({ configFile: this.configFile, credentialsFile: this.credentialsFile });
  }

  /** The files that are read, whether they exist or not. */
  files(): string[] {
    return [this.configFile, this.credentialsFile];
  }

  /** Every profile as the files say now. Never a key: see `describeProfile`. Rejects with PROFILE_BROKEN. */
  async list(): Promise<Profile[]> {
    const files = await this.#files.current({ patient: true });
    const known = this.#described.get(files);
    if (known) return known;
    const described = [...files.profiles.keys()].map((name) => describeProfile(name, files));
    this.#described.set(files, described);
    return described;
  }

  /** What the files say now, keys included: for `sessions.ts` alone. The same object while nothing changes. */
  current(): Promise<ProfileFiles> {
    return this.#files.current();
  }

  /** The profile, if it can be used now; PROFILE_UNSUPPORTED or PROFILE_BROKEN says why not. */
  async requireUsable(name: string): Promise<Profile> {
    return this.usableIn(await this.#files.current(), name);
  }

  /** The same for files read before. */
  usableIn(files: ProfileFiles, name: string): Profile {
    if (!files.profiles.has(name)) {
      throw new AppError(
        'PROFILE_BROKEN',
        `There is no profile "${cleanText(name)}" in ${this.configFile} or ${this.credentialsFile}.`,
      );
    }
    const profile = describeProfile(name, files);
    if (profile.supported) return profile;
    const code = profile.kind === 'incomplete' ? 'PROFILE_BROKEN' : 'PROFILE_UNSUPPORTED';
    throw new AppError(code, `Profile "${cleanText(name)}" cannot be used. ${profile.reason ?? ''}`.trim());
  }

  /** Where calls go that belong to no region of their own (STS, DescribeRegions). PROFILE_BROKEN for what is no region. */
  async homeRegion(name: string): Promise<string> {
    const section = await this.#section(name);
    const configured = section.region || this.#env.AWS_REGION || this.#env.AWS_DEFAULT_REGION;
    if (configured)
      return requireRegion(configured, section.region ? `Profile "${cleanText(name)}"` : 'AWS_REGION');
    if (section.role_arn?.startsWith('arn:aws-cn:')) return 'cn-north-1';
    if (section.role_arn?.startsWith('arn:aws-us-gov:')) return 'us-gov-west-1';
    return 'us-east-1';
  }

  /** One line of the profile's section. */
  async setting(name: string, option: string): Promise<string | undefined> {
    return (await this.#section(name))[option] || undefined;
  }

  /** A line that says true or false; its environment variable (`AWS_…`) wins. */
  async flag(name: string, option: string): Promise<boolean> {
    const value = this.#env[`AWS_${option.toUpperCase()}`] || (await this.setting(name, option));
    return value?.toLowerCase() === 'true';
  }

  /**
   * The endpoint configured for a service, in AWS's order: environment for the service, environment for all,
   * the profile's `services` section, the profile's `endpoint_url`. The SDK itself would read the section of
   * AWS_PROFILE or `default` instead of this profile's. PROFILE_BROKEN or INVALID_INPUT for what is no address.
   */
  async endpoint(name: string, serviceId: string): Promise<string | undefined> {
    const section = await this.#section(name);
    const ignore = this.#env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ?? section.ignore_configured_endpoint_urls;
    if (ignore?.toLowerCase() === 'true') return undefined;
    const key = serviceId.replaceAll(' ', '_');
    for (const variable of [`AWS_ENDPOINT_URL_${key.toUpperCase()}`, 'AWS_ENDPOINT_URL']) {
      const url = this.#env[variable];
      if (url) return requireAddress(url, 'INVALID_INPUT', variable);
    }
    const url = (await this.#serviceEndpoint(section, key.toLowerCase())) ?? section.endpoint_url;
    return url && requireAddress(url, 'PROFILE_BROKEN', `The endpoint_url of profile "${cleanText(name)}"`);
  }

  /** Ends the reading of files. */
  close(): void {
    this.#files.reader.close();
  }

  async #serviceEndpoint(section: Section, key: string): Promise<string | undefined> {
    if (!section.services) return undefined;
    const { services } = await this.#files.recent();
    const settings = services.get(section.services);
    if (!settings) {
      throw new AppError(
        'PROFILE_BROKEN',
        `${this.configFile} has no section [services ${cleanText(section.services)}], which a profile refers to.`,
      );
    }
    return settings[`${key}.endpoint_url`];
  }

  async #section(name: string): Promise<Section> {
    return (await this.#files.recent()).profiles.get(name)?.section ?? {};
  }
}

function requireRegion(region: string, who: string): string {
  if (REGION.test(region)) return callableRegion(region);
  throw new AppError(
    'PROFILE_BROKEN',
    `${who} names "${cleanText(region, 60)}" as its region, which is none. Write its id alone, such as eu-west-1; a comment needs a line of its own.`,
  );
}

function requireAddress(url: string, code: 'INVALID_INPUT' | 'PROFILE_BROKEN', who: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.hostname) return url;
  // Without a name and a password that may stand in it.
  const shown = cleanText(url.replace(/[^/@]*@/g, '…@'), 100);
  throw new AppError(
    code,
    `${who} is "${shown}", which is no address. Write it as http://host:port or https://host.`,
  );
}
