import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, expect, test } from 'vitest';
import { ClientFactory } from './clientFactory.ts';
import { mapAwsError } from './errors.ts';
import { type Network, readNetwork } from './network.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const BUNDLE = join(FIXTURES, 'loopback.pem');
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** What AWS answers to one call that reaches it this way. */
async function describeVpcs(network: Network, endpoint?: string) {
  const profiles = { endpoint: async () => endpoint, homeRegion: async () => null };
  const factory = new ClientFactory({ profiles: profiles as never, appVersion: '0', network });
  const scope = { profile: 'p', region: 'eu-west-1', purpose: 'execute' as const };
  const keys = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'x' });
  const client = factory.create(EC2Client, scope, keys);
  try {
    return await client.send(new DescribeVpcsCommand({}));
  } catch (error) {
    return mapAwsError(error, { call: 'ec2:DescribeVpcs', region: 'eu-west-1', profile: 'p' });
  } finally {
    factory.destroy();
  }
}
const ANSWER =
  '<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>';

test('calls go through the proxy by AWS’s own name; one that it refuses was surely not sent', async () => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const port = await listen(proxy);
  const answer = await describeVpcs(readNetwork({ https_proxy: `http://127.0.0.1:${port}` }));
  expect(new Set(asked)).toEqual(new Set(['ec2.eu-west-1.amazonaws.com:443']));
  expect(answer).toMatchObject({
    code: 'NETWORK',
    message: expect.stringContaining('the proxy'),
  });
});

test('NO_PROXY is respected: an endpoint on this machine is not asked of the proxy', async () => {
  const seen: string[] = [];
  const proxy = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.end(ANSWER);
  });
  const direct = createServer((_, response) => void response.end(ANSWER));
  const env = { HTTP_PROXY: `http://127.0.0.1:${await listen(proxy)}` };
  const endpoint = `http://127.0.0.1:${await listen(direct)}`;
  expect(await describeVpcs(readNetwork({ ...env, NO_PROXY: '127.0.0.1' }), endpoint)).toMatchObject({
    Vpcs: [{ VpcId: 'vpc-1' }],
  });
  expect(seen).toEqual([]);
  await describeVpcs(readNetwork(env), endpoint);
  expect(seen).toEqual([`${endpoint}/`]);
});

test('AWS_CA_BUNDLE is trusted, and without it a certificate nobody knows ends the call', async () => {
  const cert = readFileSync(BUNDLE);
  const key = readFileSync(join(FIXTURES, 'loopback.key.pem'));
  const tls = createTlsServer({ cert, key }, (_, response) => void response.end(ANSWER));
  const endpoint = `https://localhost:${await listen(tls)}`;
  expect(await describeVpcs(readNetwork({ AWS_CA_BUNDLE: BUNDLE }), endpoint)).toMatchObject({
    Vpcs: [{ VpcId: 'vpc-1' }],
  });
  expect(await describeVpcs(readNetwork({}), endpoint)).toMatchObject({ code: 'NETWORK' });
});

test('what cannot be used is named at once, without the password in it', () => {
  const refused = (env: NodeJS.ProcessEnv) => {
    try {
      readNetwork(env);
    } catch (error) {
      return String((error as Error).message);
    }
    return 'accepted';
  };
  const socks = refused({ HTTPS_PROXY: 'socks5://me:secret@proxy:1080' });
  expect(socks).toContain('HTTPS_PROXY');
  expect(socks).not.toContain('secret');
  expect(refused({ http_proxy: 'proxy.example:3128 ' })).toContain('HTTP_PROXY');
  expect(refused({ AWS_CA_BUNDLE: '/nowhere/ca.pem' })).toContain('cannot be read (ENOENT)');
  expect(refused({ AWS_CA_BUNDLE: join(FIXTURES, 'loopback.key.pem') })).toContain('no certificate');
  expect(refused({ HTTPS_PROXY: '' })).toBe('accepted');
});
