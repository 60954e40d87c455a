import type { Plan, Resource } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';

/** The clocks here and at AWS may differ by this much. */
const SKEW_MS = 60_000;

/** When AWS started it last. It changes with each start, so it says only until a call leaves that nothing happened. */
const STARTED = 'LaunchTime';

type Marks = Record<string, string>;

/**
 * What tells this very thing from another that came to have its address: a database deleted and made anew under
 * its name, an instance that was started again. Names and states are compared by themselves.
 */
export function marksOf({ resourceType, raw, facts, createdAt }: Resource): Marks {
  const marks: Marks = {};
  const keep = (name: string, value: unknown) => {
    if (typeof value === 'string' && value !== '') marks[name] = cleanText(value, 256);
  };
  if (resourceType === 'ec2_instance') {
    // Its creation is derived from what is attached to it now, so it may move.
    keep(STARTED, facts[STARTED]);
    return marks;
  }
  if (resourceType === 'rds_instance') keep('DbiResourceId', field(raw, 'DbiResourceId'));
  keep('created', createdAt);
  return marks;
}

/** Whether what is at the address now is another thing than the one that was planned for. */
export function isReplaced({ target, createdAt }: Plan, now: Resource): boolean {
  const { identity } = target;
  if (identity === undefined) {
    // A plan of an earlier version: what was made after it is not what it is about.
    const made = now.resourceType === 'ec2_instance' ? null : now.createdAt;
    return made !== null && Date.parse(made) > Date.parse(createdAt) + SKEW_MS;
  }
  const marks = marksOf(now);
  return Object.keys(identity).some((name) => name !== STARTED && differs(identity, marks, name));
}

/** In words, how the thing at the plan's address is not the one a person approved the call for; null when it is. */
export function differenceOf(plan: Plan, now: Resource): string | null {
  const { target, identity } = plan;
  const was = cleanText(target.name, 120);
  if (now.accountId !== identity.accountId || now.region !== target.region || now.arn !== target.arn)
    return `${was} was ${cleanText(target.arn)} when this was planned and is ${cleanText(now.arn)} now.`;
  if (isReplaced(plan, now))
    return `${was} is not the one that was planned for: that one${made(target.identity)} was deleted, and another${made(marksOf(now))} has its name now.`;
  const started = [target.identity ?? {}, marksOf(now)] as const;
  if (differs(...started, STARTED))
    return `${was} was started anew since this was planned: at ${started[1][STARTED] ?? 'an unknown time'} instead of ${started[0][STARTED]}.`;
  if (now.name !== target.name)
    return `${cleanText(target.nativeId, 120)} was named "${was}" when this was planned and is named "${cleanText(now.name, 120)}" now.`;
  return null;
}

/** Only what the plan knows is compared; what AWS no longer says of it counts as different. */
const differs = (planned: Marks, now: Marks, name: string) =>
  planned[name] !== undefined && planned[name] !== now[name];

function made(marks: Marks | undefined): string {
  const { DbiResourceId, created } = marks ?? {};
  const facts = [DbiResourceId, created && `created ${created}`].filter(Boolean);
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}

function field(raw: unknown, name: string): unknown {
  return typeof raw === 'object' && raw !== null ? Reflect.get(raw, name) : undefined;
}
