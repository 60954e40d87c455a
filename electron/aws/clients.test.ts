import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AwsAccess, createAwsAccess } from './awsAccess.ts';
import type { ClientMiddleware } from './types.ts';

let folder: string;
let server: Server;
let endpoint: string;
let requests: { agent: string; path: string; body: string; key: string | undefined }[];
let aws: AwsAccess | undefined;

const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n';
const VPCS = '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>';
const EXPIRATION = new Date(Date.now() + 3_600_000).toISOString();
const ROLE = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>
  <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${EXPIRATION}</Expiration>
  </Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const IDENTITY = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>
  <Arn>arn:aws:iam::111122223333:user/ops</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clients-'));
  requests = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const key = /Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1];
    requests.push({ agent: String(request.headers['user-agent']), path: request.url ?? '', body, key });
    if (body.includes('AssumeRole')) return response.end(ROLE);
    if (body.includes('GetCallerIdentity')) return response.end(IDENTITY);
    if (body.includes('DescribeVpcs')) return response.end(VPCS);
    return response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  aws?.clients.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function access(
  config: string,
  options: { env?: Record<string, string>; middleware?: ClientMiddleware[] } = {},
) {
  writeFileSync(join(folder, 'config'), config);
  aws = createAwsAccess({
    configFile: join(folder, 'config'),
    credentialsFile: join(folder, 'credentials'),
    env: options.env ?? {},
    appVersion: '1.2.3',
    ...(options.middleware && { middleware: options.middleware }),
  });
  return aws;
}
const scope = (profile: string, purpose: 'scan' | 'execute' = 'execute') => ({
  profile,
  region: 'eu-west-1',
  purpose,
});

test('a profile’s own endpoint holds for its clients and for the call that takes its role', async () => {
  const { clients } = access(
    `[profile base]\n${KEYS}\n[profile p]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\nendpoint_url = ${endpoint}\n`,
  );
  await clients.client(EC2Client, scope('p')).send(new DescribeVpcsCommand({}));
  expect(requests.map(({ body }) => /Action=(\w+)/.exec(body)?.[1])).toEqual(['AssumeRole', 'DescribeVpcs']);
  expect(requests[0]?.body).toContain('RoleSessionName=cloudops-desktop');
  expect(requests.every(({ agent }) => agent.includes('cloudops-desktop/1.2.3'))).toBe(true);
});

test('the endpoint of another profile is never used', async () => {
  const { clients } = access(`[default]\nendpoint_url = http://127.0.0.1:1\n${KEYS}[profile p]\n${KEYS}`);
  const client = clients.client(EC2Client, scope('p'));
  // Stops before the network: what counts is where it would have gone.
  let host = '';
  client.middlewareStack.add(
    () => async (args) => {
      host = (args.request as { hostname: string }).hostname;
      throw new Error('far enough');
    },
    { step: 'finalizeRequest', priority: 'low', name: 'stopHere' },
  );
  await expect(client.send(new DescribeVpcsCommand({}))).rejects.toThrow('far enough');
  expect(host).toBe('ec2.eu-west-1.amazonaws.com');
});

test('many clients of a role share one session, also when they start together', async () => {
  const { clients } = access(
    `[profile base]\n${KEYS}\n[profile p]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n`,
    { env: { AWS_ENDPOINT_URL: endpoint } },
  );
  const regions = ['eu-west-1', 'us-east-1', 'us-west-2', 'ap-south-1'];
  await Promise.all(
    regions.map((region) =>
      clients.client(EC2Client, { profile: 'p', region, purpose: 'scan' }).send(new DescribeVpcsCommand({})),
    ),
  );
  expect(requests.filter(({ body }) => body.includes('AssumeRole'))).toHaveLength(1);
});

test('a queue’s URL does not lead a call away from the configured endpoint', async () => {
  const { clients } = access(`[profile p]\n${KEYS}`, { env: { AWS_ENDPOINT_URL: endpoint } });
  const QueueUrl = 'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs';
  await clients.client(SQSClient, scope('p')).send(new GetQueueAttributesCommand({ QueueUrl }));
  expect(requests).toHaveLength(1);
});

test('a bucket whose name holds dots is asked about by path at a configured endpoint, by host at AWS', async () => {
  const bucket = new HeadBucketCommand({ Bucket: 'assets.example.com' });
  const { clients } = access(`[profile p]\n${KEYS}`, { env: { AWS_ENDPOINT_URL: endpoint } });
  await clients.client(S3Client, scope('p')).send(bucket);
  expect(requests.map(({ path }) => path)).toEqual(['/assets.example.com/']);
  const { forcePathStyle } = access(`[profile p]\n${KEYS}`).clients.client(S3Client, scope('p')).config;
  expect(await (forcePathStyle as unknown as () => Promise<boolean>)()).toBe(false);
});

test('a client is made once per profile, region and purpose', () => {
  const { clients } = access('');
  const one = clients.client(EC2Client, scope('p'));
  expect(clients.client(EC2Client, scope('p'))).toBe(one);
  expect(clients.client(EC2Client, scope('p', 'scan'))).not.toBe(one);
  expect(clients.client(EC2Client, scope('q'))).not.toBe(one);
});

test('a profile that cannot be used yet says so at its first call', async () => {
  const { sessions } = access('[profile p]\nsso_session = corp\n');
  await expect(sessions.identity('p')).rejects.toMatchObject({
    code: 'PROFILE_UNSUPPORTED',
    message: expect.stringContaining('Identity Center'),
  });
});

test('a middleware answers for every client, that of STS included, with nothing sent', async () => {
  const scopes: string[] = [];
  const middleware: ClientMiddleware = ({ profile, region }) => ({
    applyToStack: (stack) =>
      stack.add(
        (_next, context) => async () => {
          scopes.push(`${profile} ${region} ${String(context.commandName)}`);
          return {
            response: {},
            output: { Account: '999988887777', Arn: 'arn:aws:iam::999988887777:user/sample' },
          };
        },
        { step: 'initialize', name: 'simulated' },
      ),
  });
  const { sessions } = access(`[profile p]\nregion = eu-west-1\n${KEYS}`, { middleware: [middleware] });
  expect((await sessions.identity('p')).accountId).toBe('999988887777');
  expect(scopes).toEqual(['p eu-west-1 GetCallerIdentityCommand']);
  expect(requests).toEqual([]);
});
