import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AppPage } from './pages.ts';
import { type RunningApp, removeHome, startApp } from './support/app.ts';
import { launchBrowser, openPage } from './support/browser.ts';

/** A person who has no mouse: whatever is done here is done by keys alone. */
let browser: Browser;
let app: RunningApp;
let page: Page;
let ui: AppPage;

beforeAll(async () => {
  browser = await launchBrowser();
  app = await startApp();
  const first = await openPage(browser, app.address);
  await new AppPage(first.page).openSample();
  await new AppPage(first.page).scanEnds();
  await first.page.context().close();
});
beforeEach(async () => {
  await page?.context().close();
  ({ page } = await openPage(browser, app.address));
  ui = new AppPage(page);
  // The box of the conversation has the focus; Escape leaves it, so that single keys are keys.
  await settled().toMatch(/^textbox "Message"/);
  await press('Escape');
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await removeHome(app.home);
});

/** The focus moves a moment after what it follows. */
const settled = () => expect.poll(focused, { timeout: 10_000 });

const press = async (...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** What has the focus, by role and name, as a screen reader would say it. */
async function focused(): Promise<string> {
  const at = page.locator(':focus');
  if ((await at.count()) === 0) return 'nothing';
  const text = await at.ariaSnapshot();
  return text.split('\n')[0]?.replace(/^- /, '').replace(/:$/, '') ?? '';
}

/** Tab until it has the focus; each stop on the way must be seen. */
async function tabTo(what: RegExp, key = 'Tab', most = 40): Promise<void> {
  for (let stops = 0; stops < most; stops += 1) {
    await page.keyboard.press(key);
    const at = await focused();
    // After the last stop the browser's own come.
    if (at === 'nothing') continue;
    expect(await isFocusSeen(), `the focus is seen on ${at}`).toBe(true);
    if (what.test(at)) return;
  }
  throw new Error(`${what} was not reached by ${key}; the focus is on ${await focused()}`);
}

/** An outline or a border of its own, on it or, as for boxes and radios, on what stands for it. */
function isFocusSeen(): Promise<boolean> {
  return page.evaluate(() => {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || active === document.body) return false;
    const marks = (element: Element | null) => {
      if (!element) return '';
      const style = getComputedStyle(element);
      return [style.outlineStyle, style.outlineWidth, style.borderColor, style.borderWidth].join(' ');
    };
    const around = [active, active.nextElementSibling, active.parentElement];
    const settle = () => {
      for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
    };
    settle();
    const withFocus = around.map(marks).join();
    active.blur();
    settle();
    const without = around.map(marks).join();
    active.focus({ focusVisible: true } as FocusOptions);
    return withFocus !== without;
  });
}

test('a database is found, read, asked about, stopped with approval and backed up without a mouse', async () => {
  await press('g', 'e', '/');
  // At once: the answer to half of the name would take the place of the row away.
  await page.keyboard.insertText('pg-instance-main1');
  await ui.row('pg-instance-main1').getByText('available').waitFor();
  await press('ArrowDown');
  expect(await focused()).toMatch(/^grid "Resources"/);
  await press('Enter');
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByRole('heading', { name: 'pg-instance-main1' }).waitFor();
  expect(await focused()).toMatch(/^grid "Resources"/);
  await press('Enter');
  await settled().toMatch(/^complementary "Details"/);
  await tabTo(/^button "Copy|^button "arn:/);
  await press('Escape');
  await details.waitFor({ state: 'detached' });
  await settled().toMatch(/^grid "Resources"/);

  await press('g', 'c');
  await settled().toMatch(/^textbox "Message"/);
  await page.keyboard.type('stop pg-instance-main1');
  await press('Enter');
  await ui.plan.getByText('rds.StopDBInstance').waitFor();
  // For a moment after the card appears nothing can be approved, and Tab passes the button by.
  const approve = ui.plan.getByRole('button', { name: 'Approve and run' });
  await expect.poll(() => approve.isEnabled(), { timeout: 10_000 }).toBe(true);
  await tabTo(/^button "Approve and run"/, 'Shift+Tab');
  await press('Enter');
  await ui.plan
    .getByText(/available → stopped, verified/)
    .first()
    .waitFor({ timeout: 60_000 });
  await settled().not.toBe('nothing');

  await press('Escape', 'g', 'b');
  await page.getByRole('button', { name: 'Back up now' }).waitFor();
  await tabTo(/^button "Back up now"/);
  await press('Enter');
  await page.getByRole('region', { name: 'Backup', exact: true }).getByText('done').waitFor();
  await tabTo(/^button "Actions for the backup/);
  await press('Enter');
  await settled().toMatch(/menuitem "Prove: /);
  await press('ArrowDown', 'ArrowUp', 'Enter');
  await page.getByRole('region', { name: 'Proof of a backup' }).getByText('done', { exact: true }).waitFor();
});

test('Escape closes the topmost only, and the focus goes back to where it was', async () => {
  await press('g', 'e', '/');
  // At once: the answer to half of the name would take the place of the row away.
  await page.keyboard.insertText('pg-instance-main1');
  await ui.row('pg-instance-main1').waitFor();
  await press('ArrowDown', 'Enter');
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByRole('article').waitFor();
  await press('?');
  await page.getByRole('dialog').waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await details.isVisible()).toBe(true);
  await settled().toMatch(/^grid "Resources"/);
  await press('Control+k');
  await settled().toMatch(/^combobox "Command or resource"/);
  await press('Escape');
  await settled().toMatch(/^grid "Resources"/);
  expect(await details.isVisible()).toBe(true);
  await press('Escape');
  await details.waitFor({ state: 'detached' });
});

test('a resource opened from the palette is where the focus is, and Escape leads back', async () => {
  await press('g', 's', 'Control+k');
  await page.keyboard.type('pg-instance-main2');
  await page.getByRole('option', { name: /pg-instance-main2/ }).waitFor();
  await press('Enter');
  await settled().toMatch(/^complementary "Details"/);
  await press('Escape');
  await page.getByRole('complementary', { name: 'Details' }).waitFor({ state: 'detached' });
  await settled().not.toBe('nothing');
});

test('a dialog opened from a menu or a button gives the focus back to it', async () => {
  await press('/');
  await settled().toMatch(/^textbox "Message"/);
  await page.keyboard.type('how many queues are there');
  await press('Enter');
  await page.getByRole('article', { name: 'CloudOps' }).last().waitFor();
  await tabTo(/^button "Actions for/);
  for (const letter of ['r', 'l', 'd']) {
    await press('Enter');
    await settled().toBe('menuitem "Rename"');
    await page.keyboard.press(letter);
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await settled().toMatch(/^button "Actions for/);
  }
  await press('g', 's');
  await page.getByRole('button', { name: 'Set a passphrase' }).waitFor();
  await tabTo(/^button "Make a recovery key"/);
  await press('Enter');
  await page.getByRole('dialog').getByRole('list', { name: 'Recovery key' }).waitFor();
  await press('Escape');
  await settled().toBe('button "Make a recovery key"');
});
