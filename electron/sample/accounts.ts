/** The sample's three accounts and where they run. */
export interface SampleAccount {
  profile: string;
  accountId: string;
  alias: string;
  env: string;
  role: string;
  regions: readonly string[];
}

export const SAMPLE_ACCOUNTS: readonly SampleAccount[] = [
  {
    profile: 'sample-production',
    accountId: '123456789012',
    alias: 'production-account',
    env: 'production',
    role: 'DeveloperRole',
    regions: ['us-west-2', 'us-east-1', 'eu-west-1'],
  },
  {
    profile: 'sample-staging',
    accountId: '210987654321',
    alias: 'staging-account',
    env: 'staging',
    role: 'DeveloperRole',
    regions: ['us-west-2', 'eu-west-1'],
  },
  {
    profile: 'sample-analytics',
    accountId: '345678901234',
    alias: 'analytics-account',
    env: 'production',
    role: 'DataEngineerRole',
    regions: ['eu-central-1', 'ap-southeast-2'],
  },
];

export const SAMPLE_REGIONS = [...new Set(SAMPLE_ACCOUNTS.flatMap((account) => account.regions))];

/** Applications with the team that owns them; `data` ones live in the analytics account. */
export const SAMPLE_APPS = [
  { app: 'checkout', team: 'payments', data: false },
  { app: 'catalog', team: 'storefront', data: false },
  { app: 'search', team: 'storefront', data: false },
  { app: 'orders', team: 'fulfilment', data: false },
  { app: 'identity', team: 'platform', data: false },
  { app: 'notifications', team: 'platform', data: false },
  { app: 'ingest', team: 'data-platform', data: true },
  { app: 'reporting', team: 'data-platform', data: true },
  { app: 'forecast', team: 'machine-learning', data: true },
] as const;
