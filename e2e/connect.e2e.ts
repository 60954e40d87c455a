import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { newHome, type RunningApp, removeHome, startApp } from './support/app.ts';
import { launchBrowser, openPage } from './support/browser.ts';

/** Connecting, against an STS that knows some keys, refuses others and never answers for the rest. */
let browser: Browser;
let sts: Server;
let home: string;
let app: RunningApp;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  sts = createServer((request, response) => {
    const key = /Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (key.startsWith('AKIASILENT')) return;
    if (key.startsWith('AKIABAD')) {
      response.statusCode = 403;
      response.end(
        '<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>',
      );
      return;
    }
    const account = key.replace(/\D/g, '').padStart(12, '1');
    response.end(
      `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${account}</Account><Arn>arn:aws:iam::${account}:user/ops</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  });
  await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
});
beforeEach(async () => {
  home = await newHome();
  await mkdir(join(home, '.aws'));
});
afterEach(async () => {
  await app.stop();
  await removeHome(home);
});
afterAll(async () => {
  await browser.close();
  sts.closeAllConnections();
  await new Promise((resolve) => sts.close(resolve));
});

const section = (name: string, key: string) =>
  `[${name}]\naws_access_key_id = ${key}\naws_secret_access_key = s\n`;

async function open(credentials: string): Promise<void> {
  await writeFile(join(home, '.aws/credentials'), credentials);
  const AWS_ENDPOINT_URL = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
  app = await startApp({ home, env: { AWS_ENDPOINT_URL, AWS_REGION: 'eu-west-1' } });
  ({ page } = await openPage(browser, app.address));
  await page.getByRole('button', { name: 'Use my AWS profiles' }).click();
}
const button = (name: string | RegExp) => page.getByRole('button', { name });

test('each profile is told as soon as AWS has answered, and Cancel keeps what had', async () => {
  await open([section('a', 'AKIA1'), section('b', 'AKIABAD'), section('c', 'AKIASILENT')].join(''));
  await button('Connect 3 profiles').click();
  const rows = page.getByRole('list', { name: 'Profiles being connected' }).getByRole('listitem');
  await rows.filter({ hasText: 'connected' }).getByText('111111111111').waitFor();
  await rows.filter({ hasText: 'failed' }).getByText('does not accept the credentials').waitFor();
  await rows.filter({ hasText: 'waiting' }).getByText('c', { exact: true }).waitFor();
  await page.getByText('2 of 3 profiles, 1 failed').waitFor();
  await button('Cancel').click();
  await page.getByText('Cancelled. 1 of 3 profiles connected, read-only.').waitFor();
  await page.getByText('Cancelled before AWS answered.').waitFor();
});

test('two thousand profiles are found, chosen and connected', async () => {
  const many = Array.from({ length: 2_000 }, (_, i) => section(`team-${i}`, `AKIA${i}`));
  await open(many.join(''));
  await button('Connect 2,000 profiles').waitFor();
  await button('Choose none').click();
  await page.getByRole('textbox', { name: 'Find profiles' }).fill('team-199');
  await button('Choose all 11 found').click();
  await button('Connect 11 profiles').waitFor();
  await page.getByRole('textbox', { name: 'Find profiles' }).fill('');
  await button('Choose all 2,000').click();
  await button('Connect 2,000 profiles').click();
  await page.getByText('2,000 profiles connected, read-only.').waitFor({ timeout: 120_000 });
});

test('AWS files that never answer are told in words, hold nothing else up, and do not keep the app from ending', async () => {
  await open(section('a', 'AKIA1'));
  await button('Back').click();
  for (const name of ['credentials', 'config']) {
    await rm(join(home, '.aws', name), { force: true });
    execFileSync('mkfifo', [join(home, '.aws', name)]);
  }
  await page.reload();
  await button('Use my AWS profiles').click();
  await page.getByText(/did not answer within 4 seconds/).waitFor();
  await button('Try again').click();
  const ended = await Promise.race([
    app.stop(),
    new Promise((resolve) => setTimeout(resolve, 10_000, 'still there')),
  ]);
  expect(ended).toBe(0);
});
