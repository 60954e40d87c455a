import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeVpcsCommand, EC2Client, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AwsAccess, createAwsAccess } from './awsAccess.ts';

/** What AWS sends even when there is nothing: without it no answer is AWS's. */
const LISTS: Record<string, string> = { DescribeVpcs: '<vpcSet/>', StopInstances: '<instancesSet/>' };

const HOUR = 3_600_000;
let folder: string;
let server: Server;
let aws: AwsAccess;
let calls: { action: string; key: string; token: string | undefined }[];
/** Who each access key is; a key that is not there is refused as expired. */
let owners: Record<string, string>;
/** How far AWS's clock is from this machine's, in milliseconds. */
let ahead: number;
let roles: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sessions-'));
  calls = [];
  owners = { AKIAONE: 'user/ops' };
  ahead = 0;
  roles = 0;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const action = /Action=(\w+)/.exec(body)?.[1] ?? '';
    const key = /Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    calls.push({ action, key, token: request.headers['x-amz-security-token'] as string | undefined });
    response.setHeader('date', new Date(Date.now() + ahead).toUTCString());
    const owner = owners[key];
    if (!owner) {
      response.statusCode = 400;
      return response.end(refusal(action));
    }
    if (action === 'AssumeRole') {
      roles += 1;
      owners[`ASIA${roles}`] = 'assumed-role/x/cloudops-desktop';
      return response.end(role(`ASIA${roles}`, new Date(Date.now() + ahead + HOUR)));
    }
    if (action === 'GetCallerIdentity') return response.end(identity(owner));
    return response.end(`<${action}Response>${LISTS[action] ?? ''}</${action}Response>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  aws.clients.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const refusal = (action: string) =>
  action.startsWith('Describe') || action.startsWith('Stop')
    ? '<Response><Errors><Error><Code>RequestExpired</Code><Message>old</Message></Error></Errors></Response>'
    : '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>old</Message></Error></ErrorResponse>';
const identity = (owner: string) =>
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:${owner}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const role = (key: string, ends: Date) =>
  `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${ends.toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const keys = (id: string, token = '') =>
  `aws_access_key_id = ${id}\naws_secret_access_key = s\n${token && `aws_session_token = ${token}\n`}`;
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

function access(config: string, credentials: string): AwsAccess {
  write('config', config);
  write('credentials', credentials);
  aws = createAwsAccess({
    configFile: join(folder, 'config'),
    credentialsFile: join(folder, 'credentials'),
    env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    appVersion: '1',
  });
  return aws;
}
const client = (profile = 'p', region = 'eu-west-1') =>
  aws.clients.client(EC2Client, { profile, region, purpose: 'execute' });
const describe = (profile?: string, region?: string) =>
  client(profile, region).send(new DescribeVpcsCommand({}));
const actions = () => calls.map(({ action, key }) => `${action} ${key}`);

test('keys that another tool has replaced are used by the next call, once they are seen to be the same person’s', async () => {
  const { sessions } = access('', `[p]\n${keys('AKIAONE', 'old')}`);
  await sessions.identity('p');
  await describe();
  owners = { ASIANEW: 'user/ops' };
  write('credentials', `[p]\n${keys('ASIANEW', 'new')}`);
  await describe();
  await describe();
  expect(actions()).toEqual([
    'GetCallerIdentity AKIAONE',
    'DescribeVpcs AKIAONE',
    'GetCallerIdentity ASIANEW',
    'DescribeVpcs ASIANEW',
    'DescribeVpcs ASIANEW',
  ]);
  expect(calls.at(-1)?.token).toBe('new');
});

test('keys of somebody else are not slipped under work that has asked who it is, and are taken up when it asks again', async () => {
  const { sessions } = access('', `[p]\n${keys('AKIAONE')}`);
  await sessions.identity('p');
  owners = { AKIATWO: 'user/other' };
  write('credentials', `[p]\n${keys('AKIATWO')}`);
  await expect(describe()).rejects.toMatchObject({
    code: 'CREDENTIALS_MISSING',
    message: expect.stringMatching(/user\/other.*before.*user\/ops/),
  });
  await expect(describe()).rejects.toThrow();
  expect(actions()).toEqual(['GetCallerIdentity AKIAONE', 'GetCallerIdentity AKIATWO']);
  expect(await sessions.identity('p')).toMatchObject({ arn: expect.stringContaining('user/other') });
  await describe();
  expect(actions().at(-1)).toBe('DescribeVpcs AKIATWO');
});

test('another profile’s new keys, or a new region, take no role anew', async () => {
  const { sessions } = access(
    '[profile p]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n',
    `[base]\n${keys('AKIAONE')}`,
  );
  await sessions.identity('p');
  write('credentials', `[base]\n${keys('AKIAONE')}[other]\n${keys('AKIA3')}`);
  await describe();
  expect(roles).toBe(1);
});

test.each([2, -2])('with AWS’s clock %i hours from this machine’s a role is taken once', async (hours) => {
  ahead = hours * HOUR;
  const { sessions } = access(
    '[profile p]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n',
    `[base]\n${keys('AKIAONE')}`,
  );
  for (const region of ['eu-west-1', 'us-east-1', 'us-west-2']) {
    for (let i = 0; i < 5; i += 1) await describe('p', region);
    await sessions.identity('p');
  }
  expect(actions().filter((one) => one.startsWith('AssumeRole'))).toHaveLength(1);
  expect(actions().filter((one) => one.startsWith('GetCallerIdentity'))).toHaveLength(1);
  const { expiresAt } = await sessions.identity('p');
  const left = Date.parse(expiresAt ?? '') - Date.now();
  expect(Math.round(left / HOUR)).toBe(1);
});

test('asking afresh who a role is does not take it anew', async () => {
  const { sessions } = access(
    '[profile p]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n',
    `[base]\n${keys('AKIAONE')}`,
  );
  for (let i = 0; i < 3; i += 1) await sessions.identity('p', { fresh: true });
  expect(roles).toBe(1);
});

test('a read whose keys AWS refuses is sent once more with those that are there by then; a change is not', async () => {
  access('', `[p]\n${keys('ASIAOLD')}`);
  const stop = client().send(new StopInstancesCommand({ InstanceIds: ['i-1'] }));
  await expect(stop).rejects.toThrow('old');
  client().middlewareStack.add(
    (next) => async (args) => {
      // Between the signature and the answer another tool writes new keys.
      write('credentials', `[p]\n${keys('AKIAONE')}`);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'rewritten' },
  );
  await describe();
  expect(actions()).toEqual(['StopInstances ASIAOLD', 'DescribeVpcs ASIAOLD', 'DescribeVpcs AKIAONE']);
});

test('a refusal of keys that are still the only ones is told after one call', async () => {
  access('', `[p]\n${keys('ASIAOLD')}`);
  await expect(describe()).rejects.toThrow('old');
  expect(calls).toHaveLength(1);
});

test('keys and token come out of one file', async () => {
  access(`[profile p]\n${keys('AKIAOLD', 'old')}region = eu-west-1\n`, `[p]\n${keys('AKIAONE')}`);
  await describe();
  expect(calls).toEqual([{ action: 'DescribeVpcs', key: 'AKIAONE', token: undefined }]);
});

test('an identity that is no longer wanted is not waited for', async () => {
  const { sessions } = access('', `[p]\n${keys('AKIAONE')}`);
  await expect(sessions.identity('p', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
});
