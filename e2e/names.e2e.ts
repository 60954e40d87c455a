import { readFile } from 'node:fs/promises';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppPage, type Screen } from './pages.ts';
import { newHome, type RunningApp, removeHome, startApp } from './support/app.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { keySection, type MotoServer, startMoto, writeAwsFiles } from './support/moto.ts';

const RTL = '\u202e';
/** What someone with an AWS key may call a machine so that a person or a program reads something else. */
const NAMES = [
  '<img src=x onerror="document.title=\'owned\'">',
  '"><script>document.title="owned"</script>',
  `web-${RTL}gnp.exe`,
  'two\nlines\n\nand a tab\t.',
  '=HYPERLINK("http://127.0.0.1/","click")',
  '@SUM(1+1)*cmd|calc',
  '__proto__',
  'constructor',
  '👩‍💻 🇪🇺 ﷽',
  '| a | table | \n# heading\n[link](javascript:alert(1))',
  `4k-${'long'.repeat(1000)}`,
];
const ACCOUNT = '111122223333';

let browser: Browser;
let moto: MotoServer;
let home: string;
let app: RunningApp;
let page: Page;
let errors: string[];
let ui: AppPage;

beforeAll(async () => {
  browser = await launchBrowser();
  [moto, home] = await Promise.all([startMoto(), newHome()]);
  const key = await moto.seed('access_key', { account: ACCOUNT, user: 'operator' });
  const ec2 = new EC2Client({ endpoint: moto.url, region: 'us-west-2', credentials: key });
  for (const name of NAMES) {
    const Tags = [
      { Key: 'Name', Value: name },
      { Key: name.slice(0, 100), Value: name },
    ];
    await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        InstanceType: 't3.micro',
        TagSpecifications: [{ ResourceType: 'instance', Tags }],
      }),
    );
  }
  const { configFile, credentialsFile } = await writeAwsFiles(`${home}/.aws`, {
    config: { 'profile prod': { region: 'us-west-2' } },
    credentials: { prod: keySection(key) },
  });
  const env = {
    AWS_CONFIG_FILE: configFile,
    AWS_SHARED_CREDENTIALS_FILE: credentialsFile,
    AWS_ENDPOINT_URL: moto.url,
  };
  app = await startApp({ home, env });
  ({ page, errors } = await openPage(browser, app.address, { width: 1280, height: 800 }));
  ui = new AppPage(page);
  await ui.connectProfiles(['prod']);
  await ui.scanEnds();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await moto.stop();
  await removeHome(home);
});

const instances = async () => {
  await ui.search('instances');
  await page.getByText(`${NAMES.length} resources`).waitFor();
};

/** Nothing of a name was run, drawn as markup or let out of its box. */
async function holds(where: string): Promise<void> {
  expect(await page.title(), where).toMatch(
    /^(Explorer|Chat|Activity|Accounts|Backups|Settings) · CloudOps$/,
  );
  expect(await page.locator('img, script:not([src])').count(), where).toBe(0);
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: innerWidth,
  }));
  expect(content, `${where} is as wide as the window`).toBeLessThanOrEqual(window);
  // The mark that turns what follows it around is left out of names and spelled out elsewhere.
  expect(await page.locator('body').innerText(), where).not.toContain(RTL);
  expect(errors, where).toEqual([]);
}

test('each name is shown as the text it is, in the table, the details and the palette', async () => {
  await instances();
  await holds('Explorer');
  await ui.row('web-gnp.exe').waitFor();
  for (const index of NAMES.keys()) {
    await page
      .getByRole('row')
      .nth(index + 1)
      .click();
    await page
      .getByRole('complementary', { name: 'Details' })
      .getByRole('heading', { name: 'Tags' })
      .waitFor();
    await holds(`details of row ${index + 1}`);
  }
  await page.getByRole('button', { name: 'Close details' }).click();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or resource' }).fill('web-');
  await page.getByRole('option', { name: 'web-gnp.exe' }).waitFor();
  await holds('the palette');
  await page.keyboard.press('Escape');
});

test('a plan, its conversation and its record say the name exactly', async () => {
  await instances();
  await ui.row('web-gnp.exe').click();
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByRole('button', { name: 'Terminate…' }).click();
  await details.getByRole('article', { name: /^Plan/ }).getByText('Type web-gnp.exe to confirm').waitFor();
  await holds('a plan');
  await details.getByRole('button', { name: 'Reject' }).click();
  await ui.go('Activity');
  await page.getByRole('row').filter({ hasText: 'web-gnp.exe' }).waitFor();
  await holds('Activity');
});

test('titles and labels of any text stay text, in a small window too', async () => {
  for (const name of [`${RTL}evil <b>bold</b>`, `${'very long '.repeat(400)}end`]) {
    await ui.newConversation();
    await ui.say(`which instances are in us-west-2 ${name}`);
    await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
    await holds('Chat');
  }
  await page
    .getByRole('button', { name: /^Actions for/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Labels' }).click();
  await page.getByRole('dialog').getByRole('combobox', { name: 'Labels' }).fill(`${RTL}<i>label</i>`);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: '<i>label</i>', exact: true }).waitFor();
  await page.setViewportSize({ width: 900, height: 600 });
  for (const screen of [
    'Chat',
    'Explorer',
    'Activity',
    'Accounts',
    'Backups',
    'Settings',
  ] satisfies Screen[]) {
    await ui.go(screen);
    await page.getByRole('progressbar', { name: 'Loading' }).waitFor({ state: 'detached' });
    await holds(`${screen} in a small window`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
});

async function exported(item: string): Promise<string> {
  await instances();
  await page.getByRole('button', { name: /^Export all/ }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: item }).click();
  return readFile(await (await download).path(), 'utf8');
}

test('exports keep every name whole, and no spreadsheet runs one', async () => {
  const rows = JSON.parse(await exported('As JSON, for a program')) as { tags: Record<string, string> }[];
  expect(rows.map(({ tags }) => tags.Name).toSorted()).toEqual(NAMES.toSorted());
  expect(rows.filter(({ tags }) => Object.hasOwn(tags, '__proto__'))).toHaveLength(1);
  const csv = readCsv(await exported('As CSV, for a spreadsheet'));
  expect(csv.length).toBe(NAMES.length + 1);
  expect(new Set(csv.map((cells) => cells.length)).size).toBe(1);
  for (const cell of csv.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
});

/** As a spreadsheet reads it (RFC 4180). */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
