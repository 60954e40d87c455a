import { z } from 'zod';
import type { Identity, Profile } from '../../preload/contract/models.ts';
import { partitionOfArn } from '../aws/partitions.ts';

const Unlock = z.object({
  at: z.string(),
  /** Null = without end, for a workspace whose profiles start unlocked. */
  until: z.string().nullable(),
});
export type Unlock = z.infer<typeof Unlock>;

/** A stored format: fields are added, never renamed. */
export const AccountRecord = z.object({
  accountId: z.string(),
  name: z.string(),
  partition: z.string(),
  scanningProfile: z.string(),
  profiles: z.array(z.object({ name: z.string(), arn: z.string(), unlocked: Unlock.nullable() })),
  production: z.boolean(),
  color: z.string(),
  lastScanAt: z.string().nullable(),
});
export type AccountRecord = z.infer<typeof AccountRecord>;

/**
 * What is stored of an account, read with care: one damaged record must not hide the others. What cannot be read of
 * it is taken as if it were production, with no profile that could act, until a profile of it is connected again.
 */
export function readAccount(accountId: string, value: unknown): AccountRecord {
  const whole = AccountRecord.safeParse(value);
  if (whole.success) return whole.data;
  const name = AccountRecord.pick({ name: true }).safeParse(value);
  return {
    accountId,
    name: name.success && name.data.name !== '' ? name.data.name : accountId,
    partition: 'aws',
    scanningProfile: '',
    profiles: [],
    production: true,
    color: 'red',
    lastScanAt: null,
  };
}

const COLORS = ['blue', 'teal', 'grape', 'orange', 'cyan', 'lime', 'indigo', 'pink'];

/**
 * The account with these identities added; null for `known` makes a new one. `unlocked` is how profiles
 * start; one whose identity is the same as before keeps its own.
 */
export function withIdentities(
  known: AccountRecord | null,
  identities: [Identity, ...Identity[]],
  options: { unlocked: Unlock | null; kinds: Map<string, Profile>; index: number },
): AccountRecord {
  const [first] = identities;
  const old = known?.profiles ?? [];
  const added = identities.map(({ profile: name, arn }) => {
    const before = old.find((profile) => profile.name === name);
    return { name, arn, unlocked: before?.arn === arn ? before.unlocked : options.unlocked };
  });
  const kept = old.filter(({ name }) => !added.some((profile) => profile.name === name));
  const isStatic = ({ profile }: Identity) => options.kinds.get(profile)?.kind === 'static';
  const scanningProfile = (identities.find(isStatic) ?? first).profile;
  if (known?.profiles.length === 0)
    return { ...known, partition: partitionOfArn(first.arn), scanningProfile, profiles: added };
  if (known) return { ...known, profiles: [...kept, ...added] };
  const production = /(^|[^a-z])(prod|production|prd|live)([^a-z]|$)/i.test(scanningProfile);
  return {
    accountId: first.accountId,
    name: scanningProfile,
    partition: partitionOfArn(first.arn),
    scanningProfile,
    profiles: added,
    production,
    color: production ? 'red' : (COLORS[options.index % COLORS.length] ?? 'blue'),
    lastScanAt: null,
  };
}

/** Without this profile; null when it was the last one. */
export function withoutProfile(account: AccountRecord, name: string): AccountRecord | null {
  const profiles = account.profiles.filter((profile) => profile.name !== name);
  const [first] = profiles;
  if (!first) return null;
  const scanningProfile = account.scanningProfile === name ? first.name : account.scanningProfile;
  return { ...account, profiles, scanningProfile };
}
