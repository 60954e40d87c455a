import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppPage } from './pages.ts';
import { type RunningApp, removeHome, startApp } from './support/app.ts';
import { launchBrowser, openPage } from './support/browser.ts';

/** Conversations as a person keeps them, each test with one of its own. */
let browser: Browser;
let app: RunningApp;
let page: Page;
let ui: AppPage;

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
  ({ page } = await openPage(browser, app.address));
  ui = new AppPage(page);
  await ui.openSample();
  await ui.scanEnds();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await removeHome(app.home);
});

const list = () => page.getByRole('navigation', { name: 'Conversations' });
const entry = (title: string) => list().getByRole('button', { name: title, exact: true });

async function begin(text: string): Promise<void> {
  await ui.newConversation();
  await ui.say(text);
  await entry(text).waitFor();
  await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
}

async function choose(title: string, item: string): Promise<void> {
  await list()
    .getByRole('button', { name: `Actions for ${title}`, exact: true })
    .click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

async function exported(title: string, item: string): Promise<{ name: string; text: string }> {
  const download = page.waitForEvent('download');
  await choose(title, item);
  const file = await download;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

test('a conversation is renamed, pinned, labelled and archived, and that outlives a reload', async () => {
  await begin('how many queues are there');
  await choose('how many queues are there', 'Rename');
  await page.getByRole('dialog').getByLabel('Title').fill('Queues of the quarter');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await entry('Queues of the quarter').waitFor();
  await choose('Queues of the quarter', 'Pin');
  await choose('Queues of the quarter', 'Labels');
  await page.getByRole('dialog').getByRole('combobox', { name: 'Labels' }).fill('audit');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.reload();
  await list().getByRole('region', { name: 'Pinned' }).getByText('Queues of the quarter').waitFor();
  await begin('how many tables are there');
  await list().getByRole('button', { name: 'audit', exact: true }).click();
  await entry('how many tables are there').waitFor({ state: 'detached' });
  await list().getByRole('button', { name: 'audit', exact: true }).click();
  await choose('Queues of the quarter', 'Archive');
  await entry('Queues of the quarter').waitFor({ state: 'detached' });
  await list().getByRole('button', { name: 'Archive: 1 conversation' }).click();
  await choose('Queues of the quarter', 'Take out of the archive');
  await list().getByRole('button', { name: 'Back from the archive' }).click();
  await entry('Queues of the quarter').waitFor();
});

test('words of a message are found and lead to it', async () => {
  await begin('describe pg-instance-main1');
  await ui.newConversation();
  await page.getByLabel('Search conversations').fill('pg-instance-main1');
  const hit = list().getByRole('region', { name: 'In messages' }).getByRole('button').first();
  await hit.click();
  await page.locator('[data-found]').getByText('pg-instance-main1').first().waitFor();
  await page.getByLabel('Search conversations').fill('');
});

test('a conversation is exported whole, as Markdown and as JSON', async () => {
  const title = 'which databases are in us-west-2';
  await begin(title);
  const markdown = await exported(title, 'Export as Markdown');
  expect(markdown.name).toMatch(/^cloudops-chat-which-databases-are-in-us-west-2-\d{4}-\d\d-\d\d\.md$/);
  expect(markdown.text).toMatch(/^# which databases are in us-west-2\n/);
  expect(markdown.text).toContain('| pg-instance-main1 | rds');
  const json = JSON.parse((await exported(title, 'Export as JSON')).text);
  expect(json).toMatchObject({ format: 'cloudops-conversation', version: 1, conversation: { title } });
  expect(json.messages).toHaveLength(2);
});

test('a deleted conversation is gone from the list and from the search; what was run from it stays', async () => {
  await begin('stop pg-instance-main1');
  await ui.plan.getByRole('button', { name: 'Reject' }).click();
  await ui.plan.getByText('Nothing was sent to AWS.').waitFor();
  await choose('stop pg-instance-main1', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await entry('stop pg-instance-main1').waitFor({ state: 'detached' });
  await page.getByLabel('Search conversations').fill('stop pg-instance');
  await list().getByText('No message contains this.').waitFor();
  await page.getByLabel('Search conversations').fill('');
  await ui.go('Activity');
  await page.getByRole('row').filter({ hasText: 'Stop RDS instance' }).getByText('rejected').waitFor();
});
