/** Regions every account has; all others must be switched on, and answer "invalid token" until they are. */
const ALWAYS_ON = new Set([
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
]);

export function isOptInRegion(region: string): boolean {
  return partitionOfRegion(region) === 'aws' && !ALWAYS_ON.has(region);
}

const PREFIXES: [string, string][] = [
  ['us-gov-', 'aws-us-gov'],
  ['cn-', 'aws-cn'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-iso-', 'aws-iso'],
  ['eusc-', 'aws-eusc'],
];

export function partitionOfRegion(region: string): string {
  return PREFIXES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

const REGIONS: Record<string, readonly string[]> = {
  'aws-us-gov': ['us-gov-west-1', 'us-gov-east-1'],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
};

/** The regions every account of the partition has, as far as they are known without asking. */
export function knownRegions(partition: string): string[] {
  if (partition === 'aws') return [...ALWAYS_ON];
  return [...(REGIONS[partition] ?? [globalRegion(partition)])];
}

/**
 * A region with a host of its own, for a name that stands for none: `aws-global`, `aws-us-gov-global`,
 * `fips-us-east-1`. Any other name is left as it is.
 */
export function callableRegion(region: string): string {
  const pseudo = /^(aws(?:-[a-z-]+?)?)-global$/.exec(region)?.[1];
  if (pseudo !== undefined) return globalRegion(pseudo);
  return region.replace(/^fips-(?=[a-z]+-)/, '').replace(/(?<=-\d)-fips$/, '');
}

/** `arn:PARTITION:…` */
export function partitionOfArn(arn: string): string {
  return arn.split(':')[1] || 'aws';
}

/** Where a partition's global calls (S3's list of buckets) go. */
export function globalRegion(partition: string): string {
  const regions: Record<string, string> = {
    'aws-us-gov': 'us-gov-west-1',
    'aws-cn': 'cn-north-1',
    'aws-iso': 'us-iso-east-1',
    'aws-iso-b': 'us-isob-east-1',
    'aws-iso-e': 'eu-isoe-west-1',
    'aws-iso-f': 'us-isof-south-1',
    'aws-eusc': 'eusc-de-east-1',
  };
  return regions[partition] ?? 'us-east-1';
}

/** The domains of AWS's own API hosts, one line a partition. */
const DOMAINS = [
  'amazonaws.com',
  'api.aws',
  'amazonaws.com.cn',
  'api.amazonwebservices.com.cn',
  'amazonaws.eu',
  'api.amazonwebservices.eu',
  'c2s.ic.gov',
  'api.aws.ic.gov',
  'sc2s.sgov.gov',
  'api.aws.scloud',
  'cloud.adc-e.uk',
  'api.cloud-aws.adc-e.uk',
  'csp.hci.ic.gov',
  'api.aws.hci.ic.gov',
];

/** Whether AWS itself answers under this name, not an emulator or another store. */
export function isAwsHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  return DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`));
}
