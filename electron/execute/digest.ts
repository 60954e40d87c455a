import { createHash, timingSafeEqual } from 'node:crypto';
import type { Plan } from '../../preload/contract/models.ts';

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

type Digested = Pick<Plan, 'identity' | 'target' | 'call'>;

/** SHA-256, hexadecimal, over who acts, where, on which very thing and with which exact call: what a person approves. */
export function planDigest({ identity, target, call }: Digested): string {
  const approved = {
    identity: { profile: identity.profile, accountId: identity.accountId, arn: identity.arn },
    region: target.region,
    target: target.identity,
    service: call.service,
    operation: call.operation,
    parameters: call.parameters,
  };
  return createHash('sha256').update(canonicalJson(approved)).digest('hex');
}

/** Compares in constant time whatever the lengths. */
export function sameDigest(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
