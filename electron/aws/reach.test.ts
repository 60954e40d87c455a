import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, expect, test } from 'vitest';
import { AwsReach } from './reach.ts';
import type { AwsClient } from './types.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** One answer over http, as a host between here and AWS or AWS itself would give it. */
async function heard(status: number, body: string, headers: Record<string, string> = {}): Promise<number> {
  server = createServer((_request, response) => response.writeHead(status, headers).end(body));
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const reach = new AwsReach();
  const client = new STSClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
  });
  (client as unknown as AwsClient).middlewareStack.use(
    reach.middleware({ profile: 'p', region: 'us-east-1', purpose: 'execute' }),
  );
  await client.send(new GetCallerIdentityCommand({})).catch(() => undefined);
  client.destroy();
  return reach.answers();
}

test('a refusal of AWS is an answer, a page of something in between is none', async () => {
  const refusal =
    '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error><RequestId>r-1</RequestId></ErrorResponse>';
  expect(await heard(403, refusal, { 'x-amzn-requestid': 'r-1' })).toBe(1);
  expect(await heard(200, '<html><body>Sign in to this network</body></html>')).toBe(0);
});
