import type { ConnectResult, Profile } from '../../../preload/contract/models.ts';

/** What one request asks about: its answer, with an account for each profile, stays within a message. */
const AT_ONCE = 250;

/** Profiles with keys first: of several that reach one account, one of those is to scan it. */
export function parts(profiles: Profile[]): string[][] {
  const rank = ({ kind }: Profile) => Number(kind !== 'static');
  const names = profiles.toSorted((a, b) => rank(a) - rank(b)).map(({ name }) => name);
  const count = Math.ceil(names.length / AT_ONCE);
  return Array.from({ length: count }, (_, i) => names.slice(i * AT_ONCE, (i + 1) * AT_ONCE));
}

/** Another window may connect profiles at the same time: what was not asked here is not shown. */
export function joined(
  known: ReadonlyMap<string, ConnectResult>,
  results: ConnectResult[],
  names: string[],
): ReadonlyMap<string, ConnectResult> {
  const asked = new Set(names);
  const next = new Map(known);
  for (const result of results) if (asked.has(result.profile)) next.set(result.profile, result);
  return next;
}
