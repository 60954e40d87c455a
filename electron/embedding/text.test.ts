import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testResource } from '../storage/find/testResources.ts';
import { embeddedText, safeText } from './text.ts';

const accountId = fc.stringMatching(/^\d{12}$/);
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const nativeId = fc
  .tuple(fc.constantFrom('i', 'vol', 'sg', 'subnet', 'vpc', 'eni'), hex(17))
  .map(([p, h]) => `${p}-${h}`);
const octet = fc.integer({ min: 0, max: 255 });
const ip = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
const dashedIp = ip.map((address) => `ip-${address.replaceAll('.', '-')}`);
const accessKey = fc.stringMatching(/^AKIA[A-Z2-7]{16}$/);
const secretKey = fc
  .stringMatching(/^[A-Za-z0-9+/]{40}$/)
  .filter((key) => /[a-z]/.test(key) && /[A-Z]/.test(key) && /\d/.test(key));
const arn = fc
  .tuple(accountId, nativeId)
  .map(([account, id]) => `arn:aws:ec2:eu-west-1:${account}:instance/${id}`);
const ipv6 = fc.array(hex(4), { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
const forbidden = fc.oneof(accountId, nativeId, ip, dashedIp, accessKey, secretKey, arn, ipv6, fc.uuid());
const around = fc.constantFrom('orders', 'api prod', 'web-server', 'Team: data', '(old)');
const glue = fc.constantFrom(' ', ', ', ' - ', '; ', '\n', '="', ' (');

/** No trace: no part with a digit in it, no six characters of one, not its parts in a row. */
function expectNoTrace(text: string, secret: string): void {
  const kept = text.toLowerCase();
  const parts = secret
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => /\d/.test(part));
  for (const part of parts) {
    for (let i = 0; i + 6 <= part.length; i++) expect(kept).not.toContain(part.slice(i, i + 6));
  }
  if (parts.length > 1 && !secret.startsWith('arn:')) expect(kept).not.toContain(parts.join(' '));
}

describe('what is embedded', () => {
  it('account ids, ARNs, native ids, addresses and keys leave no trace in a text', () => {
    fc.assert(
      fc.property(around, glue, forbidden, glue, around, (before, g1, secret, g2, after) => {
        expectNoTrace(safeText(`${before}${g1}${secret}${g2}${after}`), secret);
      }),
      { numRuns: 500 },
    );
  });

  it('nor when they stand in a name, a tag or the describe answer', () => {
    fc.assert(
      fc.property(forbidden, accountId, (secret, account) => {
        const text = embeddedText(
          testResource({
            name: `orders ${secret}`,
            accountId: account,
            tags: { note: `see ${secret}`, Name: secret, 'aws:thing': secret },
            facts: { Endpoint: secret },
            raw: { secret },
          }),
        );
        expectNoTrace(text, secret);
        expect(text).not.toContain(account);
      }),
      { numRuns: 200 },
    );
  });

  it('tags whose key says that they are secret are left out whole', () => {
    const text = embeddedText(
      testResource({ name: 'a', tags: { DbPassword: 'swordfish', api_token: 'tuna', team: 'data' } }),
    );
    expect(text).not.toMatch(/swordfish|tuna/);
    expect(text).toMatch(/data/);
  });

  it('the words that say what a thing is stay', () => {
    const text = embeddedText(
      testResource({
        name: 'ordersApi-prod-01',
        resourceType: 'rds_instance',
        tags: { team: 'data-platform' },
        facts: { Engine: 'postgres' },
      }),
    );
    for (const word of ['orders', 'api', 'database', 'postgresql', 'data platform', 'production'])
      expect(text).toContain(word);
    expect(safeText('stopped databases in oregon')).toBe('stopped databases in oregon');
  });
});
