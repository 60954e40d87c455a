import { createHash, timingSafeEqual } from 'node:crypto';
import type { StoredPlan } from '../storage/journal/plan.ts';
import { sourceName } from '../storage/journal/views.ts';

/** JSON with sorted keys and without space: equal values have equal text. Throws on what JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  const text = JSON.stringify(value);
  if (text === undefined || (typeof value === 'number' && !Number.isFinite(value)))
    throw new TypeError(`A ${typeof value} cannot be part of a plan.`);
  return text;
}

type Approved = Omit<StoredPlan, 'digest'>;

/** What a person approves: version 2, a SHA-256 (hexadecimal) over the whole plan but the digest itself. */
export function planDigest(plan: Approved): StoredPlan['digest'] {
  return { version: 2, sha256: hash({ ...plan, digest: undefined }) };
}

/** Whether the plan is still what its digest was made over; false for a version that is not known. */
export function digestHolds(plan: StoredPlan): boolean {
  const { version, sha256 } = plan.digest;
  if (version === 1) return sameDigest(sha256, hash(ofVersion1(plan)));
  return version === 2 && sameDigest(sha256, planDigest(plan).sha256);
}

const hash = (value: object) => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Of plans that 0.1.0 made: who acts, where, on which very thing and with which exact call. */
function ofVersion1({ identity, steps: [step] }: Approved): object {
  const { source, accountId, principal } = identity;
  return {
    identity: { profile: sourceName(source), accountId, arn: principal },
    region: step?.call.region,
    target: step?.targets[0]?.identity,
    service: step?.call.service,
    operation: step?.call.operation,
    parameters: step?.call.input,
  };
}

/** Compares in constant time whatever the lengths. */
export function sameDigest(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
