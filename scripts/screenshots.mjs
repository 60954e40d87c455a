/**
 * `npm run screenshots`: the README's picture and one of every screen, light and dark, in two sizes, from the
 * real app with the sample estate. The README's is written to docs/images, the others to .test/screens.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppPage } from '../e2e/pages.ts';
import { removeHome, startApp } from '../e2e/support/app.ts';
import { launchBrowser, openPage } from '../e2e/support/browser.ts';
import { ROOT } from './lib/run.mjs';

const SCREENS = join(ROOT, '.test/screens');
const README = join(ROOT, 'docs/images/plan.png');
const SIZES = [
  { width: 1400, height: 900 },
  { width: 1024, height: 700 },
];

mkdirSync(SCREENS, { recursive: true });
const browser = await launchBrowser();
const app = await startApp();
try {
  await firstStart();
  await stopTheDatabase();
  for (const dark of [false, true]) for (const size of SIZES) await everyScreen(dark, size);
} finally {
  await browser.close();
  await app.stop();
  await removeHome(app.home);
}

async function firstStart() {
  const { page } = await openPage(browser, app.address);
  await page.getByRole('button', { name: 'Open the sample estate' }).waitFor();
  await page.screenshot({ path: join(SCREENS, 'first-start.png') });
  const ui = new AppPage(page);
  await ui.openSample();
  await ui.scanEnds();
  await page.context().close();
}

async function stopTheDatabase() {
  const { page } = await openPage(browser, app.address);
  const ui = new AppPage(page);
  await ui.say('Which RDS instances are stopped in us-west-2?');
  await page.getByRole('article', { name: 'CloudOps' }).waitFor();
  await ui.say('stop pg-instance-main1');
  await ui.plan.getByRole('button', { name: 'Approve and run' }).waitFor();
  await page.screenshot({ path: README });
  await ui.approve();
  await ui.plan.getByText('stopping').first().waitFor();
  await page.screenshot({ path: join(SCREENS, 'running.png') });
  await ui.plan.getByText(/stopped, verified \d/).waitFor({ timeout: 60_000 });
  await page.context().close();
}

async function everyScreen(dark, size) {
  const { page } = await openPage(browser, app.address, { dark, ...size });
  const ui = new AppPage(page);
  const name = (screen) => join(SCREENS, `${screen}-${dark ? 'dark' : 'light'}-${size.width}.png`);
  for (const screen of ['Chat', 'Explorer', 'Activity', 'Accounts', 'Backups', 'Settings']) {
    await ui.go(screen);
    await page.waitForLoadState('networkidle');
    if (screen === 'Chat')
      await page.getByRole('navigation', { name: 'Conversations' }).getByRole('button').nth(1).click();
    if (screen === 'Explorer') await page.getByRole('row').nth(1).click();
    if (screen === 'Activity') await page.getByRole('row').nth(1).click();
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    await page.screenshot({ path: name(screen.toLowerCase()) });
  }
  await page.context().close();
}
