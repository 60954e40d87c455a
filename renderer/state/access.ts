import type { Account } from '../../preload/contract/models.ts';

type Profile = Account['profiles'][number];

/** May the profile change things at `now` (ms)? */
export function isUnlocked(profile: Profile, now: number): boolean {
  if (!profile.readOnly) return true;
  return profile.unlockedUntil !== null && Date.parse(profile.unlockedUntil) > now;
}

/** Ms until the profile is read-only again; null when it is locked, or unlocked without an end. */
export function unlockedFor(profile: Profile, now: number): number | null {
  if (profile.unlockedUntil === null) return null;
  const left = Date.parse(profile.unlockedUntil) - now;
  return left > 0 ? left : null;
}

/** The accounts the scope shows; an empty scope is all of them. */
export function inScope(accounts: Account[], accountIds: string[]): Account[] {
  return accountIds.length === 0 ? accounts : accounts.filter((a) => accountIds.includes(a.accountId));
}
