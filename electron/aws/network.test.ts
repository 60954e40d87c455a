import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClientFactory } from './clientFactory.ts';
import { mapAwsError } from './errors.ts';
import { type Network, readNetwork } from './network.ts';
import { Profiles } from './profiles.ts';
import { proxyFor } from './proxies.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const BUNDLE = join(FIXTURES, 'loopback.pem');
const servers: Server[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'network-'));
});

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
  rmSync(folder, { recursive: true, force: true });
});

/** What AWS answers to one call that reaches it this way. */
async function describeVpcs(network: Network, endpoint?: string, more = '') {
  const config = join(folder, 'config');
  writeFileSync(config, `[profile p]\n${endpoint ? `endpoint_url = ${endpoint}\n` : ''}${more}`);
  const profiles = new Profiles({ configFile: config, credentialsFile: join(folder, 'none'), env: {} });
  const factory = new ClientFactory({ profiles, appVersion: '0', network });
  const scope = { profile: 'p', region: 'eu-west-1', purpose: 'execute' as const };
  const keys = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'x' });
  const client = factory.create(EC2Client, scope, keys);
  try {
    return await client.send(new DescribeVpcsCommand({}));
  } catch (error) {
    return mapAwsError(error, { call: 'ec2:DescribeVpcs', region: 'eu-west-1', profile: 'p' });
  } finally {
    factory.destroy();
    profiles.close();
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

test('the bundle of the environment or of the profile is trusted; without one a stranger’s certificate is named, with the way out', async () => {
  const cert = readFileSync(BUNDLE);
  const key = readFileSync(join(FIXTURES, 'loopback.key.pem'));
  const tls = createTlsServer({ cert, key }, (_, response) => void response.end(ANSWER));
  const endpoint = `https://localhost:${await listen(tls)}`;
  const vpcs = { Vpcs: [{ VpcId: 'vpc-1' }] };
  expect(await describeVpcs(readNetwork({ AWS_CA_BUNDLE: BUNDLE }), endpoint)).toMatchObject(vpcs);
  expect(await describeVpcs(readNetwork({}), endpoint, `ca_bundle = ${BUNDLE}\n`)).toMatchObject(vpcs);
  const stranger = await describeVpcs(readNetwork({}), endpoint);
  expect(stranger).toMatchObject({ code: 'NETWORK', outcomeUnknown: false });
  expect((stranger as { message: string }).message).toMatch(/certificate .* trusts .*AWS_CA_BUNDLE/);
});

test.each([
  [{ AWS_CA_BUNDLE: '/nowhere/ca.pem' }, '', /AWS_CA_BUNDLE names .*cannot be read \(ENOENT\)/],
  [{ AWS_CA_BUNDLE: join(FIXTURES, 'loopback.key.pem') }, '', /holds no certificate/],
  [{}, 'ca_bundle = /nowhere/own.pem\n', /The profile's ca_bundle names .*ENOENT/],
  [{ HTTPS_PROXY: 'socks5://me:secret@proxy:1080' }, '', /HTTPS_PROXY does not name a proxy/],
  [{ https_proxy: 'http://' }, '', /HTTPS_PROXY does not name a proxy/],
])('what cannot be used (%j %s) fails the call in words, never the start', async (env, more, words) => {
  const answer = (await describeVpcs(readNetwork(env), undefined, more)) as { message: string; code: string };
  expect(answer).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(words) });
  expect(answer.message).not.toContain('secret');
});

const EC2 = { protocol: 'https:', hostname: 'ec2.eu-west-1.amazonaws.com' };

test.each([
  ['http://proxy:3128', 'http://proxy:3128'],
  ['HTTP://proxy:3128', 'http://proxy:3128'],
  ['proxy:3128', 'http://proxy:3128'],
  ['//proxy:3128', 'http://proxy:3128'],
  ['user:p%40ss@proxy:3128', 'http://user:p%40ss@proxy:3128'],
  ['10.0.0.1', 'http://10.0.0.1'],
  [' https://proxy:3129 ', 'https://proxy:3129'],
  ['', null],
])('a proxy written %j is %s', (value, url) => {
  expect(proxyFor({ HTTPS_PROXY: value }, EC2)).toBe(url);
});

test('the lower-case variable wins, an empty one switches the proxy off, any case is read, and http has its own', () => {
  expect(proxyFor({ https_proxy: 'low', HTTPS_PROXY: 'up' }, EC2)).toBe('http://low');
  expect(proxyFor({ https_proxy: '', HTTPS_PROXY: 'up' }, EC2)).toBeNull();
  expect(proxyFor({ Https_Proxy: 'mixed' }, EC2)).toBe('http://mixed');
  expect(proxyFor({ HTTP_PROXY: 'up' }, EC2)).toBeNull();
  expect(proxyFor({ ALL_PROXY: 'up' }, EC2)).toBeNull();
});

// What Python's urllib, and so the AWS CLI, answers; `*.` beside it, which other tools know.
test.each([
  ['amazonaws.com', true],
  ['.amazonaws.com', true],
  ['*.amazonaws.com', true],
  ['AMAZONAWS.com', true],
  ['localhost, amazonaws.com ,x', true],
  ['ec2.eu-west-1.amazonaws.com', true],
  ['amazonaws.com:443', false],
  ['*', true],
  ['azonaws.com', false],
  ['amazonaws.co', false],
  ['ec2.us-east-1.amazonaws.com', false],
  ['localhost,*', false],
  ['', false],
])('NO_PROXY=%s exempts a call to EC2: %s', (list, exempt) => {
  const env = { HTTPS_PROXY: 'http://proxy', NO_PROXY: list };
  expect(proxyFor(env, EC2)).toBe(exempt ? null : 'http://proxy');
});

test.each([
  ['127.0.0.1', 4566, '127.0.0.1', true],
  ['127.0.0.1', 4566, '127.0.0.1:4566', true],
  ['127.0.0.1', 4566, '127.0.0.1:80', false],
  ['s3.local.test', 9000, 'local.test:9000', true],
  ['[::1]', 4566, '::1', true],
])('an endpoint at %s:%i with NO_PROXY=%s', (hostname, port, list, exempt) => {
  const to = { protocol: 'http:', hostname, port };
  expect(proxyFor({ http_proxy: 'proxy', no_proxy: list }, to)).toBe(exempt ? null : 'http://proxy');
});
