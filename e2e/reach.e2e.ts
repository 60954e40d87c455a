import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppPage, type Screen } from './pages.ts';
import { type RunningApp, removeHome, startApp } from './support/app.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { cutCells, fillCells, smallTargets, unreachable } from './support/layout.ts';

/**
 * Whoever zooms to 200 %, points with an unsteady hand, has no mouse, or hears the page instead of seeing it: every
 * screen is walked through as they do.
 */
let browser: Browser;
let app: RunningApp;
let page: Page;
let ui: AppPage;

const SCREENS: [Screen, string][] = [
  ['Chat', 'c'],
  ['Explorer', 'e'],
  ['Activity', 'a'],
  ['Accounts', 'p'],
  ['Backups', 'b'],
  ['Settings', 's'],
];

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
  await open(1400);
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await removeHome(app.home);
});

async function open(width: number, height = 900): Promise<void> {
  await page?.context().close();
  ({ page } = await openPage(browser, app.address, { width, height }));
  ui = new AppPage(page);
}

const dialog = () => page.getByRole('dialog');

/** What has the focus, by role and name. */
async function focused(): Promise<string> {
  const at = page.locator(':focus');
  if ((await at.count()) === 0) return 'nothing';
  const text = await at.ariaSnapshot();
  return text.split('\n')[0]?.replace(/^- /, '').replace(/:$/, '') ?? '';
}
const focus = () => expect.poll(focused, { timeout: 10_000 });

async function sound(where: string): Promise<void> {
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
  expect(await smallTargets(page), `targets under 24 px: ${where}`).toEqual([]);
  expect(await unreachable(page), `out of reach: ${where}`).toEqual([]);
}

test('the first start: every step is named, and the focus is on it', async () => {
  await focus().toBe('heading "Start with an estate" [level=1]');
  expect(await page.title()).toBe('Start with an estate · CloudOps');
  await sound('first start');
  await page.getByRole('button', { name: 'Use my AWS profiles' }).click();
  await focus().toBe('heading "Connect your profiles" [level=1]');
  await sound('profiles');
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await focus().toBe('heading "Start with an estate" [level=1]');
  await page.getByRole('button', { name: 'Restore from a backup' }).click();
  await focus().toBe('heading "Where is the backup?" [level=1]');
  expect(await page.title()).toBe('Where is the backup? · CloudOps');
  for (const kind of ['In a folder', 'In an exported file', 'In S3']) {
    await page.getByText(kind, { exact: true }).click();
    await sound(`restore, ${kind}`);
  }
  await page.getByRole('button', { name: 'Leave' }).click();
  await focus().toBe('heading "Start with an estate" [level=1]');
  await ui.openSample();
  await ui.scanEnds();
});

test('a restore tells its step in the title, and the focus goes along', async () => {
  await ui.go('Backups');
  await page.getByRole('button', { name: 'Back up now' }).click();
  await page.getByRole('region', { name: 'Backup', exact: true }).getByText('done').waitFor();
  await page
    .getByRole('button', { name: /^Actions for the backup/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Restore' }).click();
  await focus().toBe('heading "What is inside" [level=1]');
  await sound('what is inside');
  await page.getByRole('button', { name: 'Next' }).click();
  await focus().toBe('heading "Replace or merge?" [level=1]');
  await sound('replace or merge');
  await page.getByRole('radio', { name: 'Merge' }).check();
  await page.getByRole('button', { name: 'Merge the backup in' }).click();
  await focus().toBe('heading "Restored" [level=1]');
  expect(await page.title()).toBe('Restored · CloudOps (sample)');
  await page.getByRole('button', { name: 'Open CloudOps' }).click();
  await focus().toBe('heading "Backups" [level=1]');
});

for (const width of [1400, 1024, 700]) {
  test(`at ${width} px every screen is named, reached by keys, and has nothing too small or out of reach`, async () => {
    await open(width, width === 1024 ? 700 : 900);
    await focus().toMatch(/^textbox "Message"/);
    for (const [name, key] of SCREENS) {
      await page.keyboard.press('Escape');
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await focus().toMatch(name === 'Chat' ? /^textbox "Message"/ : `heading "${name}" [level=1]`);
      expect(await page.title()).toBe(`${name} · CloudOps (sample)`);
      await sound(`${name} at ${width}`);
      await fillCells(page);
      if (width >= 1400) expect(await cutCells(page), `cut: ${name}`).toEqual([]);
    }
    await ui.go('Explorer');
    // A row that is still on its way opens nothing.
    await page.getByRole('row').nth(1).getByRole('checkbox').waitFor();
    await page.getByRole('row').nth(1).click();
    await page.getByRole('complementary', { name: 'Details' }).getByRole('article').waitFor();
    await sound(`details at ${width}`);
    await page.keyboard.press('Escape');
    await ui.say('which databases are in us-west-2');
    await page.getByRole('article', { name: 'CloudOps' }).last().getByRole('table').waitFor();
    await sound(`an answer at ${width}`);
    await ui.say('stop pg-instance-main2');
    await ui.plan.getByText('rds.StopDBInstance').waitFor();
    await sound(`a plan at ${width}`);
    await ui.plan.getByRole('button', { name: 'Reject' }).click();
    await ui.plan.getByText('Nothing was sent to AWS.').waitFor();
    await sound(`a rejected plan at ${width}`);
  });
}

test('at 200 % zoom conversations and filters are behind a button, and Escape leads back to it', async () => {
  await open(700);
  await page.getByRole('button', { name: 'Conversations' }).click();
  const list = page.getByRole('navigation', { name: 'Conversations' });
  await list
    .getByRole('button', { name: /databases/ })
    .first()
    .waitFor();
  await sound('conversations at 700');
  await page.keyboard.press('Escape');
  await focus().toMatch(/^button "Conversations"/);
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByText('Ask about your estate, or say what to change').waitFor();
  await ui.go('Explorer');
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('checkbox', { name: /RDS instance/ }).check();
  await page.getByRole('button', { name: 'Filters: 1' }).waitFor();
  await sound('filters at 700');
  await page.keyboard.press('Escape');
  await focus().toMatch(/button "Filters: 1"/);
});

test('Tab comes to the rows past few stops, the filters are one of them, and a link skips them all', async () => {
  await open(1400);
  await ui.go('Explorer');
  await page.getByRole('row').nth(1).waitFor();
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
  });
  await page.keyboard.press('Tab');
  await focus().toMatch(/^link "Skip to the content"/);
  await page.keyboard.press('Enter');
  await focus().toMatch(/^grid "Resources"/);
  await ui.go('Explorer');
  await page
    .getByRole('textbox', { name: 'Search resources' })
    .or(page.getByLabel('Search resources'))
    .focus();
  const stops: string[] = [];
  while (!/^grid/.test(stops.at(-1) ?? '') && stops.length < 12) {
    await page.keyboard.press('Tab');
    stops.push(await focused());
  }
  expect(stops.length, stops.join(', ')).toBeLessThanOrEqual(4);
  expect(stops[0]).toMatch(/^checkbox "EC2 instance/);
  await page.getByRole('checkbox', { name: /^EC2 instance/ }).focus();
  await page.keyboard.press('ArrowDown');
  await focus().toMatch(/^checkbox "EBS volume/);
});

test('in the colours of the person the current screen, row and conversation are told by a line', async () => {
  await open(1400);
  await page.emulateMedia({ forcedColors: 'active' });
  await ui.go('Explorer');
  await page.getByRole('row').nth(1).click();
  const outlined = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(await outlined('nav [aria-current="page"]')).toBe('solid');
  expect(await outlined('[data-active]')).toBe('solid');
  await ui.go('Chat');
  expect(await outlined('nav[aria-label="Conversations"] [aria-current="page"]')).toBe('solid');
});

test('nothing moves for a person who asked for no motion', async () => {
  await open(1400);
  for (const [name] of SCREENS) {
    await ui.go(name);
    const moving = await page.evaluate(
      () => document.getAnimations().filter((one) => one.playState === 'running').length,
    );
    expect(moving, name).toBe(0);
  }
});

test('a recovery key, a lock and the way back keep the focus', async () => {
  await open(1400);
  await ui.go('Settings');
  await page.getByRole('button', { name: 'Make a recovery key' }).click();
  await dialog().getByRole('list', { name: 'Recovery key' }).waitFor();
  await dialog().getByRole('button', { name: 'I have kept it' }).click();
  await focus().toMatch(/^textbox "Group \d+"/);
  await sound('the check of a recovery key');
  await dialog().getByRole('button', { name: 'Show it again' }).click();
  await focus().not.toBe('nothing');
  await page.keyboard.press('Escape');
  await focus().toBe('button "Make a recovery key"');
  await page.getByRole('button', { name: 'Lock now' }).click();
  await focus().toBe('heading "CloudOps is locked" [level=1]');
  expect(await page.title()).toBe('CloudOps is locked · CloudOps (sample)');
  await sound('the lock screen');
  await page.getByRole('button', { name: 'Unlock with the key file' }).click();
  await focus().toBe('heading "Settings" [level=1]');
});
