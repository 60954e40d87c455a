import type { Account } from '../../preload/contract/models.ts';
import { visible } from '../components/plan/words.ts';
import { inScope, isUnlocked, unlockedFor } from '../state/access.ts';
import { shortAccount, span } from '../state/format.ts';

/** Who acts in scope at `now` (ms), and how many profiles may change things; null = no account is in scope. */
export function identityWords(
  accounts: Account[],
  accountIds: string[],
  now: number,
): { text: string; unlocked: number } | null {
  const shown = inScope(accounts, accountIds);
  const [only] = shown;
  if (!only) return null;
  const unlocked = shown.flatMap((account) =>
    account.profiles.filter((p) => isUnlocked(p, now)).map((profile) => ({ account, profile })),
  );
  // Production first: it is what must not be overlooked.
  const first = unlocked.toSorted((a, b) => Number(b.account.production) - Number(a.account.production))[0];
  if (!first) {
    const text =
      shown.length === 1 ? `${actor(only.scanningProfile, only)} (read-only)` : 'read-only everywhere';
    return { text, unlocked: 0 };
  }
  const left = unlockedFor(first.profile, now);
  const more = unlocked.length > 1 ? ` +${unlocked.length - 1}` : '';
  const until = left === null ? '' : `, ${span(left)} left`;
  const text = `${actor(first.profile.name, first.account)}${more} (unlocked${until})`;
  return { text, unlocked: unlocked.length };
}

const actor = (profile: string, { name, accountId }: Account): string =>
  `${visible(profile)} @ ${visible(name)} ${shortAccount(accountId)}`;
