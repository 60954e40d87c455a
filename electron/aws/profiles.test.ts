import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Profiles } from './profiles.ts';

const KEYS = 'aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = wJalrSECRET\n';
let folder: string;
let config: string;
let credentials: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  config = join(folder, 'config');
  credentials = join(folder, 'credentials');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function profiles(
  files: { config?: string; credentials?: string },
  env: Record<string, string> = {},
): Profiles {
  if (files.config !== undefined) writeFileSync(config, files.config);
  if (files.credentials !== undefined) writeFileSync(credentials, files.credentials);
  return new Profiles({ configFile: config, credentialsFile: credentials, env });
}
async function named(from: Profiles, name: string) {
  const found = (await from.list()).find((profile) => profile.name === name);
  if (!found) throw new Error(`${name} is not listed`);
  return found;
}

test('no key, token or process line of a profile leaves the main side', async () => {
  const listed = await profiles({
    config: `[profile tool]\ncredential_process = /bin/vault --pin 1234\n[profile s]\nsso_session = corp\n`,
    credentials: `[work]\n${KEYS}aws_session_token = FwoTOKEN\nmy_note = hunter2\n`,
  }).list();
  expect(JSON.stringify(listed)).not.toMatch(/AKIA|SECRET|FwoTOKEN|1234|hunter2/);
  expect(listed.map(({ name, kind }) => [name, kind])).toEqual([
    ['tool', 'process'],
    ['s', 'sso'],
    ['work', 'static'],
  ]);
});

test.each([
  ['static', '', true, null],
  ['sso', 'sso_session = corp\nsso_account_id = 1', false, /Identity Center.*yet/],
  ['sso', 'sso_start_url = https://x.awsapps.com/start', false, /yet/],
  ['process', 'credential_process = /bin/true', false, /credential_process.*yet/],
  ['web_identity', 'web_identity_token_file = /t\nrole_arn = arn:aws:iam::1:role/x', false, /yet/],
  ['login', 'login_session = arn:aws:iam::1:user/x', false, /yet/],
  ['assume_role', 'role_arn = arn:aws:iam::1:role/x\nsource_profile = base', true, null],
  ['assume_role', 'role_arn = arn:aws:iam::1:role/x\ncredential_source = Ec2InstanceMetadata', false, /yet/],
  [
    'assume_role',
    'role_arn = arn:aws:iam::1:role/x\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me',
    false,
    /MFA.*yet/,
  ],
  ['incomplete', 'region = eu-west-1', false, /no credentials/],
  ['incomplete', 'aws_access_key_id = AKIA', false, /no aws_secret_access_key/],
  ['incomplete', 'role_arn = arn:aws:iam::1:role/x', false, /no source_profile/],
])('a %s profile is known as one: %j', async (kind, lines, supported, reason) => {
  const body = kind === 'static' ? KEYS : lines;
  const from = profiles({ config: `[profile base]\n${KEYS}\n[profile p]\n${body}\n` });
  const found = await named(from, 'p');
  expect(found).toMatchObject({ kind, supported });
  if (reason) expect(found.reason).toMatch(reason);
  else expect(found.reason).toBeNull();
});

test('a chain of roles is followed to its keys, a circle is told apart, a missing link is named', async () => {
  const role = (name: string, source: string) =>
    `[profile ${name}]\nrole_arn = arn:aws:iam::1:role/${name}\nsource_profile = ${source}\n`;
  const from = profiles({
    config: [role('a', 'b'), role('b', 'keys'), role('x', 'y'), role('y', 'x'), role('lost', 'nowhere')].join(
      '\n',
    ),
    credentials: `[keys]\n${KEYS}`,
  });
  expect((await named(from, 'a')).supported).toBe(true);
  expect((await named(from, 'x')).reason).toContain('circle (x → y → x)');
  expect((await named(from, 'lost')).reason).toContain('"nowhere"');
  await expect(from.requireUsable('x')).rejects.toMatchObject({ code: 'PROFILE_UNSUPPORTED' });
  await expect(from.requireUsable('none')).rejects.toMatchObject({ code: 'PROFILE_BROKEN' });
});

test('a profile that has keys and a role over them may be its own source', async () => {
  const from = profiles({
    config: '[profile me]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = me\n',
    credentials: `[me]\n${KEYS}`,
  });
  expect(await named(from, 'me')).toMatchObject({ kind: 'assume_role', supported: true });
});

test('a role over a profile that cannot be used yet says so, instead of failing at the first call', async () => {
  const from = profiles({
    config:
      '[profile base]\nsso_session = corp\n[profile p]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n',
  });
  expect((await named(from, 'p')).reason).toMatch(/source_profile "base" cannot be used: .*Identity Center/);
});

test('sections that are no profiles are not listed, and those the CLI passes over are, with the reason', async () => {
  const from = profiles({
    config: [
      `[sso-session corp]\nsso_region = us-east-1`,
      `[services local]\ns3 =\n  endpoint_url = http://127.0.0.1:1`,
      `[profile my prod]\n${KEYS}`,
      `[forgotten]\n${KEYS}`,
      `[profile empty]`,
      `[default]\nregion = eu-west-1`,
    ].join('\n'),
    credentials: `[profile wrong]\n${KEYS}`,
  });
  const listed = await from.list();
  expect(listed.map(({ name }) => name)).toEqual(['my prod', 'forgotten', 'empty', 'default', 'wrong']);
  expect(listed.every(({ kind, supported }) => kind === 'incomplete' && !supported)).toBe(true);
  expect(listed.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('Rename'),
    expect.stringContaining('[profile forgotten]'),
    expect.stringContaining('no credentials'),
    expect.stringContaining('no credentials'),
    expect.stringContaining('[wrong]'),
  ]);
});

test('files that are not there are empty, a file that cannot be read is not', async () => {
  expect(await profiles({}).list()).toEqual([]);
  mkdirSync(config);
  await expect(profiles({}).list()).rejects.toMatchObject({
    code: 'PROFILE_BROKEN',
    message: expect.stringContaining(`${config} is a folder`),
  });
});

test.runIf(process.getuid?.() !== 0)('a file without permission is named', async () => {
  const from = profiles({ credentials: `[a]\n${KEYS}` });
  chmodSync(credentials, 0o000);
  await expect(from.list()).rejects.toMatchObject({ message: expect.stringContaining(credentials) });
});

test.each([
  ['a byte-order mark', Buffer.from(`\uFEFF[a]\n${KEYS}`)],
  ['UTF-16', Buffer.from(`[a]\n${KEYS}`, 'utf16le')],
  ['Latin-1', Buffer.from([0x5b, 0xe4, 0x5d])],
  ['a section that stands twice', Buffer.from(`[a]\n${KEYS}aws_session_token = old\n[a]\n${KEYS}`)],
  ['an option that stands twice', Buffer.from(`[a]\n${KEYS}${KEYS}`)],
  ['a section of JavaScript’s own name', Buffer.from(`[__proto__]\nx = 1\n[a]\n${KEYS}`)],
])('a file with %s is broken, not empty', async (_what, bytes) => {
  writeFileSync(credentials, bytes);
  await expect(profiles({}).list()).rejects.toMatchObject({
    code: 'PROFILE_BROKEN',
    details: { file: credentials },
  });
});

test('a broken line is named by its number, and what stands in it is not repeated', async () => {
  const from = profiles({ credentials: `[a]\n${KEYS}wJalrSECRETalone\n` });
  const error = await from.list().catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ message: expect.stringMatching(/credentials .*refuses it too: in line 4/) });
  expect(String(error)).not.toContain('SECRET');
});

test('what the AWS CLI reads is read', async () => {
  const from = profiles({
    config: [
      `[profile "my prod"] # of the shop\nREGION = eu-west-1\nRole_Arn: arn:aws:iam::1:role/x\nsource_profile: Büro 1`,
      `[profile 'ä b']\r\nregion=eu-west-2\r\ns3 =\r\n  addressing_style = path\r`,
      `[default]\noutput = json\n[DEFAULT]\nregion = eu-north-1`,
    ].join('\n'),
    credentials: `[Büro 1]\nAWS_ACCESS_KEY_ID : AKIA\nAws_Secret_Access_Key: s=:x\n[ä b]\n${KEYS}[default]\n${KEYS}`,
  });
  const listed = await from.list();
  expect(listed.map(({ name, kind, region, supported }) => [name, kind, region, supported])).toEqual([
    ['my prod', 'assume_role', 'eu-west-1', true],
    ['ä b', 'static', 'eu-west-2', true],
    ['default', 'static', 'eu-north-1', true],
    ['Büro 1', 'static', null, true],
  ]);
});

test('of [profile x] written in two ways the later one counts', async () => {
  const from = profiles({ config: '[profile x]\nregion = eu-west-1\n[profile "x"]\nregion = eu-west-2\n' });
  expect((await named(from, 'x')).region).toBe('eu-west-2');
});

test.each([
  ['~/aws/config', '/home/me/aws/config'],
  ['$WHERE/config', '/mnt/config'],
  [`$\{WHERE}/config`, '/mnt/config'],
  ['/a/~b/$NONE', '/a/~b/$NONE'],
])('the variable that names a file may say %s', (path, expected) => {
  const env = { AWS_CONFIG_FILE: path, AWS_SHARED_CREDENTIALS_FILE: path, HOME: '/home/me', WHERE: '/mnt' };
  expect(new Profiles({ env }).files()).toEqual([expected, expected]);
});

test('a role without its source is refused even beside keys, as the CLI does: the keys are somebody else', async () => {
  const from = profiles({ config: `[profile p]\nrole_arn = arn:aws:iam::1:role/x\n${KEYS}` });
  expect((await named(from, 'p')).reason).toMatch(/no source_profile/);
});

test.each([
  ['endpoint_url = localhost:4566', {}, 'PROFILE_BROKEN', /endpoint_url of profile "p" is "localhost:4566"/],
  ['', { AWS_ENDPOINT_URL: '127.0.0.1' }, 'INVALID_INPUT', /AWS_ENDPOINT_URL is/],
  ['', { AWS_ENDPOINT_URL_S3: 'ftp://me:secret@x' }, 'INVALID_INPUT', /AWS_ENDPOINT_URL_S3 is/],
])('an endpoint that is no address (%s %j) is told in words', async (line, env, code, words) => {
  const asked = profiles({ config: `[profile p]\n${line}\n` }, env).endpoint('p', 'S3');
  const error = await asked.catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
  expect(String(error)).not.toContain('secret');
});

test('a comment behind a region is part of it, as for the CLI, and is told', async () => {
  const from = profiles({ config: '[profile p]\nregion = eu-west-1 # home\n' });
  await expect(from.homeRegion('p')).rejects.toMatchObject({
    code: 'PROFILE_BROKEN',
    message: expect.stringContaining('"eu-west-1 # home"'),
  });
});

test('thousands of profiles are understood once', async () => {
  const many = Array.from({ length: 2_000 }, (_, i) => `[p${i}]\n${KEYS}`).join('');
  const from = profiles({ credentials: many });
  const first = await from.list();
  expect(first).toHaveLength(2_000);
  expect(await from.list()).toBe(first);
  const files = await from.current();
  writeFileSync(credentials, many);
  expect(await from.current()).toBe(files);
});

test('a file changed by another program is read again', async () => {
  const from = profiles({ credentials: `[a]\n${KEYS}` });
  expect(await from.list()).toHaveLength(1);
  writeFileSync(credentials, `[a]\n${KEYS}[b]\n${KEYS}`);
  expect(await from.list()).toHaveLength(2);
});

const ENDPOINTS = [
  '[default]\nendpoint_url = http://default\n',
  '[services mine]\ns3 =\n  endpoint_url = http://own-s3\nelastic_load_balancing_v2 =\n  endpoint_url = http://own-lb\n',
  '[profile a]\nservices = mine\nendpoint_url = http://own\n',
  '[profile b]\nregion = eu-west-1\n',
  '[profile off]\nignore_configured_endpoint_urls = true\nendpoint_url = http://own\n',
].join('\n');

test.each([
  ['a', 'S3', {}, 'http://own-s3'],
  ['a', 'Elastic Load Balancing v2', {}, 'http://own-lb'],
  ['a', 'SQS', {}, 'http://own'],
  ['b', 'SQS', {}, undefined],
  ['b', 'SQS', { AWS_ENDPOINT_URL: 'http://env' }, 'http://env'],
  ['a', 'DynamoDB', { AWS_ENDPOINT_URL_DYNAMODB: 'http://d', AWS_ENDPOINT_URL: 'http://env' }, 'http://d'],
  ['off', 'SQS', {}, undefined],
  ['a', 'SQS', { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL: 'http://env' }, undefined],
])('profile %s reaches %s where its own settings say (%j)', async (name, service, env, expected) => {
  expect(await profiles({ config: ENDPOINTS }, env).endpoint(name, service)).toBe(expected);
});

test('a profile without a region goes home in its role’s partition', async () => {
  const from = profiles({
    config:
      '[profile cn]\nrole_arn = arn:aws-cn:iam::1:role/x\nsource_profile = cn\n[profile plain]\nregion = eu-west-3\n',
  });
  expect(await from.homeRegion('cn')).toBe('cn-north-1');
  expect(await from.homeRegion('plain')).toBe('eu-west-3');
  expect(await from.homeRegion('unknown')).toBe('us-east-1');
});
