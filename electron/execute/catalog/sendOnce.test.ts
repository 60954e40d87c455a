import { RDSClient, StopDBInstanceCommand } from '@aws-sdk/client-rds';
import { expect, test } from 'vitest';
import { classifyFailure, leaveOnce } from './sendOnce.ts';

test('the approval enters the user agent after the SDK wrote it and before the request is signed', () => {
  const client = new RDSClient({ region: 'us-west-2' });
  const command = leaveOnce(new StopDBInstanceCommand({ DBInstanceIdentifier: 'pg-main1' }), {
    approvalId: 'plan-1',
    signal: new AbortController().signal,
  });
  const names = client.middlewareStack
    .concat(command.middlewareStack as typeof client.middlewareStack)
    .identify()
    .map((line) => line.split(/ [-(]/)[0]);
  const position = (name: string) => {
    expect(names.filter((one) => one === name)).toHaveLength(1);
    return names.indexOf(name);
  };
  expect(position('approvalUserAgent')).toBeGreaterThan(position('getUserAgentMiddleware'));
  expect(position('approvalUserAgent')).toBeLessThan(position('httpSigningMiddleware'));
  expect(position('requestLeaves')).toBe(names.length - 1);
});

test.each([
  [{ $metadata: { httpStatusCode: 400 } }, true, 'refused'],
  [{ $metadata: { httpStatusCode: 403 } }, true, 'refused'],
  [{ $metadata: { httpStatusCode: 408 } }, true, 'unclear'],
  [{ $metadata: { httpStatusCode: 500 } }, true, 'unclear'],
  [{ $metadata: { httpStatusCode: 200 } }, true, 'unclear'],
  [{ $metadata: {} }, true, 'unclear'],
  [{ code: 'ECONNRESET' }, true, 'unclear'],
  [{ code: 'ETIMEDOUT' }, true, 'unclear'],
  [{ code: 'EPIPE' }, true, 'unclear'],
  [{ name: 'TimeoutError' }, true, 'unclear'],
  [{ name: 'AbortError' }, true, 'unclear'],
  ['text', true, 'unclear'],
  [{ code: 'ECONNREFUSED' }, true, 'refused'],
  [{ code: 'ENOTFOUND' }, true, 'refused'],
  [{ name: 'CredentialsProviderError' }, false, 'refused'],
] as const)('%j (left: %s) is %s: what is not provably refused is unclear', (error, left, kind) => {
  expect(classifyFailure(error, left)).toBe(kind);
});
